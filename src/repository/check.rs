//! Checks of input files that are to be loaded, alone and beside what is loaded already.

use std::io::{self, Read as _};
use std::path::Path;

use crate::diagnostics::Report;
use crate::model::{Corpus, RecordKey};
use crate::source::{self, InputFile, Limits, Parsed};

use super::sources::open_inside;

/// Reads input files and checks them as they would stand beside `before`, without `removed`.
/// With `sources`, also every citation against the source files in that folder.
///
/// The records are good to load if the report has no errors.
#[must_use]
pub fn check_files(
    files: &[InputFile],
    before: &Corpus,
    removed: &[RecordKey],
    sources: Option<&Path>,
) -> (Parsed, Corpus) {
    check_files_telling(files, before, removed, sources, &|_| {})
}

/// Reads and checks input files, see [`check_files`], and tells how many more bytes of them it has read as it goes.
pub(super) fn check_files_telling(
    files: &[InputFile],
    before: &Corpus,
    removed: &[RecordKey],
    sources: Option<&Path>,
    progress: &dyn Fn(usize),
) -> (Parsed, Corpus) {
    let mut parsed = source::parse_telling(files, &Limits::default(), progress);
    let mut after = before.clone();
    for key in removed {
        after.remove(key);
    }
    for (_, record) in &parsed.records {
        after.insert(record.clone());
    }
    let found = source::check(before, &after, &parsed);
    parsed.report.extend(found);
    if let Some(dir) = sources {
        let mut only_new = Corpus::default();
        for (_, record) in &parsed.records {
            only_new.insert(record.clone());
        }
        let found = source::citations::check(&only_new, &parsed.origins, &mut |name| read_source(dir, name));
        parsed.report.extend(found);
    }
    if !parsed.report.diagnostics.is_empty() {
        parsed.show_tables(files);
    }
    parsed.report.sort();
    (parsed, after)
}

/// Checks every citation of what is loaded against the source files in a folder.
#[must_use]
pub fn check_sources(corpus: &Corpus, dir: &Path) -> Report {
    let mut report = Report::default();
    report.extend(source::citations::check(corpus, &source::Origins::default(), &mut |name| read_source(dir, name)));
    report
}

/// Reads a source file by its name; a name or a link that leads out of the folder is refused.
fn read_source(dir: &Path, name: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_inside(dir, name)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}
