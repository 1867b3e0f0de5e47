//! A load through a running service: the same files, sent to its mutation, and its answer as a local load tells it.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use ureq::http::{StatusCode, Uri};

use crate::model::RecordKey;
use crate::source::{InputFile, parse};

use super::error::{CliError, Exit};
use super::load::{Counts, Outcome, tell_invalid, tell_refused};
use super::output::Output;
use super::style::counted;
use super::token;

/// The mutation: all that a local load tells.
const LOAD: &str = include_str!("load.graphql");

/// The environment variable with the token.
const TOKEN: &str = "ERAGRAPH_TOKEN";

/// How long to wait for a connection. The answer is waited for however long the load takes.
const CONNECTING: Duration = Duration::from_secs(30);

/// The largest answer that is read, in bytes.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// Which service to load into, if not into the store.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Load through the service at this address, which holds its store: `https://example.org`. It needs the token of an
    /// administrator, from `--token-file` or `ERAGRAPH_TOKEN`.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// The file with the token; `-` is the standard input.
    #[arg(long, value_name = "FILE", requires = "server")]
    token_file: Option<PathBuf>,
}

/// A service that takes loads.
pub(super) struct Server {
    address: Uri,
    token: String,
}

impl Args {
    /// Returns the service that is meant; `None` when it is the store.
    pub(super) fn server(&self, out: &mut Output) -> Result<Option<Server>, CliError> {
        let Some(text) = &self.server else { return Ok(None) };
        let address = endpoint(text)?;
        let token = match (&self.token_file, std::env::var(TOKEN)) {
            (Some(path), _) => token::read(path)?,
            (None, Ok(token)) => token::checked(&token, TOKEN)?,
            (None, Err(_)) => {
                let message = format!("loading into {text} needs the token of an administrator");
                return Err(CliError::usage(message).hint(format!("set {TOKEN}, or name a file: --token-file FILE")));
            }
        };
        if address.scheme_str() == Some("http") && !is_this_machine(&address) {
            let host = address.host().unwrap_or_default();
            out.notice(&format!("the token goes to {host} in the clear, for all on the way to read; use https://"));
        }
        Ok(Some(Server { address, token }))
    }
}

/// Reads the address of a service, or of its `/graphql`.
fn endpoint(text: &str) -> Result<Uri, CliError> {
    let refused = || {
        let message = format!("{text:?} is no address of a service");
        CliError::usage(message).hint("it looks like http://127.0.0.1:8000 or https://example.org")
    };
    let uri: Uri = text.parse().map_err(|_| refused())?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_name = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    if !is_web || has_name || uri.query().is_some() {
        return Err(refused());
    }
    let path = uri.path().trim_end_matches('/');
    let path = if path.ends_with("/graphql") { path.to_owned() } else { format!("{path}/graphql") };
    let mut parts = uri.into_parts();
    parts.path_and_query = Some(path.parse().map_err(|_| refused())?);
    Uri::from_parts(parts).map_err(|_| refused())
}

fn is_this_machine(address: &Uri) -> bool {
    let host = address.host().unwrap_or_default().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// Loads files through a service, withdraws what is to be withdrawn, and tells of it as a local load does.
pub(super) fn load(
    server: &Server,
    files: &[InputFile],
    remove: &[String],
    out: &mut Output,
) -> Result<Exit, CliError> {
    let Some(inputs) = inputs(files) else {
        let report = parse(files).report;
        if report.has_errors() {
            return tell_invalid(&report, out);
        }
        return Err(CliError::usage("a file is no UTF-8, so it cannot be sent"));
    };
    let body = json!({"query": LOAD, "variables": {"inputs": inputs, "remove": remove}}).to_string();
    let result = {
        let what = match files.len() {
            0 => format!("asking {}", server.address),
            many => format!("loading {} into {}", counted(many, "file"), server.address),
        };
        let _progress = out.progress(&what);
        server.ask(&body)?
    };
    let json = result.report_json();
    if !result.loaded {
        if out.is_json() {
            out.print_json(&json!({"loaded": false, "report": json}))?;
        } else {
            out.note(result.report.trim_end());
            tell_refused(out);
        }
        return Ok(Exit::Invalid);
    }
    if !out.is_json() && !result.report.is_empty() {
        out.note(result.report.trim_end());
    }
    result
        .outcome(json)
        .ok_or_else(|| server.no_eragraph("its answer names records of a kind that is not known here"))?
        .tell(out)?;
    Ok(Exit::Done)
}

/// Returns the files as the mutation takes them; `None` where one is no text, for only text can be sent.
fn inputs(files: &[InputFile]) -> Option<Value> {
    let input = |file: &InputFile| Some(json!({"name": file.name, "text": std::str::from_utf8(&file.bytes).ok()?}));
    files.iter().map(input).collect()
}

impl Server {
    fn ask(&self, body: &str) -> Result<LoadResult, CliError> {
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // The token is for this address, and no other.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(CONNECTING))
            .timeout_connect(Some(CONNECTING))
            .user_agent(concat!("eragraph/", env!("CARGO_PKG_VERSION")));
        if is_this_machine(&self.address) {
            config = config.proxy(None);
        }
        let request = ureq::Agent::new_with_config(config.build())
            .post(&self.address)
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json")
            .header("Accept", "application/graphql-response+json, application/json")
            // So that a service that refuses the token or the size says so before all is sent.
            .header("Expect", "100-continue");
        let mut response = request.send(body).map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            let message =
                format!("the files are more than {} takes at once: {} bytes with them", self.address, body.len());
            return Err(CliError::usage(message).hint("load fewer at a time, or set the service up with more"));
        }
        let text = response.body_mut().with_config().limit(MOST_BYTES).read_to_string();
        let text = text.map_err(|error| self.unreachable(&error))?;
        let Ok(Value::Object(answer)) = serde_json::from_str(&text) else {
            return Err(self.no_eragraph(&format!("it answers with status {status}, and no GraphQL")));
        };
        self.result(status, answer)
    }

    /// Reads an answer of GraphQL.
    fn result(&self, status: StatusCode, mut answer: Map<String, Value>) -> Result<LoadResult, CliError> {
        let is_elsewhere = matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
        if let Some(Value::Array(errors)) = answer.remove("errors").filter(|_| !is_elsewhere) {
            return Err(self.refusal(errors.first().unwrap_or(&Value::Null)));
        }
        let load = answer.get_mut("data").and_then(|data| data.get_mut("load")).map(Value::take);
        let load = load.ok_or_else(|| self.no_eragraph(&format!("it answers with status {status}, and no GraphQL")))?;
        serde_json::from_value(load).map_err(|error| self.no_eragraph(&format!("its answer has another form: {error}")))
    }

    /// Tells of an error of GraphQL.
    fn refusal(&self, error: &Value) -> CliError {
        let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
        let extension = |name: &str| error.get("extensions")?.get(name)?.as_str();
        let address = &self.address;
        match extension("code") {
            Some("UNAUTHENTICATED") => CliError::usage(format!("{address} does not know this token")).hint(
                "its hash must be the one that the service is set up with: `eragraph token --hash-of FILE` tells it",
            ),
            Some("UNKNOWN_ID") => CliError::usage(message).maybe_hint(extension("hint").map(str::to_owned)),
            Some("VALIDATION_FAILED") => CliError::usage(format!("{address} takes no loads: {message}")).hint(
                "a service loads over the network once it is set up with the hash of a token; see `eragraph token`",
            ),
            Some(code) => CliError::Machine(format!("{address} could not load: {message} ({code})")),
            None => self.no_eragraph(&format!("it answers with an error of its own: {message}")),
        }
    }

    fn no_eragraph(&self, why: &str) -> CliError {
        CliError::usage(format!("what is at {} is no eragraph of this kind: {why}", self.address))
    }

    fn unreachable(&self, error: &ureq::Error) -> CliError {
        use std::io::ErrorKind;
        let address = &self.address;
        let was_never_sent = match error {
            ureq::Error::Io(error) => !matches!(
                error.kind(),
                ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::BrokenPipe
                    | ErrorKind::UnexpectedEof
                    | ErrorKind::TimedOut
                    | ErrorKind::InvalidData
                    | ErrorKind::Other
            ),
            ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect)
            | ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::Tls(_)
            | ureq::Error::Rustls(_)
            | ureq::Error::TlsRequired => true,
            _ => false,
        };
        if was_never_sent {
            return CliError::usage(format!("cannot reach {address}: {error}"))
                .hint("is the service running there? It tells its address when it starts");
        }
        CliError::Machine(format!(
            "the connection to {address} broke before it answered: {error}. Load again to be sure: what is loaded already \
             changes nothing"
        ))
    }
}

/// What the mutation tells.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoadResult {
    loaded: bool,
    revision: Option<Revision>,
    upserted: Vec<Key>,
    removed: Vec<Key>,
    records: Vec<Count>,
    units: Option<usize>,
    diagnostics: Vec<Map<String, Value>>,
    left_out: usize,
    report: String,
}

#[derive(Debug, Deserialize)]
struct Revision {
    number: u64,
}

#[derive(Debug, Deserialize)]
struct Key {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

#[derive(Debug, Deserialize)]
struct Count {
    #[serde(rename = "type")]
    kind: String,
    count: usize,
}

impl LoadResult {
    fn outcome(&self, report: Value) -> Option<Outcome> {
        let keys = |keys: &[Key]| {
            let key = |key: &Key| RecordKey::of_word(&key.kind.to_lowercase(), &key.id)?.ok();
            keys.iter().map(key).collect::<Option<Vec<RecordKey>>>()
        };
        let mut records = Counts::default();
        for count in &self.records {
            records.add(&count.kind.to_lowercase(), count.count);
        }
        Some(Outcome {
            revision: self.revision.as_ref().map_or(0, |revision| revision.number),
            upserted: keys(&self.upserted)?,
            removed: keys(&self.removed)?,
            report,
            records,
            units: self.units.unwrap_or_default(),
        })
    }

    /// Returns the report as [`crate::diagnostics::Report::to_json`] writes it: what is not there is left out.
    fn report_json(&self) -> Value {
        let count = |severity: &str| {
            self.diagnostics.iter().filter(|one| one.get("severity") == Some(&severity.into())).count()
        };
        let plain = |object: &Map<String, Value>| -> Value {
            let mut object = object.clone();
            object.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
            object.into()
        };
        let diagnostic = |found: &Map<String, Value>| -> Value {
            let mut found = found.clone();
            if let Some(severity) = found.get_mut("severity") {
                *severity = severity.as_str().unwrap_or_default().to_lowercase().into();
            }
            if let Some(Value::Array(related)) = found.get_mut("related") {
                *related = related.iter().filter_map(Value::as_object).map(plain).collect();
            }
            plain(&found)
        };
        json!({
            "diagnostics": self.diagnostics.iter().map(diagnostic).collect::<Value>(),
            "errors": count("ERROR"),
            "warnings": count("WARNING"),
            "leftOut": self.left_out,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(endpoint(text).ok().map(|uri| uri.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn the_address_of_a_service_leads_to_its_graphql() {
        check("http://127.0.0.1:8000", Some("http://127.0.0.1:8000/graphql"));
        check("http://127.0.0.1:8000/", Some("http://127.0.0.1:8000/graphql"));
        check("https://example.org/graphql", Some("https://example.org/graphql"));
        check("https://example.org/history/", Some("https://example.org/history/graphql"));
        for wrong in
            ["", "example.org", "/graphql", "ftp://example.org", "https://me:secret@example.org", "https://a.b/?c"]
        {
            check(wrong, None);
        }
    }

    #[test]
    fn what_is_this_machine_is_told_from_what_is_not() {
        for (address, expected) in [
            ("http://127.0.0.1:8000", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:8000", true),
            ("http://localhost", true),
            ("http://localhost.example.org", false),
            ("http://192.168.1.1", false),
            ("http://[2001:db8::1]", false),
        ] {
            assert_eq!(is_this_machine(&endpoint(address).unwrap()), expected, "{address}");
        }
    }
}
