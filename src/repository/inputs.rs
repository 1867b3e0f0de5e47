//! Input files on the disk: which files a path means, and their bytes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::source::{InputFile, Limits, companions};

/// Tells why input files could not be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A path could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A folder holds no input file.
    #[error("{} holds no `.yaml` or `.yml` file", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

/// Reads the files that the paths mean: a file as it is, a folder's `.yaml` and `.yml` files at any depth.
/// Names that begin with a dot are passed over. Each file comes once, folders in the order of names, and after them
/// the tables that mapping files name, where they are there.
///
/// # Errors
/// Returns [`InputError`] for the first path that cannot be read, and for a folder with no input file.
pub fn read_inputs(paths: &[PathBuf]) -> Result<Vec<InputFile>, InputError> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        let found = if path.is_dir() { in_folder(path)? } else { vec![path.clone()] };
        if found.is_empty() {
            return Err(InputError::Empty { path: path.clone() });
        }
        for file in found {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    let mut inputs: Vec<InputFile> = files.iter().map(|path| read_file(path)).collect::<Result<_, _>>()?;
    let named: Vec<String> = inputs.iter().flat_map(companions).collect();
    for name in named {
        // A table that is not there is told by the check of its mapping, with the place that names it.
        if !inputs.iter().any(|input| input.name == name) && Path::new(&name).is_file() {
            inputs.push(read_file(Path::new(&name))?);
        }
    }
    Ok(inputs)
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, InputError> {
    let failed = |source| InputError::Io { path: folder.to_path_buf(), source };
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    entries.sort();
    let mut files = Vec::new();
    for path in entries {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if hidden {
            continue;
        }
        if path.is_dir() {
            files.extend(in_folder(&path)?);
        } else if is_yaml {
            files.push(path);
        }
    }
    Ok(files)
}

/// Reads one file; of one that is too large, no more than shows that it is.
///
/// # Errors
/// Returns [`InputError::Io`] when it cannot be read.
pub fn read_file(path: &Path) -> Result<InputFile, InputError> {
    use std::io::Read as _;
    let failed = |source| InputError::Io { path: path.to_path_buf(), source };
    let most = u64::try_from(Limits::default().table_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(failed)?.take(most).read_to_end(&mut bytes).map_err(failed)?;
    Ok(InputFile { name: path.display().to_string(), bytes })
}
