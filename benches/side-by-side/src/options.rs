//! What the command line says.

use std::path::PathBuf;
use std::time::Duration;

use crate::Outcome;
use crate::generate::{SIZES, Size};
use crate::rounds::Rounds;

pub const USAGE: &str = "\
eragraph beside a floor and SQLite: the same data, the same questions, every answer checked before it is timed.

    side-by-side [SIZE...] [OPTION...]

    SIZE                S, M, L or XL: 300 units x 12 versions, 10,000 x 120, 100,000 x 240, 1,000,000 x 240 [M]
    --units N           a size of its own, with --versions
    --versions N
    --seed N            another history of the same size [1]
    --data DIR          a history that lies there already; may be repeated
    --eragraph PATH     this program, and not a release built from the checkout
    --work DIR          where data, stores and logs are kept [target/side-by-side]
    --rounds N          how many rounds must count [9]
    --seconds N         how long each server is asked in a round [1]
    --loads N           how often each loads the history [3]
    --only WORD         load, ask, growth or check, and not all of it; may be repeated
";

/// What is to be done.
#[derive(Debug)]
pub struct Options {
    pub sizes: Vec<(String, Size)>,
    pub data: Vec<PathBuf>,
    pub seed: u64,
    pub eragraph: Option<PathBuf>,
    pub work: PathBuf,
    pub rounds: Rounds,
    pub loads: usize,
    only: Vec<String>,
}

impl Options {
    pub fn read(mut words: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut options = Self {
            sizes: Vec::new(),
            data: Vec::new(),
            seed: 1,
            eragraph: None,
            work: crate::checkout().join("target/side-by-side"),
            rounds: Rounds { count: 9, time: Duration::from_secs(1) },
            loads: 3,
            only: Vec::new(),
        };
        let (mut units, mut versions) = (None, None);
        while let Some(word) = words.next() {
            if let Some((name, size)) = SIZES.iter().find(|(name, _)| *name == word) {
                options.sizes.push(((*name).to_owned(), *size));
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{word}: what is meant?\n\n{USAGE}"))?;
            match word.as_str() {
                "--units" => units = Some(value.parse()?),
                "--versions" => versions = Some(value.parse()?),
                "--seed" => options.seed = value.parse()?,
                "--data" => options.data.push(value.into()),
                "--eragraph" => options.eragraph = Some(value.into()),
                "--work" => options.work = std::path::absolute(value)?,
                "--rounds" => options.rounds.count = value.parse::<usize>()?.max(1),
                "--seconds" => options.rounds.time = Duration::from_secs_f64(value.parse()?),
                "--loads" => options.loads = value.parse::<usize>()?.max(1),
                "--only" => options.only.push(value),
                _ => return Err(format!("{word}: what is meant?\n\n{USAGE}").into()),
            }
        }
        match (units, versions) {
            (Some(units), Some(versions)) if units > 9 && versions > 1 => {
                options.sizes.push((format!("{units}x{versions}"), Size { units, versions }));
            }
            (None, None) => {}
            _ => return Err("--units and --versions go together: at least 10 units and 2 versions".into()),
        }
        if options.sizes.is_empty() && options.data.is_empty() {
            options.sizes.push((SIZES[1].0.to_owned(), SIZES[1].1));
        }
        Ok(options)
    }

    /// Tells whether a part of the work is wanted.
    pub fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }
}
