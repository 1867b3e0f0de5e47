//! Pages: the four arguments of a connection, cursors, and the connection itself.

use async_graphql::connection::{
    Connection, ConnectionNameType, DefaultConnectionName, DefaultEdgeName, Edge, EmptyFields,
};
use async_graphql::{Context, OutputType, Result, SimpleObject};

use crate::config::Limits;

use super::error::Code;

/// What a connection has beside its edges.
#[derive(SimpleObject)]
pub struct Totals {
    /// The number of items in the whole list, on whichever pages.
    total_count: i32,
}

/// A page of a list.
pub type Page<T, Name = DefaultConnectionName> = Connection<String, T, Totals, EmptyFields, Name, DefaultEdgeName>;

/// The four arguments of a connection, as they came.
#[derive(Debug, Clone, Default)]
pub struct PageArguments {
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

/// The items that a page holds, by position: from inclusive, to exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slice {
    from: usize,
    to: usize,
}

impl PageArguments {
    pub(super) fn new(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Self {
        Self { first, after, last, before }
    }

    /// Finds the slice of a list of `total` items in a revision.
    fn slice(&self, total: usize, revision: u64, limits: &Limits) -> Result<Slice> {
        if self.first.is_some() && self.last.is_some() {
            return Err(Code::BadPage.error("ask for `first` or for `last`, not for both"));
        }
        let size = |name: &str, asked: Option<i32>| match asked {
            None => Ok(None),
            Some(count) => match usize::try_from(count) {
                Ok(count) if count <= limits.max_page => Ok(Some(count)),
                Ok(_) => Err(Code::BadPage.error(format!("`{name}` is at most {}", limits.max_page))),
                Err(_) => Err(Code::BadPage.error(format!("`{name}` must not be negative"))),
            },
        };
        let (first, last) = (size("first", self.first)?, size("last", self.last)?);
        let after = self.after.as_deref().map(|cursor| position_of(cursor, revision)).transpose()?;
        let before = self.before.as_deref().map(|cursor| position_of(cursor, revision)).transpose()?;
        let from = after.map_or(0, |at| at.saturating_add(1)).min(total);
        let to = before.unwrap_or(total).clamp(from, total);
        let count = first.or(last).unwrap_or(limits.default_page);
        Ok(match last {
            Some(_) => Slice { from: to.saturating_sub(count).max(from), to },
            None => Slice { from, to: from.saturating_add(count).min(to) },
        })
    }

    /// Returns the page of a list that is all there; only the items of the page are wrapped.
    pub(super) fn of<S, T: OutputType, Name: ConnectionNameType>(
        &self,
        context: &Context<'_>,
        revision: u64,
        items: Vec<S>,
        mut wrap: impl FnMut(S) -> T,
    ) -> Result<Page<T, Name>> {
        let total = items.len();
        let slice = self.slice(total, revision, context.data::<Limits>()?)?;
        let totals = Totals { total_count: i32::try_from(total).unwrap_or(i32::MAX) };
        let mut page = Connection::with_additional_fields(slice.from > 0, slice.to < total, totals);
        let on_page = items.into_iter().enumerate().skip(slice.from).take(slice.to - slice.from);
        page.edges.extend(on_page.map(|(at, item)| Edge::new(cursor(revision, at), wrap(item))));
        Ok(page)
    }
}

/// Writes a cursor: the revision of its first page, and the position in the list.
fn cursor(revision: u64, at: usize) -> String {
    format!("r{revision:x}.{at:x}")
}

fn parse_cursor(cursor: &str) -> Option<(u64, usize)> {
    let (revision, at) = cursor.strip_prefix('r')?.split_once('.')?;
    let plain = |digits: &str| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit());
    if !plain(revision) || !plain(at) {
        return None;
    }
    Some((u64::from_str_radix(revision, 16).ok()?, usize::from_str_radix(at, 16).ok()?))
}

/// Returns the revision that a cursor is of; `None` for what is no cursor, which the page itself then refuses.
pub(super) fn revision_of(cursor: &str) -> Option<u64> {
    parse_cursor(cursor).map(|(revision, _)| revision)
}

fn position_of(cursor: &str, revision: u64) -> Result<usize> {
    match parse_cursor(cursor) {
        Some((of, at)) if of == revision => Ok(at),
        Some((of, _)) => Err(Code::BadCursor
            .error(format!("the cursor is of revision {of}, but the question is answered from revision {revision}"))),
        None => Err(Code::BadCursor.error("this is no cursor of this service")),
    }
}

/// Weighs a connection for the complexity limit: the page size times what each item costs.
/// Negative and huge sizes count as the greatest page; they are refused when they are resolved.
pub(super) fn weight(first: Option<i32>, last: Option<i32>, each: usize) -> usize {
    let defaults = Limits::default();
    let size = first
        .or(last)
        .map_or(defaults.default_page, |asked| usize::try_from(asked).unwrap_or(usize::MAX).min(defaults.max_page));
    size.saturating_mul(each).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(
        arguments: (Option<i32>, Option<&str>, Option<i32>, Option<&str>),
        expected: Result<(usize, usize), &str>,
    ) {
        let (first, after, last, before) = arguments;
        let arguments = PageArguments::new(first, after.map(str::to_owned), last, before.map(str::to_owned));
        let slice = arguments.slice(100, 7, &Limits::default());
        match (slice, expected) {
            (Ok(slice), Ok(expected)) => assert_eq!((slice.from, slice.to), expected, "{arguments:?}"),
            (Err(error), Err(code)) => {
                let shown = format!("{:?}", error.extensions);
                assert!(shown.contains(code), "{arguments:?}: {shown}");
            }
            (slice, expected) => panic!("{arguments:?}: {slice:?}, not {expected:?}"),
        }
    }

    #[test]
    fn pages_go_forwards_and_backwards() {
        check((None, None, None, None), Ok((0, 50)));
        check((Some(3), Some("r7.9"), None, None), Ok((10, 13)));
        check((None, None, Some(3), None), Ok((97, 100)));
        check((None, None, Some(3), Some("r7.2")), Ok((0, 2)));
        check((Some(0), None, None, None), Ok((0, 0)));
        check((Some(9), Some("r7.62"), None, None), Ok((99, 100)));
        check((Some(9), Some("r7.ffffff"), None, None), Ok((100, 100)));
    }

    #[test]
    fn bad_pages_are_told_apart_from_bad_cursors() {
        check((Some(1), None, Some(1), None), Err("BAD_PAGE"));
        check((Some(-1), None, None, None), Err("BAD_PAGE"));
        check((Some(1001), None, None, None), Err("BAD_PAGE"));
        check((None, Some("r6.9"), None, None), Err("BAD_CURSOR"));
        check((None, Some("+7.9"), None, None), Err("BAD_CURSOR"));
        check((None, Some("r7.-1"), None, None), Err("BAD_CURSOR"));
    }

    #[test]
    fn weights_saturate() {
        assert_eq!(weight(Some(10), None, 3), 31);
        assert_eq!(weight(Some(-1), None, 2), 2001);
        assert_eq!(weight(Some(i32::MAX), None, usize::MAX), usize::MAX);
    }
}
