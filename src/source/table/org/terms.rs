//! The IRIs that are understood, and what is read from a thing in a few words: its label, a date, a local name.

use super::graph::{Graph, Object, Statement};

pub(super) const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const ORG: &str = "http://www.w3.org/ns/org#";

macro_rules! org {
    ($($name:ident $local:literal)*) => {
        $(pub(super) const $name: &str = concat!("http://www.w3.org/ns/org#", $local);)*
    };
}

org! {
    CHANGED_BY "changedBy"
    CLASSIFICATION "classification"
    HAS_MEMBER "hasMember"
    HAS_MEMBERSHIP "hasMembership"
    HAS_POST "hasPost"
    HAS_SUB_ORGANIZATION "hasSubOrganization"
    HAS_UNIT "hasUnit"
    HEAD_OF "headOf"
    HELD_BY "heldBy"
    HOLDS "holds"
    IDENTIFIER "identifier"
    LINKED_TO "linkedTo"
    MEMBER "member"
    MEMBER_DURING "memberDuring"
    MEMBER_OF "memberOf"
    ORGANIZATION "organization"
    ORIGINAL "originalOrganization"
    POST_IN "postIn"
    PURPOSE "purpose"
    REPORTS_TO "reportsTo"
    RESULTED_FROM "resultedFrom"
    RESULTING "resultingOrganization"
    ROLE "role"
    SITE_ADDRESS "siteAddress"
    SUB_ORGANIZATION_OF "subOrganizationOf"
    UNIT_OF "unitOf"
}

/// The types of what is a unit, with the kind that each means where nothing says it closer.
pub(super) const UNIT_TYPES: [(&str, &str); 6] = [
    ("http://www.w3.org/ns/org#Organization", "organization"),
    ("http://www.w3.org/ns/org#FormalOrganization", "formal-organization"),
    ("http://www.w3.org/ns/org#OrganizationalUnit", "organizational-unit"),
    ("http://www.w3.org/ns/org#OrganizationalCollaboration", "organizational-collaboration"),
    ("http://xmlns.com/foaf/0.1/Organization", "organization"),
    (POST, "post"),
];

pub(super) const POST: &str = "http://www.w3.org/ns/org#Post";
pub(super) const CHANGE_EVENT: &str = "http://www.w3.org/ns/org#ChangeEvent";
pub(super) const SITES: [&str; 3] = [
    "http://www.w3.org/ns/org#hasPrimarySite",
    "http://www.w3.org/ns/org#hasRegisteredSite",
    "http://www.w3.org/ns/org#hasSite",
];

/// What names things, the nearest first.
pub(super) const NAMES: [&str; 8] = [
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://xmlns.com/foaf/0.1/name",
    "http://purl.org/dc/terms/title",
    "http://www.w3.org/2006/vcard/ns#fn",
    "http://www.w3.org/2006/vcard/ns#organization-name",
    "http://schema.org/name",
    "https://schema.org/name",
];
pub(super) const OTHER_NAMES: [&str; 1] = ["http://www.w3.org/2004/02/skos/core#altLabel"];
pub(super) const SUMMARIES: [&str; 4] = [
    "http://purl.org/dc/terms/description",
    "http://www.w3.org/2004/02/skos/core#definition",
    "http://www.w3.org/2000/01/rdf-schema#comment",
    "http://schema.org/description",
];
pub(super) const BEGUN: [&str; 3] =
    ["http://www.w3.org/ns/prov#generatedAtTime", "http://schema.org/foundingDate", "https://schema.org/foundingDate"];
pub(super) const ENDED: [&str; 3] = [
    "http://www.w3.org/ns/prov#invalidatedAtTime",
    "http://schema.org/dissolutionDate",
    "https://schema.org/dissolutionDate",
];
/// When an event began, when it ended, and what dates it as a whole.
pub(super) const STARTED: [&str; 2] =
    ["http://www.w3.org/ns/prov#startedAtTime", "http://www.w3.org/2006/time#hasBeginning"];
pub(super) const FINISHED: [&str; 2] = ["http://www.w3.org/ns/prov#endedAtTime", "http://www.w3.org/2006/time#hasEnd"];
pub(super) const DATED: [&str; 5] = [
    "http://www.w3.org/ns/prov#atTime",
    "http://purl.org/dc/terms/date",
    "http://purl.org/dc/terms/issued",
    "http://www.w3.org/2006/time#hasTime",
    "http://purl.org/dc/elements/1.1/date",
];
/// How an instant of OWL-Time is written.
pub(super) const INSTANTS: [&str; 7] = [
    "http://www.w3.org/2006/time#inXSDDate",
    "http://www.w3.org/2006/time#inXSDDateTimeStamp",
    "http://www.w3.org/2006/time#inXSDDateTime",
    "http://www.w3.org/2006/time#inXSDgYearMonth",
    "http://www.w3.org/2006/time#inXSDgYear",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://purl.org/dc/terms/date",
];
/// What is kept as a property, under a name.
pub(super) const PROPERTIES: [(&str, &str); 5] = [
    (IDENTIFIER, "identifier"),
    (PURPOSE, "purpose"),
    ("http://www.w3.org/2004/02/skos/core#notation", "notation"),
    ("http://purl.org/dc/terms/identifier", "identifier"),
    ("http://purl.org/dc/terms/source", "source"),
];
/// Ways to reach a unit, with their kinds.
pub(super) const CONTACTS: [(&str, &str); 9] = [
    ("http://www.w3.org/2006/vcard/ns#hasTelephone", "telephone"),
    ("http://www.w3.org/2006/vcard/ns#tel", "telephone"),
    ("http://xmlns.com/foaf/0.1/phone", "telephone"),
    ("http://schema.org/telephone", "telephone"),
    ("http://www.w3.org/2006/vcard/ns#hasEmail", "email"),
    ("http://www.w3.org/2006/vcard/ns#email", "email"),
    ("http://xmlns.com/foaf/0.1/mbox", "email"),
    ("http://schema.org/email", "email"),
    ("http://xmlns.com/foaf/0.1/homepage", "link"),
];
/// What a value of a contact is written with, where it is a thing of its own.
pub(super) const CONTACT_VALUES: [&str; 2] =
    ["http://www.w3.org/2006/vcard/ns#hasValue", "http://www.w3.org/2006/vcard/ns#value"];
pub(super) const ADDRESSES: [&str; 3] =
    [SITE_ADDRESS, "http://www.w3.org/2006/vcard/ns#hasAddress", "http://www.w3.org/2006/vcard/ns#adr"];
/// The names of places in an address, the nearest first.
pub(super) const PLACES: [&str; 3] = [
    "http://www.w3.org/2006/vcard/ns#locality",
    "http://www.w3.org/2006/vcard/ns#region",
    "http://www.w3.org/2006/vcard/ns#country-name",
];

/// Tells whether a term is one of the ontology.
pub(super) fn is_org(iri: &str) -> bool {
    iri.starts_with(ORG)
}

/// Returns what stands after the last `#` or `/` of an IRI; the whole of one that ends with neither.
pub(super) fn local(iri: &str) -> &str {
    let trimmed = iri.trim_end_matches(['/', '#']);
    trimmed.rsplit(['#', '/', ':']).next().filter(|local| !local.is_empty()).unwrap_or(iri)
}

/// Returns the words of a local name such as `PublicBody`, in lower case with hyphens.
pub(super) fn words(local: &str) -> String {
    let mut words = String::new();
    let mut after_lower = false;
    for letter in local.chars() {
        if letter.is_uppercase() && after_lower {
            words.push('-');
        }
        after_lower = letter.is_lowercase() || letter.is_numeric();
        words.extend(letter.to_lowercase());
    }
    words.replace(['_', ' '], "-")
}

/// The texts of a thing: the one that is chosen, and the others.
pub(super) struct Label<'g> {
    pub(super) chosen: &'g Statement,
    pub(super) others: Vec<&'g Statement>,
}

/// Chooses among texts: in the language asked for, else without a language, else the first by language.
pub(super) fn choose<'g>(texts: Vec<&'g Statement>, language: Option<&str>) -> Option<Label<'g>> {
    let rank = |statement: &Statement| {
        let Object::Literal(_, tag) = &statement.object else { return (3, String::new()) };
        let tag = tag.as_deref().unwrap_or_default().to_lowercase();
        let wanted = language.map(str::to_lowercase);
        let fits = wanted.is_some_and(|wanted| tag == wanted || tag.starts_with(&format!("{wanted}-")));
        if fits { (0, tag) } else { (if tag.is_empty() { 1 } else { 2 }, tag) }
    };
    let chosen = texts.iter().copied().min_by_key(|statement| rank(statement))?;
    let others = texts.into_iter().filter(|other| other.object.text() != chosen.object.text()).collect();
    Some(Label { chosen, others })
}

/// Returns the texts of the first of several predicates that has any, the others of it and of the rest beside.
pub(super) fn label<'g>(
    graph: &'g Graph,
    subject: &'g str,
    predicates: &'g [&'static str],
    language: Option<&str>,
) -> Option<Label<'g>> {
    let mut lists = predicates.iter().map(|predicate| {
        let texts = graph.of(subject, predicate);
        texts.filter(|said| matches!(said.object, Object::Literal(..)) && !said.object.text().is_empty()).collect()
    });
    let mut found = lists.by_ref().find_map(|texts: Vec<&Statement>| choose(texts, language))?;
    let own = found.chosen.object.text();
    found.others.extend(lists.flatten().filter(|other| other.object.text() != own));
    Some(found)
}

/// Returns the words for a thing or a text: its label, or what its IRI ends with; `None` for a nameless blank node.
pub(super) fn in_words(graph: &Graph, object: &Object, language: Option<&str>) -> Option<String> {
    match object {
        Object::Literal(text, _) => Some(text.clone()),
        Object::Thing(iri) => match label(graph, iri, &NAMES, language) {
            Some(label) => Some(label.chosen.object.text().to_owned()),
            None => (!iri.starts_with("_:")).then(|| local(iri).to_owned()),
        },
    }
}
