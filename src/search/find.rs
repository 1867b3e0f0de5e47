//! Finding: which units and topics a search means, the best first, each with the sources that bear it out.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::history::{EraIx, History, SnapshotIx};
use crate::model::{Day, Window};

use super::SearchError;
use super::index::{SearchIndex, Tier};
use super::query::Query;
use super::texts::{Field, Row, Stand, Subject};
use super::words::{fold, plain};

/// What a hit must fulfil beside the words.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The match stands in a snapshot of this era.
    pub era: Option<EraIx>,
    /// The unit was ever of this kind, which a topic never is.
    pub kind: Option<String>,
    /// The match stands in something dated this day or later.
    pub from: Option<Day>,
    /// The match stands in something dated this day or earlier.
    pub to: Option<Day>,
}

/// A unit or a topic that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What was found.
    pub subject: Subject,
    /// The text that matches best.
    pub matched: String,
    /// The snapshots in which a match stands, in the order of claims.
    pub snapshots: Vec<SnapshotIx>,
    /// The dates of the sources and events in which a match stands, each once, the earliest first.
    pub windows: Vec<Window>,
}

/// How one text matches.
#[derive(Debug)]
struct Match {
    /// Which terms stand in it.
    terms: BTreeSet<usize>,
    /// How the least near of them was found.
    tier: Tier,
    /// Where it stands, as far as the filter lets through.
    stands: Vec<Stand>,
}

/// The order of hits: all words in one text first, then what is called just that, then how near they are, what the best
/// text is, and how long it is.
type Rank = (Reverse<usize>, bool, Tier, Field, usize);

impl SearchIndex {
    /// Returns what a search finds, the best first; ties in the order of ids, units before topics.
    ///
    /// Every word must stand in some text of the unit. Where one text has them all, only such texts count.
    ///
    /// # Errors
    /// Returns [`SearchError`] when the index cannot be read.
    pub fn find(&self, history: &History, query: &Query, filter: &Filter) -> Result<Vec<Hit>, SearchError> {
        let mut subjects: BTreeMap<&Subject, BTreeMap<usize, Match>> = BTreeMap::new();
        for (term, wanted) in query.terms.iter().enumerate() {
            for (at, tier) in self.matches(wanted)? {
                let Some(row) = self.rows.get(at) else { continue };
                let Some(stands) = filter.stands(history, row) else { continue };
                let texts = subjects.entry(&row.subject).or_default();
                let found = texts.entry(at).or_insert(Match { terms: BTreeSet::new(), tier, stands });
                found.terms.insert(term);
                found.tier = found.tier.max(tier);
            }
        }
        let mut hits: Vec<(Rank, Hit)> =
            subjects.into_iter().filter_map(|(subject, texts)| self.hit(history, query, subject, texts)).collect();
        hits.sort_by(|(a, one), (b, other)| (a, &one.subject).cmp(&(b, &other.subject)));
        Ok(hits.into_iter().map(|(_, hit)| hit).collect())
    }

    /// Makes a hit of the texts of one subject; `None` where a word stands in none of them.
    fn hit(
        &self,
        history: &History,
        query: &Query,
        subject: &Subject,
        mut texts: BTreeMap<usize, Match>,
    ) -> Option<(Rank, Hit)> {
        let wanted = query.terms.len();
        let terms: BTreeSet<usize> = texts.values().flat_map(|found| &found.terms).copied().collect();
        if terms.len() < wanted {
            return None;
        }
        if texts.values().any(|found| found.terms.len() == wanted) {
            texts.retain(|_, found| found.terms.len() == wanted);
        }
        let mut is_called_other = true;
        let ranked = texts.iter().filter_map(|(at, found)| {
            let row = self.rows.get(*at)?;
            let text = plain(&fold(&row.text));
            let says_more = text != query.plain;
            is_called_other &= says_more || !row.field.is_label();
            Some(((Reverse(found.terms.len()), found.tier, row.field, says_more, text.len(), *at), row))
        });
        let ((terms, tier, field, _, length, _), best) = ranked.min_by_key(|(rank, _)| *rank)?;
        let stands: BTreeSet<Stand> = texts.values().flat_map(|found| &found.stands).copied().collect();
        let named: BTreeSet<SnapshotIx> = stands.iter().filter_map(|stand| stand.snapshot).collect();
        let mut windows: Vec<Window> = stands.iter().map(|stand| stand.window).collect();
        windows.sort_by_key(|window| (window.start(), window.end(), *window));
        windows.dedup();
        let snapshots = history.snapshots().filter(|snapshot| named.contains(snapshot)).collect();
        let hit = Hit { subject: subject.clone(), matched: best.text.clone(), snapshots, windows };
        Some(((terms, is_called_other, tier, field, length), hit))
    }
}

impl Filter {
    /// Returns where a text stands that fulfils the filter; `None` where it does not.
    fn stands(&self, history: &History, row: &Row) -> Option<Vec<Stand>> {
        let is_of_kind = |kind: &str| match &row.subject {
            Subject::Unit(unit) => history.was_of_kind(*unit, kind),
            Subject::Topic(_) => false,
        };
        if !self.kind.as_deref().is_none_or(is_of_kind) {
            return None;
        }
        let stands: Vec<Stand> = row.stands.iter().filter(|stand| self.lets_through(history, stand)).copied().collect();
        let is_dated = self.era.is_some() || self.from.is_some() || self.to.is_some();
        (!is_dated || !stands.is_empty()).then_some(stands)
    }

    fn lets_through(&self, history: &History, stand: &Stand) -> bool {
        let is_of_era = |era: EraIx| {
            let of = stand.snapshot.and_then(|snapshot| history.snapshot(snapshot).era.as_ref());
            of == Some(&history.era(era).id)
        };
        self.era.is_none_or(is_of_era)
            && self.from.is_none_or(|from| from <= stand.window.end())
            && self.to.is_none_or(|to| stand.window.start() <= to)
    }
}
