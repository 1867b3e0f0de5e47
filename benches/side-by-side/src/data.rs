//! A folder with one history: the change log, its dates, the questions, and the answers that some of them must get.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Outcome;

/// The number of a unit in the log.
pub type Id = u32;

/// One line of the log. It says no more of a unit than what changed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Change {
    /// The number of the version.
    pub v: usize,
    pub op: Op,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attrs: Option<Attributes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<Lineage>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Id>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<Id>,
}

/// What a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// A unit begins.
    Add,
    /// A unit changes.
    Chg,
    /// A unit ends.
    Del,
    /// What units of the version were merged or split into.
    Lin,
}

impl Change {
    /// Returns a line that says nothing yet.
    pub fn new(v: usize, op: Op) -> Self {
        let (id, name, acr, kind, parent, attrs, r#type) = Default::default();
        Self { v, op, id, name, acr, kind, parent, attrs, r#type, from: Vec::new(), to: Vec::new() }
    }

    /// Returns the state after the line, from that before it.
    pub fn applied(self, before: Option<&State>) -> Outcome<State> {
        let part = |new: Option<Arc<str>>, old: Option<&Arc<str>>| {
            new.or_else(|| old.cloned()).ok_or("a unit begins without saying what it is")
        };
        Ok(State {
            name: part(self.name, before.map(|state| &state.name))?,
            acronym: part(self.acr, before.map(|state| &state.acronym))?,
            kind: part(self.kind, before.map(|state| &state.kind))?,
            parent: self.parent.or_else(|| before.and_then(|state| state.parent)),
            attributes: self
                .attrs
                .or_else(|| before.map(|state| state.attributes.clone()))
                .ok_or("a unit begins without its properties")?,
        })
    }
}

/// How units became others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lineage {
    Merge,
    Split,
}

/// Site, headcount, cost centre.
pub type Attributes = (Arc<str>, i64, Arc<str>);

/// What a version says of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub name: Arc<str>,
    pub acronym: Arc<str>,
    pub kind: Arc<str>,
    pub parent: Option<Id>,
    pub attributes: Attributes,
}

/// The lists of questions.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Queries {
    /// Reporting lines.
    pub q1: Vec<OnDay>,
    /// Units below one.
    pub q2: Vec<OnDay>,
    /// Histories.
    pub q3: Vec<OfUnit>,
    /// Comparisons over the common distance.
    pub q4: Vec<Between>,
    /// Comparisons by their distance, in versions.
    pub q4dist: BTreeMap<String, Vec<Between>>,
}

/// A question about a unit on a day.
#[derive(Debug, Serialize, Deserialize)]
pub struct OnDay {
    pub unit: Id,
    pub date: String,
}

/// A question about a unit.
#[derive(Debug, Serialize, Deserialize)]
pub struct OfUnit {
    pub unit: Id,
}

/// A question about two days.
#[derive(Debug, Serialize, Deserialize)]
pub struct Between {
    pub from: String,
    pub to: String,
}

/// The answers to the first questions of each list.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Expected {
    /// The unit first, the top last.
    pub q1: Vec<Vec<(Id, String)>>,
    /// By id.
    pub q2: Vec<Vec<Child>>,
    pub q3: Vec<Periods>,
    pub q4: Vec<Differences>,
    /// The same for comparisons by distance, where the generator gives them.
    #[serde(default)]
    pub q4dist: BTreeMap<String, Vec<Differences>>,
}

/// Id, name, site, headcount, cost centre.
pub type Child = (Id, String, String, i64, String);

/// The stretches in which name and parent of a unit stay, and the day on which it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Periods {
    pub periods: Vec<(String, String, Option<Id>)>,
    pub ended: Option<String>,
}

/// What differs between two versions, each list by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differences {
    pub added: Vec<(Id, String)>,
    pub removed: Vec<(Id, String)>,
    pub renamed: Vec<(Id, String, String)>,
    pub moved: Vec<(Id, Option<Id>, Option<Id>)>,
}

impl Differences {
    /// Returns how many there are.
    pub fn count(&self) -> u32 {
        let count = self.added.len() + self.removed.len() + self.renamed.len() + self.moved.len();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// A history, its questions and answers.
#[derive(Debug)]
pub struct Data {
    pub folder: PathBuf,
    pub dates: Vec<String>,
    pub queries: Queries,
    pub expected: Expected,
}

impl Data {
    /// Reads a folder; comparisons by distance without answers get them by brute force.
    pub fn read(folder: &Path) -> Outcome<Self> {
        let mut data = Self {
            folder: folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?,
            dates: read_json(&folder.join("versions.json"))?,
            queries: read_json(&folder.join("queries.json"))?,
            expected: read_json(&folder.join("expected.json"))?,
        };
        if data.expected.q4dist.is_empty() {
            data.expected.q4dist = crate::generate::answers::by_distance(folder, &data.dates, &data.queries)?;
        }
        Ok(data)
    }

    pub fn log(&self) -> PathBuf {
        log(&self.folder)
    }
}

/// Returns the path of the change log.
pub fn log(folder: &Path) -> PathBuf {
    folder.join("delta.jsonl")
}

/// Reads the change log line by line.
pub fn changes(folder: &Path) -> Outcome<impl Iterator<Item = Outcome<Change>>> {
    let path = log(folder);
    let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = BufReader::with_capacity(1 << 20, file).lines();
    Ok(lines.map(|line| Ok(serde_json::from_str(&line?)?)))
}

/// Returns the number of the last version that begins by a day; before the first it is the first.
pub fn version_on(dates: &[String], day: &str) -> usize {
    dates.partition_point(|date| date.as_str() <= day).saturating_sub(1)
}

pub fn read_json<T: DeserializeOwned>(path: &Path) -> Outcome<T> {
    let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}

pub fn write_json(path: &Path, value: &impl Serialize) -> Outcome<()> {
    fs::write(path, serde_json::to_vec(value)?)?;
    Ok(())
}
