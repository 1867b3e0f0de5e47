//! The index itself: which texts hold a word, exactly, as its beginning, or but for a typing mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tantivy::collector::DocSetCollector;
use tantivy::columnar::Column;
use tantivy::query::{BooleanQuery, FuzzyTermQuery, PhrasePrefixQuery, PhraseQuery, Query as IndexQuery, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Index, IndexReader, ReloadPolicy, TantivyDocument, Term as IndexTerm};

use crate::history::History;

use super::SearchError;
use super::query::Term;
use super::texts::{Row, rows};
use super::words::{NameTokenizer, Word};

/// How much memory the writer may take before it writes a segment, in bytes; the least that it accepts.
const WRITER_BYTES: usize = 15_000_000;
/// In how many ways the last run of an unfinished word may go on.
const MAX_ENDINGS: u32 = 1000;
/// The fast field with the position of the text among the rows.
const ROW: &str = "row";
/// The name of the tokenizer.
const NAMES: &str = "names";

/// How a word was found; the nearer one comes first among hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    /// The word itself.
    Exact,
    /// A word that begins with it.
    Prefix,
    /// A word that differs by a letter or two.
    Typo,
}

/// The texts of a history, indexed. Immutable.
pub struct SearchIndex {
    pub(super) rows: Vec<Row>,
    reader: IndexReader,
    text: Field,
}

impl fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchIndex").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

impl SearchIndex {
    /// Indexes a history, in memory.
    ///
    /// # Errors
    /// Returns [`SearchError`] when the index cannot be written.
    pub fn build(history: &History) -> Result<Self, SearchError> {
        let mut schema = Schema::builder();
        let row = schema.add_u64_field(ROW, FAST);
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(NAMES)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register(NAMES, TextAnalyzer::from(NameTokenizer));
        let rows = rows(history);
        let mut writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        for (at, found) in (0..).zip(&rows) {
            let mut document = TantivyDocument::new();
            document.add_u64(row, at);
            document.add_text(text, &found.text);
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { rows, reader, text })
    }

    /// Returns the rows that hold a term, with how they hold it. Typing mistakes are allowed for only where the
    /// term stands nowhere as it is.
    pub(super) fn matches(&self, term: &Term) -> Result<BTreeMap<usize, Tier>, SearchError> {
        let mut found = BTreeMap::new();
        let mut add = |tier: Tier, rows: BTreeSet<usize>| {
            for row in rows {
                found.entry(row).or_insert(tier);
            }
        };
        match term {
            Term::Phrase(words) => add(Tier::Exact, self.rows_of(&*self.phrase(words))?),
            Term::Word { word, is_last } => {
                let exact = self.rows_of(&*self.exact(word))?;
                let mut is_found = !exact.is_empty();
                add(Tier::Exact, exact);
                if *is_last && word.joined.chars().nth(1).is_some() {
                    let begun = self.rows_of(&*self.begun(word))?;
                    is_found |= !begun.is_empty();
                    add(Tier::Prefix, begun);
                }
                let mistakes = mistakes(&word.joined);
                if !is_found && mistakes > 0 {
                    let near = FuzzyTermQuery::new(self.term(&word.joined), mistakes, true);
                    add(Tier::Typo, self.rows_of(&near)?);
                }
            }
        }
        Ok(found)
    }

    fn term(&self, text: &str) -> IndexTerm {
        IndexTerm::from_field_text(self.text, text)
    }

    fn just(&self, text: &str) -> Box<dyn IndexQuery> {
        Box::new(TermQuery::new(self.term(text), IndexRecordOption::Basic))
    }

    /// Asks for a word as it is typed; where it has punctuation inside, also for its letters and its runs.
    fn exact(&self, word: &Word) -> Box<dyn IndexQuery> {
        if word.runs.len() < 2 {
            return self.just(&word.whole);
        }
        let runs = PhraseQuery::new(word.runs.iter().map(|run| self.term(run)).collect());
        Box::new(BooleanQuery::union(vec![self.just(&word.whole), self.just(&word.joined), Box::new(runs)]))
    }

    /// Asks for words that begin as it is typed. Where it has punctuation inside, its runs stand side by side and the
    /// last may be unfinished, unless it is a single letter; its letters without the punctuation begin no word.
    fn begun(&self, word: &Word) -> Box<dyn IndexQuery> {
        let prefix =
            |form: &str| -> Box<dyn IndexQuery> { Box::new(FuzzyTermQuery::new_prefix(self.term(form), 0, true)) };
        if word.runs.len() < 2 {
            return Box::new(BooleanQuery::union(vec![prefix(&word.whole), prefix(&word.joined)]));
        }
        let mut forms = vec![prefix(&word.whole)];
        if word.runs.last().is_some_and(|run| run.chars().nth(1).is_some()) {
            let mut runs = PhrasePrefixQuery::new(word.runs.iter().map(|run| self.term(run)).collect());
            runs.set_max_expansions(MAX_ENDINGS);
            forms.push(Box::new(runs));
        }
        Box::new(BooleanQuery::union(forms))
    }

    fn phrase(&self, words: &[Word]) -> Box<dyn IndexQuery> {
        if let [word] = words {
            return self.exact(word);
        }
        let terms = words.iter().flat_map(|word| match word.runs.as_slice() {
            [_] => std::slice::from_ref(&word.whole),
            runs => runs,
        });
        Box::new(PhraseQuery::new(terms.map(|term| self.term(term)).collect()))
    }

    fn rows_of(&self, query: &dyn IndexQuery) -> Result<BTreeSet<usize>, SearchError> {
        let searcher = self.reader.searcher();
        let segments = searcher.segment_readers().iter();
        let columns: Vec<Column<u64>> =
            segments.map(|segment| segment.fast_fields().u64(ROW)).collect::<Result<_, _>>()?;
        let found = searcher.search(query, &DocSetCollector)?;
        let row = |address: tantivy::DocAddress| {
            let column = columns.get(usize::try_from(address.segment_ord).ok()?)?;
            usize::try_from(column.first(address.doc_id)?).ok()
        };
        Ok(found.into_iter().filter_map(row).collect())
    }
}

/// Returns how many typing mistakes a word may have: none in a short one or a number, one from 4 letters, two from 8.
fn mistakes(word: &str) -> u8 {
    match word.chars().count() {
        _ if word.chars().any(char::is_numeric) => 0,
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}
