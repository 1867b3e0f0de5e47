//! eragraph beside a floor and SQLite, on the same data.
//!
//!     cargo run --release --manifest-path benches/side-by-side/Cargo.toml -- M L
//!
//! writes histories of an organisation, loads them into eragraph and SQLite, checks the answers of both against those of
//! brute force, times four questions beside a server that returns ready-made bodies of the same bytes, and prints tables.

mod check;
mod client;
mod curve;
mod data;
mod eragraph;
mod floor;
mod generate;
mod machine;
mod one_core;
mod options;
mod pages;
mod process;
mod questions;
mod report;
mod rounds;
mod serving;
mod side_by_side;
mod sqlite;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use data::Data;
use options::{Options, USAGE};

/// What may fail, with what is told of it.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        // What this program starts itself as.
        ["floor", folder] => floor::run(Path::new(folder)),
        ["sqlite", database] => sqlite::run(Path::new(database)),
        ["sqlite-load", folder, database] => sqlite::load(Path::new(folder), Path::new(database)),
        ["-h" | "--help"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Options::read(words.into_iter()).and_then(|options| run(&options)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Outcome<()> {
    println!("Measured on {}.\n", machine::described());
    if cfg!(debug_assertions) {
        println!("Built without --release: answers are checked, and no figure means anything.\n");
    }
    for (name, size) in &options.sizes {
        let folder = options.work.join(format!("data/{name}-{}", options.seed));
        if !folder.join("expected.json").exists() {
            eprintln!("{name}: writing {} units x {} versions …", size.units, size.versions);
            generate::write(&folder, *size, options.seed)?;
        }
        side_by_side::run(name, &Data::read(&folder)?, options)?;
    }
    for folder in &options.data {
        side_by_side::run(&folder.display().to_string(), &Data::read(folder)?, options)?;
    }
    Ok(())
}

/// Returns the checkout in which this crate lies.
fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_owned).unwrap_or_default()
}
