//! The rule of `@oneOf` for values that stand in a document, which the validator does not know yet: exactly one field
//! is given, and it is not null.

use apollo_compiler::ast::Value;
use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};

/// Returns the name of the first type whose value in the document breaks the rule, if there is one.
pub(super) fn broken_in<'s>(schema: &'s Schema, document: &ExecutableDocument) -> Option<&'s Name> {
    let of_operations = document.operations.iter().find_map(|operation| {
        let mut defaults = operation
            .variables
            .iter()
            .filter_map(|variable| broken(schema, variable.ty.inner_named_type(), variable.default_value.as_ref()?));
        defaults.next().or_else(|| in_selections(schema, &operation.selection_set))
    });
    of_operations.or_else(|| document.fragments.values().find_map(|found| in_selections(schema, &found.selection_set)))
}

fn in_selections<'s>(schema: &'s Schema, set: &SelectionSet) -> Option<&'s Name> {
    set.selections.iter().find_map(|selection| match selection {
        Selection::Field(field) => {
            let mut values = field.arguments.iter().filter_map(|argument| {
                let definition = field.definition.argument_by_name(&argument.name)?;
                broken(schema, definition.ty.inner_named_type(), &argument.value)
            });
            values.next().or_else(|| in_selections(schema, &field.selection_set))
        }
        Selection::InlineFragment(fragment) => in_selections(schema, &fragment.selection_set),
        Selection::FragmentSpread(_) => None,
    })
}

fn broken<'s>(schema: &'s Schema, of: &Name, value: &Node<Value>) -> Option<&'s Name> {
    match &**value {
        Value::List(items) => items.iter().find_map(|item| broken(schema, of, item)),
        Value::Object(given) => {
            let Some(ExtendedType::InputObject(object)) = schema.types.get(of) else { return None };
            let is_one = given.len() == 1 && given.iter().all(|(_, value)| **value != Value::Null);
            if object.directives.has("oneOf") && !is_one {
                return Some(&object.name);
            }
            given.iter().find_map(|(name, value)| {
                let field = object.fields.get(name)?;
                broken(schema, field.ty.inner_named_type(), value)
            })
        }
        _ => None,
    }
}
