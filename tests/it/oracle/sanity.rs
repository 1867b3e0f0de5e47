//! The model against itself: what must hold of it whatever the fast graph does.

use eragraph::model::Day;
use proptest::prelude::*;

use crate::properties::config;

use super::generate::{DAYS, corpora, day};
use super::{At, Oracle, diff};

proptest! {
    #![proptest_config(config(32))]

    #[test]
    fn the_model_agrees_with_itself_the_other_way_round(corpus in corpora(), a in 0..DAYS, b in 0..DAYS) {
        let oracle = Oracle::new(&corpus.0);
        let view = |day: Day| oracle.view(&At::Day(day), None, false);
        let (forward, certain) = diff(&view(day(a)), &view(day(b)), None, false);
        let (back, _) = diff(&view(day(b)), &view(day(a)), None, false);
        prop_assert!(certain);
        prop_assert_eq!(forward.len(), back.len());
        if a == b {
            prop_assert!(forward.is_empty(), "{:?}", forward);
        }
    }
}
