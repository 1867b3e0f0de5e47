//! Units of a graph: organizations, their units, and posts, with what is said of each.

use super::super::chart::{Said, property, stated, stated_in_both};
use super::super::reader::{Reader, Row, kind, slug};
use super::File;
use super::graph::Statement;
use super::terms::{self, label, local, words};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Contact, LineSet, NameClaim, PlaceClaim, PlaceRole, Property, Relation, RelationEnd, Text, UnitId};

/// What says that one unit is under another: the predicate, and whether its subject is the lower one.
const PARENTS: [(&str, bool); 6] = [
    (terms::SUB_ORGANIZATION_OF, true),
    (terms::UNIT_OF, true),
    (terms::POST_IN, true),
    (terms::HAS_SUB_ORGANIZATION, false),
    (terms::HAS_UNIT, false),
    (terms::HAS_POST, false),
];

/// What says that something is a post: the predicate, and whether its subject is.
const POSTS: [(&str, bool); 4] =
    [(terms::POST_IN, true), (terms::HAS_POST, false), (terms::HELD_BY, true), (terms::HOLDS, false)];

impl File<'_, '_> {
    /// Reads all units: what has such a type, and what stands at an end of a statement on structure or on a post.
    pub(super) fn units(&mut self, reader: &mut Reader<'_, '_>) {
        let graph = self.graph;
        for statement in graph.statements() {
            let (subject, object) = (Some(statement.subject.as_str()), statement.object.thing());
            let predicate = statement.predicate.as_str();
            let is_type = predicate == terms::TYPE;
            let is_unit = is_type && terms::UNIT_TYPES.iter().any(|(iri, _)| object == Some(iri));
            let is_structure = PARENTS.iter().any(|(known, _)| *known == predicate);
            let post = POSTS.iter().find(|(known, _)| *known == predicate);
            let post = post.and_then(|(_, is_subject)| if *is_subject { subject } else { object });
            let post = post.or(subject.filter(|_| is_type && object == Some(terms::POST)));
            self.posts.extend(post.map(str::to_owned));
            let units = [subject.filter(|_| is_unit || is_structure), object.filter(|_| is_structure), post];
            for iri in units.into_iter().flatten() {
                self.add(reader, iri, statement.row);
            }
            if reader.is_hopeless() {
                return;
            }
        }
        for (iri, unit) in &self.units.clone() {
            self.describe(reader, iri, unit);
        }
        self.hang();
        self.tell_only_named(reader);
    }

    /// Adds a unit, once; the row is where it is first spoken of.
    fn add(&mut self, reader: &mut Reader<'_, '_>, iri: &str, row: Row) -> Option<()> {
        if self.units.contains_key(iri) {
            return Some(());
        }
        if iri.starts_with("_:") {
            let found = Diagnostic::new(Code::LeftOut, "a unit without an IRI cannot be known again, and is not read");
            reader.tell_softly(found.at(reader.place(row.span)));
            return None;
        }
        let unit = self.chart.add(reader, iri, local(iri), row)?;
        self.units.insert(iri.to_owned(), unit.clone());
        let mut rows: Vec<(u32, u32)> =
            self.graph.about(iri).map(|said| (said.row.first_line, said.row.last_line)).collect();
        rows.sort_unstable();
        let draft = self.chart.units.get_mut(&unit)?;
        draft.mention.evidence.lines = LineSet::of(rows).or(row.lines());
        Some(())
    }

    /// Tells of units that the file names as parents and says nothing of.
    fn tell_only_named(&mut self, reader: &mut Reader<'_, '_>) {
        for (iri, unit) in &self.units {
            let Some(draft) = self.chart.units.get_mut(unit) else { continue };
            draft.named_only = draft.parents.is_empty() && self.graph.about(iri).next().is_none();
            if draft.named_only {
                let message = format!("`{iri}` is named as a unit, and the file does not describe it");
                let found = Diagnostic::new(Code::ParentWithoutRow, message).at(reader.place(draft.row.span));
                reader.tell_softly(found.hint(format!("`{unit}` is taken as named there, without a place")));
            }
        }
    }

    /// Hangs the units where the statements on structure put them.
    fn hang(&mut self) {
        let graph = self.graph;
        for (predicate, is_lower) in PARENTS {
            for statement in graph.with(predicate) {
                let (Some(own), Some(other)) = (self.units.get(&statement.subject), self.unit(&statement.object))
                else {
                    continue;
                };
                let (unit, parent) = if is_lower { (own.clone(), other) } else { (other, own.clone()) };
                if let Some(draft) = self.chart.units.get_mut(&unit) {
                    draft.parents.push(Said { value: parent, row: statement.row });
                }
            }
        }
        for statement in graph.with(terms::REPORTS_TO) {
            let Some(unit) = self.units.get(&statement.subject).cloned() else { continue };
            let superior = self.unit(&statement.object);
            let words = || self.in_words(&statement.object).map(RelationEnd::Text);
            let Some(end) = superior.clone().map(RelationEnd::Unit).or_else(words) else { continue };
            let Some(draft) = self.chart.units.get_mut(&unit) else { continue };
            let is_post = self.posts.contains(&statement.subject);
            match superior {
                // A post that no statement puts into an organization stands below the one it reports to.
                Some(parent) if is_post && draft.parents.is_empty() => {
                    draft.parents.push(Said { value: parent, row: statement.row });
                }
                _ => draft.mention.details.relations.push(relation("reports-to", end, statement.row)),
            }
        }
    }

    /// Reads what the graph says of a unit.
    fn describe(&mut self, reader: &mut Reader<'_, '_>, iri: &str, unit: &UnitId) -> Option<()> {
        let name = label(self.graph, iri, &terms::NAMES, self.language);
        let row = self.chart.units.get(unit).map(|draft| draft.row);
        let kind = self.kind(iri, row);
        let is_post = self.posts.contains(iri);
        let role = self.graph.of(iri, terms::ROLE).next();
        let summary = label(self.graph, iri, &terms::SUMMARIES, self.language).map(|summary| summary.chosen);
        let others = self.graph.any(iri, &terms::OTHER_NAMES).map(|other| claim(reader, other));
        let mut also: Vec<NameClaim> = others.collect();
        also.extend(name.iter().flat_map(|name| &name.others).map(|other| claim(reader, other)));
        let own = name.map(|name| claim(reader, name.chosen)).or_else(|| {
            let role = role.filter(|_| is_post)?;
            let label = role.object.thing().and_then(|iri| label(self.graph, iri, &terms::NAMES, self.language));
            let row = label.map_or(role.row, |label| label.chosen.row);
            Some(reader.name(row, &self.in_words(&role.object)?, &stated_in_both(role.row, Some(row))))
        });
        also.retain(|also| own.as_ref().is_none_or(|own| own.text != also.text));
        also.dedup_by(|other, first| other.text == first.text);
        let (begun, ended) = (self.date(reader, iri, &terms::BEGUN), self.date(reader, iri, &terms::ENDED));
        let (properties, contacts, places, relations) =
            (self.properties(iri, is_post), self.contacts(iri), self.places(iri), self.links(iri));
        let draft = self.chart.units.get_mut(unit)?;
        (draft.begun, draft.ended) = (begun, ended);
        let mention = &mut draft.mention;
        mention.name = own;
        mention.details.also_written = also;
        mention.kind = kind;
        mention.details.summary =
            summary.map(|said| Text { text: said.object.text().to_owned(), evidence: stated(said.row) });
        mention.properties = properties;
        mention.details.contacts = contacts;
        mention.details.places = places;
        mention.details.relations = relations;
        Some(())
    }

    /// Returns the kind: that of a post, a classification, a type of another vocabulary, or one of the ontology.
    fn kind(&self, iri: &str, own: Option<Row>) -> Option<Text> {
        let types: Vec<&Statement> = self.graph.of(iri, terms::TYPE).collect();
        let of = |statement: &Statement, text: &str| kind(text, &stated(statement.row));
        if self.posts.contains(iri) {
            let row = types.iter().find(|said| said.object.thing() == Some(terms::POST)).or(types.first());
            let row = row.map(|said| said.row).or_else(|| self.graph.about(iri).next().map(|said| said.row));
            return row.or(own).map(|row| kind("post", &stated(row)));
        }
        if let Some(said) = self.graph.of(iri, terms::CLASSIFICATION).next() {
            let concept = said.object.thing();
            let label = concept.and_then(|concept| label(self.graph, concept, &terms::NAMES, self.language));
            return Some(match (concept, label) {
                (Some(concept), None) => of(said, &words(local(concept))),
                _ => of(said, &self.in_words(&said.object)?),
            });
        }
        let known = |said: &Statement| terms::UNIT_TYPES.iter().find(|(iri, _)| said.object.thing() == Some(iri));
        let other =
            types.iter().find(|said| known(said).is_none() && said.object.thing().is_some_and(|iri| !is_general(iri)));
        if let Some(said) = other {
            return Some(of(said, &words(local(said.object.text()))));
        }
        // The one that says most: a formal organization is also an organization.
        let known = types.iter().filter_map(|said| Some((said, known(said)?.1)));
        known.max_by_key(|(_, word)| word.len()).map(|(said, word)| of(said, word))
    }

    fn properties(&self, iri: &str, is_post: bool) -> Vec<Property> {
        let mut properties = Vec::new();
        for (predicate, name) in terms::PROPERTIES {
            for said in self.graph.of(iri, predicate) {
                properties.extend(self.in_words(&said.object).map(|value| property(name, &value, said.row)));
            }
        }
        for said in self.graph.of(iri, terms::CLASSIFICATION).filter(|_| is_post) {
            let value = self.in_words(&said.object);
            properties.extend(value.map(|value| property("classification", &value, said.row)));
        }
        properties
    }

    fn contacts(&self, iri: &str) -> Vec<Contact> {
        let mut contacts = Vec::new();
        let mut subjects: Vec<&str> = vec![iri];
        let sites: Vec<&str> = self.graph.any(iri, &terms::SITES).filter_map(|said| said.object.thing()).collect();
        subjects.extend(&sites);
        let owners: Vec<&str> = subjects.clone();
        for owner in owners {
            subjects.extend(self.graph.any(owner, &terms::ADDRESSES).filter_map(|said| said.object.thing()));
        }
        for subject in subjects {
            for (predicate, kind) in terms::CONTACTS {
                for said in self.graph.of(subject, predicate) {
                    let inner =
                        said.object.thing().and_then(|thing| self.graph.any(thing, &terms::CONTACT_VALUES).next());
                    let value = inner.unwrap_or(said).object.text();
                    let value = value.trim_start_matches("tel:").trim_start_matches("mailto:").to_owned();
                    let evidence = stated(said.row);
                    contacts.push(Contact {
                        kind: kind.into(),
                        value: Some(value),
                        purpose: None,
                        evidence,
                        part: None,
                    });
                }
            }
        }
        contacts
    }

    /// Returns the seats: of each site the place in its address, or its own name.
    fn places(&self, iri: &str) -> Vec<PlaceClaim> {
        let mut places: Vec<PlaceClaim> = Vec::new();
        for said in self.graph.any(iri, &terms::SITES) {
            let Some(site) = said.object.thing() else { continue };
            let addresses: Vec<&Statement> = self.graph.any(site, &terms::ADDRESSES).collect();
            let things = addresses.iter().filter_map(|address| address.object.thing()).chain([site]);
            let found = things.flat_map(|thing| self.graph.any(thing, &terms::PLACES)).next();
            let own = label(self.graph, site, &terms::NAMES, self.language).map(|label| label.chosen);
            let Some(place) = found.or(own) else { continue };
            let Some(text) = self.in_words(&place.object) else { continue };
            if places.iter().all(|other| other.place != text) {
                let evidence = stated(place.row);
                let seat = PlaceRole::Seat;
                places.push(PlaceClaim {
                    place: text,
                    part_of_place: None,
                    also_written: Vec::new(),
                    role: seat,
                    scope: None,
                    evidence,
                });
            }
        }
        places
    }

    fn links(&self, iri: &str) -> Vec<Relation> {
        let ends = self.graph.of(iri, terms::LINKED_TO).filter_map(|said| {
            let unit = self.unit(&said.object).map(RelationEnd::Unit);
            let end = unit.or_else(|| self.in_words(&said.object).map(RelationEnd::Text))?;
            Some(relation("linked-to", end, said.row))
        });
        ends.collect()
    }
}

/// Tells whether a type says nothing of the kind: it is one of the ontology or of the vocabularies below it.
fn is_general(iri: &str) -> bool {
    let vocabularies =
        ["http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2002/07/owl#", "http://xmlns.com/foaf/0.1/"];
    let others = ["http://www.w3.org/ns/prov#", "http://www.w3.org/2004/02/skos/core#", "http://purl.org/dc/terms/"];
    terms::is_org(iri)
        || vocabularies.iter().chain(&others).any(|known| iri.starts_with(known))
        || slug(local(iri)).is_empty()
}

fn claim(reader: &Reader<'_, '_>, said: &Statement) -> NameClaim {
    reader.name(said.row, said.object.text(), &stated(said.row))
}

fn relation(kind: &str, to: RelationEnd, row: Row) -> Relation {
    Relation { kind: kind.to_owned(), to, evidence: stated(row), part: None }
}
