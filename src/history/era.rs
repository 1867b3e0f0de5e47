//! Eras and their sequences: which era had begun by a day.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Corpus, Day, Era, EraId};

use super::layer::{EraIx, Layers, index};

/// A sequence of eras, told by the id of its first era.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceIx(u32);

#[derive(Debug)]
struct Entry {
    era: Arc<Era>,
    sequence: SequenceIx,
    begun: Option<Day>,
}

/// The eras in order, with the day on which each began.
#[derive(Debug, Default)]
pub(super) struct Eras {
    entries: Vec<Entry>,
}

impl Eras {
    /// Lists the eras; when each began is filled in by [`Eras::begin`], once the layers are known.
    pub(super) fn of(corpus: &Corpus) -> Self {
        let mut sequences: BTreeMap<EraId, SequenceIx> = BTreeMap::new();
        let mut entries = Vec::new();
        for era in corpus.eras_in_order() {
            let next = SequenceIx(index(sequences.len()));
            let sequence = *sequences.entry(era.sequence.clone()).or_insert(next);
            entries.push(Entry { era: Arc::clone(era), sequence, begun: None });
        }
        Self { entries }
    }

    /// Notes for each era the earliest start of its layers.
    pub(super) fn begin(&mut self, layers: &Layers) {
        for (_, layer) in layers.iter() {
            let Some(entry) = layer.era.and_then(|era| self.entry_mut(era)) else { continue };
            entry.begun = Some(entry.begun.map_or(layer.start(), |begun| begun.min(layer.start())));
        }
    }

    pub(super) fn find(&self, id: &EraId) -> Option<EraIx> {
        self.entries.iter().position(|entry| entry.era.id == *id).map(|at| EraIx(index(at)))
    }

    pub(super) fn get(&self, era: EraIx) -> &Era {
        &self.entry(era).era
    }

    pub(super) fn indices(&self) -> impl ExactSizeIterator<Item = EraIx> + use<> {
        (0..index(self.entries.len())).map(EraIx)
    }

    pub(super) fn sequence(&self, era: EraIx) -> SequenceIx {
        self.entry(era).sequence
    }

    /// Returns the position of the latest era of a sequence that had begun by the day.
    pub(super) fn latest_begun(&self, sequence: SequenceIx, day: Day) -> Option<u32> {
        self.entries
            .iter()
            .filter(|entry| entry.sequence == sequence && entry.begun.is_some_and(|begun| begun <= day))
            .map(|entry| entry.era.position)
            .max()
    }

    /// Returns the day on which the first era of a sequence after a position began.
    pub(super) fn first_begun_after(&self, sequence: SequenceIx, position: Option<u32>) -> Option<Day> {
        let later = self.entries.iter().filter(|entry| entry.sequence == sequence);
        later.filter(|entry| position < Some(entry.era.position)).filter_map(|entry| entry.begun).min()
    }

    /// Tells whether an era began after one day and by another.
    pub(super) fn any_begins_between(&self, from: Day, to: Day) -> bool {
        self.entries.iter().any(|entry| entry.begun.is_some_and(|begun| from < begun && begun <= to))
    }

    /// Returns the position that something seen by a layer of `era` and `start` has in a sequence.
    pub(super) fn position(&self, sequence: SequenceIx, era: Option<EraIx>, start: Day) -> Option<u32> {
        match era.filter(|era| self.sequence(*era) == sequence) {
            Some(era) => Some(self.get(era).position),
            None => self.latest_begun(sequence, start),
        }
    }

    fn entry(&self, era: EraIx) -> &Entry {
        #[expect(clippy::indexing_slicing, reason = "an EraIx is made only for this table")]
        #[expect(clippy::as_conversions, reason = "a u32 index fits in usize wherever eragraph runs")]
        &self.entries[era.0 as usize]
    }

    fn entry_mut(&mut self, era: EraIx) -> Option<&mut Entry> {
        self.entries.get_mut(usize::try_from(era.0).ok()?)
    }
}
