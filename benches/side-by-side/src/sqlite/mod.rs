//! SQLite as one would use it for this by hand: a table of states with their first and last day, and an index for each question.

mod answer;
mod load;

use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use rusqlite::Connection;

use crate::Outcome;
use crate::questions::Question;
use crate::serving::serve;

pub use load::load;

/// The day of what has not ended.
const OPEN: i64 = 99_991_231;

/// Days as numbers: 2006-05-01 is 20060501.
fn day(date: &str) -> Outcome<i64> {
    Ok(date.replace('-', "").parse()?)
}

/// Answers from a database.
pub fn run(database: &Path) -> Outcome<()> {
    let mut routes = Router::new();
    for question in Question::ALL {
        let database = database.to_owned();
        let answered = async move |body: Bytes| match with_connection(&database, |connection| {
            answer::answer(connection, question, &body)
        }) {
            Ok(body) => json(body),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        };
        routes = routes.route(question.path(), post(answered));
    }
    serve(routes)
}

fn json(body: Vec<u8>) -> Response {
    let kind: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];
    (kind, body).into_response()
}

/// Works with the connection of this thread: no lock and no pool stands between a question and its answer.
fn with_connection<T>(database: &Path, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
    use std::cell::OnceCell;
    thread_local!(static OPEN: OnceCell<Connection> = const { OnceCell::new() });
    OPEN.with(|open| {
        if let Some(connection) = open.get() {
            return work(connection);
        }
        let connection = Connection::open(database)?;
        connection
            .execute_batch("PRAGMA query_only = on; PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -65536")?;
        work(open.get_or_init(|| connection))
    })
}
