//! What a document adds up to: fields, aliases, directives and weight, those of fragments wherever they are spread.
//!
//! What a fragment adds up to is worked out once, so that a document which doubles itself at every step is refused in the
//! time that its text takes, not in the time that it would take.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet, VariableDefinition,
};
use async_graphql::{Name, Number, Positioned, Value as Const, Variables};
use async_graphql_value::Value;

use crate::api::Code;
use crate::config::Limits;

use super::document::Unfit;

/// The fields that rest on more than what is loaded: the reader's own copies of the sources, and the search index.
const VOLATILE: [&str; 3] = ["text", "textStatus", "search"];
/// What looks at all units of a view, whatever it gives.
const OF_ALL_UNITS: [&str; 4] = ["path", "statistics", "cutPoints", "relationsBetween"];
/// What that weighs.
const ALL_UNITS: usize = 1_000;
/// What a citation weighs, which looks at all that it is of.
const CITATION: usize = 100;
/// How many lines of a source an evidence has, about.
const LINES: usize = 10;

/// What a piece of a document adds up to, with all that it spreads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sums {
    selections: usize,
    aliases: usize,
    directives: usize,
    /// How many objects the answer may hold, roughly: the sizes of pages and of the schema's lists multiply.
    pub(super) weight: usize,
    /// How deep its fields nest.
    depth: usize,
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
            depth: self.depth.max(other.depth),
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

impl Sums {
    /// Refuses what nests too deep.
    pub(super) fn check_depth(self, limits: &Limits) -> Result<(), Unfit> {
        if self.depth <= limits.depth {
            return Ok(());
        }
        let message = format!("the fields nest {} levels deep; at most {}", self.depth, limits.depth);
        Err(Unfit::new(Code::TooDeep, message))
    }
}

/// How large pages are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes<'v> {
    /// The largest that may be asked for; it counts for those that variables give, where the values are not known.
    largest: usize,
    /// Where none is asked for.
    default: usize,
    /// The values of the variables, and what declares them.
    values: Option<(&'v Variables, &'v [Positioned<VariableDefinition>])>,
}

impl<'v> Sizes<'v> {
    /// Returns the sizes within limits, the largest for those that variables give.
    pub(super) fn largest(limits: &Limits) -> Self {
        Self { largest: limits.max_page, default: limits.default_page, values: None }
    }

    /// Returns the sizes with the values of variables.
    pub(super) fn with(self, values: &'v Variables, declared: &'v [Positioned<VariableDefinition>]) -> Self {
        Self { values: Some((values, declared)), ..self }
    }

    /// Returns the size of a page as it is asked for; `None` where it is not. One that is past the limit is refused
    /// where it is read.
    fn of(&self, field: &Field, argument: &str) -> Option<usize> {
        let whole = |number: &Number| number.as_u64().and_then(|size| usize::try_from(size).ok());
        let asked = match &field.get_argument(argument)?.node {
            Value::Number(number) => whole(number)?,
            Value::Variable(name) => match self.value(name) {
                None => self.largest,
                Some(Const::Number(number)) => whole(number)?,
                Some(_) => return None,
            },
            _ => return None,
        };
        Some(asked.min(self.largest))
    }

    /// Returns the value of a variable, null where it has none; `None` where values are not known.
    fn value(&self, name: &Name) -> Option<&'v Const> {
        let (values, declared) = self.values?;
        let default = || declared.iter().find(|declared| declared.node.name.node == *name)?.node.default_value();
        Some(values.get(name).or_else(default).unwrap_or(&Const::Null))
    }

    /// Returns about how many objects a field gives for one, and whether it is a list of the schema whose types have
    /// lists.
    fn repeats(&self, field: &Field, has_items: bool) -> (usize, bool) {
        match field.name.node.as_str() {
            "types" => (150, false),
            "fields" => (15, true),
            "possibleTypes" | "inputFields" | "interfaces" => (5, true),
            "enumValues" | "directives" => (10, false),
            "args" => (4, false),
            "text" => (LINES, false),
            _ => {
                let size = self.of(field, "first").or_else(|| self.of(field, "last"));
                (size.unwrap_or(if has_items { self.default } else { 1 }), false)
            }
        }
    }
}

/// Returns what a field weighs besides what it gives.
fn own_weight(field: &Field) -> usize {
    match field.name.node.as_str() {
        "citation" => CITATION,
        name if OF_ALL_UNITS.contains(&name) => ALL_UNITS,
        _ => 1,
    }
}

/// The fragments of a document, with what each adds up to.
pub(super) struct Fragments<'d> {
    sizes: Sizes<'d>,
    defined: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    sums: HashMap<&'d str, Sums>,
}

impl<'d> Fragments<'d> {
    /// Works out every fragment, each after those that it spreads.
    pub(super) fn of(document: &'d ExecutableDocument, sizes: Sizes<'d>) -> Result<Self, Unfit> {
        let mut found = Self { sizes, defined: &document.fragments, sums: HashMap::new() };
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
        let (times, list) = self.sizes.repeats(field, inner.has_items);
        Ok(Sums {
            selections: inner.selections,
            aliases: inner.aliases.saturating_add(usize::from(field.alias.is_some())),
            directives: inner.directives,
            weight: inner.weight.saturating_mul(times).saturating_add(own_weight(field)),
            depth: inner.depth.saturating_add(1),
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
