//! The units of a snapshot file: where each hangs, and what the source says of it.

use std::collections::BTreeMap;

use super::build::{Builder, form, items, role, standing, text};
use super::values::number;
use super::yaml::Node;
use crate::diagnostics::{Code, Diagnostic, Span};
use crate::model::{
    Basis, Contact, Details, Evidence, Figure, Holder, Mention, NameClaim, Part, PartIx, PlaceClaim, Placing, Property,
    Relation, RelationEnd, Text, UnitId,
};

/// Where a unit hangs by its place in the file.
pub(super) enum Hang {
    /// At the top of `units`.
    Root,
    /// Nested in another unit.
    Under(UnitId),
    /// At the top of `unplaced`.
    Unplaced,
}

/// The unit whose details are being read, with what they fall back to.
struct Home<'u> {
    unit: &'u UnitId,
    evidence: &'u Evidence,
    part: Option<PartIx>,
}

impl Home<'_> {
    fn subject(&self, what: &str) -> String {
        format!("{what} of unit `{}`", self.unit)
    }
}

/// Reads one snapshot: what it has read so far, and what is to be looked at again when all units are known.
pub(super) struct Reader<'r, 'a> {
    pub(super) builder: &'r mut Builder<'a>,
    /// The snapshot, for messages.
    pub(super) name: String,
    pub(super) parts: Vec<Part>,
    pub(super) mentions: Vec<Mention>,
    /// Where each unit stands in each layer, and under which parent.
    pub(super) seen: BTreeMap<(UnitId, Option<PartIx>), (Option<UnitId>, Span)>,
    /// The other ends of relations: who relates, to what, and where that is written.
    pub(super) ends: Vec<(UnitId, UnitId, Span)>,
    /// The units that the one at hand is nested in.
    pub(super) path: Vec<UnitId>,
    /// Whether a unit has no readable id, so that an unknown one may well be its.
    pub(super) nameless: bool,
}

impl Reader<'_, '_> {
    /// Reads a unit and the units below it.
    pub(super) fn unit(&mut self, node: &Node, hang: &Hang, inherited: Option<PartIx>) {
        let part = self.part(node, inherited);
        let Some(unit) = self.builder.unit_id(node.get("id")) else {
            self.nameless = true;
            // Without an id nothing can hang under it, but what is below may have faults of its own.
            return items(node, "units").iter().for_each(|node| self.unit(node, &Hang::Root, part));
        };
        if let Some(id) = node.get("id") {
            let place = self.builder.place(id.span);
            self.builder.origin.note_unit(&unit, place);
        }
        let below_itself = self.path.contains(&unit);
        let evidence = self.builder.evidence(node, &format!("unit `{unit}`"), Basis::Shown, None);
        let mention = self.mention(node, hang, &Home { unit: &unit, evidence: &evidence, part });
        if self.stands_alone(node, &unit, hang, part, below_itself) {
            self.mentions.push(mention);
        }
        self.path.push(unit.clone());
        let below = Hang::Under(unit);
        for node in items(node, "units") {
            self.unit(node, &below, part);
        }
        self.path.pop();
    }

    /// Tells when a unit stands below itself, or a second time in one layer.
    fn stands_alone(
        &mut self,
        node: &Node,
        unit: &UnitId,
        hang: &Hang,
        part: Option<PartIx>,
        below_itself: bool,
    ) -> bool {
        let span = node.get("id").map_or(node.span, |node| node.span);
        let parent = if let Hang::Under(parent) = hang { Some(parent.clone()) } else { None };
        let first = self.seen.get(&(unit.clone(), part)).cloned();
        let found = if below_itself {
            let path: Vec<String> = self.path.iter().skip_while(|id| *id != unit).map(|id| format!("`{id}`")).collect();
            let message = format!("unit `{unit}` stands below itself: {} > `{unit}`", path.join(" > "));
            Diagnostic::new(Code::ParentCycle, message).label("below itself here")
        } else {
            match first.as_ref().map(|(parent, _)| parent) {
                None => {
                    self.seen.insert((unit.clone(), part), (parent, span));
                    return true;
                }
                Some(Some(first)) if parent.as_ref().is_some_and(|parent| parent != first) => {
                    let second = parent.map_or_else(String::new, |parent| parent.to_string());
                    let message = format!("unit `{unit}` is placed under two parents, `{first}` and `{second}`");
                    let hint = "a source that shows it in two places shows one of them by a relation; two layers of \
                                different age are two `parts`";
                    Diagnostic::new(Code::TwoParents, message).label(format!("under `{second}`")).hint(hint)
                }
                Some(_) => {
                    let message = format!("unit `{unit}` stands twice in {}", self.name);
                    let hint = "a unit stands once, or once in each dated part; other forms of its name go into \
                                `also-written`";
                    Diagnostic::new(Code::DuplicateUnit, message).label("again here").hint(hint)
                }
            }
        };
        let mut found = found.at(self.builder.place(span));
        if let Some((_, first)) = first {
            found = found.related(self.builder.place(first), "first here");
        }
        self.builder.tell(found);
        false
    }

    fn mention(&mut self, node: &Node, hang: &Hang, home: &Home<'_>) -> Mention {
        let also = items(node, "also-written");
        let also_written = also.iter().filter_map(|node| self.name_claim(Some(node), home, "a name")).collect();
        Mention {
            unit: home.unit.clone(),
            part: home.part,
            evidence: home.evidence.clone(),
            placing: self.placing(node.get("placed"), hang, home),
            shown_under: text(node.get("shown-under")),
            name: self.name_claim(node.get("name"), home, "the name"),
            acronym: self.name_claim(node.get("acronym"), home, "the acronym"),
            kind: text(node.get("kind")).map(|text| Text { text, evidence: plain(home.evidence) }),
            standing: standing(node.get("standing")),
            details: Details {
                also_written,
                summary: self.summary(node.get("summary"), home),
                same: node.get("same").map(|node| self.detail(node, home, "the identity", Basis::Inferred)),
                holder: node.get("holder").and_then(|node| self.holder(node, home)),
                figures: items(node, "figures").iter().map(|node| self.figure(node, home)).collect(),
                relations: items(node, "relations").iter().filter_map(|node| self.relation(node, home)).collect(),
                contacts: items(node, "contacts").iter().map(|node| self.contact(node, home)).collect(),
                places: items(node, "places").iter().map(|node| self.place_claim(node, home)).collect(),
            },
            properties: items(node, "properties").iter().map(|node| self.property(node, home)).collect(),
        }
    }

    fn placing(&mut self, placed: Option<&Node>, hang: &Hang, home: &Home<'_>) -> Placing {
        match (hang, placed) {
            (Hang::Under(parent), None) => Placing::Under { parent: parent.clone(), evidence: home.evidence.clone() },
            (Hang::Under(parent), Some(node)) => {
                let evidence = self.detail(node, home, "the parent", Basis::Shown);
                Placing::Under { parent: parent.clone(), evidence }
            }
            (Hang::Root | Hang::Unplaced, placed) => {
                if let Some(node) = placed {
                    let message = format!("unit `{}` has `placed`, but stands under no unit", home.unit);
                    let hint = "nest it in its parent, or leave `placed` out";
                    let found =
                        Diagnostic::new(Code::UnknownField, message).at(self.builder.place(node.span)).hint(hint);
                    self.builder.tell(found.label("evidence of no parent"));
                }
                if matches!(hang, Hang::Root) { Placing::Root } else { Placing::Unplaced }
            }
        }
    }

    /// Reads the evidence of a detail, which falls back to that of its unit.
    fn detail(&mut self, node: &Node, home: &Home<'_>, what: &str, default: Basis) -> Evidence {
        // A reading is what `same` says by its presence, so its basis is not that of the mention.
        let base = Evidence {
            basis: if default == Basis::Inferred { default } else { home.evidence.basis },
            ..plain(home.evidence)
        };
        self.builder.evidence(node, &home.subject(what), default, Some(&base))
    }

    fn name_claim(&mut self, node: Option<&Node>, home: &Home<'_>, what: &str) -> Option<NameClaim> {
        let node = node?;
        let written = if node.text().is_some() { node } else { node.get("text")? };
        let text = text(Some(written))?;
        let place = self.builder.place(written.span);
        self.builder.origin.note_name(home.unit, &text, place);
        let evidence = self.detail(node, home, what, Basis::Shown);
        Some(NameClaim { text, form: form(node.get("form")), evidence })
    }

    fn summary(&mut self, node: Option<&Node>, home: &Home<'_>) -> Option<Text> {
        let node = node?;
        let text = text(if node.text().is_some() { Some(node) } else { node.get("text") })?;
        Some(Text { text, evidence: self.detail(node, home, "the summary", Basis::Shown) })
    }

    fn holder(&mut self, node: &Node, home: &Home<'_>) -> Option<Holder> {
        let name = text(node.get("name"))?;
        let span = node.get("name").map_or(node.span, |node| node.span);
        let place = self.builder.place(span);
        self.builder.origin.note_name(home.unit, &name, place);
        let title = text(node.get("title"));
        let evidence = self.detail(node, home, "the holder", Basis::Shown);
        Some(Holder { name, title, evidence, part: self.part(node, home.part) })
    }

    fn figure(&mut self, node: &Node, home: &Home<'_>) -> Figure {
        let measure = text(node.get("measure")).unwrap_or_default();
        let subject = home.subject(&format!("figure `{measure}`"));
        let read = |field| node.get(field).and_then(number);
        let (value, low, high) = (read("value"), read("low"), read("high"));
        let is_range = node.get("low").is_some() || node.get("high").is_some();
        if node.get("value").is_none() && !is_range {
            let hint = "give `value`, or a range from `low` to `high`";
            self.fault(Code::FigureWithoutNumber, format!("{subject} has no number"), node.span, hint);
        } else if node.get("value").is_some() && is_range {
            let hint = "leave out `value`, or both `low` and `high`";
            self.fault(Code::BadFigure, format!("{subject} has both a value and a range"), node.span, hint);
        } else if low.zip(high).is_some_and(|(low, high)| low > high) {
            let span = node.get("low").map_or(node.span, |node| node.span);
            self.fault(
                Code::BadFigure,
                format!("the range of {subject} ends below its beginning"),
                span,
                "exchange them",
            );
        }
        let field = |name| text(node.get(name));
        let (unit, qualifier, scope) = (field("unit"), field("qualifier"), field("scope"));
        let evidence = self.detail(node, home, &format!("figure `{measure}`"), Basis::Shown);
        let part = self.part(node, home.part);
        Figure { measure, value, low, high, unit, qualifier, scope, evidence, part }
    }

    fn fault(&mut self, code: Code, message: String, span: Span, hint: &str) {
        let found = Diagnostic::new(code, message).at(self.builder.place(span)).hint(hint);
        self.builder.tell(found);
    }

    fn relation(&mut self, node: &Node, home: &Home<'_>) -> Option<Relation> {
        let kind = text(node.get("type")).unwrap_or_default();
        let what = format!("relation `{kind}`");
        let to = match (node.get("to"), node.get("to-text")) {
            (Some(to), None) => {
                let unit = self.builder.unit_id(Some(to));
                self.ends.extend(unit.clone().map(|unit| (home.unit.clone(), unit, to.span)));
                unit.map(RelationEnd::Unit)
            }
            (None, Some(to)) => text(Some(to)).map(RelationEnd::Text),
            (to, _) => {
                let ends = if to.is_some() { "two other ends" } else { "no other end" };
                let hint = "say `to` for a unit of this snapshot, or `to-text` for what is no unit";
                self.fault(Code::RelationEnd, format!("{} has {ends}", home.subject(&what)), node.span, hint);
                None
            }
        };
        let evidence = self.detail(node, home, &what, Basis::Shown);
        let part = self.part(node, home.part);
        Some(Relation { kind, to: to?, evidence, part })
    }

    fn contact(&mut self, node: &Node, home: &Home<'_>) -> Contact {
        Contact {
            kind: text(node.get("kind")).unwrap_or_default(),
            value: text(node.get("value")),
            purpose: text(node.get("purpose")),
            evidence: self.detail(node, home, "a contact", Basis::Shown),
            part: self.part(node, home.part),
        }
    }

    fn place_claim(&mut self, node: &Node, home: &Home<'_>) -> PlaceClaim {
        PlaceClaim {
            place: text(node.get("place")).unwrap_or_default(),
            part_of_place: text(node.get("part")),
            also_written: items(node, "also-written").iter().filter_map(|node| text(Some(node))).collect(),
            role: role(node.get("role")),
            scope: text(node.get("scope")),
            evidence: self.detail(node, home, "a place", Basis::Shown),
        }
    }

    fn property(&mut self, node: &Node, home: &Home<'_>) -> Property {
        let name = text(node.get("name")).unwrap_or_default();
        let evidence = self.detail(node, home, &format!("property `{name}`"), Basis::Shown);
        let value = text(node.get("value")).unwrap_or_default();
        Property { name, value, evidence, part: self.part(node, home.part) }
    }
}

/// Returns the evidence of a mention as its details have it: without the note, which is on the mention.
fn plain(evidence: &Evidence) -> Evidence {
    Evidence { note: None, ..evidence.clone() }
}
