//! The settings that result, with where each was said: as TOML that reads back the same, and as JSON.

use serde_json::{Map, Value, json};

use super::limits::{LIMITS, Limit, Measure};
use super::settings::{LIMITS_TABLE, Origin, Settings};
use super::table::{Form, SETTINGS, Setting};

impl Settings {
    /// Returns the settings as a file that says the same. What is not set stands there as a comment.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut lines: Vec<(String, String)> = Vec::new();
        for setting in SETTINGS {
            let values = setting.values(self);
            lines.push(if values.is_empty() {
                (format!("# {} = {}", setting.name, setting.toml(&[setting.example.to_owned()])), "not set".to_owned())
            } else {
                (format!("{} = {}", setting.name, setting.toml(&values)), said(&self.origin(setting.name)))
            });
        }
        lines.push((String::new(), String::new()));
        lines.push((format!("[{LIMITS_TABLE}]"), String::new()));
        for limit in LIMITS {
            let value = limit.toml(&limit.value(&self.config.limits));
            lines.push((format!("{} = {value}", limit.name()), said(&self.limit_origin(limit))));
        }
        let width = lines.iter().map(|(line, _)| line.chars().count()).filter(|width| *width <= WIDEST).max();
        let width = width.unwrap_or(0);
        let commented = |(line, note): &(String, String)| match note.as_str() {
            "" => format!("{line}\n"),
            note => format!("{line:width$}  # {note}\n"),
        };
        lines.iter().map(commented).collect()
    }

    /// Returns the settings as JSON: for each its value, the place that said it, and where there.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut all = Map::new();
        for setting in SETTINGS {
            let values = setting.values(self);
            let value = match setting.form {
                Form::Several => json!(values),
                Form::Switch => json!(values.iter().any(|value| value == "true")),
                Form::Text => json!(values.first()),
            };
            all.insert(setting.name.to_owned(), entry(&value, &self.origin(setting.name)));
        }
        let mut limits = Map::new();
        for limit in LIMITS {
            let text = limit.value(&self.config.limits);
            let value = text.parse::<u64>().map_or_else(|_| json!(text), |number| json!(number));
            limits.insert(limit.name(), entry(&value, &self.limit_origin(limit)));
        }
        all.insert(LIMITS_TABLE.to_owned(), Value::Object(limits));
        Value::Object(all)
    }
}

/// The widest line that the comments of the others are moved for.
const WIDEST: usize = 48;

impl Setting {
    /// Returns a value as the file has it.
    #[must_use]
    pub fn toml(&self, values: &[String]) -> String {
        let quoted = |text: &String| toml::Value::String(text.clone()).to_string();
        match self.form {
            Form::Switch => values.concat(),
            Form::Several => format!("[{}]", values.iter().map(quoted).collect::<Vec<_>>().join(", ")),
            Form::Text => values.first().map(quoted).unwrap_or_default(),
        }
    }
}

impl Limit {
    /// Returns a value as the file has it.
    #[must_use]
    pub fn toml(&self, value: &str) -> String {
        if self.measure == Measure::Count || value.bytes().all(|byte| byte.is_ascii_digit()) {
            value.to_owned()
        } else {
            format!("\"{value}\"")
        }
    }
}

/// Tells where a value was said, in the words of a comment: on one line, whatever the file is called.
fn said(origin: &Origin) -> String {
    let (from, at) = parts(origin);
    at.map_or_else(|| from.to_owned(), |at| format!("{from}: {}", at.replace(char::is_control, " ")))
}

fn entry(value: &Value, origin: &Origin) -> Value {
    let (from, at) = parts(origin);
    json!({ "value": value, "from": from, "where": at })
}

fn parts(origin: &Origin) -> (&'static str, Option<String>) {
    match origin {
        Origin::Default => ("default", None),
        Origin::File { .. } => ("file", Some(origin.to_string())),
        Origin::Environment(name) => ("environment", Some(name.clone())),
        Origin::CommandLine(option) => ("command line", Some(option.clone())),
    }
}
