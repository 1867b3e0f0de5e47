//! The command line: one file per verb; all output goes through `output`, all failure through `error`.

#![expect(clippy::format_push_string, reason = "a page for a person: `write!` would add an error that cannot happen")]

mod change;
mod descent;
mod diff;
mod error;
mod evidence;
mod import;
mod lineage;
mod load;
mod output;
mod remote;
mod schema;
mod serve;
mod session;
mod settings;
mod style;
mod suggest;
mod token;
mod tree;
mod validate;
mod verify;
mod view;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::DEFAULT_DATA;

use error::{CliError, Exit};
use output::{ColourChoice, Format, Output};

/// A knowledge graph over the history of an organisation, from dated sources.
#[derive(Debug, Parser)]
#[command(name = "eragraph", version, max_term_width = 110, after_help = EXIT_CODES)]
struct Cli {
    /// The folder of the store.
    #[arg(long, global = true, value_name = "DIR", env = "ERAGRAPH_DATA", default_value = DEFAULT_DATA)]
    #[arg(hide_env_values = true, help_heading = GLOBAL)]
    data: PathBuf,
    /// How results are written; notes and errors go to stderr.
    #[arg(long, global = true, value_enum, default_value_t, help_heading = GLOBAL)]
    format: Format,
    /// When to colour; `NO_COLOR` is respected.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = GLOBAL)]
    color: ColourChoice,
    #[command(subcommand)]
    verb: Verb,
}

const GLOBAL: &str = "Options of every verb";

const EXIT_CODES: &str = "Exit codes:
  0  done
  1  the input has errors
  2  wrong usage: an option, a path, an id or an address that does not do, or nothing loaded yet
  3  the store is damaged or busy, or the machine failed";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Load input files: all or nothing, as one revision.
    Load(load::Args),
    /// Load a table of other people's data: rows of CSV, a change log, Popolo, W3C ORG.
    Import(Box<import::Args>),
    /// Check input files and tell every mistake; load nothing.
    Validate(validate::Args),
    /// Serve GraphQL and GraphiQL; an empty store loads the folder of snapshots first.
    Serve(Box<serve::Args>),
    /// Show the structure at a moment, as a tree.
    View(view::Args),
    /// Tell what differs between two moments, and how far the sources carry it.
    Diff(diff::Args),
    /// Tell what a unit came from, and what became of it.
    Lineage(lineage::Args),
    /// Check everything that the store keeps and, with the sources, every citation.
    Verify(verify::Args),
    /// Print the GraphQL schema.
    Schema,
    /// Make a token for loading into a running service, and the hash of it that the service is set up with.
    Token(token::Args),
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too. There is nobody left to tell that it cannot be printed.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done }.code().into();
        }
    };
    let mut out = Output::new(cli.format, cli.color);
    let exit = run(&cli, &mut out).unwrap_or_else(|error| {
        error.tell(&mut out);
        error.exit()
    });
    exit.code().into()
}

fn run(cli: &Cli, out: &mut Output) -> Result<Exit, CliError> {
    match &cli.verb {
        Verb::Load(args) => load::run(&cli.data, args, out),
        Verb::Import(args) => import::run(&cli.data, args, out),
        Verb::Validate(args) => validate::run(&cli.data, args, out),
        Verb::Serve(args) => serve::run(args, out),
        Verb::View(args) => view::run(&cli.data, args, out),
        Verb::Diff(args) => diff::run(&cli.data, args, out),
        Verb::Lineage(args) => lineage::run(&cli.data, args, out),
        Verb::Verify(args) => verify::run(&cli.data, args, out),
        Verb::Schema => schema::run(out),
        Verb::Token(args) => token::run(args, out),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_options_fit_together() {
        Cli::command().debug_assert();
    }
}
