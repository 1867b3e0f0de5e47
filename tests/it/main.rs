//! The tests of eragraph from outside, in one binary: each module is about one layer.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli;
mod diagnostics;
mod example;
mod robust;
mod schema;
mod store;
