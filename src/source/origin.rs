//! Where records come from: the file of each, and where it writes its ids, its names and its lines.

use hashbrown::HashMap;

use crate::diagnostics::{FileId, Place};
use crate::model::{LineSet, RecordKey, UnitId};

/// Where one record was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    id: Place,
    /// Most records of a long table note nothing.
    noted: Option<Box<Noted>>,
}

/// What a record notes beside its own id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Noted {
    ids: HashMap<String, Place>,
    units: HashMap<UnitId, Place>,
    names: HashMap<(UnitId, String), Place>,
    lines: HashMap<String, Place>,
}

/// Where the records of a set of files were read from.
pub type Origins = HashMap<RecordKey, Origin>;

impl Origin {
    /// Begins with the place of the record's own id.
    pub(super) fn new(id: Place) -> Self {
        Self { id, noted: None }
    }

    /// Notes where the record names an id; the first place counts.
    pub(super) fn note_id(&mut self, id: &str, place: Place) {
        self.noted().ids.entry_ref(id).or_insert(place);
    }

    /// Notes where the record describes a unit; the first place counts.
    pub(super) fn note_unit(&mut self, unit: &UnitId, place: Place) {
        self.noted().units.entry(unit.clone()).or_insert(place);
    }

    pub(super) fn note_name(&mut self, unit: &UnitId, text: &str, place: Place) {
        self.noted().names.entry((unit.clone(), text.to_owned())).or_insert(place);
    }

    pub(super) fn note_lines(&mut self, lines: &LineSet, place: Place) {
        self.noted().lines.entry(lines.to_string()).or_insert(place);
    }

    fn noted(&mut self) -> &mut Noted {
        self.noted.get_or_insert_default()
    }

    /// Returns the file that the record was read from.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.id.file
    }

    /// Returns the place of the record's own id.
    #[must_use]
    pub fn place(&self) -> Place {
        self.id
    }

    /// Returns the place where the record first names an id; that of its own id when it does not.
    #[must_use]
    pub fn place_of_id(&self, id: &str) -> Place {
        self.noted.as_ref().and_then(|noted| noted.ids.get(id)).copied().unwrap_or(self.id)
    }

    /// Returns the place of the id where the record describes a unit; where it does not, that where it names it.
    #[must_use]
    pub fn place_of_unit(&self, unit: &UnitId) -> Place {
        self.noted
            .as_ref()
            .and_then(|noted| noted.units.get(unit))
            .copied()
            .unwrap_or_else(|| self.place_of_id(unit.as_str()))
    }

    /// Returns the place where the record gives a name to a unit.
    #[must_use]
    pub fn place_of_name(&self, unit: &UnitId, text: &str) -> Place {
        let named = self.noted.as_ref().and_then(|noted| noted.names.get(&(unit.clone(), text.to_owned()))).copied();
        named.unwrap_or_else(|| self.place_of_id(unit.as_str()))
    }

    /// Returns the place where the record first names these lines.
    #[must_use]
    pub fn place_of_lines(&self, lines: &LineSet) -> Place {
        self.noted.as_ref().and_then(|noted| noted.lines.get(&lines.to_string())).copied().unwrap_or(self.id)
    }
}
