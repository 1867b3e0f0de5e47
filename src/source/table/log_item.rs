//! The object on a line of a change log, borrowed from the line where that is possible.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// How many fields a line has room for before more is made.
const USUAL_FIELDS: usize = 8;

/// A value of JSON.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item<'l> {
    Null,
    Truth(bool),
    Number(Number),
    Text(Cow<'l, str>),
    List(Vec<Item<'l>>),
    Object(Fields<'l>),
}

/// The fields of an object as they stand; of several with one name the last counts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields<'l>(Vec<(Cow<'l, str>, Item<'l>)>);

impl<'l> Fields<'l> {
    /// Returns the value of a field.
    pub(super) fn get(&self, name: &str) -> Option<&Item<'l>> {
        self.0.iter().rev().find(|(found, _)| found == name).map(|(_, item)| item)
    }

    /// Returns the fields in their order, each as often as it stands there.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Cow<'l, str>, &Item<'l>)> {
        self.0.iter().map(|(name, item)| (name, item))
    }
}

impl<'l> Item<'l> {
    /// Returns a text, number or truth value as text; `None` for an empty one and for anything else.
    pub(super) fn plain(&self) -> Option<Cow<'l, str>> {
        match self {
            Self::Text(text) => Some(trimmed(text)).filter(|text| !text.is_empty()),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Truth(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
            Self::Null | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Returns a number that is whole and not negative.
    pub(super) fn whole_number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// Tells whether it is `null`.
    pub(super) fn is_null(&self) -> bool {
        *self == Self::Null
    }
}

/// Returns a text without the blanks around it; where it was copied from the line, it is copied again.
fn trimmed<'l>(text: &Cow<'l, str>) -> Cow<'l, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

impl<'de: 'l, 'l> Deserialize<'de> for Fields<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                fields(map)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

fn fields<'de, A: MapAccess<'de>>(mut map: A) -> Result<Fields<'de>, A::Error> {
    let mut fields = Vec::with_capacity(USUAL_FIELDS);
    while let Some(Name(name)) = map.next_key()? {
        fields.push((name, map.next_value()?));
    }
    Ok(Fields(fields))
}

/// A text of the line: serde takes a `Cow` for one that is always copied.
struct Name<'l>(Cow<'l, str>);

impl<'de: 'l, 'l> Deserialize<'de> for Name<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl<'de: 'l, 'l> Deserialize<'de> for Item<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Item<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any valid JSON value")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Item::Null)
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
                Ok(Item::Truth(truth))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Item::Number(number.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Item::Number(number.into()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Number::from_f64(number).map_or(Item::Null, Item::Number))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Item::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Item::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Item::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                fields(map).map(Item::Object)
            }
        }
        deserializer.deserialize_any(Any)
    }
}
