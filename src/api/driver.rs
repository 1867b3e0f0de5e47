//! What the macros of async-graphql call, with another driver for objects: each writes itself as JSON, field by field.
//!
//! The driver of async-graphql boxes a future for each field, and builds a tree of values, which is written at the end. No
//! field of this schema ever waits, so here each is polled once, where it stands, and what it gives is written
//! behind its key at once. What such a field is and what it gives stays with the macros: with
//! `crate = "super::driver"` they take what they call from here. A finished piece travels through async-graphql as
//! [`Value::Binary`], which no field of the schema gives otherwise.
//!
//! Extensions of async-graphql are not called for these fields, and there are no directives but `@skip` and `@include`.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;
use std::pin::pin;
use std::task::{self, Poll};

use async_graphql::context::QueryPathSegment;
pub(super) use async_graphql::*;
use async_graphql_value::Value as InputValue;

use self::parser::types::{Directive, Field, Selection, SelectionSet};
use self::registry::Registry;
use self::resolver_utils::{ContainerType, EnumType};
use super::json::{write_text, write_value};

pub(super) mod resolver_utils {
    //! The helpers of async-graphql, with the driver of this service.

    pub(in crate::api) use async_graphql::resolver_utils::*;
    use async_graphql::{ContextSelectionSet, ServerResult, Value};

    /// Resolves an object.
    pub(in crate::api) async fn resolve_container<'a, T: ContainerType + ?Sized>(
        context: &ContextSelectionSet<'a>,
        object: &'a T,
    ) -> ServerResult<Value> {
        super::resolve(context, || super::write_object(context, object, |field| super::write_field(field, object)))
    }
}

thread_local! {
    /// What is written so far of the piece that this thread works on.
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// Where the selection of the field stands that is being written: an object with this selection is its value.
    static AWAITED: Cell<usize> = const { Cell::new(0) };
}

/// How many bytes most answers have at most.
const SMALL: usize = 1_024;
/// How many bytes are made room for in advance at most.
const LARGE: usize = 256 * 1_024;

/// A piece of JSON of its own. The one that it stands in goes on when it is dropped, also where the work is unwound.
struct Piece {
    around: Vec<u8>,
    awaited: usize,
}

impl Piece {
    fn begin() -> Self {
        Self { around: WRITTEN.replace(Vec::with_capacity(SMALL)), awaited: AWAITED.take() }
    }

    fn end(self) -> Vec<u8> {
        let written = WRITTEN.take();
        drop(self);
        written
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        WRITTEN.set(std::mem::take(&mut self.around));
        AWAITED.set(self.awaited);
    }
}

/// Writes something where it stands: behind the key of the field that waits for it, and then there is no value any more;
/// else to a piece of its own.
fn resolve(context: &ContextSelectionSet<'_>, work: impl FnOnce() -> ServerResult<()>) -> ServerResult<Value> {
    let is_field = context.path_node.is_some_and(|node| matches!(node.segment, QueryPathSegment::Name(_)));
    let place = place_of(context.item);
    if is_field && AWAITED.get() == place {
        AWAITED.set(0);
        // What fails has written nothing, and there may be another value for it.
        return work().map(|()| Value::Null).inspect_err(|_| AWAITED.set(place));
    }
    let piece = Piece::begin();
    work().map(|()| Value::Binary(piece.end().into()))
}

fn place_of(selection: &Positioned<SelectionSet>) -> usize {
    std::ptr::from_ref(selection).addr()
}

/// Writes at the end of the piece that this thread works on.
fn write<T>(write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    WRITTEN.with_borrow_mut(write)
}

/// How an answer begins that has data.
pub(super) const BEGIN: &[u8] = b"{\"data\":";

/// Writes the beginning of an answer: the fields at the root of an operation, those about the schema by what answers them.
pub(super) fn write_root<T: ContainerType>(
    context: &ContextSelectionSet<'_>,
    root: &T,
    about_schema: impl Fn(&Positioned<Field>) -> ServerResult<Value>,
) -> ServerResult<Vec<u8>> {
    let piece = Piece::begin();
    write(|written| written.extend_from_slice(BEGIN));
    write_object(context, root, |context| match context.item.node.name.node.as_str() {
        "__schema" | "__type" => {
            let value = about_schema(context.item)?;
            write(|written| write_value(written, &value));
            Ok(())
        }
        _ => write_field(context, root),
    })?;
    let mut written = piece.end();
    // An answer waits for its reader with all the room that was made for it.
    if written.capacity() / 2 > written.len().max(SMALL) {
        written.shrink_to_fit();
    }
    Ok(written)
}

/// Writes the key of a field behind what stands before it.
fn write_key(written: &mut Vec<u8>, before: &[u8], field: &Field) {
    written.extend_from_slice(before);
    // The grammar of names needs no escapes.
    written.extend_from_slice(field.response_key().node.as_bytes());
    written.extend_from_slice(b"\":");
}

/// Writes an object whose selection has not been looked at, each field by what writes one.
fn write_object<T: ContainerType + ?Sized>(
    context: &ContextSelectionSet<'_>,
    object: &T,
    write_field: impl Fn(&Context<'_>) -> ServerResult<()>,
) -> ServerResult<()> {
    write_fields(context, &fields_of(context, object)?, write_field);
    Ok(())
}

/// Writes the fields of an object. One that fails is left out, and an object with none left is null.
fn write_fields(
    context: &ContextSelectionSet<'_>,
    fields: &Fields<'_>,
    write_field: impl Fn(&Context<'_>) -> ServerResult<()>,
) {
    let mut before = b"{\"";
    let mut add = |field: &Positioned<Field>| {
        let start = write(|written| {
            let start = written.len();
            write_key(written, before, &field.node);
            start
        });
        match write_field(&context.with_field(field)) {
            Ok(()) => before = b",\"",
            Err(error) => {
                write(|written| written.truncate(start));
                context.add_error(error);
            }
        }
    };
    match fields {
        Fields::Standing(items) => items.iter().filter_map(field_of).for_each(&mut add),
        Fields::Collected(fields) => fields.iter().map(Cow::as_ref).for_each(&mut add),
    }
    write(|written| {
        if before == b"{\"" {
            written.extend_from_slice(b"null");
        } else {
            written.push(b'}');
        }
    });
}

fn write_field<T: ContainerType + ?Sized>(context: &Context<'_>, object: &T) -> ServerResult<()> {
    let field = &context.item.node;
    if field.name.node == "__typename" {
        put_text(&object.introspection_type_name());
        return Ok(());
    }
    let place = place_of(&field.selection_set);
    AWAITED.set(place);
    let value = pin!(object.resolve_field(context));
    let polled = value.poll(&mut task::Context::from_waker(task::Waker::noop()));
    if matches!(polled, Poll::Ready(Ok(None | Some(Value::Null)))) && AWAITED.get() != place {
        // Nothing is in it to be dropped, which takes some looking at.
        std::mem::forget(polled);
        return Ok(());
    }
    match polled {
        Poll::Ready(value) => {
            let value = value?.unwrap_or_default();
            write(|written| write_value(written, &value));
            Ok(())
        }
        Poll::Pending => Err(ServerError::new("a field waits for something", Some(context.item.pos))),
    }
}

fn put_text(text: &str) {
    write(|written| write_text(written, text));
}

/// The fields that a selection asks of an object.
enum Fields<'c> {
    /// Just what stands there.
    Standing(&'c [Positioned<Selection>]),
    /// What had to be put together.
    Collected(Vec<Cow<'c, Positioned<Field>>>),
}

/// Tells whether the fields of a selection are what it asks for: it has no fragments, no directives, and no key twice.
fn is_plain(items: &[Positioned<Selection>]) -> bool {
    let is_new = |(at, selected)| {
        let own = field_of(selected).map(|field| field.node.response_key());
        own.is_some_and(|own| items.iter().take(at).filter_map(field_of).all(|field| field.node.response_key() != own))
    };
    items.iter().enumerate().all(is_new)
}

fn field_of(selected: &Positioned<Selection>) -> Option<&Positioned<Field>> {
    match &selected.node {
        Selection::Field(field) if field.node.directives.is_empty() => Some(field),
        Selection::Field(_) | Selection::InlineFragment(_) | Selection::FragmentSpread(_) => None,
    }
}

/// Returns the fields that a selection asks of an object, through its fragments; what stands several times under one key
/// is one field with all its selections (GraphQL, section 6.3.2).
fn fields_of<'c, T: ContainerType + ?Sized>(context: &ContextSelectionSet<'c>, object: &T) -> ServerResult<Fields<'c>> {
    let items = &context.item.node.items;
    if is_plain(items) {
        return Ok(Fields::Standing(items));
    }
    let mut fields = Vec::new();
    collect(context, object, context.item, &mut fields)?;
    Ok(Fields::Collected(fields))
}

fn collect<'c, T: ContainerType + ?Sized>(
    context: &ContextSelectionSet<'c>,
    object: &T,
    selection: &'c Positioned<SelectionSet>,
    fields: &mut Vec<Cow<'c, Positioned<Field>>>,
) -> ServerResult<()> {
    for selected in &selection.node.items {
        if selected.node.directives().iter().any(|directive| leaves_out(context, &directive.node)) {
            continue;
        }
        let (condition, selection) = match &selected.node {
            Selection::Field(field) => {
                let key = &field.node.response_key().node;
                match fields.iter_mut().find(|known| known.node.response_key().node == *key) {
                    Some(known) => {
                        let more = field.node.selection_set.node.items.iter().cloned();
                        known.to_mut().node.selection_set.node.items.extend(more);
                    }
                    None => fields.push(Cow::Borrowed(field)),
                }
                continue;
            }
            Selection::InlineFragment(fragment) => {
                (fragment.node.type_condition.as_ref(), &fragment.node.selection_set)
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                let unknown = || ServerError::new(format!("Unknown fragment \"{name}\"."), Some(spread.pos));
                let fragment = context.query_env.fragments.get(name).ok_or_else(unknown)?;
                (Some(&fragment.node.type_condition), &fragment.node.selection_set)
            }
        };
        if condition.is_none_or(|condition| is_a(context, object, condition.node.on.node.as_str())) {
            collect(context, object, selection, fields)?;
        }
    }
    Ok(())
}

/// Tells whether a directive leaves out what it stands at.
fn leaves_out(context: &ContextSelectionSet<'_>, directive: &Directive) -> bool {
    let when = match directive.name.node.as_str() {
        "skip" => true,
        "include" => false,
        _ => return false,
    };
    let asked = directive.get_argument("if").and_then(|asked| match &asked.node {
        InputValue::Boolean(asked) => Some(*asked),
        InputValue::Variable(name) => match value_of(context, name)? {
            Value::Boolean(asked) => Some(*asked),
            _ => None,
        },
        _ => None,
    });
    asked == Some(when)
}

/// Returns the value of a variable: the one that was given, or else its default.
fn value_of<'c>(context: &ContextSelectionSet<'c>, name: &Name) -> Option<&'c Value> {
    let env = context.query_env;
    let declared = || env.operation.node.variable_definitions.iter().find(|declared| declared.node.name.node == *name);
    env.variables.get(name).or_else(|| declared()?.node.default_value())
}

/// Tells whether an object is of a type, or of an interface.
fn is_a<T: ContainerType + ?Sized>(context: &ContextSelectionSet<'_>, object: &T, name: &str) -> bool {
    let own = object.introspection_type_name();
    let implements = || context.schema_env.registry.implements.get(&*own);
    own == name || implements().is_some_and(|interfaces| interfaces.contains(name))
}

/// The text of a scalar or of a word of the schema: it is written from where it stands.
pub(super) struct Written<'t, T> {
    text: &'t str,
    of: PhantomData<fn() -> T>,
}

impl<'t, T> Written<'t, T> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, of: PhantomData }
    }
}

impl<T: EnumType> Written<'static, T> {
    /// Returns a word by its name in the schema.
    pub(super) fn word(word: impl Into<T>) -> Self {
        let word = word.into();
        Self::of(T::items().iter().find(|item| item.value == word).map_or("", |item| item.name))
    }
}

impl<T> fmt::Display for Written<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text)
    }
}

impl<T: OutputType> OutputType for Written<'_, T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        resolve(context, || {
            put_text(self.text);
            Ok(())
        })
    }
}

/// A list of objects: what a selection asks of them is looked up once for all.
pub(super) struct Objects<T>(pub(super) Vec<T>);

impl<T: ContainerType> OutputType for Objects<T> {
    fn type_name() -> Cow<'static, str> {
        <Vec<T> as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<T> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<T> as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        resolve(context, || write_objects(context, &self.0))
    }
}

fn write_objects<T: ContainerType>(context: &ContextSelectionSet<'_>, objects: &[T]) -> ServerResult<()> {
    let Some(first) = objects.first() else {
        write(|written| written.extend_from_slice(b"[]"));
        return Ok(());
    };
    let fields = fields_of(context, first)?;
    let begin = write(|written| written.len());
    for (at, object) in objects.iter().enumerate() {
        write(|written| written.push(if at == 0 { b'[' } else { b',' }));
        write_fields(&context.with_index(at), &fields, |field| write_field(field, object));
        if at == 0 {
            // The others take about as much, and to make room for them at once moves what is written only once.
            write(|written| {
                let others = (written.len() - begin).saturating_mul(objects.len() - 1);
                written.reserve(others.min(LARGE));
            });
        }
    }
    write(|written| written.push(b']'));
    Ok(())
}
