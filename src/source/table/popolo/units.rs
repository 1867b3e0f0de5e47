//! Organizations and posts of a Popolo file.

use super::super::chart::{Draft, Rename, Said, property, stated, stated_in_both};
use super::super::reader::{Reader, kind, slug};
use super::{File, Name, date, text};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Contact, Edtf, NameClaim, PlaceClaim, PlaceRole, Property, Text, UnitId};
use crate::source::build::items;
use crate::source::yaml::Node;

/// The fields of organizations and posts that something reads.
const FIELDS: [&str; 27] = [
    "id",
    "name",
    "label",
    "role",
    "other_label",
    "other_names",
    "classification",
    "parent_id",
    "parent",
    "area_id",
    "area",
    "abstract",
    "description",
    "founding_date",
    "dissolution_date",
    "start_date",
    "end_date",
    "contact_details",
    "links",
    "sources",
    "identifiers",
    "organization_id",
    "organization",
    "memberships",
    "posts",
    "children",
    "@type",
];

/// A name with the days from which and until which it was borne.
struct DatedName<'n> {
    node: &'n Node,
    name: &'n str,
    from: Option<Edtf>,
    to: Edtf,
}

impl File<'_> {
    /// Reads all units, and then what each says of others.
    pub(super) fn units(&mut self, reader: &mut Reader<'_, '_>, root: &Node) {
        let organizations = items(root, "organizations");
        let mut posts: Vec<(&Node, Option<UnitId>)> = items(root, "posts").iter().map(|post| (post, None)).collect();
        let mut read: Vec<(&Node, UnitId)> = Vec::new();
        for node in organizations {
            let Some(unit) = self.unit(reader, node, false) else { continue };
            posts.extend(items(node, "posts").iter().map(|post| (post, Some(unit.clone()))));
            read.push((node, unit));
        }
        for (node, unit) in &read {
            if let Some(parent) = self.unit_of(reader, node, ("parent_id", "parent", "organization")) {
                let row = self.field(node, "parent_id");
                self.hang(unit, parent, row);
            }
        }
        for (node, owner) in posts {
            let Some(unit) = self.unit(reader, node, true) else { continue };
            let named = self.unit_of(reader, node, ("organization_id", "organization", "organization"));
            let (own, field) = (self.row(node), self.field(node, "organization_id"));
            for (parent, row) in owner.map(|owner| (owner, own)).into_iter().chain(named.map(|named| (named, field))) {
                self.hang(&unit, parent, row);
            }
            read.push((node, unit));
        }
        for (node, unit) in read {
            if reader.is_hopeless() {
                return;
            }
            self.describe(reader, node, &unit);
        }
    }

    fn hang(&mut self, unit: &UnitId, parent: UnitId, row: super::Row) {
        if let Some(draft) = self.chart.units.get_mut(unit) {
            draft.parents.push(Said { value: parent, row });
        }
    }

    /// Adds a unit by its id.
    fn unit(&mut self, reader: &mut Reader<'_, '_>, node: &Node, is_post: bool) -> Option<UnitId> {
        let row = self.row(node);
        let Some(id) = text(node, "id") else {
            let what = if is_post { "post" } else { "organization" };
            let found = Diagnostic::new(Code::MissingField, format!("the {what} has no id"));
            reader.tell(found.at(reader.place(row.span)));
            return None;
        };
        // Ids are unique in each list of a file only, and here among all units.
        let own = if is_post && reader.mapping.slug && !slug(id).starts_with("post") {
            format!("post-{id}")
        } else {
            id.to_owned()
        };
        let unit = self.chart.add(reader, id, &own, row)?;
        let known = if is_post { &mut self.posts } else { &mut self.organizations };
        known.insert(id.to_owned(), unit.clone());
        let evidence = stated(row);
        if let Some(draft) = self.chart.units.get_mut(&unit).filter(|_| is_post) {
            draft.mention.kind = Some(kind("post", &evidence));
        }
        Some(unit)
    }

    /// Reads what a record says of its unit.
    fn describe(&mut self, reader: &mut Reader<'_, '_>, node: &Node, unit: &UnitId) -> Option<()> {
        let (begun, ended) = (
            self.said_date(reader, node, ["founding_date", "start_date"]),
            self.said_date(reader, node, ["dissolution_date", "end_date"]),
        );
        let name = ["name", "label", "role"].into_iter().find(|field| text(node, field).is_some());
        let name = name.and_then(|field| self.name(reader, node, field));
        let (also, former) = self.other_names(reader, node, unit, name.as_ref(), begun.as_ref());
        let mut properties = self.properties(reader, node);
        properties.extend(former);
        let contacts = self.contacts(reader, node);
        let place = self.place(reader, node);
        let classification =
            text(node, "classification").map(|own| kind(own, &stated(self.field(node, "classification"))));
        let summary = ["abstract", "description"].into_iter().find_map(|field| {
            Some(Text { text: text(node, field)?.to_owned(), evidence: stated(self.field(node, field)) })
        });
        let draft: &mut Draft = self.chart.units.get_mut(unit)?;
        draft.begun = begun;
        draft.ended = ended;
        draft.mention.name = name;
        draft.mention.details.also_written = also;
        draft.mention.kind = draft.mention.kind.take().or(classification);
        draft.mention.details.summary = summary;
        draft.mention.properties = properties;
        draft.mention.details.contacts = contacts;
        draft.mention.details.places = place.into_iter().collect();
        Some(())
    }

    fn said_date(&self, reader: &mut Reader<'_, '_>, node: &Node, fields: [&str; 2]) -> Option<Said<Edtf>> {
        let field = fields.into_iter().find(|field| text(node, field).is_some())?;
        Some(Said { value: date(reader, node, field)?, row: self.field(node, field) })
    }

    fn name(&self, reader: &Reader<'_, '_>, node: &Node, field: &str) -> Option<NameClaim> {
        let row = self.field(node, field);
        Some(reader.name(row, text(node, field)?, &stated(row)))
    }

    /// Reads other names: those that are written now as such, former ones that follow one another as events, and what of
    /// these no event carries as properties. A former name is no other form of today's, so that it hides no renaming.
    fn other_names(
        &mut self,
        reader: &mut Reader<'_, '_>,
        node: &Node,
        unit: &UnitId,
        own: Option<&NameClaim>,
        begun: Option<&Said<Edtf>>,
    ) -> (Vec<NameClaim>, Vec<Property>) {
        let is_own = |name: &str| own.is_some_and(|own| own.text == name);
        let mut also: Vec<NameClaim> = Vec::new();
        let mut former: Vec<DatedName<'_>> = Vec::new();
        for other in items(node, "other_names") {
            let Some(name) = text(other, "name") else { continue };
            let from = date(reader, other, "start_date");
            match date(reader, other, "end_date") {
                Some(to) => former.push(DatedName { node: other, name, from, to }),
                None if !is_own(name) => also.extend(self.name(reader, other, "name")),
                None => {}
            }
        }
        also.extend(text(node, "other_label").and_then(|_| self.name(reader, node, "other_label")));
        former.sort_by_key(|name| name.to.window().end());
        let untold = self.former_names(unit, own, begun, &former);
        let former = former.iter().take(untold);
        (also, former.map(|name| property("former-name", name.name, self.row(name.node))).collect())
    }

    /// Makes an event of each change from one former name to the next, if each ends before the next begins; returns
    /// how many of the names, from the first, no event carries.
    fn former_names(
        &mut self,
        unit: &UnitId,
        own: Option<&NameClaim>,
        begun: Option<&Said<Edtf>>,
        former: &[DatedName<'_>],
    ) -> usize {
        let (Some(own), Some(first), Some(last)) = (own, former.first(), former.last()) else { return former.len() };
        let follows = |one: &DatedName<'_>, next: &DatedName<'_>| {
            next.from.as_ref().is_some_and(|from| one.to.window().start() <= from.window().start())
        };
        if !former.iter().zip(former.iter().skip(1)).all(|(one, next)| follows(one, next)) {
            return former.len();
        }
        let next = former.iter().skip(1).map(|name| (name.name, name.from.clone(), name.node));
        let next = next.chain([(own.text.as_str(), None, last.node)]);
        let renames: Vec<Rename> = former
            .iter()
            .zip(next)
            .map(|(one, (name, from, node))| {
                let date = from.unwrap_or_else(|| one.to.clone());
                Rename { date, name: name.to_owned(), row: self.row(node) }
            })
            .collect();
        // An event states the name that comes after it, so that only a founding states the first.
        let is_first = begun.is_some_and(|begun| first.from.as_ref().is_none_or(|from| begun.value == *from));
        if let Some(draft) = self.chart.units.get_mut(unit) {
            draft.renames = renames;
            draft.first_name = is_first.then(|| first.name.to_owned());
        }
        usize::from(!is_first)
    }

    fn contacts(&self, reader: &mut Reader<'_, '_>, node: &Node) -> Vec<Contact> {
        let observed = reader.mapping.observed.as_ref().map(Edtf::window);
        let mut contacts = Vec::new();
        for detail in items(node, "contact_details") {
            let until = date(reader, detail, "valid_until");
            let over = until.zip(observed).is_some_and(|(until, observed)| until.window().end() < observed.start());
            let (Some(value), false) = (text(detail, "value"), over) else { continue };
            let kind = match text(detail, "type").unwrap_or("contact") {
                "voice" | "phone" => "telephone".to_owned(),
                other => other.to_lowercase().replace('_', "-"),
            };
            let purpose = text(detail, "label").or(text(detail, "note")).map(str::to_owned);
            let evidence = stated(self.row(detail));
            contacts.push(Contact { kind, value: Some(value.to_owned()), purpose, evidence, part: None });
        }
        for link in items(node, "links") {
            let Some(url) = text(link, "url") else { continue };
            let purpose = text(link, "note").map(str::to_owned);
            let evidence = stated(self.row(link));
            contacts.push(Contact { kind: "link".into(), value: Some(url.to_owned()), purpose, evidence, part: None });
        }
        contacts
    }

    fn place(&self, reader: &mut Reader<'_, '_>, node: &Node) -> Option<PlaceClaim> {
        let own = node.get("area").and_then(Name::of);
        let named = text(node, "area_id").and_then(|id| self.areas.get(id)).copied();
        let Some(place) = own.or(named) else {
            let id = text(node, "area_id")?;
            let found =
                Diagnostic::new(Code::LeftOut, format!("the file has no area `{id}` with a name; it is left out"));
            reader.tell_softly(found.at(reader.place(self.field(node, "area_id").span)));
            return None;
        };
        let row = if own.is_some() { self.lines.row(place.span) } else { self.field(node, "area_id") };
        let evidence = stated_in_both(row, Some(self.lines.row(place.span)));
        let place = place.text.to_owned();
        Some(PlaceClaim {
            place,
            part_of_place: None,
            also_written: Vec::new(),
            role: PlaceRole::Area,
            scope: None,
            evidence,
        })
    }

    /// Returns the identifiers, the sources, and the fields that the mapping keeps; notes those that nothing reads.
    fn properties(&mut self, reader: &Reader<'_, '_>, node: &Node) -> Vec<Property> {
        let mut properties = Vec::new();
        for identifier in items(node, "identifiers") {
            let Some(value) = text(identifier, "identifier") else { continue };
            let scheme = text(identifier, "scheme").unwrap_or("identifier");
            properties.push(property(scheme, value, self.row(identifier)));
        }
        for source in items(node, "sources") {
            properties.extend(text(source, "url").map(|url| property("source", url, self.row(source))));
        }
        for entry in node.entries() {
            let is_kept = reader.mapping.properties.iter().any(|named| named.value == entry.key);
            if is_kept {
                self.used.insert(entry.key.clone());
                let value = text(node, &entry.key).map(|value| property(&entry.key, value, self.row(&entry.value)));
                properties.extend(value);
            } else if !FIELDS.contains(&entry.key.as_str()) {
                self.unread.entry(entry.key.clone()).or_insert(entry.key_span);
            }
        }
        properties
    }
}
