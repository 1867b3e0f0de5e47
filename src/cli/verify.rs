//! `eragraph verify`: whether the store holds, and whether the sources say what is cited.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::repository::check_sources;
use crate::store::Finding;

use super::error::{CliError, Exit};
use super::load::check_folder;
use super::load::key_json;
use super::output::Output;
use super::session::open_to_read;
use super::style::{clean, counted};

/// What to check.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Check every citation of the latest revision against the source files in this folder.
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
}

pub(super) fn run(data: &Path, args: &Args, out: &mut Output) -> Result<Exit, CliError> {
    check_folder(args.sources.as_deref())?;
    let (repository, version) = open_to_read(data, out)?;
    let findings = {
        let _progress = out.progress("checking the store");
        repository.verify(data)?
    };
    let citations = args.sources.as_deref().map(|dir| {
        let _progress = out.progress("checking the citations");
        check_sources(version.history.corpus(), dir)
    });
    let exit = if !findings.is_empty() {
        Exit::Store
    } else if citations.as_ref().is_some_and(crate::diagnostics::Report::has_errors) {
        Exit::Invalid
    } else {
        Exit::Done
    };
    if out.is_json() {
        out.print_json(&json!({
            "revision": version.revision,
            "findings": findings.iter().map(finding_json).collect::<Value>(),
            "citations": citations.map(|report| report.to_json()),
        }))?;
        return Ok(exit);
    }
    let style = out.style;
    let mut text = String::new();
    for finding in &findings {
        text.push_str(&format!("{} {}\n", style.red("damaged:"), clean(&finding.to_string())));
    }
    let revisions = counted(repository.revisions().len(), "revision");
    let inputs = repository.revisions().iter().map(|revision| revision.inputs.len()).sum();
    let verdict =
        if findings.is_empty() { style.green("sound") } else { style.red(&counted(findings.len(), "finding")) };
    text.push_str(&format!("store: {revisions}, {}: {verdict}\n", counted(inputs, "input")));
    if let Some(report) = citations {
        text.push_str(if report.diagnostics.is_empty() { "citations: " } else { "citations:\n" });
        text.push_str(&report.to_human(style.colour()));
    }
    out.print(&text)?;
    Ok(exit)
}

fn finding_json(finding: &Finding) -> Value {
    let message = finding.to_string();
    match finding {
        Finding::Database { .. } => json!({"about": "database", "message": message}),
        Finding::Records { revision, first, last, .. } => json!({
            "about": "records", "revision": revision, "first": key_json(first), "last": key_json(last),
            "message": message,
        }),
        Finding::Manifest { revision, path, .. } => {
            json!({"about": "manifest", "revision": revision, "path": path.display().to_string(), "message": message})
        }
        Finding::Input { revision, path, name, .. } => json!({
            "about": "input", "revision": revision, "name": name, "path": path.display().to_string(), "message": message,
        }),
    }
}
