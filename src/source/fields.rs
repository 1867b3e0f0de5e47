//! The fields of the three formats: the one definition that files are checked against and schemas are printed from.

use super::shape::Shape::{
    Bool, Date, Id, IdOr, Lines, List, Number, Object as Map, OneOf, Sha256, Text, TextOr, Word,
};
use super::shape::{Field, Object, Shape};
use super::words::{BASIS, EVENT_TYPE, EXTENT, FORM, ROLE, STANDING};

pub(super) const fn required(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, shape, required: true, about }
}

pub(super) const fn optional(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, shape, required: false, about }
}

/// Where a claim stands, and how it is carried.
static EVIDENCE_FIELDS: [Field; 4] = [
    optional("lines", Lines, "Lines of the source file, counted from 1: `18`, `\"18, 24-26\"`."),
    optional("basis", OneOf(&BASIS), "How the lines carry the claim."),
    optional("reference", Text, "What a reader can look up; required where the basis is `outside`."),
    optional("note", Text, "What the curator adds."),
];

static PART_FIELD: [Field; 1] =
    [optional("part", Text, "The dated part of the source that this stands in, by the id that `parts` gives it.")];

static EVIDENCE: Object = Object {
    name: "evidence",
    noun: "piece of evidence",
    about: "Where a claim stands in the source, and how it is carried.",
    named_by: None,
    groups: &[&EVIDENCE_FIELDS],
};

static NAME: Object = Object {
    name: "name",
    noun: "name",
    about: "A name or an acronym, with its form and its own evidence.",
    named_by: None,
    groups: &[
        &[
            required("text", Text, "The name."),
            optional("form", OneOf(&FORM), "How near it is to what stands in the source; `written` if not said."),
        ],
        &EVIDENCE_FIELDS,
    ],
};

static SUMMARY: Object = Object {
    name: "summary",
    noun: "summary",
    about: "A summary with its own evidence.",
    named_by: None,
    groups: &[&[required("text", Text, "The summary, in the curator's own words.")], &EVIDENCE_FIELDS],
};

static HOLDER: Object = Object {
    name: "holder",
    noun: "holder",
    about: "Who holds a post.",
    named_by: None,
    groups: &[
        &[
            required("name", Text, "The person's name, as written."),
            optional("title", Text, "The title that the source gives with the name."),
        ],
        &EVIDENCE_FIELDS,
        &PART_FIELD,
    ],
};

static FIGURE: Object = Object {
    name: "figure",
    noun: "figure",
    about: "A number that the source gives: a `value`, or a range from `low` to `high`.",
    named_by: None,
    groups: &[
        &[
            required("measure", Text, "What is counted: `employees`, `offices`, `budget`."),
            optional("value", Number, "The number."),
            optional("low", Number, "The lower end of a range."),
            optional("high", Number, "The upper end of a range."),
            optional("unit", Text, "The unit of measurement: `USD`, `hours`."),
            optional("qualifier", Text, "The wording around the number: `more than`, `approximately`."),
            optional("scope", Text, "What exactly is counted, and on which condition."),
        ],
        &EVIDENCE_FIELDS,
        &PART_FIELD,
    ],
};

static RELATION: Object = Object {
    name: "relation",
    noun: "relation",
    about: "A relation to another unit of the snapshot (`to`), or to what is no unit (`to-text`).",
    named_by: None,
    groups: &[
        &[
            required("type", Word, "Its type: `oversees`, `inspects`, `runs`, `liaises-with`, `mandated-by` …"),
            optional("to", Id, "The unit at the other end."),
            optional("to-text", Text, "What stands at the other end, where it is no unit."),
        ],
        &EVIDENCE_FIELDS,
        &PART_FIELD,
    ],
};

static CONTACT: Object = Object {
    name: "contact",
    noun: "contact",
    about: "A way to reach the unit.",
    named_by: None,
    groups: &[
        &[
            required("kind", Word, "What it is: `telephone`, `email`, `form`, `link` …"),
            optional("value", Text, "The number or address, where the source prints one."),
            optional("purpose", Text, "What it is for."),
        ],
        &EVIDENCE_FIELDS,
        &PART_FIELD,
    ],
};

static PLACE: Object = Object {
    name: "place",
    noun: "place",
    about: "A place that the source gives for the unit.",
    named_by: None,
    groups: &[
        &[
            required("place", Text, "The place: a town, a state, a country."),
            optional("part", Text, "The part of the place: `northern`, `upstate`. (No dated part of the source.)"),
            optional("also-written", List(&Text), "Other forms of place and part together: `DC`, `Imperial County`."),
            optional("role", OneOf(&ROLE), "What the place is to the unit; `area` if not said."),
            optional("scope", Text, "What the area is for, where it is no general one: `media inquiries`."),
        ],
        &EVIDENCE_FIELDS,
    ],
};

static PROPERTY: Object = Object {
    name: "property",
    noun: "property",
    about: "Anything else that the source says of the unit.",
    named_by: None,
    groups: &[
        &[required("name", Text, "The name of the property."), required("value", Text, "Its value.")],
        &EVIDENCE_FIELDS,
        &PART_FIELD,
    ],
};

pub(super) static UNIT: Object = Object {
    name: "unit",
    noun: "unit",
    about: "A unit as the source mentions it, with what the source says of it. Evidence that is not given for a \
            detail is that of the unit.",
    named_by: Some("id"),
    groups: &[
        &[
            required("id", Id, "Its lasting identifier, unique in the store."),
            optional("name", TextOr(&NAME), "Its name as written. Leave it out where only an acronym is written."),
            optional("acronym", TextOr(&NAME), "Its acronym as written."),
            optional("also-written", List(&TextOr(&NAME)), "Other forms of name or acronym in the same source."),
            optional("kind", Word, "Its kind: `agency`, `directorate`, `office`, `programme`, `post` …"),
            optional("standing", OneOf(&STANDING), "Whether it is part of the organisation; `internal` if not said."),
            optional("placed", Map(&EVIDENCE), "Evidence of the parent claim, where it is another than the mention's."),
            optional("shown-under", Text, "A heading above it that is no unit."),
            optional(
                "same",
                Map(&EVIDENCE),
                "Say it where the identity with the unit of this id elsewhere is a reading.",
            ),
            optional("summary", TextOr(&SUMMARY), "What it does, in the curator's own words."),
            optional("holder", Map(&HOLDER), "Who holds the post."),
            optional("figures", List(&Map(&FIGURE)), "Numbers that the source gives for it."),
            optional("relations", List(&Map(&RELATION)), "Relations to other units, or to what is no unit."),
            optional("contacts", List(&Map(&CONTACT)), "Ways to reach it."),
            optional("places", List(&Map(&PLACE)), "Where it sits, and what it answers for."),
            optional("properties", List(&Map(&PROPERTY)), "Anything else."),
            optional("units", List(&Map(&UNIT)), "The units below it, in the order of the source."),
        ],
        &EVIDENCE_FIELDS,
        &PART_FIELD,
    ],
};

static SOURCE: Object = Object {
    name: "source",
    noun: "source",
    about: "The file that the snapshot was curated from, and where a reader can look it up; at least one of both.",
    named_by: None,
    groups: &[&[
        optional("file", Text, "The name of the file."),
        optional("sha256", Sha256, "The SHA-256 of its bytes: 64 lower-case hexadecimal digits."),
        optional("reference", Text, "Where a reader can look it up."),
    ]],
};

static PART: Object = Object {
    name: "part",
    noun: "part",
    about: "A layer of the source with a date of its own.",
    named_by: Some("id"),
    groups: &[&[
        required("id", Id, "Its name within the snapshot, which `part` then gives."),
        required("observed", Date, "When this layer was written (EDTF)."),
        optional("date-evidence", List(&Map(&EVIDENCE)), "What that dating rests on; basis `inferred` if not said."),
        optional("note", Text, "What the curator says of it."),
    ]],
};

static COVERAGE: Object = Object {
    name: "coverage",
    noun: "coverage entry",
    about: "A list that the source gives: the units directly below `of`, and how fully. What is not named here is not \
            covered.",
    named_by: None,
    groups: &[
        &[
            required("of", Id, "The unit whose list it is."),
            optional("kind", Word, "The kind of unit that the list is restricted to."),
            optional("heading", Text, "The heading that the list is restricted to, as `shown-under` gives it."),
            optional("deep", Bool, "Whether it speaks of everything below, not of the units directly below only."),
            required("extent", OneOf(&EXTENT), "How full the list is."),
        ],
        &EVIDENCE_FIELDS,
        &PART_FIELD,
    ],
};

static TOPIC: Object = Object {
    name: "topic",
    noun: "topic",
    about: "A label that the source lists and that is no unit.",
    named_by: Some("label"),
    groups: &[
        &[required("label", Text, "The label."), optional("heading", Text, "The heading that it stands under.")],
        &EVIDENCE_FIELDS,
        &PART_FIELD,
    ],
};

pub(super) static SNAPSHOT: Object = Object {
    name: "snapshot-file",
    noun: "snapshot",
    about: "What one dated source says about the structure of an organisation.",
    named_by: Some("snapshot"),
    groups: &[&[
        required("snapshot", Id, "The id of the snapshot, unique in the store."),
        required("observed", Date, "When the source was written or last reviewed (EDTF): `2017-09-26`, `2008/2009`."),
        optional("era", Id, "The era that it belongs to, from an era file."),
        required("title", Text, "The title of the source, in the curator's words."),
        required("source", Map(&SOURCE), "The file that it was curated from, and where it came from."),
        optional("date-evidence", List(&Map(&EVIDENCE)), "What the dating rests on; basis `inferred` if not said."),
        optional("note", Text, "What the curator says of the source as a whole."),
        optional("parts", List(&Map(&PART)), "Layers of the source that are older or younger than the rest."),
        optional("coverage", List(&Map(&COVERAGE)), "Which lists the source gives, and how fully."),
        optional("topics", List(&Map(&TOPIC)), "Labels that the source lists and that are no units."),
        optional("units", List(&Map(&UNIT)), "The units that the source hangs somewhere; nesting is the parent claim."),
        optional("unplaced", List(&Map(&UNIT)), "Units that the source names and states no parent of."),
    ]],
};

static DECLARED_UNIT: Object = Object {
    name: "declared-unit",
    noun: "unit",
    about: "A unit that no snapshot mentions, such as a former body.",
    named_by: Some("id"),
    groups: &[&[
        required("id", Id, "Its identifier, unique in the store."),
        required("name", Text, "Its name."),
        optional("acronym", Text, "Its acronym."),
        optional("kind", Word, "Its kind."),
        optional("standing", OneOf(&STANDING), "Whether it is part of the organisation; `internal` if not said."),
        optional("summary", Text, "What it is, in the curator's own words."),
        optional("basis", OneOf(&BASIS), "How the declaration is carried; `outside` if not said."),
        optional("evidence", List(&Map(&EVENT_EVIDENCE)), "Lines of snapshots' sources that say so."),
        optional("reference", Text, "What a reader can look up; required where the basis is `outside`."),
    ]],
};

static ORIGINAL: Object = Object {
    name: "original",
    noun: "original",
    about: "A unit that went into the event. It ends with it, unless it continues, or only a part of it went over, or \
            it stands among the results.",
    named_by: Some("unit"),
    groups: &[&[
        required("unit", Id, "The unit."),
        optional("continues", Bool, "Whether the unit goes on beside the results."),
        optional("part", Bool, "Whether only a part of it went over."),
    ]],
};

static RESULT: Object = Object {
    name: "result",
    noun: "result",
    about: "A unit that came out of the event, with what it is from then on.",
    named_by: Some("unit"),
    groups: &[&[
        required("unit", Id, "The unit."),
        optional("name", Text, "Its name from then on."),
        optional("acronym", Text, "Its acronym from then on."),
        optional("kind", Word, "Its kind from then on."),
        optional("parent", Id, "Its parent from then on."),
    ]],
};

static EVENT_EVIDENCE: Object = Object {
    name: "event-evidence",
    noun: "piece of evidence",
    about: "Lines of a snapshot's source that say so.",
    named_by: None,
    groups: &[&[
        required("snapshot", Id, "The snapshot."),
        required("lines", Lines, "The lines of its source file."),
        optional("basis", OneOf(&BASIS), "How these lines carry it; as the event or the declaration if not said."),
        optional("note", Text, "What the curator adds."),
    ]],
};

pub(super) static EVENT: Object = Object {
    name: "event",
    noun: "event",
    about: "A dated statement of change: originals became results.",
    named_by: Some("id"),
    groups: &[&[
        required("id", Id, "Its identifier, unique in the store."),
        required("type", OneOf(&EVENT_TYPE), "What kind of change it is."),
        required("date", Date, "When it took place (EDTF)."),
        optional("originals", List(&IdOr(&ORIGINAL)), "The units that went in: ids, or mappings that say more."),
        optional("results", List(&IdOr(&RESULT)), "The units that came out: ids, or mappings that say more."),
        required("basis", OneOf(&BASIS), "How the statement is carried."),
        optional("evidence", List(&Map(&EVENT_EVIDENCE)), "Lines of snapshots' sources that say so."),
        optional("reference", Text, "What a reader can look up; required where the basis is `outside`."),
        optional("note", Text, "What the curator adds."),
    ]],
};

pub(super) static EVENT_FILE: Object = Object {
    name: "event-file",
    noun: "event file",
    about: "Changes of an organisation, and the units that only they know.",
    named_by: None,
    groups: &[&[
        required("events", List(&Map(&EVENT)), "The events."),
        optional("units", List(&Map(&DECLARED_UNIT)), "Units that no snapshot mentions, such as former bodies."),
    ]],
};

static ERA: Object = Object {
    name: "era",
    noun: "era",
    about: "A named grouping of snapshots.",
    named_by: Some("id"),
    groups: &[&[
        required("id", Id, "Its identifier, unique in the store."),
        required("name", Text, "Its name."),
        optional("description", Text, "What it is, in the curator's words."),
    ]],
};

pub(super) static ERA_FILE: Object = Object {
    name: "era-file",
    noun: "era file",
    about: "The eras of an organisation, in order.",
    named_by: None,
    groups: &[&[required("eras", List(&Map(&ERA)), "The eras, in order.")]],
};
