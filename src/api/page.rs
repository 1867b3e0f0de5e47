//! Pages: the four arguments of a connection, cursors, and the connection itself.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::connection::PageInfo;
use async_graphql::{ContainerType, Context, Object, Result, SimpleObject, TypeName};

use crate::config::Limits;
use crate::history::UnitIx;

use super::driver::Objects;
use super::error::Code;

/// A page of a list.
pub(super) struct Page<T> {
    items: Objects<T>,
    /// Where each item stands in the order that the list is read in, if it is read from a place on.
    places: Vec<Place>,
    revision: u64,
    /// The position of the first item.
    from: usize,
    /// Whether more items follow; it is looked up where it is asked for.
    has_next: bool,
    /// The number of items in the whole list; it is counted where it is asked for.
    total: usize,
}

/// Where an item stands in the order that a list is read in, so that the list can be read on from there. Those of later
/// items are larger.
pub(super) type Place = u64;

/// A page of a list.
#[Object(name_type, crate = "super::driver")]
impl<T: ContainerType> Page<T> {
    /// The items of the page, each with its cursor.
    async fn edges(&self) -> Objects<PageEdge<'_, T>> {
        let numbered = self.items.0.iter().enumerate();
        Objects(numbered.map(|(at, node)| PageEdge { cursor: self.cursor(at), node }).collect())
    }

    /// The items of the page.
    async fn nodes(&self) -> &Objects<T> {
        &self.items
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> PageInfo {
        let last = self.items.0.len().checked_sub(1);
        PageInfo {
            has_previous_page: self.from > 0,
            has_next_page: self.has_next,
            start_cursor: last.map(|_| self.cursor(0)),
            end_cursor: last.map(|last| self.cursor(last)),
        }
    }

    /// The number of items in the whole list, on whichever pages.
    async fn total_count(&self) -> i32 {
        i32::try_from(self.total).unwrap_or(i32::MAX)
    }
}

impl<T> Page<T> {
    /// Returns the items of the page.
    pub(super) fn items(&self) -> &[T] {
        &self.items.0
    }

    /// Returns the cursor of an item of the page.
    fn cursor(&self, item: usize) -> String {
        let place = self.places.get(item).copied();
        Cursor { revision: self.revision, at: self.from.saturating_add(item), place }.to_string()
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

/// The four arguments of a connection, read.
struct PageAsked {
    after: Option<Cursor>,
    before: Option<Cursor>,
    count: usize,
    /// Whether the page ends where the list does, or before `before`.
    from_end: bool,
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

    /// Reads the arguments for a list in a revision.
    fn asked(&self, revision: u64, limits: &Limits) -> Result<PageAsked> {
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
        Ok(PageAsked {
            after: self.after.as_deref().map(|cursor| Cursor::of(cursor, revision)).transpose()?,
            before: self.before.as_deref().map(|cursor| Cursor::of(cursor, revision)).transpose()?,
            count: first.or(last).unwrap_or(limits.default_page),
            from_end: last.is_some(),
        })
    }

    /// Finds the slice of a list of `total` items in a revision.
    fn slice(&self, total: usize, revision: u64, limits: &Limits) -> Result<Slice> {
        let asked = self.asked(revision, limits)?;
        let from = asked.after.map_or(0, |cursor| cursor.at.saturating_add(1)).min(total);
        let to = asked.before.map_or(total, |cursor| cursor.at).clamp(from, total);
        Ok(if asked.from_end {
            Slice { from: to.saturating_sub(asked.count).max(from), to }
        } else {
            Slice { from, to: from.saturating_add(asked.count).min(to) }
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
        let total = items.len();
        let Slice { from, to } = self.slice(total, revision, context.data::<Limits>()?)?;
        Budget::spend_on(context, to - from)?;
        let items = Objects(items.into_iter().skip(from).take(to - from).map(wrap).collect());
        Ok(Page { items, places: Vec::new(), revision, from, has_next: to < total, total })
    }

    /// Returns the page of a list that is read as far as the page goes. Behind a place, `list` begins with the first item
    /// that comes after it; what comes behind the page is read only where the question asks whether there is
    /// more, or how many there are.
    pub(super) fn read<S, T: ContainerType, I: Iterator<Item = (Place, S)>>(
        &self,
        context: &Context<'_>,
        revision: u64,
        list: impl Fn(Option<Place>) -> I,
        mut wrap: impl FnMut(S) -> T,
    ) -> Result<Page<T>> {
        let asked = self.asked(revision, context.data::<Limits>()?)?;
        let place = asked.after.and_then(|cursor| cursor.place);
        let mut items = list(place);
        let behind = asked.after.map_or(0, |cursor| cursor.at.saturating_add(1));
        // A cursor without a place is of a list that was read in another way.
        let mut from = if place.is_some() { behind } else { items.by_ref().take(behind).count() };
        let most = asked.before.map_or(usize::MAX, |cursor| cursor.at.saturating_sub(from));
        let count = if asked.from_end { most } else { asked.count.min(most) };
        let (mut places, mut page) = (Vec::with_capacity(asked.count), Vec::with_capacity(asked.count));
        for (place, item) in items.by_ref().take(count) {
            places.push(place);
            page.push(wrap(item));
        }
        let read = from.saturating_add(page.len());
        if asked.from_end {
            let left_out = page.len().saturating_sub(asked.count);
            places.drain(..left_out);
            page.drain(..left_out);
            from = from.saturating_add(left_out);
        }
        Budget::spend_on(context, page.len())?;
        let fields = context.look_ahead();
        let is_counted = fields.field("totalCount").exists();
        let has_next = (is_counted || fields.field("pageInfo").field("hasNextPage").exists()) && items.next().is_some();
        let total = match place {
            _ if !is_counted => 0,
            Some(_) => list(None).count(),
            None => read.saturating_add(usize::from(has_next)).saturating_add(items.count()),
        };
        Ok(Page { items: Objects(page), places, revision, from, has_next, total })
    }
}

/// Marks an item of a list: the revision of the first page, the position in the list and, where the list can be read on
/// from there, the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cursor {
    revision: u64,
    at: usize,
    place: Option<Place>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "r{:x}.{:x}", self.revision, self.at)?;
        self.place.map_or(Ok(()), |place| write!(formatter, ".{place:x}"))
    }
}

impl Cursor {
    fn parse(cursor: &str) -> Option<Self> {
        let mut numbers = cursor.strip_prefix('r')?.split('.').map(|digits| {
            let is_plain = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit());
            is_plain.then(|| u64::from_str_radix(digits, 16).ok()).flatten()
        });
        let revision = numbers.next()??;
        let at = usize::try_from(numbers.next()??).ok()?;
        let place = match numbers.next() {
            None => None,
            Some(place) => Some(place?),
        };
        numbers.next().is_none().then_some(Self { revision, at, place })
    }

    /// Reads a cursor of a list in a revision.
    fn of(cursor: &str, revision: u64) -> Result<Self> {
        match Self::parse(cursor) {
            Some(found) if found.revision == revision => Ok(found),
            Some(Self { revision: of, .. }) => Err(Code::BadCursor.error(format!(
                "the cursor is of revision {of}, but the question is answered from revision {revision}"
            ))),
            None => Err(Code::BadCursor.error("this is no cursor of this service")),
        }
    }
}

/// Returns the revision that a cursor is of; `None` for what is no cursor, which the page itself then refuses.
pub(super) fn revision_of(cursor: &str) -> Option<u64> {
    Cursor::parse(cursor).map(|cursor| cursor.revision)
}

/// Returns the place of a unit in the order of ids.
pub(super) fn place_of(unit: UnitIx) -> Place {
    u64::try_from(unit.index()).unwrap_or(Place::MAX)
}

/// Returns the unit that has a place in the order of ids; past all others where there can be none.
pub(super) fn unit_at(place: Option<Place>) -> Option<UnitIx> {
    place.map(|place| UnitIx::from(u32::try_from(place).unwrap_or(u32::MAX)))
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
}
