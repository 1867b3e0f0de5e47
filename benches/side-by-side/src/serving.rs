//! What the floor and SQLite have in common: axum on a free port of this machine, told on stdout.

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

use crate::Outcome;

/// What stands before the address in the line that tells it.
pub const TOLD: &str = "listening on ";

/// Serves until the process is ended.
pub fn serve(routes: Router) -> Outcome<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{TOLD}{}", listener.local_addr()?);
        let listener = listener.tap_io(|stream| {
            // Where it cannot be set, answers are only slower.
            let _ = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, routes).await?)
    })
}
