//! The GraphQL schema.

/// Returns the schema in the GraphQL schema language.
#[must_use]
pub fn schema_sdl() -> String {
    "type Query {\n  eras: [String!]!\n}\n".to_owned()
}
