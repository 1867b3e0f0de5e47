//! Everything that the corpus asserts of one unit: claims and sightings, each with its dating and basis.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use eragraph::model::{
    Basis, ChangeEvent, Contact, Corpus, Day, EventResult, Figure, Mention, NameClaim, NameForm, PartIx, PlaceRole,
    Placing, RelationEnd, Snapshot, Standing, UnitId, Window,
};

/// Where and when something is asserted.
#[derive(Clone, Copy)]
pub(crate) struct Stamp<'a> {
    /// `None` for the declaration of a unit that is known only from events: it has always been made.
    pub window: Option<Window>,
    pub basis: Basis,
    pub source: &'a str,
    pub part: Option<PartIx>,
    pub snapshot: Option<&'a Snapshot>,
    pub mention: Option<&'a Mention>,
    pub event: Option<&'a ChangeEvent>,
}

/// The order of claims; the latest is the last.
pub(crate) type Order<'a> = (Day, Day, Reverse<Basis>, Reverse<&'a str>, Reverse<Option<PartIx>>);

impl<'a> Stamp<'a> {
    pub(crate) fn order(&self) -> Order<'a> {
        (self.start(), self.end(), Reverse(self.basis), Reverse(self.source), Reverse(self.part))
    }

    pub(crate) fn start(&self) -> Day {
        self.window.map_or(Day::MIN, |window| window.start())
    }

    pub(crate) fn end(&self) -> Day {
        self.window.map_or(Day::MIN, |window| window.end())
    }

    pub(crate) fn started(&self, day: Day) -> bool {
        self.start() <= day
    }

    /// Returns the days that it observes: in a log kept without a gap, all from its own on to the end of the log.
    pub(crate) fn observed(&self) -> Option<Window> {
        let log = self.snapshot.filter(|snapshot| snapshot.continuous);
        log.zip(self.window).map(|(log, window)| observed_by(log, window)).or(self.window)
    }

    pub(crate) fn contains(&self, day: Day) -> bool {
        self.observed().is_some_and(|window| window.contains(day))
    }

    pub(crate) fn is_before(&self, window: &Window) -> bool {
        self.observed().is_some_and(|own| own.is_before(window))
    }

    pub(crate) fn is_after(&self, window: &Window) -> bool {
        self.window.is_some_and(|own| window.is_before(&own))
    }

    fn on(self, basis: Basis) -> Self {
        Self { basis, ..self }
    }

    /// Returns where an item of a mention stands: in the part that it names, else in that of the mention.
    fn in_part(self, basis: Basis, part: Option<PartIx>) -> Self {
        let part = part.or(self.part);
        let window = self.snapshot.map(|snapshot| snapshot.window(part));
        Self { window, basis, part, ..self }
    }
}

/// Returns the days that a part of a log observes. An open end, of either, leaves it with its own.
pub(crate) fn observed_by(log: &Snapshot, window: Window) -> Window {
    match (window.earliest(), window.latest(), log.observed.window().latest()) {
        (Some(from), Some(to), Some(end)) if to <= end => Window::new(Some(from), Some(end)).unwrap(),
        _ => window,
    }
}

/// One asserted value.
#[derive(Clone)]
pub(crate) struct Claim<'a, T> {
    pub value: T,
    pub at: Stamp<'a>,
}

/// Where a claim hangs a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seat<'a> {
    Top,
    Under(&'a UnitId),
}

impl<'a> Claim<'a, Seat<'a>> {
    /// Returns the heading that the unit is shown under there.
    pub(crate) fn heading(&self) -> Option<&'a String> {
        self.at.mention.and_then(|mention| mention.shown_under.as_ref())
    }
}

/// A place as the sources write it: the place, its part, what the area is for.
pub(crate) type PlaceText<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// All that is asserted of one unit, unsorted.
#[derive(Default, Clone)]
pub(crate) struct Facts<'a> {
    pub sightings: Vec<Stamp<'a>>,
    /// What else a mention says, dated as the mention: readings of identity, other forms of names, items.
    pub asides: Vec<Stamp<'a>>,
    pub names: Vec<Claim<'a, (&'a str, NameForm)>>,
    pub acronyms: Vec<Claim<'a, (&'a str, NameForm)>>,
    pub kinds: Vec<Claim<'a, &'a str>>,
    pub standings: Vec<Claim<'a, Standing>>,
    pub summaries: Vec<Claim<'a, &'a str>>,
    pub seats: Vec<Claim<'a, Seat<'a>>>,
    pub relations: Vec<Claim<'a, (&'a str, &'a RelationEnd)>>,
    pub figures: Vec<Claim<'a, &'a Figure>>,
    pub holders: Vec<Claim<'a, &'a str>>,
    pub contacts: Vec<Claim<'a, &'a Contact>>,
    pub properties: Vec<Claim<'a, (&'a str, &'a str)>>,
    pub places: Vec<Claim<'a, (PlaceRole, BTreeSet<PlaceText<'a>>)>>,
}

/// Returns every unit that the corpus names.
pub(crate) fn all_units(corpus: &Corpus) -> BTreeSet<UnitId> {
    let mut units: BTreeSet<UnitId> = corpus.units.keys().cloned().collect();
    for snapshot in corpus.snapshots.values() {
        units.extend(snapshot.mentions.units().cloned());
    }
    for event in corpus.events.values() {
        units.extend(event.originals.iter().map(|original| original.unit.clone()));
        units.extend(event.results.iter().map(|result| result.unit.clone()));
    }
    units
}

fn event_stamp(event: &ChangeEvent) -> Stamp<'_> {
    Stamp {
        window: Some(event.date.window()),
        basis: event.basis,
        source: event.id.as_str(),
        part: None,
        snapshot: None,
        mention: None,
        event: Some(event),
    }
}

impl<'a> Facts<'a> {
    /// Collects all that the corpus asserts of the unit; `mentions` are those of each snapshot.
    pub(crate) fn of(corpus: &'a Corpus, mentions: &[(&'a Snapshot, &'a [Mention])], unit: &UnitId) -> Self {
        let mut facts = Self::default();
        facts.add_declaration(corpus, unit);
        for (snapshot, mentions) in mentions {
            for mention in mentions.iter().filter(|mention| mention.unit == *unit) {
                facts.add_mention(snapshot, mention);
            }
        }
        for event in corpus.events.values() {
            facts.add_event(event, unit);
        }
        facts
    }

    /// Adds what the declaration says, as of the first event that names the unit; what that event states goes before.
    fn add_declaration(&mut self, corpus: &'a Corpus, unit: &UnitId) {
        let Some(declared) = corpus.units.get(unit) else { return };
        let names_it = |event: &&&'a ChangeEvent| {
            event.originals.iter().any(|original| original.unit == *unit)
                || event.results.iter().any(|result| result.unit == *unit)
        };
        let events: Vec<&'a ChangeEvent> = corpus.events.values().map(AsRef::as_ref).collect();
        let first = events.iter().filter(names_it).min_by_key(|event| {
            let window = event.date.window();
            (window.start(), window.end(), Reverse(&event.id))
        });
        let Some(first) = first else { return };
        let at = event_stamp(first).on(declared.basis);
        let result = first.results.iter().find(|result| result.unit == *unit);
        let states = |field: fn(&EventResult) -> bool| result.is_some_and(field);
        if !states(|result| result.name.is_some()) {
            self.names.push(Claim { value: (&declared.name, NameForm::Written), at });
        }
        if !states(|result| result.acronym.is_some()) {
            self.acronyms.extend(declared.acronym.iter().map(|text| Claim { value: (&**text, NameForm::Written), at }));
        }
        if !states(|result| result.kind.is_some()) {
            self.kinds.extend(declared.kind.iter().map(|text| Claim { value: &**text, at }));
        }
        self.summaries.extend(declared.summary.iter().map(|text| Claim { value: &**text, at }));
        self.standings.push(Claim { value: declared.standing, at });
    }

    fn add_event(&mut self, event: &'a ChangeEvent, unit: &UnitId) {
        let at = event_stamp(event);
        let original = event.originals.iter().any(|original| original.unit == *unit);
        let result = event.results.iter().find(|result| result.unit == *unit);
        if original || result.is_some() {
            self.sightings.push(at);
        }
        let Some(result) = result else { return };
        self.names.extend(result.name.iter().map(|text| Claim { value: (&**text, NameForm::Written), at }));
        self.acronyms.extend(result.acronym.iter().map(|text| Claim { value: (&**text, NameForm::Written), at }));
        self.kinds.extend(result.kind.iter().map(|text| Claim { value: &**text, at }));
        self.seats.extend(result.parent.iter().map(|parent| Claim { value: Seat::Under(parent), at }));
    }

    fn add_mention(&mut self, snapshot: &'a Snapshot, mention: &'a Mention) {
        let at = Stamp {
            window: Some(snapshot.window(mention.part)),
            basis: mention.evidence.basis,
            source: snapshot.id.as_str(),
            part: mention.part,
            snapshot: Some(snapshot),
            mention: Some(mention),
            event: None,
        };
        let named =
            |claim: &'a NameClaim| Claim { value: (claim.text.as_str(), claim.form), at: at.on(claim.evidence.basis) };
        self.sightings.push(at);
        self.names.extend(mention.name.iter().map(named));
        self.acronyms.extend(mention.acronym.iter().map(named));
        let text =
            |text: &'a eragraph::model::Text| Claim { value: text.text.as_str(), at: at.on(text.evidence.basis) };
        self.kinds.extend(mention.kind.iter().map(text));
        self.summaries.extend(mention.details.summary.iter().map(text));
        self.standings.push(Claim { value: mention.standing, at });
        match &mention.placing {
            Placing::Root => self.seats.push(Claim { value: Seat::Top, at }),
            Placing::Under { parent, evidence } => {
                self.seats.push(Claim { value: Seat::Under(parent), at: at.on(evidence.basis) });
            }
            Placing::Unplaced => {}
        }
        let items = mention.evidences();
        self.asides.extend(items.map(|evidence| at.on(evidence.basis)));
        self.add_items(mention, at);
    }

    fn add_items(&mut self, mention: &'a Mention, at: Stamp<'a>) {
        for relation in &mention.details.relations {
            let at = at.in_part(relation.evidence.basis, relation.part);
            self.relations.push(Claim { value: (&relation.kind, &relation.to), at });
        }
        for figure in &mention.details.figures {
            self.figures.push(Claim { value: figure, at: at.in_part(figure.evidence.basis, figure.part) });
        }
        if let Some(holder) = &mention.details.holder {
            self.holders.push(Claim { value: &holder.name, at: at.in_part(holder.evidence.basis, holder.part) });
        }
        for contact in &mention.details.contacts {
            self.contacts.push(Claim { value: contact, at: at.in_part(contact.evidence.basis, contact.part) });
        }
        for property in &mention.properties {
            let at = at.in_part(property.evidence.basis, property.part);
            self.properties.push(Claim { value: (&property.name, &property.value), at });
        }
        for role in [PlaceRole::Seat, PlaceRole::Area] {
            let claims: Vec<_> = mention.details.places.iter().filter(|claim| claim.role == role).collect();
            let Some(basis) = claims.iter().map(|claim| claim.evidence.basis).min() else { continue };
            let places = claims
                .iter()
                .map(|claim| (claim.place.as_str(), claim.part_of_place.as_deref(), claim.scope.as_deref()))
                .collect();
            self.places.push(Claim { value: (role, places), at: at.on(basis) });
        }
    }

    /// Returns where each of its claims and sightings stands.
    pub(crate) fn stamps(&self) -> Vec<Stamp<'a>> {
        fn of<'a, T>(claims: &[Claim<'a, T>]) -> Vec<Stamp<'a>> {
            claims.iter().map(|claim| claim.at).collect()
        }
        [
            self.sightings.clone(),
            self.asides.clone(),
            of(&self.names),
            of(&self.acronyms),
            of(&self.kinds),
            of(&self.standings),
            of(&self.summaries),
            of(&self.seats),
        ]
        .concat()
    }
}

/// Returns the claims that `keep` lets through, the latest last.
pub(crate) fn sorted<'a, T: Clone>(claims: &[Claim<'a, T>], keep: impl Fn(&Stamp<'a>) -> bool) -> Vec<Claim<'a, T>> {
    let mut kept: Vec<_> = claims.iter().filter(|claim| keep(&claim.at)).cloned().collect();
    kept.sort_by(|a, b| a.at.order().cmp(&b.at.order()));
    kept
}
