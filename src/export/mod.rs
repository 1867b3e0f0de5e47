//! What is told of the graph in forms that others read: permanent addresses, and citations of an answer.

mod address;
mod bibtex;
mod citation;
mod csl;

pub use crate::history::Moment;
pub use address::{Address, AddressError, BaseUrl, BaseUrlError, Subject, moment_input};
pub use citation::{Citation, CitedSource, Sources};
