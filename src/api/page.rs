//! Pages: the four arguments of a connection, cursors, and the connection itself.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::connection::PageInfo;
use async_graphql::{ContainerType, Context, Object, Result, SimpleObject, TypeName};

use crate::config::Limits;

use super::driver::Objects;
use super::error::Code;

/// A page of a list.
pub(super) struct Page<T> {
    items: Objects<T>,
    revision: u64,
    slice: Slice,
    total: usize,
}

/// A page of a list.
#[Object(name_type, crate = "super::driver")]
impl<T: ContainerType> Page<T> {
    /// The items of the page, each with its cursor.
    async fn edges(&self) -> Objects<PageEdge<'_, T>> {
        let numbered = self.items.0.iter().zip(self.slice.from..);
        Objects(numbered.map(|(node, at)| PageEdge { cursor: cursor(self.revision, at), node }).collect())
    }

    /// The items of the page.
    async fn nodes(&self) -> &Objects<T> {
        &self.items
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> PageInfo {
        let Slice { from, to } = self.slice;
        PageInfo {
            has_previous_page: from > 0,
            has_next_page: to < self.total,
            start_cursor: (from < to).then(|| cursor(self.revision, from)),
            end_cursor: (from < to).then(|| cursor(self.revision, to - 1)),
        }
    }

    /// The number of items in the whole list, on whichever pages.
    async fn total_count(&self) -> i32 {
        i32::try_from(self.total).unwrap_or(i32::MAX)
    }
}

impl<T: ContainerType> TypeName for Page<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", listed::<T>()).into()
    }
}

/// An item of a page, with its cursor.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
#[graphql(name_type)]
pub(super) struct PageEdge<'p, T: ContainerType> {
    /// Marks the place of the item in the list, for `after` and `before`.
    cursor: String,
    /// The item.
    node: &'p T,
}

impl<T: ContainerType> TypeName for PageEdge<'_, T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", listed::<T>()).into()
    }
}

/// Returns what a list of the type is called; the contract calls one of search hits just a search.
fn listed<T: ContainerType>() -> String {
    let name = T::type_name();
    name.strip_suffix("Hit").unwrap_or(&name).to_owned()
}

/// How much more one answer may hold. One for each request.
#[derive(Debug)]
pub struct Budget {
    objects: AtomicUsize,
    /// Lines of sources, and the bytes of their text.
    lines: AtomicUsize,
    text: AtomicUsize,
}

impl Budget {
    /// Returns the budget of a request within limits.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            objects: AtomicUsize::new(limits.objects),
            lines: AtomicUsize::new(limits.source_lines),
            text: AtomicUsize::new(limits.source_text_bytes),
        }
    }

    /// Makes the budget whole again, for the next answer of a subscription: each is bounded, not all together.
    pub(super) fn renew(&self, limits: &Limits) {
        self.objects.store(limits.objects, Ordering::Relaxed);
        self.lines.store(limits.source_lines, Ordering::Relaxed);
        self.text.store(limits.source_text_bytes, Ordering::Relaxed);
    }

    /// Spends objects of the answer that are not on a page.
    pub(super) fn spend_on(context: &Context<'_>, objects: usize) -> Result<()> {
        let limits = context.data::<Limits>()?;
        context.data_opt::<Self>().map_or(Ok(()), |budget| budget.spend(objects, limits))
    }

    fn spend(&self, objects: usize, limits: &Limits) -> Result<()> {
        let spent = take(&self.objects, objects);
        let too_large = || format!("the answer would hold more than {} objects; ask for smaller pages", limits.objects);
        spent.ok_or_else(|| Code::ResultTooLarge.error(too_large()))
    }

    /// Spends lines of sources with so many bytes of text.
    pub(super) fn spend_text(&self, lines: usize, bytes: usize, limits: &Limits) -> Result<()> {
        let (most, most_bytes) = (limits.source_lines, limits.source_text_bytes);
        let too_large = || format!("the answer would hold more than {most} lines or {most_bytes} bytes of sources");
        let spent = take(&self.lines, lines).and_then(|()| take(&self.text, bytes));
        spent.ok_or_else(|| Code::ResultTooLarge.error(format!("{}; ask for the text of less evidence", too_large())))
    }
}

fn take(left: &AtomicUsize, amount: usize) -> Option<()> {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(amount)).ok().map(drop)
}

/// The four arguments of a connection, as they came.
#[derive(Debug, Clone, Default)]
pub(super) struct PageArguments {
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
    pub(super) fn of<S, T: ContainerType>(
        &self,
        context: &Context<'_>,
        revision: u64,
        items: Vec<S>,
        wrap: impl FnMut(S) -> T,
    ) -> Result<Page<T>> {
        let limits = context.data::<Limits>()?;
        let total = items.len();
        let slice = self.slice(total, revision, limits)?;
        let count = slice.to - slice.from;
        Budget::spend_on(context, count)?;
        let items = Objects(items.into_iter().skip(slice.from).take(count).map(wrap).collect());
        Ok(Page { items, revision, slice, total })
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
