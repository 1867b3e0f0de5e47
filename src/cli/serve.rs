//! `eragraph serve`: loads the snapshots where nothing is loaded yet, says where the service is, and serves.

use std::io::IsTerminal;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::config::{Config, DEFAULT_SNAPSHOTS, Settings};
use crate::model::RecordKey;
use crate::repository::{Differences, InputError, LoadError, Repository, read_inputs};
use crate::server;
use crate::server::observe::{self, Form};
use crate::source::InputFile;

use super::error::{CliError, Exit};
use super::load;
use super::output::Output;
use super::settings::Asked;
use super::style::counted;

/// How many records a line names at most.
const NAMED_RECORDS: usize = 8;

/// What to serve, and where.
#[derive(Debug, clap::Args)]
#[command(after_help = SETTINGS_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    asked: Asked,
    /// Print the settings that result, with where each was said, as a file for `--config`; serve nothing.
    #[arg(long)]
    print_config: bool,
}

const SETTINGS_HELP: &str = "\
Every setting can be an option, a variable of the environment, or a line of the file that --config names
(listen = \"127.0.0.1:8000\"); an option wins over a variable, and that over the file. --print-config shows
every limit, and docs/operations.md tells what each is for.";

pub(super) fn run(args: &Args, out: &mut Output) -> Result<Exit, CliError> {
    let settings = args.asked.settings(out)?;
    if args.print_config {
        let printed = if out.is_json() { out.print_json(&settings.to_json()) } else { out.print(&settings.to_toml()) };
        printed?;
        return Ok(Exit::Done);
    }
    let Settings { data, snapshots, config, .. } = &settings;
    server::check(config).map_err(|error| CliError::usage(error.to_string()))?;
    // Held to the end: what was observed last is sent when it is let go of.
    let _observed = observe::start(config, log_form(out)).map_err(|error| CliError::usage(error.to_string()))?;
    // Before the store, so that an address that will not do is told before any work.
    let listener = listen(&settings.listen)?;
    let address = listener.local_addr().map_err(CliError::Service)?;
    let repository = load::open(data, out)?;
    prepare(&repository, data, snapshots.as_deref().unwrap_or(Path::new(DEFAULT_SNAPSHOTS)), out)?;
    tell_address(address, config, out)?;
    server::serve(listener, Arc::new(repository), config).map_err(CliError::Service)?;
    Ok(Exit::Done)
}

fn listen(address: &str) -> Result<TcpListener, CliError> {
    TcpListener::bind(address).map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "another program listens there (another eragraph?); choose another port with `--listen 127.0.0.1:8001`, \
                 or any free one with port 0"
            }
            _ => "an address looks like 127.0.0.1:8000",
        };
        CliError::usage(format!("cannot listen on {address}: {error}")).hint(hint)
    })
}

/// Loads the folder of snapshots into an empty store; tells where a store differs from the folder.
fn prepare(repository: &Repository, data: &Path, snapshots: &Path, out: &mut Output) -> Result<(), CliError> {
    let latest = repository.latest();
    let folder = snapshots.display();
    let read = || if snapshots.is_dir() { read_inputs(&[snapshots.to_path_buf()]) } else { Ok(Vec::new()) };
    match latest.revision {
        0 => match read() {
            Ok(files) if !files.is_empty() => load::load_files(repository, &files, out),
            Ok(_) | Err(InputError::Empty { .. }) => {
                out.notice(&format!("nothing is loaded, and {folder} holds no input file: the service starts empty"));
                out.note("  to load, stop the service and run: eragraph load PATH");
                Ok(())
            }
            Err(error) => Err(error.into()),
        },
        revision => {
            let keys = latest.history.corpus().keys();
            let told = format!("serving revision {revision} from {}: {}", data.display(), load::counts(&keys));
            tell(out, &told, &json!({"event": "opened", "revision": revision}))?;
            match read() {
                Ok(files) if files.is_empty() => Ok(()),
                Ok(files) => compare(repository, &folder.to_string(), &files, out),
                Err(error) => {
                    out.notice(&format!("{error}, so it was not compared with the store"));
                    Ok(())
                }
            }
        }
    }
}

/// Tells which records of the folder the store has not as they are, and which it has beside them.
fn compare(repository: &Repository, folder: &str, files: &[InputFile], out: &mut Output) -> Result<(), CliError> {
    let found = match repository.differences(files) {
        Ok(found) => found,
        Err(LoadError::Invalid(report)) => {
            let summary = report.summary();
            out.notice(&format!("{folder} has {summary}, so it was not compared; see: eragraph validate {folder}"));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    if found.is_empty() {
        return Ok(());
    }
    let Differences { new, changed, missing } = found;
    if out.is_json() {
        let json = |keys: &[RecordKey]| -> Value { keys.iter().map(load::key_json).collect() };
        let event = json!({
            "event": "differs", "snapshots": folder,
            "new": json(&new), "changed": json(&changed), "onlyInStore": json(&missing),
        });
        return tell(out, "", &event);
    }
    out.notice(&format!("{folder} differs from the store"));
    for (what, keys) in [("new", &new), ("changed", &changed), ("only in the store", &missing)] {
        if !keys.is_empty() {
            out.note(&format!("  {what}: {}", named(keys)));
        }
    }
    if !(new.is_empty() && changed.is_empty()) {
        out.note(&format!("  to load it, stop the service and run: eragraph load {folder}"));
    }
    if !missing.is_empty() {
        out.note("  to withdraw what is only in the store: eragraph load --remove ID");
    }
    Ok(())
}

fn named(keys: &[RecordKey]) -> String {
    let names: Vec<String> = keys.iter().take(NAMED_RECORDS).map(ToString::to_string).collect();
    match keys.len().saturating_sub(NAMED_RECORDS) {
        0 => names.join(", "),
        more => format!("{} and {}", names.join(", "), counted(more, "other")),
    }
}

fn tell_address(address: SocketAddr, config: &Config, out: &mut Output) -> Result<(), CliError> {
    let mut reachable = address;
    if address.ip().is_unspecified() {
        reachable.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    let has_page = server::pages::web_of(config) != server::assets::Web::Off;
    let graphiql = has_page.then(|| format!("http://{reachable}/graphiql"));
    let graphql = format!("http://{reachable}/graphql");
    let mut told = format!("listening on {address}\n");
    if let Some(url) = &graphiql {
        told.push_str(&format!("  GraphiQL  {}\n", out.style.cyan(url)));
    }
    told.push_str(&format!("  GraphQL   {}", out.style.cyan(&graphql)));
    let event = json!({"event": "listening", "address": address.to_string(), "graphql": graphql, "graphiql": graphiql});
    tell(out, &told, &event)
}

/// Writes one line for people, or one JSON document on a line.
fn tell(out: &mut Output, text: &str, event: &Value) -> Result<(), CliError> {
    let line = if out.is_json() { event.to_string() } else { text.to_owned() };
    Ok(out.print(&format!("{line}\n"))?)
}

/// Returns how the log looks on stderr.
fn log_form(out: &Output) -> Form {
    match () {
        () if out.is_json() => Form::Json,
        () if out.note_style.is_coloured() && std::io::stderr().is_terminal() => Form::Coloured,
        () => Form::Plain,
    }
}
