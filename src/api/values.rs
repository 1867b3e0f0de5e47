//! Whether values of variables are of their types, as section 6.1.2 of the GraphQL specification has it.

use apollo_compiler::schema::{ExtendedType, InputObjectType};
use async_graphql::parser::types::{BaseType, Type};
use async_graphql::{Name, Value};
use indexmap::IndexMap;

use super::validity::Validity;

impl Validity {
    /// Tells whether a value is of an input type of the schema. What a scalar of this schema may be is told where it is
    /// read.
    #[must_use]
    pub fn fits(&self, kind: &Type, value: &Value) -> bool {
        match (value, &kind.base) {
            (Value::Null, _) => kind.nullable,
            (Value::List(items), BaseType::List(of)) => items.iter().all(|item| self.fits(of, item)),
            (_, BaseType::List(of)) => self.fits(of, value),
            (_, BaseType::Named(name)) => self.fits_named(name, value),
        }
    }

    fn fits_named(&self, name: &str, value: &Value) -> bool {
        let is_whole = |value: &Value| matches!(value, Value::Number(number) if number.is_i64());
        let is_int = |value: &Value| {
            let number = if let Value::Number(number) = value { number.as_i64() } else { None };
            number.is_some_and(|number| i32::try_from(number).is_ok())
        };
        match name {
            "Int" => return is_int(value),
            "Float" => return matches!(value, Value::Number(_)),
            "String" => return matches!(value, Value::String(_)),
            "Boolean" => return matches!(value, Value::Boolean(_)),
            "ID" => return is_whole(value) || matches!(value, Value::String(_)),
            _ => {}
        }
        match (self.schema.types.get(name), value) {
            (Some(ExtendedType::Scalar(_)), _) => true,
            (Some(ExtendedType::Enum(words)), Value::String(word)) => words.values.contains_key(word.as_str()),
            (Some(ExtendedType::Enum(words)), Value::Enum(word)) => words.values.contains_key(word.as_str()),
            (Some(ExtendedType::InputObject(object)), Value::Object(given)) => self.fits_object(object, given),
            _ => false,
        }
    }

    fn fits_object(&self, object: &InputObjectType, given: &IndexMap<Name, Value>) -> bool {
        if object.directives.has("oneOf") && (given.len() != 1 || given.values().any(|value| *value == Value::Null)) {
            return false;
        }
        let fits = object.fields.iter().all(|(name, field)| match given.get(name.as_str()) {
            None => !field.is_required(),
            Some(value) => Type::new(&field.ty.to_string()).is_some_and(|kind| self.fits(&kind, value)),
        });
        fits && given.keys().all(|name| object.fields.contains_key(name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(kind: &str, value: serde_json::Value, expected: bool) {
        let sdl = "directive @oneOf on INPUT_OBJECT type Query { a: Int } enum Word { A B } scalar Day \
                   input Two { a: Int!, b: [Word!] = [A] } input One @oneOf { a: Day, b: ID }";
        let validity = Validity::of(sdl, true).unwrap();
        let kind = Type::new(kind).unwrap();
        let told = value.to_string();
        assert_eq!(validity.fits(&kind, &Value::from_json(value).unwrap()), expected, "{kind} {told}");
    }

    #[test]
    fn values_are_of_their_types() {
        check("Int", json!(null), true);
        check("Int!", json!(null), false);
        check("Int!", json!(7), true);
        check("Int", json!(7.5), false);
        check("Int", json!(-2_147_483_648_i64), true);
        check("Int", json!(2_147_483_648_i64), false);
        check("ID", json!(2_147_483_648_i64), true);
        check("Float", json!(7), true);
        check("ID", json!(7), true);
        check("ID", json!([7]), false);
        check("String", json!(7), false);
        check("Boolean", json!("true"), false);
        check("Word", json!("B"), true);
        check("Word", json!("C"), false);
        check("[Word!]", json!(["A", "B"]), true);
        check("[Word!]", json!("A"), true);
        check("[Word!]", json!(["A", null]), false);
        check("Two", json!({"a": 1}), true);
        check("Two", json!({"a": 1, "b": ["C"]}), false);
        check("Two", json!({"b": []}), false);
        check("Two", json!({"a": 1, "c": 1}), false);
        check("One", json!({"a": "any"}), true);
        check("One", json!({"a": null}), false);
        check("One", json!({"a": "any", "b": "any"}), false);
    }
}
