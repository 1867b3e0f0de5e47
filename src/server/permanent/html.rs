//! Pieces of a permanent page. Markup is written in this program only; every other text is escaped on its way in.

use serde_json::Value;

use crate::export::{Address, Subject};
use crate::server::pages::escape;

/// A page that grows.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Adds markup, which only the program itself can hold.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds a text.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.0.push_str(&escape(text));
        self
    }

    /// Adds a text in which names stand between back-quotes.
    pub(super) fn quoted(&mut self, text: &str) -> &mut Self {
        for (at, piece) in text.split('`').enumerate() {
            if at.is_multiple_of(2) {
                self.text(piece)
            } else {
                self.element("code", piece)
            };
        }
        self
    }

    /// Adds an element that holds a text.
    pub(super) fn element(&mut self, tag: &'static str, text: &str) -> &mut Self {
        self.raw("<").raw(tag).raw(">").text(text).raw("</").raw(tag).raw(">")
    }

    /// Adds a link; the text alone where there is nowhere to go.
    pub(super) fn link(&mut self, to: Option<&str>, text: &str) -> &mut Self {
        match to {
            Some(to) => self.raw("<a href=\"").text(to).raw("\">").text(text).raw("</a>"),
            None => self.text(text),
        }
    }

    /// Adds items with a text between each two.
    pub(super) fn joined<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        between: &'static str,
        mut add: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (at, item) in items.into_iter().enumerate() {
            self.raw(if at == 0 { "" } else { between });
            add(self, item);
        }
        self
    }

    /// Adds a row of a list of facts.
    pub(super) fn fact(&mut self, term: &'static str, add: impl FnOnce(&mut Self)) -> &mut Self {
        self.element("dt", term).raw("<dd>");
        add(self);
        self.raw("</dd>\n")
    }

    /// Adds a row of a list of facts, where there is something to tell.
    pub(super) fn fact_of(&mut self, term: &'static str, text: &str) -> &mut Self {
        if text.is_empty() {
            return self;
        }
        self.fact(term, |html| {
            html.text(text);
        })
    }

    /// Adds how many items of a list are left out, where some are.
    pub(super) fn more(&mut self, list: &Value) -> &mut Self {
        let shown = items(list, "nodes").len();
        let total = usize::try_from(list.get("totalCount").and_then(Value::as_u64).unwrap_or_default());
        match total.unwrap_or(usize::MAX).saturating_sub(shown) {
            0 => self,
            more => self.raw("<p class=\"note\">").text(&format!("and {more} more, not shown here")).raw("</p>\n"),
        }
    }

    /// Adds where a claim stands.
    pub(super) fn evidence(&mut self, links: Links<'_>, evidence: &[Value]) -> &mut Self {
        if evidence.is_empty() {
            return self;
        }
        self.raw(" <span class=\"evidence\">");
        self.joined(evidence, "<br>", |html, one| html.one_evidence(links, one));
        self.raw("</span>")
    }

    fn one_evidence(&mut self, links: Links<'_>, one: &Value) {
        let snapshot = text(one, "/snapshot/id");
        if !snapshot.is_empty() {
            let file = text(one, "/source");
            self.link(links.snapshot(snapshot).as_deref(), if file.is_empty() { snapshot } else { file });
            let lines = text(one, "/lines");
            if !lines.is_empty() {
                let many = lines.contains([',', '-']);
                self.text(if many { ", lines " } else { ", line " }).text(lines);
            }
            self.raw(" · ");
        }
        let reference = text(one, "/reference");
        if !reference.is_empty() {
            self.text(reference).raw(" · ");
        }
        self.text(&word(text(one, "/basis")));
        let event = text(one, "/event/id");
        if !event.is_empty() {
            self.raw(" · event ").link(links.event(event).as_deref(), event);
        }
        let note = text(one, "/note");
        if !note.is_empty() {
            self.raw(" · ").text(note);
        }
    }

    /// Returns the markup.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Where the names on a page lead: to other permanent pages of the same revision and basis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Links<'q>(pub(super) &'q Address);

impl Links<'_> {
    fn to(self, subject: Subject) -> String {
        let has_floor = !matches!(subject, Subject::Snapshot(_) | Subject::Era(_) | Subject::Event(_));
        let floor = self.0.floor.filter(|_| has_floor);
        Address { revision: self.0.revision, subject, floor }.to_string()
    }

    /// Leads to a unit: in the view that the page is of, else over all time.
    pub(super) fn unit(self, id: &str) -> Option<String> {
        match &self.0.subject {
            Subject::View { at, include_outdated } | Subject::State { at, include_outdated, .. } => {
                let (at, include_outdated) = (at.clone(), *include_outdated);
                Some(self.to(Subject::State { at, include_outdated, unit: id.parse().ok()? }))
            }
            _ => self.unit_over_all_time(id),
        }
    }

    pub(super) fn unit_over_all_time(self, id: &str) -> Option<String> {
        Some(self.to(Subject::Unit(id.parse().ok()?)))
    }

    pub(super) fn snapshot(self, id: &str) -> Option<String> {
        Some(self.to(Subject::Snapshot(id.parse().ok()?)))
    }

    pub(super) fn era(self, id: &str) -> Option<String> {
        Some(self.to(Subject::Era(id.parse().ok()?)))
    }

    pub(super) fn event(self, id: &str) -> Option<String> {
        Some(self.to(Subject::Event(id.parse().ok()?)))
    }

    /// Leads to the structure that the page's snapshot, era, view or unit in a view is of; `None` for others.
    pub(super) fn structure(self) -> Option<String> {
        let (at, include_outdated) = match &self.0.subject {
            Subject::View { at, include_outdated } | Subject::State { at, include_outdated, .. } => {
                (at.clone(), *include_outdated)
            }
            Subject::Snapshot(id) => (crate::export::Moment::Snapshot(id.clone()), false),
            Subject::Era(id) => (crate::export::Moment::Era(id.clone()), false),
            Subject::Unit(_) | Subject::Diff { .. } | Subject::Event(_) => return None,
        };
        Some(self.to(Subject::View { at, include_outdated }))
    }

    /// Leads to the two structures that a comparison is of.
    pub(super) fn sides(self) -> Option<[String; 2]> {
        let Subject::Diff { from, to, .. } = &self.0.subject else { return None };
        Some([from, to].map(|at| self.to(Subject::View { at: at.clone(), include_outdated: false })))
    }
}

/// Says how full a list is.
pub(super) fn extent(word: &str) -> &'static str {
    match word {
        "CLOSED" => "the source means these to be all",
        "LISTED" => "a list that does not say that it is complete",
        _ => "a selection",
    }
}

/// Returns the text at a place; empty where there is none.
pub(super) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Returns a list; empty where there is none.
pub(super) fn items<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Returns the items of a connection.
pub(super) fn nodes<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).map(|list| items(list, "nodes")).unwrap_or_default()
}

/// Returns a word of the schema as people write it: `NOT_OBSERVED` as `not observed`.
pub(super) fn word(word: &str) -> String {
    word.to_lowercase().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_markup_of_the_program_is_markup() {
        let mut html = Html::default();
        html.element("p", "<script>&\"'").link(Some("\"><script>"), "<b>");
        let expected = "<p>&lt;script&gt;&amp;&quot;&#39;</p><a href=\"&quot;&gt;&lt;script&gt;\">&lt;b&gt;</a>";
        assert_eq!(html.finish(), expected);
    }
}
