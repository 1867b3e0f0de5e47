//! Whatever is in a file, reading it ends, and what is told of it can be shown.

use eragraph::diagnostics::Colour;
use eragraph::model::Corpus;
use eragraph::source::{self, InputFile, parse};
use proptest::prelude::*;

use crate::properties::config;

const GOOD: [&str; 3] = [
    include_str!("../../examples/riverside-library/annual-report-2004.yaml"),
    include_str!("../../examples/riverside-library/events.yaml"),
    include_str!("../../examples/riverside-library/eras.yaml"),
];

/// Reads the bytes as a file and shows what is told of it; every place must lie within the text.
#[track_caller]
fn check(bytes: Vec<u8>) {
    let mut parsed = parse(&[InputFile { name: "a.yaml".into(), bytes }]);
    let mut after = Corpus::default();
    for (_, record) in &parsed.records {
        after.insert(record.clone());
    }
    let found = source::check(&Corpus::default(), &after, &parsed);
    parsed.report.extend(found);
    let length = parsed.report.files.first().unwrap().text.len();
    for found in &parsed.report.diagnostics {
        let span = found.place.and_then(|place| place.span);
        assert!(span.is_none_or(|span| span.end <= length), "{found:?}");
    }
    assert!(parsed.report.to_human(Colour::Never).ends_with('\n'));
    assert!(parsed.report.to_json().is_object());
    assert!(parsed.report.has_errors() || !parsed.records.is_empty());
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn a_good_file_with_a_piece_exchanged_is_read_or_told_of(
        good in prop::sample::select(&GOOD),
        at in any::<prop::sample::Index>(),
        cut in 0..40_usize,
        put in prop_oneof![
            Just(String::new()), "[\\[\\]{}:,&*!|>'\"#%@ \n\t~-]{1,6}", "\\PC{0,8}",
            Just("\u{feff}".to_owned()), Just("<<: *x".to_owned()), Just("é".to_owned()),
        ],
    ) {
        let bytes = good.as_bytes();
        let start = at.index(bytes.len());
        let end = (start + cut).min(bytes.len());
        let (before, after) = (bytes.iter().take(start), bytes.iter().skip(end));
        check(before.chain(put.as_bytes()).chain(after).copied().collect());
    }

    #[test]
    fn any_bytes_are_read_or_told_of(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check(bytes);
    }
}
