//! The floor: a server that returns ready-made bodies, of the same bytes as eragraph's answers to the same questions in turn.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;

use crate::Outcome;
use crate::questions::Question;
use crate::serving::serve;

/// Returns the file with the bodies for a question, one on each line.
pub fn bodies(folder: &Path, question: Question) -> PathBuf {
    folder.join(format!("{}.ndjson", question.path().trim_start_matches('/')))
}

/// Serves the bodies in a folder.
pub fn run(folder: &Path) -> Outcome<()> {
    let mut routes = Router::new();
    for question in Question::ALL {
        let file = Bytes::from(fs::read(bodies(folder, question))?);
        let lines: Arc<[Bytes]> = file.split(|byte| *byte == b'\n').map(|line| file.slice_ref(line)).collect();
        let next = Arc::new(AtomicUsize::new(0));
        // It reads the question, as any server must, and returns the next body.
        let ready_made = async move |_question: Bytes| {
            let body = lines[next.fetch_add(1, Ordering::Relaxed) % lines.len()].clone();
            ([(CONTENT_TYPE, "application/json")], body)
        };
        routes = routes.route(question.path(), post(ready_made));
    }
    serve(routes)
}
