//! The words for values, as the GraphQL schema writes them, and their reading from the command line.

use serde::Serialize;
use serde_json::{Value, json};

use crate::diagnostics::did_you_mean;
use crate::history::{Certainty, Moment, Placement, Status};
use crate::model::{Basis, ChangeKind, Day, Extent, Verdict};

/// All kinds of change: first what events tell, then lists, then attributes, and silence last.
pub(super) const CHANGE_KINDS: [ChangeKind; 22] = [
    ChangeKind::Created,
    ChangeKind::Dissolved,
    ChangeKind::Merged,
    ChangeKind::Split,
    ChangeKind::Absorbed,
    ChangeKind::Transferred,
    ChangeKind::Succeeded,
    ChangeKind::Added,
    ChangeKind::Removed,
    ChangeKind::Renamed,
    ChangeKind::Respelled,
    ChangeKind::AcronymChanged,
    ChangeKind::Moved,
    ChangeKind::Reclassified,
    ChangeKind::FigureChanged,
    ChangeKind::HolderChanged,
    ChangeKind::PlaceChanged,
    ChangeKind::PropertyChanged,
    ChangeKind::RelationAdded,
    ChangeKind::RelationRemoved,
    ChangeKind::NewlyObserved,
    ChangeKind::NotObserved,
];

/// All verdicts, the farthest first.
pub(super) const VERDICTS: [Verdict; 4] = [Verdict::Stated, Verdict::Implied, Verdict::Possible, Verdict::Unknown];

const BASES: [Basis; 4] = [Basis::Stated, Basis::Shown, Basis::Inferred, Basis::Outside];

/// Returns the schema's word for a value of an enum of the model: `NOT_OBSERVED`.
pub(super) fn word(value: impl Serialize) -> String {
    // The enums of the model are kept under the names of their variants.
    let Ok(Value::String(name)) = serde_json::to_value(value) else { return String::new() };
    let mut word = String::new();
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_uppercase() {
            word.push('_');
        }
        word.push(letter.to_ascii_uppercase());
    }
    word
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Observed => "OBSERVED",
        Status::Between => "BETWEEN",
        Status::Presumed => "PRESUMED",
        Status::Outdated => "OUTDATED",
    }
}

pub(super) fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Certain => "CERTAIN",
        Certainty::Possible => "POSSIBLE",
    }
}

pub(super) fn placement(placement: Placement) -> &'static str {
    match placement {
        Placement::Root => "ROOT",
        Placement::Placed => "PLACED",
        Placement::Unplaced => "UNPLACED",
    }
}

/// Returns how full a list is, as a phrase.
pub(super) fn extent(extent: Extent) -> &'static str {
    match extent {
        Extent::Closed => "closed",
        Extent::Listed => "listed",
        Extent::Partial => "partial",
    }
}

/// Returns a moment as the schema's input has it.
pub(super) fn moment_json(moment: &Moment) -> Value {
    match moment {
        Moment::Day(day) => json!({"date": day.to_string()}),
        Moment::Snapshot(id) => json!({"snapshot": id.as_str()}),
        Moment::Era(id) => json!({"era": id.as_str()}),
    }
}

/// Returns a moment in words.
pub(super) fn moment_text(moment: &Moment) -> String {
    match moment {
        Moment::Day(day) => day.to_string(),
        Moment::Snapshot(id) => format!("snapshot {id}"),
        Moment::Era(id) => format!("era {id}"),
    }
}

pub(super) fn parse_basis(text: &str) -> Result<Basis, String> {
    parse(text, &BASES)
}

pub(super) fn parse_day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a day is written with four, two and two digits: 2018-01-01".to_owned())
}

pub(super) fn parse_change_kind(text: &str) -> Result<ChangeKind, String> {
    parse(text, &CHANGE_KINDS)
}

pub(super) fn parse_verdict(text: &str) -> Result<Verdict, String> {
    parse(text, &VERDICTS)
}

/// Reads a word in any case, with `-` or `_`.
fn parse<T: Copy + Serialize>(text: &str, all: &[T]) -> Result<T, String> {
    let spelled = |value: T| word(value).to_lowercase().replace('_', "-");
    let wanted = text.to_lowercase().replace('_', "-");
    let known: Vec<String> = all.iter().map(|value| spelled(*value)).collect();
    all.iter().copied().find(|value| spelled(*value) == wanted).ok_or_else(|| {
        did_you_mean(&wanted, known.iter().map(String::as_str))
            .unwrap_or_else(|| format!("it is one of: {}", known.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written_and_as_options_are() {
        for kind in CHANGE_KINDS {
            assert_eq!(parse_change_kind(&word(kind)), Ok(kind));
        }
        assert_eq!(parse_change_kind("not-observed"), Ok(ChangeKind::NotObserved));
        assert_eq!(parse_basis("Outside"), Ok(Basis::Outside));
        assert_eq!(parse_verdict("implid"), Err("did you mean `implied`?".to_owned()));
    }
}
