//! The tests of eragraph from outside, in one binary: each module is about one layer.

mod diagnostics;
mod example;
mod schema;
mod store;
