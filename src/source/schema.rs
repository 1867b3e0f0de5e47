//! JSON Schemas of the formats, printed from their one definition: for completion in an editor.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fields::{ERA_FILE, EVENT_FILE, SNAPSHOT};
use super::shape::{Choice, Object, Shape};
use super::table::TABLE;

/// A JSON Schema (draft 2020-12) and the name of the file that it is published in.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaFile {
    /// The name of the file.
    pub name: &'static str,
    /// The schema.
    pub schema: Value,
}

impl SchemaFile {
    /// Returns the text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{:#}\n", self.schema)
    }
}

/// Returns the schemas of snapshot, event, era and mapping files.
#[must_use]
pub fn schema_files() -> [SchemaFile; 4] {
    [
        ("snapshot.schema.json", &SNAPSHOT),
        ("event.schema.json", &EVENT_FILE),
        ("era.schema.json", &ERA_FILE),
        ("mapping.schema.json", &TABLE),
    ]
    .map(|(name, object)| SchemaFile { name, schema: schema(name, object) })
}

fn schema(name: &str, top: &'static Object) -> Value {
    let mut printer = Printer { definitions: BTreeMap::new() };
    let body = printer.body(top);
    let mut schema = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), format!("eragraph {}", name.replace(".schema.json", " file")).into());
    schema.extend(body);
    schema.insert("$defs".into(), printer.definitions.into_iter().collect::<Map<_, _>>().into());
    Value::Object(schema)
}

/// Prints shapes, and collects the definitions that they refer to.
struct Printer {
    definitions: BTreeMap<String, Value>,
}

impl Printer {
    fn body(&mut self, object: &'static Object) -> Map<String, Value> {
        let mut properties = Map::new();
        for field in object.fields() {
            let mut property = Map::new();
            property.insert("description".into(), field.about.into());
            property.extend(self.shape(&field.shape));
            properties.insert(field.name.into(), property.into());
        }
        let required: Vec<&str> = object.fields().filter(|field| field.required).map(|field| field.name).collect();
        let mut body = Map::new();
        body.insert("description".into(), object.about.into());
        body.insert("type".into(), "object".into());
        body.insert("properties".into(), properties.into());
        if !required.is_empty() {
            body.insert("required".into(), required.into());
        }
        body.insert("additionalProperties".into(), false.into());
        body
    }

    fn refer(&mut self, object: &'static Object) -> Value {
        if !self.definitions.contains_key(object.name) {
            // The name is taken before the body is printed, so that a unit within a unit ends here.
            self.definitions.insert(object.name.into(), Value::Null);
            let body = self.body(object);
            self.definitions.insert(object.name.into(), body.into());
        }
        json!({"$ref": format!("#/$defs/{}", object.name)})
    }

    fn shape(&mut self, shape: &'static Shape) -> Map<String, Value> {
        let value = match shape {
            // What YAML takes for a number, such as the year 2008, is a text as well where a text is wanted.
            Shape::Id => json!({"type": ["string", "integer"], "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"}),
            Shape::Text => json!({"type": ["string", "number", "boolean"], "minLength": 1}),
            Shape::Word => json!({"type": "string", "pattern": "^[^A-Z_]+$"}),
            Shape::Date => json!({"type": ["string", "integer"]}),
            Shape::Lines => json!({
                "type": ["integer", "string"], "minimum": 1,
                "pattern": "^[0-9]+( *- *[0-9]+)?( *, *[0-9]+( *- *[0-9]+)?)*$",
            }),
            Shape::Sha256 => json!({"type": "string", "pattern": "^[0-9a-f]{64}$"}),
            Shape::Number => json!({"type": "number"}),
            Shape::Bool => json!({"type": "boolean"}),
            Shape::OneOf(choice) => words(choice),
            Shape::List(item) => json!({"type": "array", "items": self.shape(item)}),
            Shape::Object(object) => self.refer(object),
            Shape::TextOr(object) => json!({"anyOf": [self.shape(&Shape::Text), self.refer(object)]}),
            Shape::IdOr(object) => json!({"anyOf": [self.shape(&Shape::Id), self.refer(object)]}),
        };
        if let Value::Object(map) = value { map } else { Map::new() }
    }
}

fn words(choice: &Choice) -> Value {
    let words: Vec<Value> =
        choice.values.iter().map(|(word, about)| json!({"const": word, "description": about})).collect();
    json!({"type": "string", "oneOf": words})
}
