//! Rounds: the servers are asked in turn for a short time each, and rounds that the machine disturbed do not count.

use std::net::SocketAddr;
use std::time::Duration;

use crate::Outcome;
use crate::client::{Asked, at_once, one_after_the_other};
use crate::machine::{CALM, Watch};
use crate::one_core::OneCore;

/// How far the floor may be from its median, in a round that counts.
const FLOOR_OFF: f64 = 0.15;
/// How many rounds are tried at most for each that is wanted.
const TRIES: usize = 3;
/// How many connections ask at once.
pub const AT_ONCE: usize = 16;

/// How the servers are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Over one connection; the figure is the median time of an answer in microseconds.
    Alone,
    /// The same, with all that takes part on one core.
    OneCore,
    /// Over sixteen; the figure is the answers in a second.
    AtOnce,
}

/// One of the servers that take part.
#[derive(Debug, Clone)]
pub struct Part {
    pub process: u32,
    pub address: SocketAddr,
    pub asked: Asked,
}

/// How many rounds there are, and how long each server is asked in one.
#[derive(Debug, Clone, Copy)]
pub struct Rounds {
    pub count: usize,
    pub time: Duration,
}

/// The figures of the rounds that count: for each round, those of each server. The first server is the floor, or what stands for it.
#[derive(Debug)]
pub struct Figures {
    rounds: Vec<Vec<f64>>,
    /// How many rounds did not count.
    pub discarded: usize,
    /// Whether so few were undisturbed that the least disturbed ones count.
    pub disturbed: bool,
}

/// A middle figure, with the least and the largest.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Rounds {
    /// Asks the servers in turn, until enough rounds count.
    pub fn run(self, mode: Mode, parts: &[Part]) -> Outcome<Figures> {
        let processes: Vec<u32> = parts.iter().map(|part| part.process).collect();
        let _held = if mode == Mode::OneCore { Some(OneCore::hold(&processes)?) } else { None };
        // What was never asked is slower; that round counts for nothing.
        round(mode, parts, 0, self.time / 4)?;
        let mut tried: Vec<(u64, Vec<f64>)> = Vec::new();
        let calm = |tried: &[(u64, Vec<f64>)]| {
            near_the_floor(
                tried.iter().filter(|(others, _)| *others <= CALM).map(|(_, round)| round).cloned().collect(),
            )
        };
        while tried.len() < self.count * TRIES && calm(&tried).len() < self.count {
            let watch = Watch::begin(&processes);
            let figures = round(mode, parts, tried.len(), self.time)?;
            tried.push((watch.others(), figures));
        }
        let (number, mut rounds) = (tried.len(), calm(&tried));
        let disturbed = rounds.len() < self.count.min(3);
        if disturbed {
            // As good as it gets here.
            tried.sort_by_key(|(others, _)| *others);
            rounds = near_the_floor(tried.into_iter().take(self.count).map(|(_, round)| round).collect());
        }
        Ok(Figures { discarded: number - rounds.len(), rounds, disturbed })
    }
}

/// Asks each server once. Each round begins with another one, and goes on in the list of questions.
fn round(mode: Mode, parts: &[Part], number: usize, time: Duration) -> Outcome<Vec<f64>> {
    let mut figures = vec![0.0; parts.len()];
    for turn in 0..parts.len() {
        let place = (number + turn) % parts.len();
        let Part { address, asked, .. } = &parts[place];
        let from = number * 331;
        figures[place] = match mode {
            Mode::Alone | Mode::OneCore => {
                let mut times = one_after_the_other(*address, asked, from, time)?;
                times.sort();
                times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e6)
            }
            Mode::AtOnce => at_once(*address, asked, AT_ONCE, from, time)?,
        };
    }
    Ok(figures)
}

/// Returns the rounds in which the floor was near its median.
fn near_the_floor(mut rounds: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let floor = spread(rounds.iter().map(|round| round[0]).collect()).median;
    rounds.retain(|round| (round[0] / floor - 1.0).abs() <= FLOOR_OFF);
    rounds
}

impl Figures {
    /// Returns the figures of a server.
    pub fn of(&self, server: usize) -> Spread {
        spread(self.rounds.iter().map(|round| round[server]).collect())
    }

    /// Returns how many times as large one server's figure is as another's, by the rounds.
    pub fn times(&self, one: usize, other: usize) -> Spread {
        spread(self.rounds.iter().map(|round| round[one] / round[other]).collect())
    }
}

/// Returns the middle of some figures, and how far they go.
pub fn spread(mut figures: Vec<f64>) -> Spread {
    figures.sort_by(f64::total_cmp);
    let at = |place: usize| figures.get(place).copied().unwrap_or(f64::NAN);
    Spread { median: at(figures.len() / 2), least: at(0), most: at(figures.len().saturating_sub(1)) }
}
