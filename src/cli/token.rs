//! `eragraph token`: a token of an administrator, and the hash of it that a service is set up with.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::server::admin::{TOKEN_PREFIX, TokenHash};

use super::error::{CliError, Exit};
use super::output::Output;

/// How many bytes of a token are read at most; a real one is much shorter.
const MOST_BYTES: u64 = 4096;

/// What to make, or to hash.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Make no token, and tell the hash of the one in this file; `-` is the standard input.
    #[arg(long, value_name = "FILE")]
    hash_of: Option<PathBuf>,
}

pub(super) fn run(args: &Args, out: &mut Output) -> Result<Exit, CliError> {
    let Some(path) = &args.hash_of else { return make(out) };
    let hash = TokenHash::of(&read(path)?);
    if out.is_json() {
        out.print_json(&json!({"hash": hash.to_string()}))?;
    } else {
        out.print(&format!("{hash}\n"))?;
    }
    Ok(Exit::Done)
}

fn make(out: &mut Output) -> Result<Exit, CliError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| CliError::Machine(format!("no random numbers: {error}")))?;
    let token = token_of(&bytes);
    let hash = TokenHash::of(&token);
    if out.is_json() {
        out.print_json(&json!({"token": token, "hash": hash.to_string()}))?;
        return Ok(Exit::Done);
    }
    let style = out.style;
    out.print(&format!(
        "token  {}\nhash   {hash}\n\n\
         The service is set up with the hash, and knows no token:\n  admin-token-hash = \"{hash}\"\n\
         Whoever loads has the token, in ERAGRAPH_TOKEN or a file that nobody else can read:\n  \
         eragraph load PATH --server URL --token-file FILE\n\
         It is shown this once.\n",
        style.bold(&token)
    ))?;
    Ok(Exit::Done)
}

/// Writes 256 bits as text that needs no escaping in URLs, headers and shells.
fn token_of(bytes: &[u8; 32]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    std::iter::once(TOKEN_PREFIX.to_owned()).chain(digits).collect()
}

/// Reads a token from a file, or with `-` from the standard input; white space around it is none of it.
pub(super) fn read(path: &Path) -> Result<String, CliError> {
    let mut text = String::new();
    let done = if path == Path::new("-") {
        std::io::stdin().lock().take(MOST_BYTES).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text))
    };
    done.map_err(|error| CliError::usage(format!("cannot read the token in {}: {error}", path.display())))?;
    checked(&text, &path.display().to_string())
}

/// Returns a token without the white space around it, if it could be one.
pub(super) fn checked(text: &str, place: &str) -> Result<String, CliError> {
    let token = text.trim();
    if token.is_empty() {
        return Err(CliError::usage(format!("there is no token in {place}")).hint("`eragraph token` makes one"));
    }
    if !token.chars().all(|letter| letter.is_ascii_graphic()) {
        return Err(CliError::usage(format!("what is in {place} is no token: it has more than plain letters")));
    }
    Ok(token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_all_its_bits() {
        let mut bytes = [0; 32];
        bytes[0] = 0xa0;
        bytes[31] = 0x0b;
        assert_eq!(token_of(&bytes), format!("eragraph-a0{}0b", "00".repeat(30)));
    }

    #[test]
    fn white_space_around_a_token_is_none_of_it() {
        assert_eq!(checked(" eragraph-1\r\n", "a file").unwrap(), "eragraph-1");
        assert!(checked("\n", "a file").is_err());
        assert!(checked("two tokens", "a file").is_err());
    }
}
