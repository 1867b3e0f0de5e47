//! Files that survive a crash: written whole or not at all, moved rather than deleted, and locked.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::error::StoreError;

/// The end of the name of a file that is still being written.
pub(super) const UNFINISHED: &str = "tmp";

/// Proof that this process alone has the store open. Let go of when dropped, or when the process ends.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    /// Lets go of the lock itself: closing the file would not, while a process that was just started from this one
    /// still has a copy of it.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

impl Lock {
    /// Takes the lock of a store, or tells that it is taken.
    pub(super) fn take(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join("lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(StoreError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::Busy { path: dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(StoreError::io("lock", &path)(source)),
        }
    }
}

/// Makes a folder and those above it, durably.
pub(super) fn make_dir(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        make_dir(parent)?;
    }
    match fs::create_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(StoreError::io("make the folder", path)(error))
        }
        _ => sync_dir(parent.unwrap_or(Path::new("."))),
    }
}

/// Makes what was created, renamed or removed in a folder durable.
pub(super) fn sync_dir(path: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        File::open(path).and_then(|dir| dir.sync_all()).map_err(StoreError::io("make durable", path))?;
    }
    Ok(())
}

/// Writes a file so that after a crash it is there whole, or as it was before.
pub(super) fn write_whole(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), StoreError> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".");
    unfinished.push(UNFINISHED);
    let unfinished = PathBuf::from(unfinished);
    let written = File::create(&unfinished).and_then(|mut file| {
        write(&mut file)?;
        file.sync_all()
    });
    written.map_err(StoreError::io("write", &unfinished))?;
    rename(&unfinished, path)
}

/// Renames a file or folder, durably.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(StoreError::io("rename", from))?;
    let folder = |path: &Path| path.parent().map(Path::to_owned);
    if let (Some(source), Some(target)) = (folder(from), folder(to)) {
        sync_dir(&target)?;
        if source != target {
            sync_dir(&source)?;
        }
    }
    Ok(())
}

/// Moves a damaged file or folder to `set-aside/` in the store; returns where it is now.
pub(super) fn set_aside(store: &Path, damaged: &Path) -> Result<PathBuf, StoreError> {
    let folder = store.join("set-aside");
    make_dir(&folder)?;
    let name = damaged.file_name().unwrap_or_default().to_string_lossy();
    let mut number = 1_u32;
    let free = loop {
        let candidate = folder.join(format!("{name}.{number}"));
        if !candidate.exists() {
            break candidate;
        }
        number = number.saturating_add(1);
    };
    rename(damaged, &free)?;
    Ok(free)
}

/// Returns the paths in a folder, in order; none when it is not there.
pub(super) fn entries(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let listing = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(StoreError::io("list", dir))?,
    };
    let mut paths = Vec::new();
    for entry in listing {
        paths.push(entry.map_err(StoreError::io("list", dir))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Returns how many bytes the files below a folder have. A file that goes away meanwhile counts as nothing.
pub(super) fn bytes_below(dir: &Path) -> Result<u64, StoreError> {
    let mut bytes = 0_u64;
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder)? {
            match fs::symlink_metadata(&path) {
                Ok(found) if found.is_dir() => folders.push(path),
                Ok(found) => bytes = bytes.saturating_add(found.len()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(StoreError::io("look at", &path)(error)),
            }
        }
    }
    Ok(bytes)
}
