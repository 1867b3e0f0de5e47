//! What is told of the graph in forms that others read: permanent addresses, citations of an answer, and reporting
//! lines as rows.

mod address;
mod bibtex;
mod citation;
mod csl;
mod lines;
mod lines_address;
mod parameters;

pub use crate::history::Moment;
pub use address::{Address, AddressError, BaseUrl, BaseUrlError, Subject, moment_input};
pub use citation::{Citation, CitedSource, Sources};
pub use lines::{LINE_COLUMNS, LinesExport};
pub use lines_address::{LinesAddress, LinesError, LinesFormat};
