//! The fields of a mapping file: the one definition that mappings are checked against and their schema is printed from.

use crate::source::fields::{optional, required};
use crate::source::shape::Shape::{Bool, Date, Id, Lines, List, Object as Map, OneOf, Text, Word};
use crate::source::shape::{Choice, Field, Object};
use crate::source::words::{BASIS, EXTENT};

pub(super) static FORMAT: Choice = Choice {
    name: "table-format",
    values: &[
        ("csv", "Rows of cells with a header; from a name in `.csv` or, with tabs, `.tsv`."),
        ("change-log", "A JSON object per line, each a change; from a name in `.jsonl` or `.ndjson`."),
        ("popolo", "Popolo JSON: organizations, posts, persons and memberships."),
        ("org-turtle", "The W3C Organization Ontology in Turtle; from a name in `.ttl` or `.nt`."),
        ("org-json-ld", "The W3C Organization Ontology in JSON-LD; from a name in `.jsonld`."),
    ],
};

static ROWS: Choice = Choice {
    name: "table-rows",
    values: &[("units", "A row is what is said of one unit at one date."), ("events", "A row is a change event.")],
};

static IDS: Choice = Choice {
    name: "table-ids",
    values: &[
        ("as-written", "The cell is the id."),
        ("slug", "The id is made from the cell: lower case, with hyphens between the words."),
    ],
};

static TOP: Choice = Choice {
    name: "table-top",
    values: &[
        ("root", "A unit without a parent stands at the top."),
        ("unplaced", "Where a unit without a parent belongs is not known."),
    ],
};

/// What each column is; the names are those of the table.
static COLUMN_FIELDS: [Field; 19] = [
    optional("date", Text, "When the row holds (EDTF); in a change log a date, or a number that `versions` dates."),
    optional("id", Text, "The id of the unit, or of the event."),
    optional("name", Text, "The name of the unit."),
    optional("acronym", Text, "Its acronym."),
    optional("kind", Text, "Its kind; read in lower case."),
    optional("parent", Text, "The id of its parent."),
    optional("standing", Text, "Its standing: `internal`, `programme` or `external`."),
    optional("summary", Text, "What it does."),
    optional("holder", Text, "Who holds the post."),
    optional("shown-under", Text, "The heading above it that is no unit."),
    optional("predecessors", Text, "The ids of the units that it came from, between `separator`s."),
    optional("successors", Text, "The ids of the units that came of it, between `separator`s."),
    optional("properties", Text, "In a change log: the field with the properties, an object or a list."),
    optional("op", Text, "In a change log: what the line does, `add`, `chg`, `del` or `lin`."),
    optional("type", Text, "The type of an event."),
    optional("originals", Text, "The ids of the units that went into an event, between `separator`s."),
    optional("results", Text, "The ids of the units that came out of an event, between `separator`s."),
    optional("reference", Text, "Where a reader can look the event up."),
    optional("note", Text, "What is said of the event."),
];

static COLUMNS: Object = Object {
    name: "table-columns",
    noun: "set of columns",
    about: "Which column holds what. One that is not named here is looked for under its own name.",
    named_by: None,
    groups: &[&COLUMN_FIELDS],
};

static FIGURE_COLUMN: Object = Object {
    name: "table-figure",
    noun: "figure column",
    about: "A column of numbers.",
    named_by: Some("measure"),
    groups: &[&[
        required("measure", Text, "What is counted: `employees`, `budget`."),
        optional("column", Text, "The column, where it is named otherwise than the measure."),
        optional("unit", Text, "The unit of measurement: `USD`, `hours`."),
    ]],
};

static ERA_SPAN: Object = Object {
    name: "table-era",
    noun: "era of the table",
    about: "The era of the rows from one date to another.",
    named_by: Some("era"),
    groups: &[&[
        required("era", Id, "The era, from an era file."),
        optional("from", Date, "The first date (EDTF); from the beginning if not said."),
        optional("to", Date, "The last date (EDTF); to the end if not said."),
    ]],
};

static COVERAGE: Object = Object {
    name: "table-coverage",
    noun: "coverage entry",
    about: "A list that the table gives at each of its dates in a period, and how fully. What no entry names is not \
            covered, and then its absence means nothing.",
    named_by: None,
    groups: &[&[
        optional("of", Id, "The unit whose list it is, with the prefix if there is one; if not said, every top unit."),
        optional("kind", Word, "The kind of unit that the list is restricted to."),
        optional("deep", Bool, "Whether it speaks of everything below; if not said, only where `of` is not said."),
        required("extent", OneOf(&EXTENT), "How full the list is."),
        optional("from", Date, "The first date (EDTF) for which it is; from the beginning if not said."),
        optional("to", Date, "The last date (EDTF) for which it is; to the end if not said."),
        optional("basis", OneOf(&BASIS), "How the table carries that reading; `shown`, by its rows, if not said."),
        optional("lines", Lines, "The lines of the table that say so; the rows of the date if not said."),
        optional("note", Text, "Why."),
    ]],
};

/// A mapping file.
pub(in crate::source) static TABLE: Object = Object {
    name: "table-file",
    noun: "mapping",
    about: "How a table of other people's data is read: which column holds what, and which lists it gives when.",
    named_by: Some("table"),
    groups: &[&[
        required("table", Text, "The name of the table's file, which lies beside the mapping."),
        optional("format", OneOf(&FORMAT), "What the table is; from the end of its name if not said."),
        optional("rows", OneOf(&ROWS), "What a row is; `units` if not said."),
        optional("columns", Map(&COLUMNS), "Which column holds what."),
        optional(
            "observed",
            Date,
            "When the whole table was written (EDTF), where no column gives a date; required for Popolo and W3C ORG.",
        ),
        optional(
            "properties",
            List(&Text),
            "Columns, or fields, that are kept as properties; in a change log, names for a list.",
        ),
        optional("figures", List(&Map(&FIGURE_COLUMN)), "Columns that are kept as figures."),
        optional("separator", Text, "What stands between ids in one cell; `;` if not said."),
        optional(
            "ids",
            OneOf(&IDS),
            "How ids are written; if not said, `as-written`, but `slug` in Popolo and W3C ORG.",
        ),
        optional("id-prefix", Text, "What is put before the id of every unit."),
        optional(
            "language",
            Text,
            "Of W3C ORG: the language of the names, `en`; those without a language if not said.",
        ),
        optional("without-parent", OneOf(&TOP), "What a unit without a parent is; `root` if not said."),
        optional(
            "snapshot",
            Text,
            "The ids of the snapshots, one for each date, with columns in braces: `congress-{congress}`; the name of \
             the table and the date if not said. Of a change log, which is one snapshot, its id.",
        ),
        optional("title", Text, "Their titles, with columns in braces."),
        optional("reference", Text, "Where a reader can look the table up."),
        optional("era", Id, "The era of all rows, from an era file."),
        optional("eras", List(&Map(&ERA_SPAN)), "The eras of the rows by their dates."),
        optional("coverage", List(&Map(&COVERAGE)), "Which lists the table gives, of which dates, and how fully."),
        optional("versions", Text, "Of a change log: a JSON file with the list of dates that its numbers stand for."),
        optional(
            "complete",
            Bool,
            "Of a change log: whether it was kept without a gap. It then observes its units on every day that it \
             spans, and gives the whole of what is below its top units.",
        ),
    ]],
};
