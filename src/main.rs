//! The `eragraph` command.

use std::process::ExitCode;

/// A small answer is made of a hundred pieces; this allocator hands them out in less than half the time of the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    eragraph::cli::main()
}
