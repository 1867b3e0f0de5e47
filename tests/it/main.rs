//! The integration tests: one binary, a module for each layer.

mod store;
