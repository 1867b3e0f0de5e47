//! Which units of new snapshots may be the same as known ones: suggestions for a person, and never a join.
//!
//! Each trait that two units share, or do not, is evidence of so many bits: rare words of a name say more than
//! common ones, a parent with few units below it more than one with many. Rarity is counted in the units at hand,
//! so no word and no agency is known beforehand. The sum, taken against the number of units that it might be
//! instead, gives the score. `docs/matching.md` has the weights, and how well they do.

mod doubt;
mod found;
mod index;
mod judge;
mod name;
mod pairing;
mod profile;
mod rarity;
mod weigh;

use std::collections::BTreeSet;

use crate::model::{Corpus, Record, RecordKey};

pub use found::{Candidate, Doubt, Match, Outcome, Reason, Suggestions, Trait};

use pairing::Matcher;
use profile::{Batch, Events};

/// Returns which units of the records may be the same as units known before, and which known ids look misused.
///
/// `known` is what is loaded; of it, what the records are to replace does not count. The snapshots among the records
/// are taken in the order of their dates, and each is compared with all that is known and with those before it, so
/// that several new ones can be looked at together. Pure: nothing is changed, and the same input gives the same answer.
#[must_use]
pub fn suggest(known: &Corpus, records: &[Record]) -> Suggestions {
    let mut before = known.clone();
    let keys: BTreeSet<RecordKey> = records.iter().map(Record::key).collect();
    for key in &keys {
        before.remove(key);
    }
    let mut new = Corpus::default();
    for record in records {
        new.insert(record.clone());
    }
    let old = Batch::all_of(&before);
    let arriving = Batch::all_of(&new);
    let mut matcher = Matcher::new(Events::of([&before, &new]), old.iter().chain(&arriving));
    for batch in &old {
        matcher.learn(batch);
    }
    let mut found = Suggestions { known_units: matcher.known_count(), ..Suggestions::default() };
    for batch in &arriving {
        matcher.compare(batch, &mut found);
        matcher.learn(batch);
    }
    found
}
