//! Which names of operations have a series of their own: those most asked for, and never more than a few.
//!
//! Anybody can make up names, so a name earns its place. It gets one at its third asking; until then,
//! and where no place is free, it counts as `other`. Once all places are taken, a name that was asked
//! for more than twice as often as the least asked one takes the place of that. Askings fade: counts of those with a
//! place are halved every hour, and those of the others last an hour. So a flood of names that
//! are asked for once moves nothing, and who would keep a real name out must ask for each of
//! the made-up ones about as often as others do for the real one, for as long as it is to be kept out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use moka::sync::Cache;

/// What names without a place count as.
pub(super) const OTHER: &str = "other";
/// What operations without a name count as.
pub(super) const ANONYMOUS: &str = "anonymous";

/// How often a name must be asked for before it can have a place.
const EARNED_AFTER: u64 = 3;
/// How many names without a place are counted at most.
const CANDIDATES: u64 = 1_024;
/// How long a name may be, in characters.
const LONGEST: usize = 64;
/// How long it takes for the counts to be halved.
const FADING: Duration = Duration::from_secs(60 * 60);

/// The names with a place, and the counts of others.
#[derive(Debug)]
pub(super) struct Operations {
    places: usize,
    named: BTreeMap<String, u64>,
    candidates: Cache<String, Arc<AtomicU64>>,
    halved: Instant,
}

/// What an operation counts as, and the name that lost its place to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Placed<'n> {
    pub(super) label: &'n str,
    pub(super) displaced: Option<String>,
}

impl<'n> Placed<'n> {
    fn as_is(label: &'n str) -> Self {
        Self { label, displaced: None }
    }
}

impl Operations {
    /// Returns that many places, all free.
    pub(super) fn new(places: usize, now: Instant) -> Self {
        let candidates = Cache::builder().max_capacity(CANDIDATES).time_to_live(FADING).build();
        Self { places, named: BTreeMap::new(), candidates, halved: now }
    }

    /// Counts one asking for an operation.
    pub(super) fn place<'n>(&mut self, name: Option<&'n str>, now: Instant) -> Placed<'n> {
        let Some(name) = name else { return Placed::as_is(ANONYMOUS) };
        if name.chars().count() > LONGEST || !is_name(name) || name == OTHER || name == ANONYMOUS {
            return Placed::as_is(OTHER);
        }
        self.fade(now);
        if let Some(asked) = self.named.get_mut(name) {
            *asked = asked.saturating_add(1);
            return Placed::as_is(name);
        }
        let count = self.candidates.get_with_by_ref(name, Arc::default);
        let asked = count.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let displaced = if self.named.len() < self.places { None } else { self.least().filter(|(_, l)| asked > 2 * l) };
        if asked < EARNED_AFTER || (self.named.len() >= self.places && displaced.is_none()) {
            return Placed::as_is(OTHER);
        }
        let displaced = displaced.map(|(displaced, _)| displaced);
        if let Some(displaced) = &displaced {
            self.named.remove(displaced);
        }
        self.candidates.invalidate(name);
        self.named.insert(name.to_owned(), asked);
        Placed { label: name, displaced }
    }

    /// Returns the least asked name with a place.
    fn least(&self) -> Option<(String, u64)> {
        self.named.iter().min_by_key(|(_, asked)| **asked).map(|(name, asked)| (name.clone(), *asked))
    }

    fn fade(&mut self, now: Instant) {
        while now.saturating_duration_since(self.halved) >= FADING {
            self.halved += FADING;
            self.named.values_mut().for_each(|asked| *asked /= 2);
            if self.named.values().all(|asked| *asked == 0) {
                self.halved = now;
            }
        }
    }
}

/// Tells whether a text is a name as GraphQL has them.
fn is_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    text.starts_with(is_letter) && text.chars().all(|letter| is_letter(letter) || letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(operations: &mut Operations, name: &str, times: usize, now: Instant) -> String {
        (0..times).fold(String::new(), |_, _| operations.place(Some(name), now).label.to_owned())
    }

    #[test]
    fn a_name_has_a_place_from_its_third_asking() {
        let now = Instant::now();
        let mut operations = Operations::new(2, now);
        assert_eq!(ask(&mut operations, "A", 2, now), OTHER);
        assert_eq!(ask(&mut operations, "A", 1, now), "A");
        assert_eq!(operations.place(None, now).label, ANONYMOUS);
    }

    #[test]
    fn what_is_no_name_has_no_place() {
        let now = Instant::now();
        let mut operations = Operations::new(8, now);
        for odd in ["", "1", "a b", "a\n", "ä", "other", "anonymous", &"x".repeat(65)] {
            assert_eq!(ask(&mut operations, odd, 9, now), OTHER, "{odd:?}");
        }
        assert_eq!(ask(&mut operations, &"x".repeat(64), 9, now), "x".repeat(64));
    }

    #[test]
    fn a_flood_of_made_up_names_takes_no_place_from_a_real_one() {
        let now = Instant::now();
        let mut operations = Operations::new(2, now);
        ask(&mut operations, "Real", 50, now);
        for number in 0..5_000 {
            ask(&mut operations, &format!("Made{number}"), 4, now);
        }
        assert_eq!(operations.named.len(), 2);
        assert_eq!(ask(&mut operations, "Real", 1, now), "Real");
    }

    #[test]
    fn a_real_name_that_comes_late_takes_the_place_of_one_that_is_asked_less() {
        let now = Instant::now();
        let mut operations = Operations::new(2, now);
        ask(&mut operations, "Made1", 40, now);
        ask(&mut operations, "Made2", 8, now);
        assert_eq!(ask(&mut operations, "Real", 16, now), OTHER);
        let placed = operations.place(Some("Real"), now);
        assert_eq!(placed, Placed { label: "Real", displaced: Some("Made2".to_owned()) });
    }

    #[test]
    fn names_that_nobody_asks_for_any_more_give_their_places_up() {
        let now = Instant::now();
        let mut operations = Operations::new(1, now);
        ask(&mut operations, "Made", 1_000, now);
        assert_eq!(ask(&mut operations, "Real", 5, now), OTHER);
        let later = now + 10 * FADING;
        assert_eq!(operations.place(Some("Real"), later).displaced, Some("Made".to_owned()));
        let much_later = now + 1_000_000 * FADING;
        assert_eq!(ask(&mut operations, "Real", 1, much_later), "Real");
    }
}
