//! The page of a permanent answer: its frame, its citation, and the way to the same question elsewhere.

use serde_json::Value;

use super::html::{Html, Links, text};
use super::question::{Question, percent};
use super::{facts, structure};
use crate::export::Subject;
use crate::server::assets::Web;

/// The longest question that an address can bring to GraphiQL, in bytes.
const MAX_QUERY_BYTES: usize = 12_000;

/// Returns the page of an answer, in a service with this GraphiQL.
pub(super) fn page(question: &Question, subject: &Value, page_size: usize, web: Web) -> String {
    let links = Links(&question.address);
    let mut html = Html::default();
    let (what, moment) = (text(subject, "/citation/what"), text(subject, "/citation/moment"));
    header(&mut html, question, subject);
    match &question.address.subject {
        Subject::View { .. } => structure::view(&mut html, links, subject, question),
        Subject::Diff { .. } => structure::diff(&mut html, links, subject, question),
        Subject::State { .. } => facts::state(&mut html, links, subject),
        Subject::Unit(_) => facts::unit(&mut html, links, subject),
        Subject::Snapshot(_) => facts::snapshot(&mut html, links, subject),
        Subject::Era(_) => facts::era(&mut html, links, subject),
        Subject::Event(_) => facts::event(&mut html, links, subject),
    }
    if let Some(next) = question.next(subject) {
        html.raw("<p class=\"pages\">").link(Some(&next), "Next page").raw("</p>\n");
    }
    cite(&mut html, subject);
    elsewhere(&mut html, question, page_size, web);
    let title = if moment.is_empty() { what.to_owned() } else { format!("{what}, {moment}") };
    frame(&title, html)
}

/// Returns the page that says why there is no answer.
pub(super) fn refusal(message: &str, code: &str) -> String {
    let mut html = Html::default();
    html.raw("<p class=\"kind\">").text(code).raw("</p>\n<h1>There is no such answer</h1>\n");
    html.raw("<p class=\"lead\">").text(message).raw("</p>\n");
    html.raw("<p>A permanent address names a revision, and something in it. What is not there now may be there after ");
    html.raw("the next load.</p>\n<p><a href=\"/\">To the beginning</a></p>\n");
    frame("There is no such answer", html)
}

fn frame(title: &str, content: Html) -> String {
    let mut head = Html::default();
    head.text(title);
    // The title first: what is put in for one mark cannot be taken for the other, since it is escaped.
    include_str!("page.html").replace("<!-- title -->", &head.finish()).replace("<!-- content -->", &content.finish())
}

fn header(html: &mut Html, question: &Question, subject: &Value) {
    let kind = match &question.address.subject {
        Subject::View { .. } => "Structure",
        Subject::State { .. } => "A unit at a moment",
        Subject::Unit(_) => "A unit over all time",
        Subject::Diff { .. } => "Comparison",
        Subject::Snapshot(_) => "Snapshot",
        Subject::Era(_) => "Era",
        Subject::Event(_) => "Change event",
    };
    html.raw("<p class=\"kind\">").text(kind).raw(" · revision ").text(&question.revision().to_string());
    let recorded = text(subject, "/citation/recordedAt").split(['.', 'Z']).next().unwrap_or_default();
    if !recorded.is_empty() {
        html.raw(", recorded ").text(&recorded.replace('T', " ")).raw(" UTC");
    }
    html.raw("</p>\n").element("h1", text(subject, "/citation/what")).raw("\n");
    let moment = text(subject, "/citation/moment");
    let conditions = question.address.conditions();
    let lead: Vec<String> =
        Some(moment.to_owned()).into_iter().filter(|moment| !moment.is_empty()).chain(conditions).collect();
    if !lead.is_empty() {
        html.raw("<p class=\"lead\">").text(&lead.join(" · ")).raw("</p>\n");
    }
}

/// Adds the citation in its three forms.
fn cite(html: &mut Html, subject: &Value) {
    html.raw("<section aria-labelledby=\"cite\">\n<h2 id=\"cite\">Cite this</h2>\n");
    html.raw("<p class=\"note\">This address answers the same for ever, whatever is loaded later. ");
    html.raw("Add the day on which you read it.</p>\n");
    for (name, pointer) in
        [("Text", "/citation/text"), ("BibTeX", "/citation/bibtex"), ("CSL-JSON", "/citation/cslJson")]
    {
        html.element("h3", name).raw("\n<pre tabindex=\"0\" aria-label=\"").text(name).raw("\">");
        html.text(text(subject, pointer).trim_end()).raw("</pre>\n");
    }
    html.raw("</section>\n");
}

/// Adds links to the same answer as JSON, and to the same question in GraphiQL.
fn elsewhere(html: &mut Html, question: &Question, page_size: usize, web: Web) {
    html.raw("<nav aria-label=\"The same elsewhere\">\n");
    let query = percent(&question.written_out(page_size));
    if web != Web::Off && query.len() <= MAX_QUERY_BYTES {
        html.raw("<a class=\"button\" href=\"/graphiql?query=")
            .text(&query)
            .raw("\">Open the question in GraphiQL</a>\n");
    }
    html.link(Some(&question.as_json()), "The same as JSON").raw("\n</nav>\n");
}
