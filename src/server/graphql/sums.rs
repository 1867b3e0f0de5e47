//! What a document adds up to: fields, aliases, directives and weight, those of fragments wherever they are spread.
//!
//! What a fragment adds up to is worked out once, so that a document which doubles itself at every step is refused in the
//! time that its text takes, not in the time that it would take.

use std::collections::HashMap;

use async_graphql::parser::types::{Directive, ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned};
use async_graphql_value::Value;

use crate::api::Code;
use crate::config::Limits;

use super::document::Unfit;

/// The fields that rest on more than what is loaded: the reader's own copies of the sources, and the search index.
const VOLATILE: [&str; 3] = ["text", "textStatus", "search"];
/// The size of a page where none is asked for, about.
const DEFAULT_PAGE: usize = 50;
/// The size of a page that a variable gives.
const LARGE_PAGE: usize = 1_000;

/// What a piece of a document adds up to, with all that it spreads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sums {
    selections: usize,
    aliases: usize,
    directives: usize,
    /// How many objects the answer may hold, roughly: the sizes of pages and of the schema's lists multiply.
    pub(super) weight: usize,
    /// How deep the lists of the schema nest.
    pub(super) lists: usize,
    /// Whether it selects the items of a page.
    has_items: bool,
    /// Whether the answer can change though it is of one revision.
    pub(super) is_volatile: bool,
}

impl Sums {
    pub(super) fn of_directives(directives: usize) -> Self {
        Self { directives, ..Self::default() }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            weight: self.weight.saturating_add(other.weight),
            lists: self.lists.max(other.lists),
            has_items: self.has_items || other.has_items,
            is_volatile: self.is_volatile || other.is_volatile,
        }
    }

    pub(super) fn check(self, limits: &Limits) -> Result<(), Unfit> {
        let counts = [
            ("fields", self.selections, limits.selections),
            ("aliases", self.aliases, limits.aliases),
            ("directives", self.directives, limits.directives),
        ];
        match counts.into_iter().find(|(_, count, most)| count > most) {
            None => Ok(()),
            Some((what, _, most)) => {
                let message = format!("the document has more than {most} {what}, those that fragments repeat included");
                Err(Unfit::new(Code::TooComplex, message))
            }
        }
    }
}

/// The fragments of a document, with what each adds up to.
pub(super) struct Fragments<'d> {
    defined: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    sums: HashMap<&'d str, Sums>,
}

impl<'d> Fragments<'d> {
    /// Works out every fragment, each after those that it spreads.
    pub(super) fn of(document: &'d ExecutableDocument) -> Result<Self, Unfit> {
        let mut found = Self { defined: &document.fragments, sums: HashMap::new() };
        let mut names: Vec<&Name> = document.fragments.keys().collect();
        names.sort();
        for name in names {
            found.work_out(name, &mut Vec::new())?;
        }
        Ok(found)
    }

    fn work_out(&mut self, name: &'d str, path: &mut Vec<&'d str>) -> Result<(), Unfit> {
        if self.sums.contains_key(name) {
            return Ok(());
        }
        let Some(fragment) = self.defined.get(name) else { return Ok(()) };
        if path.contains(&name) {
            let message = format!("the fragment `{name}` spreads itself, by way of others or at once");
            return Err(Unfit::at(Code::ValidationFailed, message, Some(fragment.pos)));
        }
        path.push(name);
        let mut spreads = Vec::new();
        spreads_of(&fragment.node.selection_set.node, &mut spreads);
        for spread in spreads {
            self.work_out(spread, path)?;
        }
        path.pop();
        let own = Sums::of_directives(fragment.node.directives.len());
        let sums = self.sums(&fragment.node.selection_set.node)?.and(own);
        self.sums.insert(name, sums);
        Ok(())
    }

    /// Adds up a selection set, in which every fragment is worked out; one that is not there counts nothing.
    pub(super) fn sums(&self, set: &SelectionSet) -> Result<Sums, Unfit> {
        let mut all = Sums::default();
        for selection in &set.items {
            let own = match &selection.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::FragmentSpread(spread) => {
                    self.sums.get(spread.node.fragment_name.node.as_str()).copied().unwrap_or_default()
                }
                Selection::InlineFragment(inline) => self.sums(&inline.node.selection_set.node)?,
            };
            let directives = distinct(selection.node.directives())?;
            all = all.and(own).and(Sums { selections: 1, directives, ..Sums::default() });
        }
        Ok(all)
    }

    fn field(&self, field: &Field) -> Result<Sums, Unfit> {
        let inner = self.sums(&field.selection_set.node)?;
        let (times, list) = repeats(field, inner.has_items);
        Ok(Sums {
            selections: inner.selections,
            aliases: inner.aliases.saturating_add(usize::from(field.alias.is_some())),
            directives: inner.directives,
            weight: inner.weight.saturating_mul(times).saturating_add(1),
            lists: inner.lists.saturating_add(usize::from(list)),
            has_items: matches!(field.name.node.as_str(), "nodes" | "edges"),
            is_volatile: inner.is_volatile || VOLATILE.contains(&field.name.node.as_str()),
        })
    }

    /// Returns the fields at the root of a selection set, those of fragments included.
    pub(super) fn roots(&self, set: &'d SelectionSet) -> Vec<&'d Field> {
        let mut roots = Vec::new();
        let mut sets = vec![set];
        while let Some(set) = sets.pop() {
            for selection in &set.items {
                match &selection.node {
                    Selection::Field(field) => roots.push(&field.node),
                    Selection::InlineFragment(inline) => sets.push(&inline.node.selection_set.node),
                    Selection::FragmentSpread(spread) => {
                        let fragment = self.defined.get(spread.node.fragment_name.node.as_str());
                        sets.extend(fragment.map(|fragment| &fragment.node.selection_set.node));
                    }
                }
            }
        }
        roots
    }
}

/// Returns about how many objects a field gives for one, and whether it is a list of the schema whose types have lists.
fn repeats(field: &Field, has_items: bool) -> (usize, bool) {
    let size = |name: &str| match field.get_argument(name).map(|value| &value.node) {
        Some(Value::Number(number)) => number.as_u64().and_then(|size| usize::try_from(size).ok()),
        // However large it turns out to be.
        Some(Value::Variable(_)) => Some(LARGE_PAGE),
        _ => None,
    };
    match field.name.node.as_str() {
        "types" => (150, false),
        "fields" => (15, true),
        "possibleTypes" | "inputFields" | "interfaces" => (5, true),
        "enumValues" | "directives" => (10, false),
        "args" => (4, false),
        _ => {
            let size = size("first").or_else(|| size("last"));
            (size.unwrap_or(if has_items { DEFAULT_PAGE } else { 1 }), false)
        }
    }
}

/// Counts directives; none may stand twice in one place.
fn distinct(directives: &[Positioned<Directive>]) -> Result<usize, Unfit> {
    for (at, directive) in directives.iter().enumerate() {
        let name = &directive.node.name.node;
        if directives.iter().take(at).any(|earlier| earlier.node.name.node == *name) {
            let message = format!("the directive `@{name}` stands twice in one place");
            return Err(Unfit::at(Code::ValidationFailed, message, Some(directive.pos)));
        }
    }
    Ok(directives.len())
}

fn spreads_of<'d>(set: &'d SelectionSet, spreads: &mut Vec<&'d str>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => spreads_of(&field.node.selection_set.node, spreads),
            Selection::InlineFragment(inline) => spreads_of(&inline.node.selection_set.node, spreads),
            Selection::FragmentSpread(spread) => spreads.push(&spread.node.fragment_name.node),
        }
    }
}
