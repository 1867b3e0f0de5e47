//! HTTP: the route table and what it serves.

pub mod assets;
pub mod examples;
pub mod pages;

/// Serves until it is told to stop.
///
/// # Errors
/// Returns what the runtime or the listener says.
pub fn serve(
    listener: std::net::TcpListener,
    repository: std::sync::Arc<crate::repository::Repository>,
    config: &crate::config::Config,
) -> std::io::Result<()> {
    let _ = (repository, config);
    listener.accept().map(drop)
}
