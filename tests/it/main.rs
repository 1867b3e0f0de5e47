//! The integration tests, as one binary.
#![cfg(test)]

mod bind;
mod oracle;
mod properties;
mod views_as_text;
