//! `eragraph schema`: the GraphQL schema as text.

use serde_json::json;

use crate::api::schema_sdl;

use super::error::{CliError, Exit};
use super::output::Output;

pub(super) fn run(out: &mut Output) -> Result<Exit, CliError> {
    let sdl = schema_sdl();
    if out.is_json() {
        out.print_json(&json!({ "sdl": sdl }))?;
    } else {
        out.print(&format!("{}\n", sdl.trim_end()))?;
    }
    Ok(Exit::Done)
}
