//! What the file, the environment and the command line say together, and where each value was said.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use crate::diagnostics::{did_you_mean, nearest};

use super::limits::{LIMITS, Limit};
use super::table::{Form, PREFIX, SETTINGS, Setting};
use super::{Config, DEFAULT_DATA, DEFAULT_LISTEN, check, file};

/// The table of the file with the limits, and what stands before their names here.
pub(super) const LIMITS_TABLE: &str = "limits";

/// Where a value was said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nowhere.
    Default,
    /// In the file, on a line.
    File {
        /// The name of the file.
        file: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// In a variable of the environment.
    Environment(String),
    /// In an option of the command line.
    CommandLine(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { file, line } => write!(f, "{file}:{line}"),
            Self::Environment(name) => f.write_str(name),
            Self::CommandLine(option) => f.write_str(option),
        }
    }
}

/// One value as it was said somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The name of the setting or, after `limits.`, of the limit.
    pub name: String,
    /// The value, in parts.
    pub values: Vec<String>,
    /// Where.
    pub origin: Origin,
}

/// What is wrong with a value, wherever it was said.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) what: String,
    pub(super) hint: Option<String>,
}

impl Wrong {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None }
    }

    pub(super) fn hint(self, text: impl Into<String>) -> Self {
        Self { hint: Some(text.into()), ..self }
    }

    pub(super) fn at(self, origin: &Origin) -> Fault {
        Fault { origin: origin.clone(), what: self.what, hint: self.hint }
    }
}

/// A value that will not do: what, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{origin}: {what}")]
pub struct Fault {
    /// Where it was said.
    pub origin: Origin,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// The settings that result: the command line before the environment, that before the file, that before the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The folder of the store.
    pub data: PathBuf,
    /// The address to listen on.
    pub listen: String,
    /// The folder of snapshots, where one is named.
    pub snapshots: Option<PathBuf>,
    /// How the service is set up.
    pub config: Config,
    origins: BTreeMap<String, Origin>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: DEFAULT_DATA.into(),
            listen: DEFAULT_LISTEN.to_owned(),
            snapshots: None,
            config: Config::default(),
            origins: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Returns the settings that a file, the environment and the command line make together. The file comes with its
    /// name; of the environment, the variables that begin with `ERAGRAPH_` count, and an empty one counts as not set.
    ///
    /// # Errors
    /// Returns every fault, wherever it is, those of values that another place overrides included.
    pub fn read(
        file: Option<(&str, &str)>,
        environment: &BTreeMap<String, String>,
        command_line: &[Given],
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut given = file.map(|(name, text)| file::read(name, text, &mut faults)).unwrap_or_default();
        given.extend(from_environment(environment, &mut faults));
        given.extend(command_line.iter().cloned());
        let mut settings = Self::default();
        for value in &given {
            if let Err(wrong) = settings.put(value) {
                faults.push(wrong.at(&value.origin));
            }
        }
        if faults.is_empty() {
            check::together(&settings, &mut faults);
        }
        faults.sort();
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }

    fn put(&mut self, given: &Given) -> Result<(), Wrong> {
        if let Some((LIMITS_TABLE, name)) = given.name.split_once('.') {
            let limit = limit(name)?;
            let [value] = given.values.as_slice() else {
                return Err(Wrong::new(format!("`{name}` has more than one value")));
            };
            limit.put(&mut self.config.limits, value)?;
        } else {
            let setting = setting(&given.name)?;
            (setting.put)(self, &given.values).map_err(|wrong| match given.origin {
                // The name of an option or a variable tells it already.
                Origin::File { .. } => Wrong { what: format!("`{}`: {}", setting.name, wrong.what), ..wrong },
                _ => wrong,
            })?;
        }
        self.origins.insert(given.name.clone(), given.origin.clone());
        Ok(())
    }

    /// Returns where the value of a setting was said; a limit is named `limits.depth`.
    #[must_use]
    pub fn origin(&self, name: &str) -> Origin {
        self.origins.get(name).cloned().unwrap_or(Origin::Default)
    }

    /// Returns where the value of a limit was said.
    #[must_use]
    pub fn limit_origin(&self, limit: &Limit) -> Origin {
        self.origin(&format!("{LIMITS_TABLE}.{}", limit.name()))
    }
}

/// Reads `NAME=VALUE`, as limits are written outside the file.
pub(super) fn limit_given(text: &str, origin: &Origin) -> Result<Given, Fault> {
    let Some((name, value)) = text.split_once('=') else {
        let hint = "write the name of a limit and its value: max-page=200";
        return Err(Wrong::new(format!("{text:?} sets no limit")).hint(hint).at(origin));
    };
    let name = format!("{LIMITS_TABLE}.{}", name.trim());
    Ok(Given { name, values: vec![value.trim().to_owned()], origin: origin.clone() })
}

impl Given {
    /// Returns the limit that an option such as `--limit depth=20` sets.
    ///
    /// # Errors
    /// Returns the fault where it names none.
    pub fn limit(text: &str) -> Result<Self, Fault> {
        limit_given(text, &Origin::CommandLine("--limit".to_owned()))
    }

    /// Returns what an option says.
    #[must_use]
    pub fn option(setting: &Setting, values: Vec<String>) -> Self {
        let origin = Origin::CommandLine(format!("--{}", setting.name));
        Self { name: setting.name.to_owned(), values, origin }
    }
}

pub(super) fn setting(name: &str) -> Result<&'static Setting, Wrong> {
    SETTINGS.iter().find(|setting| setting.name == name).ok_or_else(|| {
        let names = SETTINGS.iter().map(|setting| setting.name).chain([LIMITS_TABLE]);
        let hint = did_you_mean(name, names).or_else(|| {
            let is_limit = LIMITS.iter().any(|limit| limit.name() == name);
            is_limit.then(|| format!("it is a limit: write it below `[{LIMITS_TABLE}]`"))
        });
        let known = "`eragraph serve --print-config` shows every setting".to_owned();
        Wrong { what: format!("`{name}` is no setting"), hint: hint.or(Some(known)) }
    })
}

pub(super) fn limit(name: &str) -> Result<&'static Limit, Wrong> {
    LIMITS.iter().find(|limit| limit.name() == name).ok_or_else(|| {
        let names: Vec<String> = LIMITS.iter().map(Limit::name).collect();
        let hint = did_you_mean(name, names.iter().map(String::as_str));
        let known = "`eragraph serve --print-config` shows every limit".to_owned();
        Wrong { what: format!("`{name}` is no limit"), hint: hint.or(Some(known)) }
    })
}

/// Returns what the variables say.
fn from_environment(environment: &BTreeMap<String, String>, faults: &mut Vec<Fault>) -> Vec<Given> {
    let parts = |text: &str| -> Vec<String> {
        text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    };
    let mut given = Vec::new();
    for setting in SETTINGS {
        let variable = setting.variable();
        let Some(text) = environment.get(&variable).filter(|text| !text.is_empty()) else { continue };
        let values = if setting.form == Form::Several { parts(text) } else { vec![text.clone()] };
        given.push(Given { name: setting.name.to_owned(), values, origin: Origin::Environment(variable) });
    }
    let origin = Origin::Environment(format!("{PREFIX}LIMITS"));
    for part in environment.get(&origin.to_string()).map(|text| parts(text)).unwrap_or_default() {
        match limit_given(&part, &origin) {
            Ok(limit) => given.push(limit),
            Err(fault) => faults.push(fault),
        }
    }
    given
}

/// Returns a warning for each variable that looks like a misspelled setting. Others may be meant for something else.
#[must_use]
pub fn misspelled_variables(environment: &BTreeMap<String, String>) -> Vec<String> {
    let mut known: BTreeSet<String> = SETTINGS.iter().map(Setting::variable).collect();
    known.extend(["CONFIG", "LIMITS"].map(|name| format!("{PREFIX}{name}")));
    let endings: Vec<&str> = known.iter().filter_map(|name| name.strip_prefix(PREFIX)).collect();
    let strange = environment.keys().filter(|name| !known.contains(*name));
    let meant = strange.filter_map(|name| {
        let near = nearest(name.strip_prefix(PREFIX)?, endings.iter().copied())?;
        Some(format!("the variable {name} sets nothing; did you mean {PREFIX}{near}?"))
    });
    meant.collect()
}

#[cfg(test)]
mod tests;
