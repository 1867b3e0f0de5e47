//! The integration tests, as one binary.
#![cfg(test)]

mod oracle;
