//! Change events of a graph.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::super::chart::{Change, Said};
use super::super::reader::{Reader, Row};
use super::File;
use super::terms;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Edtf, UnitId};

/// What goes into an event and what comes out of it, with the statement that says so first.
#[derive(Default)]
struct Sides {
    from: Vec<UnitId>,
    to: Vec<UnitId>,
    row: Option<Row>,
}

impl File<'_, '_> {
    /// Reads the events that units go into and come out of.
    pub(super) fn changes(&mut self, reader: &mut Reader<'_, '_>) {
        let mut events: IndexMap<String, Sides> = IndexMap::new();
        let typed = self
            .graph
            .statements()
            .iter()
            .filter(|said| said.predicate == terms::TYPE && said.object.thing() == Some(terms::CHANGE_EVENT));
        for said in typed {
            events.entry(said.subject.clone()).or_default().row.get_or_insert(said.row);
        }
        let sides: BTreeMap<&str, (bool, bool)> = BTreeMap::from([
            // Whether the subject is the event, and whether the unit goes into it.
            (terms::ORIGINAL, (true, true)),
            (terms::CHANGED_BY, (false, true)),
            (terms::RESULTING, (true, false)),
            (terms::RESULTED_FROM, (false, false)),
        ]);
        for (predicate, (is_event, goes_in)) in sides {
            for said in self.graph.with(predicate) {
                let object = said.object.text();
                let (event, unit) =
                    if is_event { (said.subject.as_str(), object) } else { (object, said.subject.as_str()) };
                let Some(unit) = self.units.get(unit).cloned() else {
                    let message =
                        format!("the change event names `{unit}`, which the file does not describe as a unit");
                    reader.tell(Diagnostic::new(Code::UnknownUnit, message).at(reader.place(said.row.span)));
                    continue;
                };
                let sides = events.entry(event.to_owned()).or_default();
                sides.row.get_or_insert(said.row);
                let side = if goes_in { &mut sides.from } else { &mut sides.to };
                if !side.contains(&unit) {
                    side.push(unit);
                }
            }
        }
        for (event, sides) in events {
            self.change(reader, &event, sides);
        }
    }

    fn change(&mut self, reader: &mut Reader<'_, '_>, event: &str, sides: Sides) -> Option<()> {
        let row = sides.row?;
        let place = reader.place(row.span);
        if sides.from.is_empty() && sides.to.is_empty() || sides.from == sides.to {
            let message = "a change event with the same units before and after it tells of no change, and is not read";
            reader.tell_softly(Diagnostic::new(Code::LeftOut, message).at(place));
            return None;
        }
        let told = reader.told();
        let Some(date) = self.date_of(reader, event) else {
            if reader.told() == told {
                let found = Diagnostic::new(Code::MissingField, "the change event has no date").at(place);
                reader.tell(found.hint("give `prov:endedAtTime`, `prov:startedAtTime` or `dct:date`"));
            }
            return None;
        };
        let row = self.lines_of(event).unwrap_or(row);
        let note = terms::label(self.graph, event, &terms::NAMES, self.language);
        let note = note.or_else(|| terms::label(self.graph, event, &terms::SUMMARIES, self.language));
        let note = note.map(|note| note.chosen.object.text().to_owned());
        self.chart.changes.push(Change { date: date.value, from: sides.from, to: sides.to, row, note });
        Some(())
    }

    /// Returns when an event took place: between its start and its end where it has both.
    fn date_of(&self, reader: &mut Reader<'_, '_>, event: &str) -> Option<Said<Edtf>> {
        let started = self.date(reader, event, &terms::STARTED);
        let ended = self.date(reader, event, &terms::FINISHED);
        let both = started.as_ref().zip(ended.as_ref()).filter(|(started, ended)| started.value != ended.value);
        let between = both.and_then(|(started, ended)| {
            let value = Edtf::parse(&format!("{}/{}", started.value, ended.value)).ok()?;
            Some(Said { value, row: ended.row })
        });
        between.or(ended).or(started).or_else(|| self.date(reader, event, &terms::DATED))
    }

    /// Returns the lines from the first statement on an event to the last, if they stand together.
    fn lines_of(&self, event: &str) -> Option<Row> {
        let rows: Vec<Row> = self.graph.about(event).map(|said| said.row).collect();
        let first = rows.iter().min_by_key(|row| row.span.start)?;
        let last = rows.iter().max_by_key(|row| row.span.end)?;
        let together = rows.len() > 1 && usize::try_from(last.last_line - first.first_line).ok()? <= 2 * rows.len();
        together.then(|| Row {
            span: crate::diagnostics::Span::new(first.span.start, last.span.end),
            first_line: first.first_line,
            last_line: last.last_line,
        })
    }
}
