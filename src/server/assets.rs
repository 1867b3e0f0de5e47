//! The files of the GraphiQL bundle that `build.rs` embeds in the program.

/// How this build serves GraphiQL; chosen by `ERAGRAPH_WEB` when it was compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Web {
    /// The bundle is in the program: no request leaves the machine.
    Bundled,
    /// There is no bundle: the page loads GraphiQL from a public host.
    Cdn,
    /// GraphiQL is left out.
    Off,
}

/// A file of the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Its contents.
    pub bytes: &'static [u8],
    /// Its media type, as the `Content-Type` header has it.
    pub content_type: &'static str,
    /// Whether its name holds a hash of its contents, so that it may be cached for good.
    pub immutable: bool,
}

/// Returns how this build serves GraphiQL.
#[must_use]
pub const fn web() -> Web {
    table::WEB
}

/// Returns the file of the bundle at a path below `/graphiql/`, such as `assets/index-1a2b3c4d.js`.
#[must_use]
pub fn asset(path: &str) -> Option<Asset> {
    let (name, content_type, bytes) = *table::FILES.iter().find(|(name, ..)| *name == path)?;
    // Vite puts every file that it names by hash, and no other, into `assets/`.
    Some(Asset { bytes, content_type, immutable: name.starts_with("assets/") })
}

mod table {
    //! Written by `build.rs`.
    use super::Web;

    include!(concat!(env!("OUT_DIR"), "/assets.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Option<&'static str> {
        asset("index.html").map(|page| std::str::from_utf8(page.bytes).unwrap())
    }

    #[test]
    fn the_bundle_is_there_exactly_when_this_build_says_so() {
        assert_eq!(page().is_some(), web() == Web::Bundled);
    }

    #[test]
    fn every_file_that_the_page_names_is_in_the_bundle_and_cached_for_good() {
        let Some(page) = page() else { return };
        let named: Vec<&str> = page.split("\"/graphiql/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(!named.is_empty(), "the page names no file:\n{page}");
        for name in named {
            assert!(asset(name).is_some_and(|file| file.immutable), "{name}");
        }
    }

    #[test]
    fn the_page_holds_no_script_of_its_own_and_names_no_other_host() {
        let Some(page) = page() else { return };
        assert!(page.contains("<script "), "{page}");
        assert!(!page.contains("<script>") && !page.contains("://") && !page.contains("\"//"), "{page}");
    }

    #[test]
    fn a_path_that_names_no_file_finds_none() {
        for path in ["", "assets", "assets/", "/index.html", "../Cargo.toml", "assets/../index.html"] {
            assert_eq!(asset(path), None, "{path}");
        }
    }
}
