//! The slow and obvious model of `docs/rules.md`: what the fast graph must agree with.
//!
//! It reads a [`Corpus`](eragraph::model::Corpus) afresh for every question, keeps lists instead of indices, and
//! shares nothing with `history` or `diff`.

pub(crate) mod attributes;
pub(crate) mod compare;
pub(crate) mod conflicts;
pub(crate) mod descent;
pub(crate) mod facts;
pub(crate) mod gaps;
pub(crate) mod generate;
pub(crate) mod lives;
pub(crate) mod model;
pub(crate) mod print;
mod sanity;
pub(crate) mod series;
pub(crate) mod view;

pub(crate) use compare::{Row, diff};
pub(crate) use model::{At, Oracle};
pub(crate) use view::OracleView;
