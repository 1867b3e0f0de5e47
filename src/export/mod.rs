//! What is told of the graph in forms that others read: permanent addresses, and citations of an answer.

mod address;
mod bibtex;
mod citation;
mod csl;

pub use address::{Address, AddressError, BaseUrl, BaseUrlError, Subject};
pub use citation::{Citation, CitedSource, Sources};
