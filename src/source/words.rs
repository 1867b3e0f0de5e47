//! The words that fields of the three formats choose from, and what each means.

use super::shape::Choice;

pub(super) static BASIS: Choice = Choice {
    name: "basis",
    values: &[
        ("stated", "A sentence of the source says it."),
        ("shown", "Headings, nesting or a menu show it."),
        ("inferred", "It is the curator's reading."),
        ("outside", "It is known from elsewhere; give a reference."),
    ],
};

pub(super) static EXTENT: Choice = Choice {
    name: "extent",
    values: &[
        ("closed", "The source says, or plainly means, that these are all."),
        ("listed", "An enumeration that claims no completeness, such as a menu."),
        ("partial", "The source calls it a selection."),
    ],
};

pub(super) static STANDING: Choice = Choice {
    name: "standing",
    values: &[
        ("internal", "Part of the organisation's structure."),
        ("programme", "A programme, initiative or team that a unit runs."),
        ("external", "Named, but no part of the organisation."),
    ],
};

pub(super) static FORM: Choice = Choice {
    name: "form",
    values: &[
        ("written", "As it stands in the source."),
        ("expanded", "An abbreviation spelled out."),
        ("normalised", "Tidied: spelling, case or white space."),
    ],
};

pub(super) static ROLE: Choice =
    Choice { name: "role", values: &[("seat", "Where the unit sits."), ("area", "What the unit answers for.")] };

pub(super) static EVENT_TYPE: Choice = Choice {
    name: "event-type",
    values: &[
        ("created", "Units came into being: no originals, one or more results."),
        ("renamed", "A unit got another name: one original, one result."),
        ("moved", "A unit got another parent: one original, one result."),
        ("reclassified", "A unit became one of another kind: one original, one result."),
        ("merged", "Two or more originals became one result."),
        ("split", "One original became two or more results."),
        ("absorbed", "One or more originals went into one result that existed before."),
        ("transferred", "One or more originals, or parts of them, went over to one or more results."),
        ("succeeded", "One or more results followed one or more originals in a form that is not known."),
        ("dissolved", "One or more originals ended with no successor: no results."),
    ],
};
