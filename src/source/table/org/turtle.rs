//! Turtle to statements with their lines.
//!
//! The parser gives no places, so that it is fed line by line: a statement stands on the line that completed it.

use oxttl::TurtleParser;
use oxttl::turtle::LowLevelTurtleParser;

use super::super::json::too_many;
use super::super::lines::Lines;
use super::super::reader::{Reader, Row};
use super::graph::{Graph, Object, subject};
use crate::diagnostics::{Code, Diagnostic, Span};
use crate::source::limits::Limits;

/// How many lines without a statement are fed one by one. From then on ever more are fed at once, since the parser begins
/// a text over many lines anew with each of them.
const PATIENCE: usize = 1_000;

/// Reads the statements; `None` when one of them is not Turtle.
pub(super) fn read(reader: &mut Reader<'_, '_>, limits: &Limits) -> Option<Graph> {
    let text = reader.source.text;
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut feed = Feed {
        parser: TurtleParser::new().low_level(),
        lines: Lines::of(text),
        graph: Graph::default(),
        shift: text.len() - body.len(),
        last: Row { span: Span::new(0, 0), first_line: 1, last_line: 1 },
    };
    let (mut start, mut end, mut barren) = (feed.shift, feed.shift, 0_usize);
    for line in body.split_inclusive('\n') {
        end += line.len();
        barren += 1;
        if barren > PATIENCE && !barren.is_power_of_two() {
            continue;
        }
        let piece = text.get(start..end).unwrap_or_default();
        feed.parser.extend_from_slice(piece.as_bytes());
        if feed.drain(reader, limits, start, piece)? {
            barren = 0;
        }
        start = end;
    }
    let piece = text.get(start..).unwrap_or_default();
    feed.parser.extend_from_slice(piece.as_bytes());
    feed.parser.end();
    feed.drain(reader, limits, start, piece)?;
    (!reader.has_told()).then_some(feed.graph)
}

struct Feed {
    parser: LowLevelTurtleParser,
    lines: Lines,
    graph: Graph,
    /// How many bytes stand before what the parser gets.
    shift: usize,
    /// The last piece that held more than white space.
    last: Row,
}

impl Feed {
    /// Takes the statements that a piece of the text completes; tells whether there are any.
    fn drain(&mut self, reader: &mut Reader<'_, '_>, limits: &Limits, start: usize, piece: &str) -> Option<bool> {
        let before = self.graph.len();
        let lead = piece.len() - piece.trim_start().len();
        let own = self.lines.row(Span::new(start + lead, (start + piece.trim_end().len()).max(start + lead)));
        // A literal at the end of a line waits for what comes after it, which may be the point on the next line.
        let waited = piece.trim_start().starts_with([';', ',', '.', ']', ')']);
        while let Some(result) = self.parser.parse_next() {
            match result {
                Ok(triple) => {
                    let row = if waited && self.graph.len() == before { self.last } else { own };
                    let (predicate, object) = (triple.predicate.into_string(), Object::from(triple.object));
                    self.graph.add(subject(triple.subject), predicate, object, row);
                }
                Err(error) => {
                    let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).saturating_add(self.shift);
                    let (from, to) = (place(error.location().start.offset), place(error.location().end.offset));
                    let end = reader.source.text.len();
                    let span = Span::new(from.min(end), to.min(end).max(from.min(end)));
                    let found = Diagnostic::new(Code::BadTable, format!("the file is no Turtle: {}", error.message()));
                    let hint = error.message().contains("scheme").then(|| "a relative IRI needs a `@base`".to_owned());
                    reader.tell(found.at(reader.place(span)).label("the trouble shows here").maybe_hint(hint));
                }
            }
            if self.graph.len() > limits.table_values {
                reader.tell(too_many(reader.place(own.span), limits));
            }
            if self.graph.len() > limits.table_values || reader.is_hopeless() {
                return None;
            }
        }
        if !piece.trim().is_empty() {
            self.last = own;
        }
        Some(self.graph.len() > before)
    }
}
