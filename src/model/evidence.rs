//! Where a claim stands: the lines of a source, and how they carry it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a source carries a claim, in order of nearness to the loaded sources (no order of truth).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Basis {
    /// A sentence says it.
    Stated,
    /// Headings, nesting or a menu show it.
    Shown,
    /// It is the curator's reading.
    Inferred,
    /// It is known from elsewhere, with a reference.
    Outside,
}

impl Basis {
    /// Tells whether a claim on this basis may be shown to a reader who asks for at least `floor`.
    #[must_use]
    pub fn passes(self, floor: Option<Self>) -> bool {
        floor.is_none_or(|floor| self <= floor)
    }
}

/// Lines of a source file, counted from 1, as ranges in ascending order: `18, 24-26`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LineSet(Vec<(u32, u32)>);

/// Tells why a text names no lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineSetError {
    /// A piece between commas is neither a number nor a range.
    #[error("{0:?} is neither a line number nor a range such as `24-26`")]
    Piece(String),
    /// Lines are counted from 1.
    #[error("lines are counted from 1")]
    Zero,
    /// A range ends before it begins.
    #[error("the range {0}-{1} ends before it begins")]
    Backwards(u32, u32),
    /// The ranges are not ascending or overlap.
    #[error("lines are named once and in ascending order, but {0} follows {1}")]
    Disorder(u32, u32),
}

impl LineSet {
    /// Reads `18`, `24-26` or `18, 24-26`.
    ///
    /// # Errors
    /// Returns [`LineSetError`] for anything else, and for lines out of order.
    pub fn parse(text: &str) -> Result<Self, LineSetError> {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for piece in text.split(',').map(str::trim) {
            let bad = || LineSetError::Piece(piece.to_owned());
            let (first, last) = piece.split_once('-').unwrap_or((piece, piece));
            let first: u32 = first.trim().parse().map_err(|_| bad())?;
            let last: u32 = last.trim().parse().map_err(|_| bad())?;
            if first == 0 {
                return Err(LineSetError::Zero);
            }
            if last < first {
                return Err(LineSetError::Backwards(first, last));
            }
            if let Some(&(_, before)) = ranges.last().filter(|(_, before)| *before >= first) {
                return Err(LineSetError::Disorder(first, before));
            }
            ranges.push((first, last));
        }
        Ok(Self(ranges))
    }

    /// Returns the set of these ranges, first and last line inclusive and in ascending order; `None` of none.
    #[must_use]
    pub fn of(ranges: impl IntoIterator<Item = (u32, u32)>) -> Option<Self> {
        let mut joined: Vec<(u32, u32)> = Vec::new();
        for (first, last) in ranges {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => joined.push((first, last)),
            }
        }
        (!joined.is_empty()).then_some(Self(joined))
    }

    /// Returns the ranges, first and last line inclusive.
    pub fn ranges(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.0.iter().copied()
    }

    /// Returns the last line named.
    #[must_use]
    pub fn last(&self) -> u32 {
        self.0.last().map_or(0, |(_, last)| *last)
    }
}

impl fmt::Display for LineSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.ranges().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            if first == last { write!(f, "{first}")? } else { write!(f, "{first}-{last}")? }
        }
        Ok(())
    }
}

/// The position of a part in the parts of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartIx(pub u16);

/// Where a claim stands within its source.
///
/// Which source that is, follows from what holds the evidence: a snapshot or an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The lines of the source file; `None` only for a basis of [`Basis::Outside`] or a curator's [`Basis::Inferred`].
    pub lines: Option<LineSet>,
    /// How the lines carry the claim.
    pub basis: Basis,
    /// Where else it is known from: something that a reader can look up.
    pub reference: Option<String>,
    /// What the curator adds.
    pub note: Option<String>,
}
