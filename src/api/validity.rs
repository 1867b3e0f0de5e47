//! Validity of documents, as section 5 of the GraphQL specification has it. The library that executes questions leaves
//! some of it out: fields that cannot be merged, variables in the wrong place, directives on `__typename`.

use apollo_compiler::ast::{Argument, Definition, Directive, Document, Selection, Value};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{Name, Schema};
use async_graphql::Pos;

use crate::diagnostics::did_you_mean;

use super::one_of;

/// How many mistakes of one document are told.
const MOST_TOLD: usize = 100;

/// What is said of a field that introspection has had since `@oneOf` was added, and that the validator does not know yet.
const NOT_KNOWN_YET: &str = "type `__Type` does not have a field `isOneOf`";

/// The published schema, against which documents are held.
#[derive(Debug, Clone)]
pub struct Validity {
    pub(super) schema: Valid<Schema>,
    /// Whether a mistake names what was meant, which tells names of the schema.
    may_suggest: bool,
}

/// A mistake in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// Where it is, if it is in one place.
    pub at: Option<Pos>,
}

impl Validity {
    /// Reads a schema in the schema definition language.
    ///
    /// # Errors
    /// Returns what is wrong with the schema.
    pub fn of(sdl: &str, may_suggest: bool) -> Result<Self, Vec<Mistake>> {
        let schema = Schema::parse_and_validate(sdl, "schema.graphql").map_err(|with| mistakes(&with.errors))?;
        Ok(Self { schema, may_suggest })
    }

    /// Returns what is wrong with a document: nothing where it is valid. It should be held against the bounds on its
    /// length and its fragments before.
    #[must_use]
    pub fn mistakes(&self, document: &str) -> Vec<Mistake> {
        let parsed = match Document::parse(document, "the document") {
            Ok(parsed) => parsed,
            Err(with) => return mistakes(&with.errors),
        };
        let executable = match parsed.to_executable_validate(&self.schema) {
            Ok(executable) => executable,
            Err(with) => return mistakes(&with.errors).into_iter().map(|mistake| self.suggested(mistake)).collect(),
        };
        let twice =
            repeated_in(&parsed).map(|name| format!("the field `{name}` of an input object stands there twice"));
        let message = twice.or_else(|| {
            let name = one_of::broken_in(&self.schema, &executable)?;
            Some(format!("a value of type `{name}` has exactly one of its fields, and that is not null"))
        });
        message.map(|message| Mistake { message, at: None }).into_iter().collect()
    }
}

impl Validity {
    /// Adds the field that was meant to a mistake about one that is not there.
    fn suggested(&self, mut mistake: Mistake) -> Mistake {
        let meant = || {
            let (name, field) = mistake.message.strip_prefix("type `")?.split_once("` does not have a field `")?;
            let fields = match self.schema.types.get(name)? {
                ExtendedType::Object(object) => &object.fields,
                ExtendedType::Interface(interface) => &interface.fields,
                _ => return None,
            };
            did_you_mean(field.trim_end_matches('`'), fields.keys().map(Name::as_str))
        };
        if let Some(meant) = meant().filter(|_| self.may_suggest) {
            mistake.message = format!("{}; {meant}", mistake.message);
        }
        mistake
    }
}

fn mistakes(found: &DiagnosticList) -> Vec<Mistake> {
    let errors = found.iter().map(|diagnostic| diagnostic.to_json()).filter(|error| error.message != NOT_KNOWN_YET);
    let told = errors.take(MOST_TOLD).map(|error| {
        let at = error.locations.first().map(|at| Pos { line: at.line, column: at.column });
        Mistake { message: error.message, at }
    });
    told.collect()
}

/// Returns the name of a field that an input object of the document gives twice, if there is one.
fn repeated_in(document: &Document) -> Option<String> {
    document.definitions.iter().find_map(|definition| match definition {
        Definition::OperationDefinition(operation) => {
            let defaults = operation.variables.iter().filter_map(|variable| variable.default_value.as_deref());
            let found = defaults.into_iter().find_map(repeated).or_else(|| in_directives(&operation.directives));
            found.or_else(|| in_selections(&operation.selection_set))
        }
        Definition::FragmentDefinition(fragment) => {
            in_directives(&fragment.directives).or_else(|| in_selections(&fragment.selection_set))
        }
        _ => None,
    })
}

fn in_selections(selections: &[Selection]) -> Option<String> {
    selections.iter().find_map(|selection| match selection {
        Selection::Field(field) => in_arguments(&field.arguments)
            .or_else(|| in_directives(&field.directives))
            .or_else(|| in_selections(&field.selection_set)),
        Selection::FragmentSpread(spread) => in_directives(&spread.directives),
        Selection::InlineFragment(fragment) => {
            in_directives(&fragment.directives).or_else(|| in_selections(&fragment.selection_set))
        }
    })
}

fn in_directives<D: AsRef<Directive>>(directives: &[D]) -> Option<String> {
    directives.iter().find_map(|directive| in_arguments(&directive.as_ref().arguments))
}

fn in_arguments<A: AsRef<Argument>>(arguments: &[A]) -> Option<String> {
    arguments.iter().find_map(|argument| repeated(&argument.as_ref().value))
}

fn repeated(value: &Value) -> Option<String> {
    match value {
        Value::List(items) => items.iter().find_map(|item| repeated(item)),
        Value::Object(fields) => {
            let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            let twice = names.windows(2).find_map(|pair| match pair {
                [one, other] if one == other => Some((*one).to_owned()),
                _ => None,
            });
            twice.or_else(|| fields.iter().find_map(|(_, value)| repeated(value)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::schema_sdl;

    #[track_caller]
    fn check(document: &str, expected: &[&str]) {
        let validity = Validity::of(&schema_sdl(), true).unwrap();
        let found: Vec<String> = validity.mistakes(document).into_iter().map(|mistake| mistake.message).collect();
        assert_eq!(found, expected, "{document}");
    }

    #[test]
    fn what_the_specification_calls_invalid_is_found() {
        let merge = "operation must not select different types using the same name `x`";
        check("{ node(id: \"a\") { ... on Unit { x: names { y: name } } ... on Snapshot { x: title } } }", &[merge]);
        let directive = "cannot find directive `@nope` in this document";
        check("{ __typename @nope }", &[directive]);
        let meant = "type `Query` does not have a field `unitz`; did you mean `unit`?";
        check("{ unitz { totalCount } }", &[meant]);
        let twice = "the field `era` of an input object stands there twice";
        check("{ view(at: { era: \"a\", era: \"b\" }) { revision } }", &[twice]);
        check("{ ...F } fragment F on Query { view(at: { era: \"a\", era: \"b\" }) { revision } }", &[twice]);
        let one = "a value of type `Moment` has exactly one of its fields, and that is not null";
        check("{ view(at: {}) { revision } }", &[one]);
        check("{ view(at: { date: null }) { revision } }", &[one]);
        check("{ unit(id: \"a\") { at(moment: { era: \"a\", snapshot: \"b\" }) { name } } }", &[one]);
        check("{ ...F } fragment F on Query { view(at: { date: \"2018-01-01\", era: \"a\" }) { revision } }", &[one]);
        check("query Q($at: Moment! = {}) { view(at: $at) { revision } }", &[one]);
    }

    #[test]
    fn what_is_valid_has_no_mistakes() {
        check("query Q($id: ID!) { unit(id: $id) { ...F } } fragment F on Unit { id name }", &[]);
        check("{ __schema { types { name isOneOf } } __type(name: \"Unit\") { fields { name } } }", &[]);
        check("{ view(at: { era: \"a\" }) { revision } other: view(at: { era: \"b\" }) { revision } }", &[]);
    }

    #[test]
    fn no_more_mistakes_are_told_than_anybody_reads() {
        let fields: String = (0..2000).map(|number| format!("nope{number} ")).collect();
        let validity = Validity::of(&schema_sdl(), true).unwrap();
        assert_eq!(validity.mistakes(&format!("{{ {fields} }}")).len(), MOST_TOLD);
    }
}
