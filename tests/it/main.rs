//! The tests of eragraph from outside, in one binary: each module is about one layer.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod answers;
mod bind;
mod bounds;
mod cli;
mod connections;
mod diagnostics;
mod documents;
mod example;
mod exposition;
mod graph_questions;
mod graphql;
mod http;
mod layers;
mod loading;
mod matching;
mod mutated;
mod observe;
mod oracle;
mod pages;
mod permanent;
mod plain;
mod properties;
mod readme;
mod revisions;
mod robust;
mod rules;
mod schema;
mod search;
mod service;
mod settings;
mod sockets;
mod source_text;
mod store;
mod subscriptions;
mod tables;
mod tables_org;
mod tables_popolo;
mod traversals;
mod views_as_text;
