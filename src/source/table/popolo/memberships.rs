//! Memberships of a Popolo file: who is in which post or organization, and when.

use super::super::chart::{Tenure, stated};
use super::super::reader::Reader;
use super::{File, Name, date, text};
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::model::{Edtf, Relation, RelationEnd, UnitId};
use crate::source::build::items;
use crate::source::yaml::Node;

/// A membership, and what the record that it stands in says of it.
#[derive(Clone, Copy)]
struct Entry<'n> {
    node: &'n Node,
    person: Option<Name<'n>>,
    organization: Option<&'n UnitId>,
    post: Option<&'n UnitId>,
}

impl<'n> Entry<'n> {
    fn of(node: &'n Node) -> Self {
        Self { node, person: None, organization: None, post: None }
    }
}

impl<'n> File<'n> {
    /// Reads the memberships, wherever they stand.
    pub(super) fn memberships(&mut self, reader: &mut Reader<'_, '_>, root: &Node) {
        let (organizations, posts) = (self.organizations.clone(), self.posts.clone());
        let unit = |known: &'_ std::collections::BTreeMap<String, UnitId>, node: &Node| {
            text(node, "id").and_then(|id| known.get(id).cloned())
        };
        let mut owned: Vec<(&Node, Option<UnitId>, Option<UnitId>)> = Vec::new();
        for node in items(root, "organizations") {
            owned.push((node, unit(&organizations, node), None));
            owned.extend(items(node, "posts").iter().map(|post| (post, None, unit(&posts, post))));
        }
        owned.extend(items(root, "posts").iter().map(|post| (post, None, unit(&posts, post))));
        let mut entries: Vec<Entry<'_>> = items(root, "memberships").iter().map(Entry::of).collect();
        for person in items(root, "persons") {
            let name = Name::of(person);
            let own = items(person, "memberships").iter();
            entries.extend(own.map(|node| Entry { person: name, ..Entry::of(node) }));
        }
        for (owner, organization, post) in &owned {
            let (organization, post) = (organization.as_ref(), post.as_ref());
            let own = items(owner, "memberships").iter();
            entries.extend(own.map(|node| Entry { organization, post, ..Entry::of(node) }));
        }
        for entry in entries {
            if reader.is_hopeless() {
                return;
            }
            self.membership(reader, entry);
        }
    }

    fn membership(&mut self, reader: &mut Reader<'_, '_>, entry: Entry<'_>) -> Option<()> {
        let node = entry.node;
        let told = reader.told();
        let post = self.unit_of(reader, node, ("post_id", "post", "post")).or(entry.post.cloned());
        let organization = self.unit_of(reader, node, ("organization_id", "organization", "organization"));
        let Some(unit) = post.or(organization).or(entry.organization.cloned()) else {
            if reader.told() == told {
                let found =
                    Diagnostic::new(Code::MissingField, "the membership names neither a post nor an organization");
                reader.tell(found.at(reader.place(node.span)));
            }
            return None;
        };
        let (from, to) = self.dates(reader, node);
        let Some(person) = self.person(reader, entry) else {
            return self.member_unit(reader, node, unit, (from, to));
        };
        let role = text(node, "label").or(text(node, "role")).map(str::to_owned);
        let named = Some(self.lines.row(person.span));
        let person = person.text.to_owned();
        self.chart.tenures.push(Tenure { unit, person, role, from, to, row: self.row(node), named });
        Some(())
    }

    /// Returns the dates of a membership, or those of its legislative period.
    fn dates(&self, reader: &mut Reader<'_, '_>, node: &Node) -> (Option<Edtf>, Option<Edtf>) {
        let period = text(node, "legislative_period_id").and_then(|id| self.periods.get(id));
        let (first, last) = period.cloned().unwrap_or_default();
        let (from, to) = (date(reader, node, "start_date"), date(reader, node, "end_date"));
        (from.or(first), to.or(last))
    }

    /// Returns the name of the person; tells when the file has no such person.
    fn person<'e>(&self, reader: &mut Reader<'_, '_>, entry: Entry<'e>) -> Option<Name<'e>>
    where
        'n: 'e,
    {
        let node = entry.node;
        let written = node.get("person").and_then(Name::of).or(entry.person);
        if written.is_some() {
            return written;
        }
        let id = text(node, "person_id")?;
        let name = self.persons.get(id).copied();
        if name.is_none() {
            let message = format!("the membership names person `{id}`, whom the file does not name");
            let hint = did_you_mean(id, self.persons.keys().copied());
            let place = reader.place(self.field(node, "person_id").span);
            reader.tell(Diagnostic::new(Code::BadTable, message).at(place).maybe_hint(hint));
        }
        name
    }

    /// Reads the membership of an organization in another as a relation; tells when the member is no one.
    fn member_unit(
        &mut self,
        reader: &mut Reader<'_, '_>,
        node: &Node,
        of: UnitId,
        (from, to): (Option<Edtf>, Option<Edtf>),
    ) -> Option<()> {
        if text(node, "person_id").is_some() {
            return None;
        }
        if text(node, "member_id").is_none() && node.get("member").is_none() {
            let found = Diagnostic::new(Code::MissingField, "the membership names no person");
            reader.tell(found.at(reader.place(node.span)));
            return None;
        }
        let member = self.unit_of(reader, node, ("member_id", "member", "organization"))?;
        let row = self.row(node);
        let observed = reader.mapping.observed.as_ref()?.window();
        let tenure = Tenure { unit: of.clone(), person: String::new(), role: None, from, to, row, named: None };
        let relation =
            Relation { kind: "member-of".to_owned(), to: RelationEnd::Unit(of), evidence: stated(row), part: None };
        let draft = self.chart.units.get_mut(&member)?;
        draft.mention.details.relations.extend(tenure.holds(&observed).then_some(relation));
        Some(())
    }
}
