//! A document: parsed, and held against every bound that can be told from its text alone.

use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, Field, OperationDefinition, OperationType, Type};
use async_graphql::{Name, Pos, Value as Const, Variables};
use async_graphql_value::Value;

use crate::api::{Code, Mistake, Validity};
use crate::config::Limits;

use super::sums::{Fragments, Sizes, Sums};
use super::tokens;

/// How deep the brackets of a document may nest, for a level of fields: its own and those of arguments within arguments.
const BRACKETS_A_LEVEL: usize = 2;
/// How deep lists of the schema may nest within each other in a question about it: the fields of the types of fields.
const INTROSPECTION_LISTS: usize = 2;
/// How much a question about the schema may weigh. The one that tools ask by default weighs half of it.
const INTROSPECTION_WEIGHT: usize = 1_000_000;
/// From what weight on a question may be long.
const LONG: usize = 2_000;
/// About how many bytes a token takes once it is parsed.
const BYTES_A_TOKEN: usize = 200;

/// A document that may be asked.
#[derive(Debug)]
pub(super) struct Document {
    /// The document itself.
    pub(super) parsed: Arc<ExecutableDocument>,
    /// Its operations.
    pub(super) operations: Vec<Arc<Operation>>,
    /// What the schema says against it.
    mistakes: Vec<Mistake>,
    /// About how many bytes it takes.
    pub(super) bytes: u32,
}

/// What documents are held against besides the bounds.
#[derive(Debug)]
pub(super) struct Rules {
    /// The schema.
    pub(super) validity: Option<Validity>,
    /// Whether questions about the schema are answered.
    pub(super) may_introspect: bool,
}

/// What is to be known of an operation before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    /// Its name, where it has one.
    pub(super) name: Option<String>,
    /// Whether it asks, changes or listens.
    pub(super) kind: OperationType,
    /// Whether it may take long: then it does not hold up the small ones.
    pub(super) is_long: bool,
    /// What it weighs with the largest pages that its variables may ask for.
    weight: usize,
    /// Whether its answer can change though it is of one revision.
    pub(super) is_volatile: bool,
    /// The revisions that its fields at the root name; `None` where one names none, or where the answer may change
    /// all the same.
    revisions: Option<Vec<Value>>,
    variables: Vec<Variable>,
}

/// A variable of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Variable {
    name: Name,
    kind: Type,
    /// Whether it has to have a value.
    is_required: bool,
}

impl Operation {
    /// Returns a variable that has to have a value and has none.
    pub(super) fn missing<'o>(&'o self, variables: &Variables) -> Option<&'o str> {
        let has_value = |name| !matches!(variables.get(name), None | Some(Const::Null));
        let missing = self.variables.iter().find(|variable| variable.is_required && !has_value(&variable.name));
        missing.map(|variable| variable.name.as_str())
    }

    /// Refuses a value that is not of the type of its variable.
    pub(super) fn check(&self, values: &Variables, rules: &Rules) -> Result<(), Unfit> {
        let Some(validity) = &rules.validity else { return Ok(()) };
        let is_wrong = |of: &&Variable| values.get(&of.name).is_some_and(|value| !validity.fits(&of.kind, value));
        let Some(Variable { name, kind, .. }) = self.variables.iter().find(is_wrong) else { return Ok(()) };
        let message = format!("the value of the variable `${name}` is not of its type, `{kind}`");
        Err(Unfit::new(Code::ValidationFailed, message))
    }

    /// Tells whether it has a variable of that name.
    pub(super) fn declares(&self, name: &Name) -> bool {
        self.variables.iter().any(|variable| variable.name == *name)
    }

    /// Tells whether the answer never changes: every field at the root is pinned to a revision.
    pub(super) fn is_pinned(&self, variables: &Variables) -> bool {
        let is_number = |value: &Value| match value {
            Value::Number(_) => true,
            Value::Variable(name) => matches!(variables.get(name), Some(Const::Number(_))),
            _ => false,
        };
        self.revisions.as_ref().is_some_and(|revisions| revisions.iter().all(is_number))
    }
}

/// Why a document is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfit {
    pub(super) code: Code,
    /// What is wrong; never nothing.
    pub(super) mistakes: Vec<Mistake>,
}

impl Unfit {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self::at(code, message, None)
    }

    pub(super) fn at(code: Code, message: impl Into<String>, at: Option<Pos>) -> Self {
        Self { code, mistakes: vec![Mistake { message: message.into(), at }] }
    }
}

impl Document {
    /// Parses a document, and holds it against the bounds and then against the schema.
    pub(super) fn parse(text: &str, limits: &Limits, rules: &Rules) -> Result<Self, Unfit> {
        let tokens = tokens::count(text);
        let deepest = limits.depth.saturating_mul(BRACKETS_A_LEVEL);
        if tokens.count > limits.tokens {
            let message = format!("the document has {} tokens; at most {} are read", tokens.count, limits.tokens);
            return Err(Unfit::new(Code::TooComplex, message));
        }
        if tokens.nesting > deepest {
            let message = format!("the document nests {} levels deep; at most {deepest} are read", tokens.nesting);
            return Err(Unfit::new(Code::TooDeep, message));
        }
        let parsed = parse_query(text).map_err(|error| {
            let at = error.positions().next();
            let too_deep = matches!(error, async_graphql::parser::Error::RecursionLimitExceeded);
            let code = if too_deep { Code::TooDeep } else { Code::ParseError };
            Unfit::at(code, error.to_string(), at)
        })?;
        let fragments = Fragments::of(&parsed, Sizes::largest(limits))?;
        let mut operations = Vec::new();
        let mut sums = Sums::default();
        for (name, operation) in parsed.operations.iter() {
            let own = fragments.sums(&operation.node.selection_set.node)?;
            sums = sums.and(own).and(Sums::of_directives(operation.node.directives.len()));
            sums.check(limits)?;
            own.check_depth(limits)?;
            let roots = fragments.roots(&operation.node.selection_set.node);
            check_roots(&roots, &fragments, limits, rules.may_introspect)?;
            operations.push(Arc::new(Operation {
                name: name.map(ToString::to_string),
                kind: operation.node.ty,
                is_long: own.weight > LONG,
                weight: own.weight,
                is_volatile: own.is_volatile,
                variables: variables(&operation.node),
                revisions: revisions(&roots).filter(|_| !own.is_volatile),
            }));
        }
        let mistakes = rules.validity.as_ref().map(|validity| validity.mistakes(text)).unwrap_or_default();
        let bytes = text.len().saturating_add(tokens.count.saturating_mul(BYTES_A_TOKEN));
        drop(fragments);
        let parsed = Arc::new(parsed);
        Ok(Self { parsed, operations, mistakes, bytes: u32::try_from(bytes).unwrap_or(u32::MAX) })
    }

    /// Refuses what the schema says something against.
    pub(super) fn check(&self) -> Result<(), Unfit> {
        if self.mistakes.is_empty() {
            return Ok(());
        }
        Err(Unfit { code: Code::ValidationFailed, mistakes: self.mistakes.clone() })
    }

    /// Refuses an operation that weighs too much with the values of its variables.
    pub(super) fn weigh(&self, operation: &Operation, values: &Variables, limits: &Limits) -> Result<(), Unfit> {
        if operation.weight <= limits.complexity {
            return Ok(());
        }
        let name = operation.name.as_deref();
        let found = self.parsed.operations.iter().find(|(found, _)| found.map(Name::as_str) == name);
        let Some((_, found)) = found else { return Ok(()) };
        let sizes = Sizes::largest(limits).with(values, &found.node.variable_definitions);
        let sums = Fragments::of(&self.parsed, sizes)?.sums(&found.node.selection_set.node)?;
        check_weight(sums.weight, limits)
    }

    /// Returns the operation that would run: the one of that name, or the only one.
    pub(super) fn operation(&self, name: Option<&str>) -> Option<&Arc<Operation>> {
        match name {
            Some(name) => self.operations.iter().find(|operation| operation.name.as_deref() == Some(name)),
            None if self.operations.len() == 1 => self.operations.first(),
            None => None,
        }
    }
}

/// Refuses what weighs too much.
fn check_weight(weight: usize, limits: &Limits) -> Result<(), Unfit> {
    let most = limits.complexity;
    if weight <= most {
        return Ok(());
    }
    let message = format!("the question weighs {weight}, for the sizes of pages multiply; at most {most}");
    Err(Unfit::new(Code::TooComplex, message))
}

fn check_roots(
    roots: &[&Field],
    fragments: &Fragments<'_>,
    limits: &Limits,
    may_introspect: bool,
) -> Result<(), Unfit> {
    if roots.len() > limits.root_fields {
        let message = format!("an operation has {} fields at its root; at most {}", roots.len(), limits.root_fields);
        return Err(Unfit::new(Code::TooComplex, message));
    }
    let mut weight = 0_usize;
    for field in roots.iter().filter(|field| matches!(field.name.node.as_str(), "__schema" | "__type")) {
        if !may_introspect {
            let message = "introspection is switched off: questions about the schema are not answered here";
            return Err(Unfit::new(Code::ValidationFailed, message));
        }
        let sums = fragments.sums(&field.selection_set.node)?;
        weight = weight.saturating_add(sums.weight);
        if sums.lists > INTROSPECTION_LISTS || weight > INTROSPECTION_WEIGHT {
            let message = "the question about the schema goes round in circles; ask for the types, and then for those \
                           that are met";
            return Err(Unfit::new(Code::TooComplex, message));
        }
    }
    Ok(())
}

fn variables(operation: &OperationDefinition) -> Vec<Variable> {
    let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    let variables = definitions.map(|definition| Variable {
        name: definition.name.node.clone(),
        kind: definition.var_type.node.clone(),
        is_required: !definition.var_type.node.nullable && definition.default_value.is_none(),
    });
    variables.collect()
}

/// Returns the revisions that fields name; `None` where one names none.
fn revisions(roots: &[&Field]) -> Option<Vec<Value>> {
    roots.iter().map(|field| field.get_argument("revision").map(|value| value.node.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules { validity: None, may_introspect: true };

    fn limits() -> Limits {
        Limits {
            tokens: 200,
            selections: 20,
            root_fields: 3,
            aliases: 4,
            directives: 4,
            depth: 10,
            ..Limits::default()
        }
    }

    #[track_caller]
    fn check(text: &str, expected: Result<(), Code>) {
        let parsed = Document::parse(text, &limits(), &RULES);
        assert_eq!(parsed.as_ref().map(drop).map_err(|unfit| unfit.code), expected, "{text}: {parsed:?}");
    }

    #[test]
    fn every_bound_lets_what_is_at_it_pass_and_refuses_what_is_past_it() {
        check(&format!("{{ a {} }}", "(b: 1)".repeat(40)), Err(Code::TooComplex)); // 203 tokens
        check(&format!("{{ a {{ {} }} }}", "b ".repeat(19)), Ok(()));
        check(&format!("{{ a {{ {} }} }}", "b ".repeat(20)), Err(Code::TooComplex));
        check("{ a b c }", Ok(()));
        check("{ a b c d }", Err(Code::TooComplex));
        check("{ a { b:b c:c d:d e:e } }", Ok(()));
        check("{ a { b:b c:c d:d e:e f:f } }", Err(Code::TooComplex));
        check("{ a { b @a c @a d @a e @a } }", Ok(()));
        check("{ a { b @a c @a d @a e @a f @a } }", Err(Code::TooComplex));
        check(&format!("{}{}", "{a".repeat(10), "}".repeat(10)), Ok(()));
        check(&format!("{}{}", "{a".repeat(11), "}".repeat(11)), Err(Code::TooDeep));
        check(&format!("{{ a(b: {}) }}", "[".repeat(150)), Err(Code::TooDeep));
    }

    #[test]
    fn fragments_count_wherever_they_are_spread() {
        check("{ a { ...F } } fragment F on A { b:b c:c d:d e:e }", Ok(()));
        check("{ a { ...F } x { ...F } } fragment F on A { b:b c:c d:d }", Err(Code::TooComplex));
        check("{ ...F ...F } fragment F on A { a b }", Err(Code::TooComplex));
        check("{ ...F } fragment F on A { a b }", Ok(()));
        let doubling: String = (0..12).map(|n| format!("fragment F{n} on A {{ ...F{0} ...F{0} }} ", n + 1)).collect();
        check(&format!("{{ ...F0 }} {doubling} fragment F12 on A {{ a }}"), Err(Code::TooComplex));
        check(&format!("{{ ...F0 }} {doubling}"), Err(Code::TooComplex));
    }

    #[test]
    fn circles_are_refused() {
        check("{ ...F } fragment F on A { ...G } fragment G on A { b { ...F } }", Err(Code::ValidationFailed));
        check("{ a @b @b }", Err(Code::ValidationFailed));
        let fields = |n: usize| format!("{}name{}", "fields { type { ".repeat(n), "} }".repeat(n));
        let ask = |n: usize| format!("{{ __type(name: \"A\") {{ {} }} }}", fields(n));
        check(&ask(2), Ok(()));
        check(&ask(3), Err(Code::TooComplex));
    }

    #[test]
    fn questions_about_the_schema_can_be_switched_off() {
        let rules = Rules { may_introspect: false, ..RULES };
        let ask = |text: &str| Document::parse(text, &limits(), &rules).map(drop).map_err(|unfit| unfit.code);
        assert_eq!(ask("{ __typename }"), Ok(()));
        assert_eq!(
            ask("{ ...F } fragment F on Query { __schema { queryType { name } } }"),
            Err(Code::ValidationFailed)
        );
    }

    #[test]
    fn a_question_is_long_however_it_is_written() {
        for text in [
            "{ a { nodes { b { nodes { c } } } } }",
            "{ a { ... { nodes { b { ...on B { nodes { c } } } } } } }",
            "{ a { ...F } } fragment F on A { edges { node { b { ...G } } } } fragment G on B { nodes { c } }",
            "{ a(first: 1000) { ...F } } fragment F on A { nodes { b c } }",
            "query ($n: Int) { a(last: $n) { ...F } } fragment F on A { nodes { b c } }",
        ] {
            let document = Document::parse(text, &Limits::default(), &RULES).unwrap();
            assert!(document.operation(None).unwrap().is_long, "{text}");
        }
    }

    #[test]
    fn what_is_known_of_an_operation() {
        let document = "query A($b: ID!, $c: ID! = 1, $d: ID) { a(revision: 1) { id(b: $b, c: $c, d: $d) } } query B { a(first: 1000) { nodes { b { c } } } } mutation C { d }";
        let document = Document::parse(document, &limits(), &RULES).unwrap();
        let none = Variables::default();
        let told = |name: &str| {
            document.operation(Some(name)).map(|found| (found.kind, found.is_long, found.is_pinned(&none)))
        };
        assert_eq!(told("A"), Some((OperationType::Query, false, true)));
        assert_eq!(told("B"), Some((OperationType::Query, true, false)));
        assert_eq!(told("C"), Some((OperationType::Mutation, false, false)));
        assert_eq!(document.operation(None), None);
        let missing = |variables: serde_json::Value| {
            let variables = Variables::from_json(variables);
            document.operation(Some("A")).and_then(|found| found.missing(&variables).map(str::to_owned))
        };
        assert_eq!(missing(serde_json::json!({"b": null})).as_deref(), Some("b"));
        assert_eq!(missing(serde_json::json!({"b": ""})), None);
    }
}
