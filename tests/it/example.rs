//! The published example is read without a word, evidence included, and says what it seems to say.

use std::fs;
use std::path::Path;

use eragraph::diagnostics::Colour;
use eragraph::model::{Basis, Corpus, Extent, NameForm, Placing, Snapshot};
use eragraph::source::{self, FileKind, InputFile, Parsed, citations, parse};

fn example() -> (Parsed, Corpus) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/riverside-library");
    let names = ["annual-report-2004.yaml", "newsletter-2008.yaml", "website-2012.yaml", "eras.yaml", "events.yaml"];
    let read = |name: &str| InputFile { name: name.into(), bytes: fs::read(folder.join(name)).unwrap() };
    let mut parsed = parse(&names.map(read));
    let mut corpus = Corpus::default();
    for (_, record) in &parsed.records {
        corpus.insert(record.clone());
    }
    let found = source::check(&Corpus::default(), &corpus, &parsed);
    parsed.report.extend(found);
    let sources = folder.join("sources");
    let found = citations::check(&corpus, &parsed.origins, &mut |name| fs::read(sources.join(name)));
    parsed.report.extend(found);
    (parsed, corpus)
}

fn lines_of(snapshot: &Snapshot) -> Vec<String> {
    let line = |mention: eragraph::model::Mention| {
        let hang = match &mention.placing {
            Placing::Root => "root".to_owned(),
            Placing::Under { parent, .. } => format!("under {parent}"),
            Placing::Unplaced => "unplaced".to_owned(),
        };
        format!("{} {hang}", mention.unit)
    };
    snapshot.mentions.iter().map(line).collect()
}

#[test]
fn the_example_has_no_faults() {
    let (parsed, _) = example();
    assert_eq!(parsed.report.to_human(Colour::Never), "no problems\n");
    let snapshot = FileKind::Snapshot;
    assert_eq!(parsed.kinds, [snapshot, snapshot, snapshot, FileKind::Eras, FileKind::Events].map(Some));
    assert_eq!(parsed.records.len(), 3 + 2 + 1 + 3);
}

#[test]
fn nesting_is_the_parent_claim() {
    let (_, corpus) = example();
    let expected = [
        "rcl root",
        "rcl-director under rcl",
        "rcl-lending under rcl",
        "rcl-bookmobile under rcl-lending",
        "rcl-reference under rcl",
        "rcl-youth under rcl",
        "rcl-bindery under rcl",
        "riverside-library-board unplaced",
    ];
    assert_eq!(lines_of(&corpus.snapshots["riverside-report-2004"]), expected);
}

#[test]
fn details_fall_back_to_the_evidence_of_their_unit() {
    let (_, corpus) = example();
    let report = &corpus.snapshots["riverside-report-2004"];
    let mention = |unit: &str| report.mentions.iter().find(|mention| mention.unit.as_str() == unit).unwrap();
    let director = mention("rcl-director");
    assert_eq!(director.details.holder.as_ref().unwrap().evidence, director.evidence);
    assert_eq!(director.evidence.basis, Basis::Shown);
    let bindery = mention("rcl-bindery");
    let figure = &bindery.details.figures[0];
    assert_eq!(
        (figure.evidence.lines.as_ref().unwrap().to_string().as_str(), figure.evidence.basis),
        ("18", Basis::Stated)
    );
    assert_eq!(bindery.details.places[0].evidence.basis, Basis::Shown);
    assert_eq!(bindery.name.as_ref().unwrap().form, NameForm::Written);
    let bookmobile = mention("rcl-bookmobile");
    let Placing::Under { evidence, .. } = &bookmobile.placing else { panic!("the bookmobile hangs under a unit") };
    assert_eq!(evidence, &bookmobile.evidence);
}

#[test]
fn dated_parts_coverage_and_sequences_are_read() {
    let (_, corpus) = example();
    let website = &corpus.snapshots["riverside-website-2012"];
    assert_eq!(website.coverage[0].extent, Extent::Closed);
    assert_eq!(website.coverage[0].evidence.lines.as_ref().unwrap().to_string(), "5-8");
    assert_eq!(website.window(website.topics[0].part).start().to_string(), "2009-01-01");
    assert_eq!(website.window(website.mentions.get(0).unwrap().part).start().to_string(), "2012-05-14");
    let eras: Vec<String> =
        corpus.eras_in_order().iter().map(|era| format!("{} {} {}", era.id, era.sequence, era.position)).collect();
    let first = "riverside-four-departments";
    assert_eq!(eras, [format!("{first} {first} 0"), format!("riverside-public-services {first} 1")]);
}
