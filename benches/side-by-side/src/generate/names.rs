//! Names that an organisation might give its units, and what else is said of them.

use std::sync::Arc;

use super::seeded::Seeded;
use crate::data::Attributes;

/// What a unit is, by how far it is below the top.
const KINDS: [&str; 10] = [
    "commonwealth",
    "portfolio",
    "authority",
    "office",
    "branch",
    "service",
    "bureau",
    "desk",
    "workshop",
    "post room",
];

const OF_WHAT: [&str; 48] = [
    "Harbours",
    "Lighthouses",
    "Bridges",
    "Canals",
    "Orchards",
    "Beekeeping",
    "Weights",
    "Measures",
    "Mapmaking",
    "Tides",
    "Weather",
    "Railways",
    "Tramways",
    "Ferries",
    "Quarries",
    "Peat",
    "Wool",
    "Salt",
    "Timber",
    "Ironwork",
    "Glass",
    "Printing",
    "Libraries",
    "Museums",
    "Theatres",
    "Schools",
    "Nurseries",
    "Hospitals",
    "Pharmacies",
    "Vaccination",
    "Drains",
    "Reservoirs",
    "Street Lighting",
    "Markets",
    "Fairs",
    "Allotments",
    "Parks",
    "Wolves",
    "Otters",
    "Eels",
    "Coinage",
    "Pensions",
    "Tolls",
    "Probate",
    "Patents",
    "Passports",
    "Façades",
    "Crèches",
];

const HOW: [&str; 20] = [
    "Inspection",
    "Licensing",
    "Repair",
    "Records",
    "Accounts",
    "Surveys",
    "Apprenticeships",
    "Grants",
    "Appeals",
    "Purchasing",
    "Safety",
    "Works",
    "Correspondence",
    "Forecasts",
    "Complaints",
    "Stores",
    "Training",
    "Standards",
    "Custody",
    "Outreach",
];

const WHERE: [&str; 24] = [
    "Ålesund",
    "Bergen",
    "Coimbra",
    "Dundee",
    "Évora",
    "Faro",
    "Ghent",
    "Heraklion",
    "Innsbruck",
    "Jena",
    "Kaunas",
    "Łódź",
    "Maribor",
    "Namur",
    "Odense",
    "Pécs",
    "Quimper",
    "Riga",
    "Szeged",
    "Trieste",
    "Umeå",
    "Verona",
    "Wexford",
    "Žilina",
];

/// Returns the kind of a unit so many steps below the top.
pub fn kind(depth: usize) -> Arc<str> {
    KINDS[depth.min(KINDS.len() - 1)].into()
}

/// Makes up a name and its acronym.
pub fn name(kind: &str, random: &mut Seeded) -> (Arc<str>, Arc<str>) {
    let (of_what, how) = (random.one(&OF_WHAT), random.one(&HOW));
    let name = match random.below(4) {
        0 => format!("{of_what} {how}"),
        1 => format!("{of_what} {how}, {}", random.one(&WHERE)),
        2 => format!("{how} of {of_what} and {}", random.one(&OF_WHAT)),
        _ => format!("{of_what} {how} ({kind} no. {})", 1 + random.below(500)),
    };
    let acronym: String = name.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next()).collect();
    (name.into(), acronym.to_uppercase().into())
}

/// Makes up a site, a headcount and a cost centre.
pub fn attributes(random: &mut Seeded) -> Attributes {
    ((*random.one(&WHERE)).into(), headcount(random), cost_centre(random))
}

/// Changes one of them.
pub fn change(attributes: &mut Attributes, random: &mut Seeded) {
    let before = attributes.clone();
    while *attributes == before {
        match random.below(3) {
            0 => attributes.0 = (*random.one(&WHERE)).into(),
            1 => attributes.1 = headcount(random),
            _ => attributes.2 = cost_centre(random),
        }
    }
}

fn headcount(random: &mut Seeded) -> i64 {
    i64::try_from(1 + random.below(300)).unwrap_or(1)
}

fn cost_centre(random: &mut Seeded) -> Arc<str> {
    format!("{:04}.{:02}", random.below(10_000), random.below(100)).into()
}
