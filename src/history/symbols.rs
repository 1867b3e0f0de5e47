//! The texts that claims point at: those of the snapshots where they stand already, and others beside them.

use std::hash::BuildHasher as _;
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::model::{Snapshot, TextIx, Texts};

use super::layer::{Records, index};
use super::node::Symbol;

/// Every text of a history. Equal texts have one symbol, in whichever snapshots they stand; no text is copied.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    /// The number of the first text of each snapshot, and of the others.
    firsts: Vec<u32>,
    snapshots: Vec<Arc<Snapshot>>,
    others: Texts,
}

impl Symbols {
    /// Returns the text of a symbol.
    pub(super) fn get(&self, symbol: Symbol) -> &str {
        self.text(symbol.0.get() - 1)
    }

    /// Returns the numbers of the texts of each snapshot.
    fn numbers(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        self.firsts.iter().zip(self.firsts.iter().skip(1)).map(|(first, next)| *first..*next)
    }

    fn text(&self, number: u32) -> &str {
        let table = self.firsts.partition_point(|first| *first <= number).saturating_sub(1);
        let first = self.firsts.get(table).copied().unwrap_or(0);
        let texts = self.snapshots.get(table).map_or(&self.others, |snapshot| snapshot.mentions.texts());
        texts.get(TextIx(number - first))
    }
}

/// Gives each text its symbol.
#[derive(Debug)]
pub(super) struct SymbolsBuilder {
    symbols: Symbols,
    index: HashTable<u32>,
    hashes: DefaultHashBuilder,
    is_indexed: bool,
    /// For each snapshot, the symbols of its texts in their order.
    of_snapshots: Vec<Vec<Symbol>>,
}

impl SymbolsBuilder {
    pub(super) fn of(records: &Records) -> Self {
        let mut first = 0_u32;
        let mut firsts = Vec::new();
        for snapshot in &records.snapshots {
            firsts.push(first);
            first = first.saturating_add(index(snapshot.mentions.texts().len()));
        }
        firsts.push(first);
        let symbols = Symbols { firsts, snapshots: records.snapshots.clone(), others: Texts::default() };
        let mut builder = Self {
            symbols,
            index: HashTable::new(),
            hashes: DefaultHashBuilder::default(),
            is_indexed: false,
            of_snapshots: Vec::new(),
        };
        let with_texts = records.snapshots.iter().filter(|snapshot| !snapshot.mentions.texts().is_empty());
        if with_texts.count() > 1 {
            builder.index();
        } else {
            // The texts of one snapshot differ from each other, and most logs have no others.
            builder.of_snapshots = builder.symbols.numbers().map(|numbers| numbers.map(symbol).collect()).collect();
        }
        builder
    }

    /// Finds the symbol of each text of the snapshots, and from then on those of others.
    fn index(&mut self) {
        let (snapshots, numbers) = (self.symbols.snapshots.clone(), self.symbols.numbers().collect::<Vec<_>>());
        let count = self.symbols.firsts.last().and_then(|count| usize::try_from(*count).ok()).unwrap_or_default();
        self.index.reserve(count, |_| 0);
        self.of_snapshots = snapshots
            .iter()
            .zip(numbers)
            .map(|(snapshot, numbers)| {
                let texts = snapshot.mentions.texts().iter().zip(numbers);
                texts.map(|(text, number)| self.first_with(text, number)).collect()
            })
            .collect();
        self.is_indexed = true;
    }

    /// Returns the symbol of a text of a snapshot.
    pub(super) fn of_row(&self, snapshot: usize, text: TextIx) -> Option<Symbol> {
        self.of_snapshots.get(snapshot)?.get(text.at()).copied()
    }

    /// Returns the symbol of a text, which is kept where it is new.
    pub(super) fn add(&mut self, text: &str) -> Symbol {
        if !self.is_indexed {
            self.index();
        }
        let next = self.symbols.firsts.last().copied().unwrap_or(0).saturating_add(index(self.symbols.others.len()));
        if let Some(known) = self.find(text) {
            return known;
        }
        self.symbols.others.push(text);
        self.first_with(text, next)
    }

    /// Returns all texts, without what finds them.
    pub(super) fn finish(self) -> Symbols {
        self.symbols
    }

    fn find(&self, text: &str) -> Option<Symbol> {
        let hash = self.hashes.hash_one(text);
        self.index.find(hash, |number| self.symbols.text(*number) == text).map(|number| symbol(*number))
    }

    /// Returns the symbol of the first text that is equal to the one of that number.
    fn first_with(&mut self, text: &str, number: u32) -> Symbol {
        let Self { symbols, index, hashes, .. } = self;
        let hash = hashes.hash_one(text);
        if let Some(known) = index.find(hash, |known| symbols.text(*known) == text) {
            return symbol(*known);
        }
        index.insert_unique(hash, number, |known| hashes.hash_one(symbols.text(*known)));
        symbol(number)
    }
}

fn symbol(number: u32) -> Symbol {
    Symbol(NonZeroU32::MIN.saturating_add(number))
}
