//! The reader's own copies of the sources: a folder from which evidence offers the text of its lines.
//!
//! The text goes from the folder to the answer. It is in no record, no index and no log, and it is offered only
//! where the copy is, by its checksum, the very file that was curated.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use moka::sync::Cache;

use crate::model::{LineSet, SourceFile};
use crate::source::citations;

/// How many bytes of text are kept at hand.
const KEPT_BYTES: u64 = 32 * 1024 * 1024;
/// How long after a change a file is read anew each time: a second change might have the same time.
const SETTLED: Duration = Duration::from_secs(2);

/// A folder with copies of sources.
#[derive(Debug)]
pub struct SourceFolder {
    dir: PathBuf,
    most_bytes: u64,
    read: Cache<String, Arc<SourceCopy>>,
}

/// Tells why no text is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// The source has no file, or the evidence names no lines of it.
    NoLines,
    /// No checksum was recorded, so that nobody can tell whether the copy is the file that was curated.
    NoChecksum,
    /// The folder has no file of that name that can be read.
    Missing,
    /// The file is larger than what is read.
    TooLarge,
    /// The file is not the one that was curated: its checksum is another.
    Changed,
    /// The file has no such lines.
    NoSuchLines,
}

/// The lines of one evidence, in the copy of its source.
#[derive(Debug)]
pub struct SourceText {
    copy: Arc<SourceCopy>,
    lines: LineSet,
}

/// A file as it was read.
#[derive(Debug)]
struct SourceCopy {
    stamp: Stamp,
    sha256: String,
    lines: Vec<String>,
}

/// What tells that a file is the one that was read before.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    /// On Unix: device, inode, and the time of the last change of either file or name.
    place: (u64, u64, i64, i64),
}

impl SourceFolder {
    /// Returns the folder; of no file more than `most_bytes` is read.
    #[must_use]
    pub fn new(dir: PathBuf, most_bytes: usize) -> Self {
        let weigh = |name: &String, copy: &Arc<SourceCopy>| {
            let bytes = copy.lines.iter().map(|line| line.len().saturating_add(32)).sum::<usize>();
            u32::try_from(bytes.saturating_add(name.len())).unwrap_or(u32::MAX)
        };
        let read = Cache::builder().max_capacity(KEPT_BYTES).weigher(weigh).build();
        Self { dir, most_bytes: u64::try_from(most_bytes).unwrap_or(u64::MAX), read }
    }

    /// Returns the text of lines of a source; blocks while the file is read.
    ///
    /// # Errors
    /// Returns [`Withheld`] where it cannot be offered.
    pub fn text(&self, source: &SourceFile, lines: Option<&LineSet>) -> Result<SourceText, Withheld> {
        let (Some(name), Some(lines)) = (&source.file, lines) else { return Err(Withheld::NoLines) };
        let sha256 = source.sha256.as_deref().ok_or(Withheld::NoChecksum)?;
        let copy = self.copy(name)?;
        if copy.sha256 != sha256 {
            return Err(Withheld::Changed);
        }
        if usize::try_from(lines.last()).map_or(true, |last| last > copy.lines.len()) {
            return Err(Withheld::NoSuchLines);
        }
        Ok(SourceText { copy, lines: lines.clone() })
    }

    fn copy(&self, name: &str) -> Result<Arc<SourceCopy>, Withheld> {
        let file = open_inside(&self.dir, name).map_err(|_| Withheld::Missing)?;
        let stamp = file.metadata().map(|found| Stamp::of(&found)).map_err(|_| Withheld::Missing)?;
        if let Some(known) = self.read.get(name).filter(|known| known.stamp == stamp) {
            return Ok(known);
        }
        if stamp.bytes > self.most_bytes {
            return Err(Withheld::TooLarge);
        }
        let mut bytes = Vec::new();
        file.take(self.most_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(|_| Withheld::Missing)?;
        // It may have grown since it was measured.
        if u64::try_from(bytes.len()).map_or(true, |read| read > self.most_bytes) {
            return Err(Withheld::TooLarge);
        }
        let is_settled = stamp.is_settled();
        let copy = Arc::new(SourceCopy { stamp, sha256: citations::sha256(&bytes), lines: citations::lines(&bytes) });
        if is_settled {
            self.read.insert(name.to_owned(), Arc::clone(&copy));
        }
        Ok(copy)
    }
}

impl SourceText {
    /// Returns how many lines and how many bytes there are.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        self.lines().fold((0, 0), |(lines, bytes), (_, text)| (lines + 1, bytes + text.len()))
    }

    /// Returns the lines, each with its number.
    pub fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        let ranges = self.lines.ranges();
        let text = |number: u32| {
            let at = usize::try_from(number).ok()?.checked_sub(1)?;
            Some((number, self.copy.lines.get(at)?.as_str()))
        };
        ranges.flat_map(|(first, last)| first..=last).filter_map(text)
    }
}

impl Stamp {
    fn of(found: &fs::Metadata) -> Self {
        #[cfg(unix)]
        let place = {
            use std::os::unix::fs::MetadataExt as _;
            (found.dev(), found.ino(), found.ctime(), found.ctime_nsec())
        };
        #[cfg(not(unix))]
        let place = (0, 0, 0, 0);
        Self { bytes: found.len(), modified: found.modified().ok(), place }
    }

    /// Tells whether the file was last changed so long ago that another change would show in its time.
    fn is_settled(&self) -> bool {
        self.modified.and_then(|at| at.elapsed().ok()).is_some_and(|since| since > SETTLED)
    }
}

/// Opens a file of a folder by its name. What leads out of the folder, through the name or a link, is refused,
/// and so is what is no plain file.
pub(super) fn open_inside(dir: &Path, name: &str) -> io::Result<File> {
    let refused = |why: &str| io::Error::new(io::ErrorKind::InvalidInput, why.to_owned());
    if name.is_empty() || !Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(refused("the name leads out of the folder of sources"));
    }
    let dir = fs::canonicalize(dir)?;
    let path = fs::canonicalize(dir.join(name))?;
    if !path.starts_with(&dir) {
        return Err(refused("a link leads out of the folder of sources"));
    }
    // Asked before it is opened: to open a pipe would wait for its other end.
    if !fs::metadata(&path)?.is_file() {
        return Err(refused("it is no file"));
    }
    File::open(path)
}
