//! HTTP: the route table and what it serves.

pub mod assets;
pub mod examples;
pub mod pages;
