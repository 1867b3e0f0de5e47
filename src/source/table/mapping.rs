//! Mapping files: how a table is read, as values.

use std::collections::BTreeMap;

use crate::diagnostics::{FileId, Place};
use crate::model::{Basis, Edtf, EraId, Extent, LineSet, UnitId, Window};
use crate::source::build::{basis, extent, items, text};
use crate::source::values::boolean;
use crate::source::yaml::Node;

/// What a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Rows of cells, with this between them.
    Csv(u8),
    /// A change per line.
    ChangeLog,
    /// Organizations, posts, persons and memberships in JSON.
    Popolo,
    /// The W3C Organization Ontology.
    Org(Syntax),
}

/// How statements are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Turtle,
    JsonLd,
}

impl Format {
    /// Returns the format that the end of a file's name says.
    pub(super) fn of(name: &str) -> Option<Self> {
        let end = name.rsplit_once('.')?.1.to_ascii_lowercase();
        match end.as_str() {
            "csv" => Some(Self::Csv(b',')),
            "tsv" => Some(Self::Csv(b'\t')),
            "jsonl" | "ndjson" => Some(Self::ChangeLog),
            "ttl" | "nt" => Some(Self::Org(Syntax::Turtle)),
            "jsonld" => Some(Self::Org(Syntax::JsonLd)),
            _ => None,
        }
    }

    /// Tells whether a table of it is taken in whole, as one structure at one date.
    pub(super) fn is_whole(self) -> bool {
        matches!(self, Self::Popolo | Self::Org(_))
    }
}

/// What a row of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    Units,
    Events,
}

/// A value of the mapping with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// A column of numbers.
#[derive(Debug, Clone)]
pub(super) struct FigureColumn {
    pub(super) measure: String,
    pub(super) column: At<String>,
    pub(super) unit: Option<String>,
}

/// The days from one date to another; open where none is said.
#[derive(Debug, Clone)]
pub(super) struct Span {
    from: Option<Edtf>,
    to: Option<Edtf>,
}

impl Span {
    fn of(node: &Node) -> Self {
        let date = |field| node.get(field).and_then(Node::text).and_then(|text| Edtf::parse(text).ok());
        Self { from: date("from"), to: date("to") }
    }

    /// Tells whether a window lies wholly in it.
    pub(super) fn holds(&self, window: &Window) -> bool {
        let begun = self.from.as_ref().is_none_or(|from| from.window().start() <= window.start());
        let going = self.to.as_ref().is_none_or(|to| window.end() <= to.window().end());
        begun && going
    }
}

/// A list that the table gives at each date of a period.
#[derive(Debug, Clone)]
pub(super) struct CoverageRule {
    pub(super) place: Place,
    pub(super) of: Option<UnitId>,
    pub(super) kind: Option<String>,
    pub(super) deep: bool,
    pub(super) extent: Extent,
    pub(super) span: Span,
    pub(super) basis: Basis,
    pub(super) lines: Option<LineSet>,
    pub(super) note: Option<String>,
}

/// How a table is read.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    /// Where the mapping names its table.
    pub(super) place: Place,
    pub(super) table: String,
    pub(super) format: Option<Format>,
    pub(super) rows: Rows,
    columns: BTreeMap<String, At<String>>,
    pub(super) observed: Option<Edtf>,
    pub(super) properties: Vec<At<String>>,
    pub(super) figures: Vec<FigureColumn>,
    pub(super) separator: String,
    pub(super) slug: bool,
    pub(super) language: Option<String>,
    pub(super) prefix: String,
    pub(super) unplaced: bool,
    pub(super) snapshot: Option<At<String>>,
    pub(super) title: Option<At<String>>,
    pub(super) reference: Option<String>,
    pub(super) era: Option<At<EraId>>,
    pub(super) eras: Vec<(At<EraId>, Span)>,
    pub(super) coverage: Vec<CoverageRule>,
    pub(super) versions: Option<At<String>>,
    pub(super) complete: bool,
}

impl Mapping {
    /// Reads a tree that was checked; `None` when it does not name its table.
    pub(super) fn of(file: FileId, node: &Node) -> Option<Self> {
        let reader = Reader { file };
        let word = |field| node.get(field).and_then(Node::text);
        let table = reader.text(node.get("table"))?;
        let format = match word("format") {
            Some("csv") if table.value.to_ascii_lowercase().ends_with(".tsv") => Some(Format::Csv(b'\t')),
            Some("csv") => Some(Format::Csv(b',')),
            Some("change-log") => Some(Format::ChangeLog),
            Some("popolo") => Some(Format::Popolo),
            Some("org-turtle") => Some(Format::Org(Syntax::Turtle)),
            Some("org-json-ld") => Some(Format::Org(Syntax::JsonLd)),
            _ => Format::of(&table.value),
        };
        let columns = node.get("columns").map_or(&[][..], Node::entries);
        Some(Self {
            place: table.place,
            table: table.value,
            format,
            rows: if word("rows") == Some("events") { Rows::Events } else { Rows::Units },
            columns: columns
                .iter()
                .filter_map(|entry| Some((entry.key.clone(), reader.text(Some(&entry.value))?)))
                .collect(),
            observed: word("observed").and_then(|text| Edtf::parse(text).ok()),
            properties: items(node, "properties").iter().filter_map(|node| reader.text(Some(node))).collect(),
            figures: items(node, "figures").iter().filter_map(|node| reader.figure(node)).collect(),
            separator: text(node.get("separator")).unwrap_or_else(|| ";".to_owned()),
            slug: match word("ids") {
                None => format.is_some_and(Format::is_whole),
                Some(word) => word == "slug",
            },
            language: text(node.get("language")),
            prefix: text(node.get("id-prefix")).unwrap_or_default(),
            unplaced: word("without-parent") == Some("unplaced"),
            snapshot: reader.text(node.get("snapshot")),
            title: reader.text(node.get("title")),
            reference: text(node.get("reference")),
            era: reader.id(node.get("era")),
            eras: items(node, "eras")
                .iter()
                .filter_map(|node| Some((reader.id(node.get("era"))?, Span::of(node))))
                .collect(),
            coverage: items(node, "coverage").iter().map(|node| reader.coverage(node)).collect(),
            versions: reader.text(node.get("versions")),
            complete: node.get("complete").and_then(boolean).unwrap_or(false),
        })
    }

    /// Returns the column that the mapping names for a role.
    pub(super) fn column(&self, role: &str) -> Option<&At<String>> {
        self.columns.get(role)
    }

    /// Returns the era of what is dated to a window.
    pub(super) fn era_of(&self, window: &Window) -> Option<&At<EraId>> {
        self.eras.iter().find(|(_, span)| span.holds(window)).map(|(era, _)| era).or(self.era.as_ref())
    }
}

/// Reads values with their places.
struct Reader {
    file: FileId,
}

impl Reader {
    fn text(&self, node: Option<&Node>) -> Option<At<String>> {
        Some(At { value: text(node)?, place: Place::new(self.file, node?.span) })
    }

    fn id(&self, node: Option<&Node>) -> Option<At<EraId>> {
        let text = self.text(node)?;
        Some(At { value: text.value.parse().ok()?, place: text.place })
    }

    fn figure(&self, node: &Node) -> Option<FigureColumn> {
        let measure = self.text(node.get("measure"))?;
        let column = self.text(node.get("column")).unwrap_or_else(|| measure.clone());
        Some(FigureColumn { measure: measure.value, column, unit: text(node.get("unit")) })
    }

    fn coverage(&self, node: &Node) -> CoverageRule {
        let of = node.get("of").and_then(Node::text).and_then(|text| UnitId::new(text).ok());
        CoverageRule {
            place: Place::new(self.file, node.get("of").unwrap_or(node).span),
            deep: node.get("deep").and_then(boolean).unwrap_or(of.is_none()),
            of,
            kind: text(node.get("kind")),
            extent: extent(node.get("extent")),
            span: Span::of(node),
            basis: basis(node.get("basis")).unwrap_or(Basis::Shown),
            lines: node.get("lines").and_then(Node::text).and_then(|text| LineSet::parse(text).ok()),
            note: text(node.get("note")),
        }
    }
}
