//! A strict reader of the text format of `OpenMetrics`.

use std::collections::{BTreeMap, BTreeSet};

/// What `/metrics` answered: the type of each metric, and the value of each series.
#[derive(Debug)]
pub(crate) struct Exposition {
    pub(crate) types: BTreeMap<String, String>,
    series: BTreeMap<String, String>,
}

impl Exposition {
    /// Reads the text format of `OpenMetrics`, and fails on whatever is not to the letter.
    #[track_caller]
    pub(crate) fn read(text: &str) -> Self {
        let body = text.strip_suffix("# EOF\n").expect("it ends with `# EOF`");
        let mut read = Self { types: BTreeMap::new(), series: BTreeMap::new() };
        let (mut described, mut current) = (BTreeSet::new(), String::new());
        for line in body.lines() {
            if let Some(rest) = line.strip_prefix("# ") {
                let [what, name, rest] = rest.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
                assert!(!rest.trim().is_empty() && is_name(name), "{line}");
                match what {
                    "HELP" => assert!(described.insert(name.to_owned()) && rest.ends_with('.'), "{line}"),
                    "TYPE" => {
                        assert!(described.contains(name), "no description: {line}");
                        assert!(["counter", "gauge", "histogram", "info"].contains(&rest), "{line}");
                        assert!(read.types.insert(name.to_owned(), rest.to_owned()).is_none(), "twice: {line}");
                        name.clone_into(&mut current);
                    }
                    "UNIT" => assert!(name == current && name.ends_with(&format!("_{rest}")), "{line}"),
                    _ => panic!("{line}"),
                }
                continue;
            }
            let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
            let name = series.split('{').next().unwrap();
            let ends: &[&str] = match read.types.get(&current).map(String::as_str) {
                Some("counter") => &["_total"],
                Some("gauge") => &[""],
                Some("info") => &["_info"],
                Some("histogram") => &["_bucket", "_count", "_sum"],
                _ => panic!("no metric is open: {line}"),
            };
            assert!(ends.iter().any(|end| name == format!("{current}{end}")), "{line} below {current}");
            labels(&series[name.len()..]);
            let number: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
            assert!(number.is_finite() && number >= 0.0, "{line}");
            assert!(read.series.insert(series.to_owned(), value.to_owned()).is_none(), "twice: {line}");
        }
        read
    }

    /// Returns the value of a series; 0 where there is none.
    pub(crate) fn value(&self, series: &str) -> f64 {
        self.series.get(series).map(|value| value.parse().unwrap()).unwrap_or_default()
    }

    /// Returns the value of a series that counts; 0 where there is none.
    #[track_caller]
    pub(crate) fn count(&self, series: &str) -> u64 {
        self.series.get(series).map(|value| value.parse().unwrap()).unwrap_or_default()
    }

    /// Returns the values of one label in all series of a name.
    pub(crate) fn labels(&self, name: &str, label: &str) -> BTreeSet<String> {
        let series = self.series.keys().filter_map(|series| series.strip_prefix(name));
        let found = series.filter(|rest| rest.starts_with('{')).map(|rest| labels(rest).remove(label));
        found.map(|value| value.expect("each has the label")).collect()
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

/// Reads `{name="value",…}`, or nothing at all.
#[track_caller]
fn labels(text: &str) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    if text.is_empty() {
        return labels;
    }
    let mut rest = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_else(|| panic!("{text}"));
    while !rest.is_empty() {
        let (name, quoted) = rest.split_once("=\"").unwrap_or_else(|| panic!("{text}"));
        assert!(is_name(name), "{text}");
        let end = quoted.find('"').unwrap_or_else(|| panic!("{text}"));
        let value = &quoted[..end];
        assert!(!value.contains(['\\', '\n']), "no label needs an escape here: {text}");
        assert!(labels.insert(name.to_owned(), value.to_owned()).is_none(), "{text}");
        rest = &quoted[end + 1..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    labels
}

/// Checks that the buckets of each histogram grow, and that the last one holds everything.
#[track_caller]
pub(crate) fn check_histogram(read: &Exposition, name: &str) {
    let mut buckets: BTreeMap<String, Vec<(f64, u64)>> = BTreeMap::new();
    for (series, count) in &read.series {
        if let Some(rest) = series.strip_prefix(&format!("{name}_bucket")) {
            let mut labels = labels(rest);
            let bound = labels.remove("le").expect("each bucket has a bound");
            let bound = if bound == "+Inf" { f64::INFINITY } else { bound.parse().unwrap() };
            let rest: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
            buckets.entry(rest.join(",")).or_default().push((bound, count.parse().unwrap()));
        }
    }
    assert!(!buckets.is_empty(), "{name}");
    for (labels, mut counts) in buckets {
        counts.sort_by(|one, other| one.0.total_cmp(&other.0));
        assert!(counts.is_sorted_by_key(|(_, count)| *count), "{name} {labels}: {counts:?}");
        let last = *counts.last().unwrap();
        assert_eq!(last, (f64::INFINITY, read.count(&format!("{name}_count{{{labels}}}"))), "{name} {labels}");
    }
}
