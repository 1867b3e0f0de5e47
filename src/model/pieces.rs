//! Pieces of one length of memory, one after the other, known by where each ends.

use std::ops::Range;

/// Returns where the piece of that number lies; `None` where there is none.
pub(crate) fn piece(ends: &[u32], number: usize) -> Option<Range<usize>> {
    let to = *ends.get(number)?;
    let from = number.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    Some(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
}
