//! The tests of eragraph from outside, in one binary: each module is about one layer.

mod diagnostics;
mod example;
mod graphql;
mod robust;
mod schema;
mod service;
mod store;
