//! Texts, each kept once and named by its position.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};
use serde::{Deserialize, Serialize};

use super::pieces::piece;

/// The position of a text in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TextIx(pub(crate) u32);

impl TextIx {
    /// Returns the position as a number of elements.
    pub(crate) fn at(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// Texts one after the other, each once, in the order in which they were first added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Texts {
    bytes: String,
    /// Where each text ends.
    ends: Vec<u32>,
}

impl Texts {
    /// Returns a text; an empty one where the table has none at the position.
    #[must_use]
    pub fn get(&self, ix: TextIx) -> &str {
        piece(&self.ends, ix.at()).and_then(|piece| self.bytes.get(piece)).unwrap_or_default()
    }

    /// Returns how many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the texts in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..u32::try_from(self.ends.len()).unwrap_or(u32::MAX)).map(|at| self.get(TextIx(at)))
    }

    /// Gives back the room that was taken in advance.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Adds a text to the end; `None` where four thousand million bytes are full.
    pub(crate) fn push(&mut self, text: &str) -> Option<TextIx> {
        let end = u32::try_from(self.bytes.len().checked_add(text.len())?).ok()?;
        let ix = TextIx(u32::try_from(self.ends.len()).ok()?);
        self.bytes.push_str(text);
        self.ends.push(end);
        Some(ix)
    }
}

/// Adds texts to a table, each once.
#[derive(Debug, Clone, Default)]
pub struct TextsBuilder {
    texts: Texts,
    index: HashTable<u32>,
    hashes: DefaultHashBuilder,
}

impl TextsBuilder {
    /// Returns the position of a text, which is added where it is new. What no longer fits is kept as the first text.
    pub fn add(&mut self, text: &str) -> TextIx {
        if let Some(known) = self.find(text) {
            return known;
        }
        let Self { texts, index, hashes } = self;
        let Some(ix) = texts.push(text) else { return TextIx(0) };
        index.insert_unique(hashes.hash_one(text), ix.0, |at| hashes.hash_one(texts.get(TextIx(*at))));
        ix
    }

    /// Returns the position of a text that was added.
    fn find(&self, text: &str) -> Option<TextIx> {
        let hash = self.hashes.hash_one(text);
        self.index.find(hash, |at| self.texts.get(TextIx(*at)) == text).map(|at| TextIx(*at))
    }

    /// Returns the finished table, without what finds texts in it.
    #[must_use]
    pub fn finish(mut self) -> Texts {
        self.texts.shrink_to_fit();
        self.texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stands_once_and_is_found_where_it_stands() {
        let mut builder = TextsBuilder::default();
        let added = ["archive", "", "registry", "archive", ""].map(|text| builder.add(text));
        assert_eq!(added.map(|ix| ix.0), [0, 1, 2, 0, 1]);
        assert_eq!((builder.find("registry"), builder.find("bureau")), (Some(TextIx(2)), None));
        let texts = builder.finish();
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["archive", "", "registry"]);
        assert_eq!(texts.get(TextIx(9)), "");
    }
}
