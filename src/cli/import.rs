//! `eragraph import`: a table of other people's data into the store, as its mapping or the options say.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;

use crate::repository::{read_file, read_inputs};
use crate::source::{InputFile, companions, format_by_content, table_formats};

use super::error::{CliError, Exit};
use super::load;
use super::output::Output;
use super::remote;
use super::validate::{self, Beside};

/// What to import, and how it is read.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The table: `.csv`, `.tsv`, a change log in `.jsonl` or `.ndjson`, Popolo in `.json`, W3C ORG in `.ttl` or `.jsonld`.
    #[arg(value_name = "TABLE")]
    table: PathBuf,
    /// Files to load with it: eras, events.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The mapping file that says how the table is read; the other options stand in for one.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["columns", "coverage", "id_prefix", "snapshot", "title"])]
    #[arg(conflicts_with_all = ["reference", "era", "properties", "figures", "slug_ids", "separator", "observed"])]
    #[arg(conflicts_with_all = ["versions", "complete", "events", "table_format", "language"])]
    mapping: Option<PathBuf>,
    /// Show the mapping file that the options stand for, and import nothing.
    #[arg(long, conflicts_with = "mapping")]
    print_mapping: bool,
    /// Read and check everything, and load nothing.
    #[arg(long, conflicts_with = "server")]
    dry_run: bool,
    /// Check every citation against the source files in this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    sources: Option<PathBuf>,
    #[command(flatten)]
    server: remote::Args,
    #[command(flatten)]
    options: Options,
}

/// What a mapping file says, as options.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "In the place of a mapping file")]
struct Options {
    /// What the table is; from its name, or from the lists in it, if not said.
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(table_formats()))]
    table_format: Option<String>,
    /// Which column holds what: `date`, `id`, `name`, `acronym`, `kind`, `parent`, `predecessors` …; each is also
    /// found under its own name.
    #[arg(long = "column", value_name = "WHAT=COLUMN", value_parser = pair)]
    columns: Vec<(String, String)>,
    /// A list that the table gives, when, and how fully: `extent=closed,kind=committee,from=1973,to=2017`.
    #[arg(long, value_name = "extent=…,…", value_parser = pairs)]
    coverage: Vec<Pairs>,
    /// What is put before the id of every unit.
    #[arg(long, value_name = "TEXT")]
    id_prefix: Option<String>,
    /// Of W3C ORG: the language of the names.
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Make the ids from the cells, which then may be names.
    #[arg(long)]
    slug_ids: bool,
    /// The ids of the snapshots, with columns in braces; of a change log, its id.
    #[arg(long, value_name = "TEMPLATE")]
    snapshot: Option<String>,
    /// Their titles, with columns in braces.
    #[arg(long, value_name = "TEMPLATE")]
    title: Option<String>,
    /// Where a reader can look the table up.
    #[arg(long, value_name = "TEXT")]
    reference: Option<String>,
    /// The era of all rows.
    #[arg(long, value_name = "ID")]
    era: Option<String>,
    /// The date of the whole table, where no column gives one.
    #[arg(long, value_name = "EDTF")]
    observed: Option<String>,
    /// A column that is kept as a property; of a change log, the name of an item of its list.
    #[arg(long = "property", value_name = "COLUMN", value_delimiter = ',')]
    properties: Vec<String>,
    /// A column that is kept as a figure of that name.
    #[arg(long = "figure", value_name = "COLUMN", value_delimiter = ',')]
    figures: Vec<String>,
    /// What stands between ids in one cell.
    #[arg(long, value_name = "TEXT")]
    separator: Option<String>,
    /// The rows are events, not units.
    #[arg(long)]
    events: bool,
    /// Of a change log: a JSON file with the list of dates that its numbers stand for.
    #[arg(long, value_name = "FILE")]
    versions: Option<PathBuf>,
    /// Of a change log: it was kept without a gap.
    #[arg(long)]
    complete: bool,
}

/// Names with their values.
#[derive(Debug, Clone)]
struct Pairs(Vec<(String, String)>);

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("write `NAME=VALUE`, not `{text}`"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn pairs(text: &str) -> Result<Pairs, String> {
    text.split(',').map(pair).collect::<Result<_, _>>().map(Pairs)
}

pub(super) fn run(data: &Path, args: &Args, out: &mut Output) -> Result<Exit, CliError> {
    let name = file_name(&args.table)?;
    let table = read_file(&args.table)?;
    let format = args.options.table_format.as_deref().or_else(|| format_by_content(&name, &table.bytes));
    if args.print_mapping {
        out.print(&args.options.mapping(&name, format)?)?;
        return Ok(Exit::Done);
    }
    let mut files = vec![table];
    files.extend(match &args.mapping {
        Some(path) => given_mapping(&args.table, path)?,
        None => made_mapping(&args.table, &args.options, format)?,
    });
    for file in read_inputs(&args.paths)? {
        if !files.iter().any(|known| known.name == file.name) {
            files.push(file);
        }
    }
    if args.dry_run {
        return validate::check(&files, data, Beside::default(), args.sources.as_deref(), out);
    }
    match args.server.server(out)? {
        Some(server) => remote::load(&server, &files, &[], out),
        None => load::load(data, &files, &[], args.sources.as_deref(), out),
    }
}

/// Reads a mapping file, and what it names beside the table; they are kept as if they lay in the folder of the table.
fn given_mapping(table: &Path, path: &Path) -> Result<Vec<InputFile>, CliError> {
    let mapping = InputFile { name: beside(table, &file_name(path)?), bytes: read_file(path)?.bytes };
    let named = companions(&mapping);
    let own_name = table.display().to_string();
    if !named.contains(&own_name) {
        let name = file_name(table)?;
        let message = format!("the mapping {} is not one of a table named `{name}`", path.display());
        return Err(CliError::usage(message).hint(format!("its first line says `table: {name}`")));
    }
    let mut files = vec![mapping];
    for name in named.into_iter().filter(|name| *name != own_name) {
        let own = Path::new(&name);
        let path = if own.is_file() { own.to_path_buf() } else { path.with_file_name(file_name(own)?) };
        files.push(InputFile { bytes: read_file(&path)?.bytes, name });
    }
    Ok(files)
}

/// Makes the mapping file that the options stand for, and reads what they name beside the table.
fn made_mapping(table: &Path, options: &Options, format: Option<&str>) -> Result<Vec<InputFile>, CliError> {
    let name = file_name(table)?;
    let bytes = options.mapping(&name, format)?.into_bytes();
    let mut files = vec![InputFile { name: beside(table, &format!("{name}.mapping.yaml")), bytes }];
    if let Some(versions) = &options.versions {
        files.push(InputFile { name: beside(table, &file_name(versions)?), bytes: read_file(versions)?.bytes });
    }
    Ok(files)
}

fn file_name(path: &Path) -> Result<String, CliError> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| CliError::usage(format!("{} is no file", path.display())))
}

/// Returns the name of a file in the folder of the table.
fn beside(table: &Path, name: &str) -> String {
    table.with_file_name(name).display().to_string()
}

impl Options {
    /// Returns the text of the mapping file that the options stand for.
    fn mapping(&self, table: &str, format: Option<&str>) -> Result<String, CliError> {
        let mut text = format!("table: {}\n", quoted(table));
        let mut field = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                let _ = writeln!(text, "{name}: {value}");
            }
        };
        let list = |values: &[String]| {
            (!values.is_empty())
                .then(|| format!("[{}]", values.iter().map(|v| quoted(v)).collect::<Vec<_>>().join(", ")))
        };
        field("format", format.map(quoted));
        field("rows", self.events.then(|| "events".to_owned()));
        let columns = Pairs(self.columns.clone());
        field("columns", (!columns.0.is_empty()).then(|| columns.mapping()));
        field("observed", self.observed.as_deref().map(quoted));
        field("properties", list(&self.properties));
        let figures: Vec<String> =
            self.figures.iter().map(|measure| format!("{{measure: {}}}", quoted(measure))).collect();
        field("figures", (!figures.is_empty()).then(|| format!("[{}]", figures.join(", "))));
        field("separator", self.separator.as_deref().map(quoted));
        field("language", self.language.as_deref().map(quoted));
        field("ids", self.slug_ids.then(|| "slug".to_owned()));
        field("id-prefix", self.id_prefix.as_deref().map(quoted));
        field("snapshot", self.snapshot.as_deref().map(quoted));
        field("title", self.title.as_deref().map(quoted));
        field("reference", self.reference.as_deref().map(quoted));
        field("era", self.era.as_deref().map(quoted));
        if let Some(versions) = &self.versions {
            field("versions", Some(quoted(&file_name(versions)?)));
        }
        field("complete", self.complete.then(|| "true".to_owned()));
        if !self.coverage.is_empty() {
            text.push_str("coverage:\n");
            for entry in &self.coverage {
                let _ = writeln!(text, "  - {}", entry.mapping());
            }
        }
        Ok(text)
    }
}

impl Pairs {
    /// Returns them as a YAML mapping; truth values stay bare.
    fn mapping(&self) -> String {
        let value = |value: &str| if matches!(value, "true" | "false") { value.to_owned() } else { quoted(value) };
        let entries: Vec<String> =
            self.0.iter().map(|(name, text)| format!("{}: {}", quoted(name), value(text))).collect();
        format!("{{{}}}", entries.join(", "))
    }
}

/// Returns a text as YAML reads it in double quotes.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
