//! The words in which the formats are defined: fields, their shapes, and what each means.
//!
//! One definition (in [`super::fields`]) serves the check of a file, its hints, and the JSON Schema.

/// What a value looks like.
#[derive(Debug)]
pub(super) enum Shape {
    /// An identifier.
    Id,
    /// Any text that is not empty.
    Text,
    /// A word that is compared letter by letter: lower case.
    Word,
    /// A date in EDTF.
    Date,
    /// A set of lines: `18`, `18, 24-26`.
    Lines,
    /// A SHA-256 in hexadecimal digits.
    Sha256,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// One of a few words.
    OneOf(&'static Choice),
    /// A list of values of one shape.
    List(&'static Shape),
    /// A mapping.
    Object(&'static Object),
    /// A text, or a mapping that says more.
    TextOr(&'static Object),
    /// An id, or a mapping that says more.
    IdOr(&'static Object),
}

/// A few words, one of which a field takes.
#[derive(Debug)]
pub(super) struct Choice {
    /// Its name in the schema.
    pub(super) name: &'static str,
    /// Each word and what it means.
    pub(super) values: &'static [(&'static str, &'static str)],
}

/// A mapping with known fields.
#[derive(Debug)]
pub(super) struct Object {
    /// Its name in the schema.
    pub(super) name: &'static str,
    /// The word for one such thing, without an article: `unit`, `figure`.
    pub(super) noun: &'static str,
    /// What it is.
    pub(super) about: &'static str,
    /// The field that names it in messages.
    pub(super) named_by: Option<&'static str>,
    /// The fields, in the order in which they are documented, group by group.
    pub(super) groups: &'static [&'static [Field]],
}

/// A field of a mapping.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
    pub(super) about: &'static str,
}

impl Object {
    /// Returns the fields in order.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'static Field> + Clone {
        self.groups.iter().flat_map(|group| group.iter())
    }

    /// Returns the field of a name.
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.name == name)
    }
}

/// Returns the word with its indefinite article: `a unit` (as spoken), `an event`.
pub(super) fn a(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}
