//! Prepares what the server embeds: the GraphiQL bundle, made by npm from a copy of `web/`, and the example queries.
//!
//! The environment variable `ERAGRAPH_WEB` chooses:
//!
//! - `build` makes the bundle and fails where that is impossible;
//! - `cdn` makes none: `/graphiql` then loads GraphiQL from a public host;
//! - `off` leaves GraphiQL out;
//! - unset, it makes the bundle where npm can, and otherwise warns and does as `cdn`.
//!
//! npm never works in the source tree. A bundle is kept under the target directory by the hash of
//! its inputs, so that profiles share it.

use std::collections::hash_map::DefaultHasher;
use std::error::Error;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What the bundle is made from, below `web/`.
const INPUTS: [&str; 7] =
    [".npmrc", "index.html", "package-lock.json", "package.json", "src", "tsconfig.json", "vite.config.js"];

/// What becomes of `/graphiql` in this build: the variants of `server::assets::Web`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Web {
    Bundled,
    Cdn,
    Off,
}

fn main() -> Result<()> {
    println!("cargo::rerun-if-env-changed=ERAGRAPH_WEB");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web/examples");
    for input in INPUTS {
        println!("cargo::rerun-if-changed=web/{input}");
    }
    let web_dir = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("web");
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out_dir.join("examples.rs"), example_table(&web_dir.join("examples"))?)?;

    let bundle_dir = out_dir.join("web");
    let web = match env::var("ERAGRAPH_WEB").as_deref() {
        Ok("off") => Web::Off,
        Ok("cdn") => Web::Cdn,
        Ok("build") => {
            make_bundle(&web_dir, &out_dir, &bundle_dir)?;
            Web::Bundled
        }
        Ok("") | Err(env::VarError::NotPresent) => match make_bundle(&web_dir, &out_dir, &bundle_dir) {
            Ok(()) => Web::Bundled,
            Err(error) => {
                warn_of_fallback(error.as_ref());
                Web::Cdn
            }
        },
        Ok(other) => return Err(format!("ERAGRAPH_WEB is {other:?}; it may be `build`, `cdn` or `off`").into()),
        Err(error) => return Err(format!("ERAGRAPH_WEB: {error}").into()),
    };
    fs::write(out_dir.join("assets.rs"), asset_table(web, &bundle_dir)?)?;
    Ok(())
}

fn warn_of_fallback(error: &dyn Error) {
    for line in error.to_string().lines().filter(|line| !line.trim().is_empty()) {
        println!("cargo::warning={line}");
    }
    println!("cargo::warning=GraphiQL is not bundled: /graphiql will load it from a public host (esm.sh).");
    println!("cargo::warning=Set ERAGRAPH_WEB=build to try again, or ERAGRAPH_WEB=cdn to accept this in silence.");
}

/// Puts the bundle into `bundle_dir`, from the cache or else by npm.
fn make_bundle(web_dir: &Path, out_dir: &Path, bundle_dir: &Path) -> Result<()> {
    let mut hasher = DefaultHasher::new();
    for input in INPUTS {
        hash_tree(&web_dir.join(input), &mut hasher)?;
    }
    let cache_dir = cache_dir(out_dir);
    let cached = cache_dir.join(format!("{:016x}", hasher.finish()));
    if !cached.is_dir() {
        // Two builds may be here at once: each works in a folder of its own, and one rename wins.
        let work_dir = cache_dir.join(format!("work-{}", std::process::id()));
        let built = run_npm(web_dir, &work_dir).and_then(|()| publish(&work_dir.join("dist"), &cached));
        remove_tree(&work_dir)?;
        built?;
    }
    remove_tree(bundle_dir)?;
    copy_tree(&cached, bundle_dir)?;
    Ok(())
}

/// Returns the folder beside the profiles in the target directory; `OUT_DIR` where cargo's layout is another.
fn cache_dir(out_dir: &Path) -> PathBuf {
    let build_dir = out_dir.ancestors().find(|dir| dir.file_name().is_some_and(|name| name == "build"));
    let target_dir = build_dir.and_then(Path::parent).and_then(Path::parent);
    target_dir.unwrap_or(out_dir).join("eragraph-web")
}

fn run_npm(web_dir: &Path, work_dir: &Path) -> Result<()> {
    remove_tree(work_dir)?;
    fs::create_dir_all(work_dir)?;
    for input in INPUTS {
        copy_tree(&web_dir.join(input), &work_dir.join(input))?;
    }
    npm(work_dir, &["ci", "--ignore-scripts", "--include=dev"])?;
    npm(work_dir, &["run", "build"])
}

fn npm(work_dir: &Path, arguments: &[&str]) -> Result<()> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let shown = format!("npm {}", arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .current_dir(work_dir)
        .output()
        .map_err(|error| format!("{shown} could not be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().collect();
    let last = lines.get(lines.len().saturating_sub(12)..).unwrap_or_default();
    Err(format!("{shown} failed ({}):\n{}", output.status, last.join("\n")).into())
}

/// Moves a finished bundle into the cache, unless another build did so meanwhile.
fn publish(dist: &Path, cached: &Path) -> Result<()> {
    match fs::rename(dist, cached) {
        Err(_) if cached.is_dir() => Ok(()),
        done => Ok(done?),
    }
}

fn asset_table(web: Web, bundle_dir: &Path) -> Result<String> {
    let mut table = format!("pub(super) const WEB: Web = Web::{web:?};\n");
    table.push_str("pub(super) static FILES: &[(&str, &str, &[u8])] = &[\n");
    if web == Web::Bundled {
        for file in files_below(bundle_dir)? {
            let name = utf8(file.strip_prefix(bundle_dir)?)?.replace('\\', "/");
            let content_type = content_type(&name)?;
            writeln!(table, "    ({name:?}, {content_type:?}, include_bytes!({:?})),", utf8(&file)?)?;
        }
    }
    table.push_str("];\n");
    Ok(table)
}

fn content_type(name: &str) -> Result<&'static str> {
    Ok(match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        _ => return Err(format!("the bundle holds {name}, a file of unknown type").into()),
    })
}

/// Lists `NN-name.graphql` in the order of the numbers, which are no part of the names.
fn example_table(dir: &Path) -> Result<String> {
    let mut table = "pub(super) static SOURCES: &[(&str, &str)] = &[\n".to_owned();
    for file in files_below(dir)?.iter().filter(|file| file.extension().is_some_and(|end| end == "graphql")) {
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let Some((_, name)) = stem.split_once('-') else {
            return Err(format!("{} is not called NN-name.graphql", file.display()).into());
        };
        writeln!(table, "    ({name:?}, include_str!({:?})),", utf8(file)?)?;
    }
    table.push_str("];\n");
    Ok(table)
}

fn utf8(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| format!("the path {} is not UTF-8", path.display()).into())
}

/// Returns a file itself, or every file below a folder, in the order of their paths.
fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        files.extend(files_below(&path)?);
    }
    Ok(files)
}

fn hash_tree(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    for file in files_below(path)? {
        file.strip_prefix(path)?.hash(hasher);
        fs::read(&file)?.hash(hasher);
    }
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    for file in files_below(from)? {
        let copy = if file == from { to.to_owned() } else { to.join(file.strip_prefix(from)?) };
        if let Some(parent) = copy.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(&file, &copy)?;
    }
    Ok(())
}

fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
