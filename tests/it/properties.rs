//! Random corpora: everything that the fast graph answers, the slow model answers alike.

use std::collections::BTreeSet;

use eragraph::history::Direction;
use eragraph::model::{Basis, Corpus};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::bind::Fast;
use crate::oracle::descent::Question;
use crate::oracle::gaps::gaps;
use crate::oracle::generate::{DAYS, corpora, corpora_of_events, day};
use crate::oracle::{At, Oracle, Row, diff};
use crate::views_as_text::{differences, fast_lines, slow_lines};

pub(crate) const FLOORS: [Option<Basis>; 4] = [None, Some(Basis::Inferred), Some(Basis::Shown), Some(Basis::Stated)];

/// Tries the same corpora every time, so that the tests pass or fail alike wherever they run; with
/// `PROPTEST_CASES` that many, and others each time.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(cases),
        rng_seed: if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(2003) },
        failure_persistence: None,
        max_shrink_iters: 4096,
        ..ProptestConfig::default()
    }
}

/// Returns every moment of a corpus: each day of the range, one before and one after, each snapshot, each era.
pub(crate) fn moments(corpus: &Corpus) -> Vec<At> {
    let days = (-1..=DAYS).map(|n| At::Day(day(n)));
    let snapshots = corpus.snapshots.keys().map(|id| At::Snapshot(id.clone()));
    days.chain(snapshots).chain(corpus.eras.keys().map(|id| At::Era(id.clone()))).collect()
}

/// Comparisons to ask for, as numbers to be reduced to what a corpus has; printed on one line.
#[derive(Clone)]
struct Questions(Vec<[usize; 5]>);

impl std::fmt::Debug for Questions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

fn questions() -> impl Strategy<Value = Questions> {
    prop::collection::vec(prop::array::uniform5(0..10_000_usize), 24).prop_map(Questions)
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn every_view_is_as_the_model_has_it(corpus in corpora()) {
        let (oracle, fast) = (Oracle::new(&corpus.0), Fast::new(&corpus.0));
        for at in moments(&corpus.0) {
            for (floor, include_outdated) in FLOORS.into_iter().flat_map(|floor| [(floor, false), (floor, true)]) {
                let slow = slow_lines(&oracle.view(&at, floor, include_outdated));
                let quick = fast_lines(fast.view(&at, floor, include_outdated));
                let found = differences(&slow, &quick);
                prop_assert!(found.is_empty(), "{at:?} floor {floor:?} outdated {include_outdated}\n{found}");
            }
        }
    }

    #[test]
    fn the_periods_of_a_unit_are_as_the_model_has_them(corpus in corpora()) {
        let (oracle, fast) = (Oracle::new(&corpus.0), Fast::new(&corpus.0));
        for (unit, floor) in oracle.units.iter().flat_map(|unit| FLOORS.map(|floor| (unit, floor))) {
            let found = fast.periods(unit, floor);
            prop_assert_eq!(oracle.periods(unit, floor), found, "{} {:?}", unit, floor);
        }
    }

    #[test]
    fn conflicts_are_as_the_model_has_them(corpus in corpora()) {
        let (oracle, fast) = (Oracle::new(&corpus.0), Fast::new(&corpus.0));
        prop_assert_eq!(oracle.conflicts(), fast.conflicts());
        for conflict in fast.history.conflicts() {
            let told = fast.history.would_settle(conflict, None);
            for unit in &conflict.units {
                prop_assert!(told.contains(fast.history.unit_id(*unit).as_str()), "{}", told);
            }
        }
    }

    #[test]
    fn lineage_is_as_the_model_has_it(corpus in corpora_of_events(), depth in 0..4_u32) {
        let (oracle, fast) = (Oracle::new(&corpus.0), Fast::new(&corpus.0));
        for (unit, floor) in oracle.units.iter().flat_map(|unit| FLOORS.map(|floor| (unit, floor))) {
            for (direction, forward) in [(Direction::Successors, true), (Direction::Predecessors, false)] {
                let found = fast.lineage(unit, direction, depth, floor);
                prop_assert_eq!(oracle.lineage(unit, forward, depth, floor), found, "{} {:?}", unit, direction);
            }
        }
    }

    #[test]
    fn gaps_are_as_the_model_has_them(corpus in corpora()) {
        let (oracle, fast) = (Oracle::new(&corpus.0), Fast::new(&corpus.0));
        for at in moments(&corpus.0) {
            for (floor, include_outdated) in [(None, false), (None, true), (Some(Basis::Shown), false)] {
                let slow = oracle.view(&at, floor, include_outdated);
                for (years, presumed_counts) in [(0, true), (1, false)] {
                    let quick = fast.gaps(fast.view(&at, floor, include_outdated), years);
                    prop_assert_eq!(gaps(&slow, presumed_counts), quick, "{:?} floor {:?}", at, floor);
                }
            }
        }
    }

    #[test]
    fn figures_over_time_are_as_the_model_has_them(corpus in corpora()) {
        let (oracle, fast) = (Oracle::new(&corpus.0), Fast::new(&corpus.0));
        for (unit, floor) in oracle.units.iter().flat_map(|unit| FLOORS.map(|floor| (unit, floor))) {
            prop_assert_eq!(oracle.series(unit, floor), fast.series(unit, floor), "{} {:?}", unit, floor);
        }
    }

    #[test]
    fn what_became_of_a_unit_and_what_made_it_up_are_as_the_model_has_them(corpus in corpora_of_events()) {
        let (oracle, fast) = (Oracle::new(&corpus.0), Fast::new(&corpus.0));
        for (unit, floor) in oracle.units.iter().flat_map(|unit| FLOORS.map(|floor| (unit, floor))) {
            for n in (-1..=DAYS).step_by(6) {
                let day = Some(day(n));
                for question in [Question { forward: true, day, floor }, Question { forward: false, day, floor }] {
                    prop_assert_eq!(oracle.descent(unit, question), fast.descent(unit, question), "{} {:?}", unit, question);
                }
            }
            let ever = Question { forward: false, day: None, floor };
            prop_assert_eq!(oracle.descent(unit, ever), fast.descent(unit, ever), "{} {:?}", unit, floor);
        }
    }

    #[test]
    fn a_floor_only_takes_away(corpus in corpora(), include_outdated in any::<bool>()) {
        let fast = Fast::new(&corpus.0);
        for at in moments(&corpus.0) {
            let whole = fast.view(&at, None, true);
            let everything: BTreeSet<_> = whole.units().collect();
            for floor in FLOORS {
                let view = fast.view(&at, floor, include_outdated);
                for unit in view.units() {
                    prop_assert!(everything.contains(&unit), "{:?} {:?} {:?}", at, floor, unit);
                    let parent = view.parent(unit);
                    prop_assert!(parent.is_none() || parent == whole.parent(unit), "{:?} {:?} {:?}", at, floor, unit);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn comparisons_are_as_the_model_has_them(
        corpus in corpora(),
        questions in questions(),
    ) {
        let (oracle, fast) = (Oracle::new(&corpus.0), Fast::new(&corpus.0));
        let moments = moments(&corpus.0);
        let units: Vec<_> = oracle.units.iter().collect();
        for [a, b, floor, closed_world, within] in questions.0 {
            let (a, b) = (&moments[a % moments.len()], &moments[b % moments.len()]);
            let (floor, closed_world) = (FLOORS[floor % FLOORS.len()], closed_world % 4 == 0);
            let within = units.get(within % (units.len() * 4)).copied();
            let view = |at| oracle.view(at, floor, false);
            let (slow, slow_certain) = diff(&view(a), &view(b), within, closed_world);
            let (quick, certain) = fast.diff(a, b, floor, within, closed_world);
            let found = differences(&slow, &quick);
            let question = format!("{a:?} -> {b:?} floor {floor:?} within {within:?} closed world {closed_world}");
            prop_assert!(found.is_empty(), "{question}\n{found}");
            prop_assert_eq!(certain, slow_certain, "{}", question);
            let (back, _) = fast.diff(b, a, floor, within, closed_world);
            let mirrored: BTreeSet<Row> =
                back.into_iter().map(|row| Row { kind: row.kind.mirrored(), ..row }).collect();
            prop_assert!(mirrored == quick, "mirrored: {question}\n{}", differences(&quick, &mirrored));
        }
    }
}
