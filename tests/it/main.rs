//! The tests of eragraph from outside, in one binary: each module is about one layer.
#![cfg(test)]

mod bind;
mod diagnostics;
mod example;
mod oracle;
mod properties;
mod schema;
mod views_as_text;
