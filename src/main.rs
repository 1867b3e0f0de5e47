//! The `eragraph` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    eragraph::cli::main()
}
