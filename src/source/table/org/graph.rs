//! Statements of a file with the lines on which they stand, looked up by subject and by predicate.

use std::cell::Cell;
use std::collections::BTreeMap;

use oxrdf::{NamedOrBlankNode, Term};

use super::super::reader::Row;

/// What a statement says of its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Object {
    /// A thing: an IRI, or `_:` and the name of a blank node.
    Thing(String),
    /// A text with its language, if it has one.
    Literal(String, Option<String>),
}

impl Object {
    pub(super) fn thing(&self) -> Option<&str> {
        if let Self::Thing(name) = self { Some(name) } else { None }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Thing(text) | Self::Literal(text, _) => text,
        }
    }
}

impl From<Term> for Object {
    fn from(term: Term) -> Self {
        match term {
            Term::NamedNode(node) => Self::Thing(node.into_string()),
            Term::BlankNode(node) => Self::Thing(node.to_string()),
            Term::Literal(literal) => {
                let language = literal.language().map(str::to_owned);
                Self::Literal(literal.value().trim().to_owned(), language)
            }
        }
    }
}

/// Returns the name of a subject: its IRI, or `_:` and the name of a blank node.
pub(super) fn subject(node: NamedOrBlankNode) -> String {
    match node {
        NamedOrBlankNode::NamedNode(node) => node.into_string(),
        NamedOrBlankNode::BlankNode(node) => node.to_string(),
    }
}

/// A statement and where it stands.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) subject: String,
    pub(super) predicate: String,
    pub(super) object: Object,
    pub(super) row: Row,
    is_read: Cell<bool>,
}

/// The statements of a file, in its order. What is looked up counts as read.
#[derive(Debug, Default)]
pub(super) struct Graph {
    statements: Vec<Statement>,
    by_subject: BTreeMap<String, Vec<usize>>,
    by_predicate: BTreeMap<String, Vec<usize>>,
}

impl Graph {
    pub(super) fn add(&mut self, subject: String, predicate: String, object: Object, row: Row) {
        let at = self.statements.len();
        self.by_subject.entry(subject.clone()).or_default().push(at);
        self.by_predicate.entry(predicate.clone()).or_default().push(at);
        self.statements.push(Statement { subject, predicate, object, row, is_read: Cell::new(false) });
    }

    pub(super) fn len(&self) -> usize {
        self.statements.len()
    }

    /// Returns all statements, in their order, without reading them.
    pub(super) fn statements(&self) -> &[Statement] {
        &self.statements
    }

    pub(super) fn statements_mut(&mut self) -> impl Iterator<Item = &mut Statement> {
        self.statements.iter_mut()
    }

    /// Returns what the file says of a subject, without reading it.
    pub(super) fn about(&self, subject: &str) -> impl Iterator<Item = &Statement> {
        let found = self.by_subject.get(subject).map_or(&[][..], Vec::as_slice);
        found.iter().filter_map(|at| self.statements.get(*at))
    }

    /// Reads what a predicate says of a subject.
    pub(super) fn of<'g>(&'g self, subject: &str, predicate: &'g str) -> impl Iterator<Item = &'g Statement> {
        self.about(subject)
            .filter(move |statement| statement.predicate == predicate)
            .inspect(|found| found.is_read.set(true))
    }

    /// Reads what several predicates say of a subject, one after the other.
    pub(super) fn any<'g>(
        &'g self,
        subject: &'g str,
        predicates: &'g [&'static str],
    ) -> impl Iterator<Item = &'g Statement> {
        predicates.iter().flat_map(move |predicate| self.of(subject, predicate))
    }

    /// Reads every statement of a predicate.
    pub(super) fn with<'g>(&'g self, predicate: &str) -> impl Iterator<Item = &'g Statement> {
        let found = self.by_predicate.get(predicate).map_or(&[][..], Vec::as_slice);
        found.iter().filter_map(|at| self.statements.get(*at)).inspect(|found| found.is_read.set(true))
    }

    /// Returns the predicates with statements that nothing has read, each with the first of them and their number.
    pub(super) fn unread(&self) -> BTreeMap<&str, (&Statement, usize)> {
        let mut unread: BTreeMap<&str, (&Statement, usize)> = BTreeMap::new();
        for statement in self.statements.iter().filter(|statement| !statement.is_read.get()) {
            unread.entry(&statement.predicate).or_insert((statement, 0)).1 += 1;
        }
        unread
    }
}
