//! Diagnostics as JSON, for `--format json`.

use serde_json::{Map, Value, json};

use super::{Diagnostic, Place, Report, Severity};

impl Report {
    /// Returns the report as JSON: the diagnostics, and how many errors and warnings there are.
    ///
    /// Lines and columns count from 1, columns in characters; the end is exclusive. What has no
    /// place has no `file`; what concerns a file as a whole has no `line`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let diagnostics: Vec<Value> = self.diagnostics.iter().map(|diagnostic| self.diagnostic(diagnostic)).collect();
        json!({
            "diagnostics": diagnostics,
            "errors": self.count(Severity::Error),
            "warnings": self.count(Severity::Warning),
            "leftOut": self.left_out,
        })
    }

    fn diagnostic(&self, diagnostic: &Diagnostic) -> Value {
        let mut object = Map::new();
        object.insert("severity".into(), diagnostic.severity().word().into());
        object.insert("code".into(), diagnostic.code.number().into());
        object.insert("title".into(), diagnostic.code.title().into());
        object.insert("message".into(), diagnostic.message.clone().into());
        if let Some(place) = diagnostic.place {
            self.place(place, &mut object);
        }
        for (name, text) in [("label", &diagnostic.label), ("hint", &diagnostic.hint)] {
            if let Some(text) = text {
                object.insert(name.into(), text.clone().into());
            }
        }
        if !diagnostic.related.is_empty() {
            let related = diagnostic.related.iter().map(|related| {
                let mut object = Map::new();
                object.insert("label".into(), related.label.clone().into());
                self.place(related.place, &mut object);
                Value::Object(object)
            });
            object.insert("related".into(), related.collect());
        }
        Value::Object(object)
    }

    fn place(&self, place: Place, object: &mut Map<String, Value>) {
        let Some(spot) = self.spot(place) else { return };
        object.insert("file".into(), spot.file.into());
        let Some((start, end)) = spot.lines else { return };
        for (position, line, column) in [(start, "line", "column"), (end, "endLine", "endColumn")] {
            object.insert(line.into(), position.line.into());
            object.insert(column.into(), position.column.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Code, FileId, SourceText, Span};

    #[test]
    fn a_place_is_told_by_file_line_and_column() {
        let file = SourceText { name: "a.yaml".into(), text: "é: 1\nkidn: office\n".into() };
        let found = Diagnostic::new(Code::UnknownField, "unit `a` has an unknown field `kidn`")
            .at(Place::new(FileId(0), Span::new(6, 10)))
            .hint("did you mean `kind`?");
        let report = Report { files: vec![file], diagnostics: vec![found], left_out: 0 };
        let expected = json!({
            "diagnostics": [{
                "severity": "error", "code": "E0103", "title": "unknown-field",
                "message": "unit `a` has an unknown field `kidn`",
                "file": "a.yaml", "line": 2, "column": 1, "endLine": 2, "endColumn": 5,
                "hint": "did you mean `kind`?",
            }],
            "errors": 1,
            "warnings": 0,
            "leftOut": 0,
        });
        assert_eq!(report.to_json(), expected);
    }
}
