//! The settings in a file, in TOML: every value with its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::settings::{Fault, Given, LIMITS_TABLE, Origin, Wrong, limit, setting};
use super::table::Form;

/// The file while it is read.
struct File<'t> {
    name: &'t str,
    text: &'t str,
}

impl File<'_> {
    fn origin(&self, at: usize) -> Origin {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
        Origin::File { file: self.name.to_owned(), line }
    }
}

/// Returns what a file says, and puts its faults to the others.
pub(super) fn read(name: &str, text: &str, faults: &mut Vec<Fault>) -> Vec<Given> {
    let file = File { name, text };
    let (document, errors) = DeTable::parse_recoverable(text);
    let broken = errors.iter().map(|error| {
        let wrong = Wrong::new(format!("this is no TOML: {}", error.message().trim()));
        wrong.at(&file.origin(error.span().map_or(0, |span| span.start)))
    });
    faults.extend(broken);
    if !errors.is_empty() {
        return Vec::new();
    }
    let mut given = Vec::new();
    for (key, value) in document.get_ref() {
        let origin = file.origin(key.span().start);
        let key: &str = key.get_ref();
        if key == LIMITS_TABLE {
            match value.get_ref().as_table() {
                Some(limits) => given.extend(limits.iter().filter_map(|entry| file.limit(entry, faults))),
                None => faults.push(
                    Wrong::new("`limits` is no table")
                        .hint("write `[limits]`, and below it a line for each")
                        .at(&origin),
                ),
            }
            continue;
        }
        let values = setting(key).and_then(|setting| {
            values(setting.form, value.get_ref())
                .map_err(|wrong| Wrong { what: format!("`{key}`: {}", wrong.what), ..wrong })
        });
        match values {
            Ok(values) => given.push(Given { name: key.to_owned(), values, origin }),
            Err(wrong) => faults.push(wrong.at(&origin)),
        }
    }
    given
}

impl File<'_> {
    fn limit(
        &self,
        (key, value): (&Spanned<impl AsRef<str>>, &Spanned<DeValue<'_>>),
        faults: &mut Vec<Fault>,
    ) -> Option<Given> {
        let origin = self.origin(key.span().start);
        let name = key.get_ref().as_ref();
        let written = limit(name).and_then(|_| match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
            DeValue::String(text) => Ok(text.to_string()),
            other => {
                Err(Wrong::new(format!("`{name}` is {}", kind(other))).hint("write a number, or a text with a unit"))
            }
        });
        match written {
            Ok(value) => Some(Given { name: format!("{LIMITS_TABLE}.{name}"), values: vec![value], origin }),
            Err(wrong) => {
                faults.push(wrong.at(&origin));
                None
            }
        }
    }
}

/// Returns the parts of a value that is written as its setting is.
fn values(form: Form, value: &DeValue<'_>) -> Result<Vec<String>, Wrong> {
    match (form, value) {
        (Form::Text, DeValue::String(text)) => Ok(vec![text.to_string()]),
        (Form::Switch, DeValue::Boolean(value)) => Ok(vec![value.to_string()]),
        (Form::Several, DeValue::Array(values)) => {
            let text = |value: &Spanned<DeValue<'_>>| value.get_ref().as_str().map(str::to_owned);
            values.iter().map(|value| text(value).ok_or_else(|| mismatch(form, value.get_ref()))).collect()
        }
        (_, other) => Err(mismatch(form, other)),
    }
}

fn mismatch(form: Form, value: &DeValue<'_>) -> Wrong {
    Wrong::new(format!("it is {}", kind(value))).hint(match form {
        Form::Text => "write a text, in quotes",
        Form::Switch => "write true or false, without quotes",
        Form::Several => "write a list of texts: [\"…\", \"…\"]",
    })
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
