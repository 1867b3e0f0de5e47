//! The `eragraph` command.

use std::process::ExitCode;

/// Many small pieces come and go with each question, and what loading lets go is to return to the machine: jemalloc does both
/// better than the allocators of most C libraries.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    eragraph::cli::main()
}
