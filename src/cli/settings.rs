//! The settings of `serve` on the command line: an option for each, made from the table of them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};

use crate::config::{Fault, Form, Given, SETTINGS, Setting, Settings, misspelled_variables};

use super::error::CliError;
use super::output::Output;

const CONFIG: &str = "config";
const CONFIG_VARIABLE: &str = "ERAGRAPH_CONFIG";
const LIMIT: &str = "limit";

/// The option of every verb, which is a setting of `serve` too.
const DATA: &str = "data";

/// What the command line says of the settings.
#[derive(Debug, Default)]
pub(super) struct Asked {
    file: Option<PathBuf>,
    given: Vec<Given>,
    limits: Vec<String>,
}

impl clap::Args for Asked {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new(CONFIG).long(CONFIG).value_name("FILE").value_parser(clap::value_parser!(PathBuf));
        let config = config
            .help(help("Read settings from this file, in TOML; none is read unless it is named.", CONFIG_VARIABLE));
        let own = SETTINGS.iter().filter(|setting| setting.name != DATA);
        let limit = Arg::new(LIMIT).long(LIMIT).value_name("NAME=VALUE").action(ArgAction::Append);
        let limit = limit.help(help(
            "Set a limit: `depth=20`, `body-bytes=64KiB`, `timeout=5s`; may be repeated.",
            "ERAGRAPH_LIMITS, with commas",
        ));
        command.arg(config).args(own.map(option)).arg(limit)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Asked {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut asked = Self::default();
        asked.update_from_arg_matches(matches)?;
        Ok(asked)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.file = matches.get_one::<PathBuf>(CONFIG).cloned();
        let texts = |name: &str| matches.get_many::<String>(name).into_iter().flatten().cloned().collect::<Vec<_>>();
        self.limits = texts(LIMIT);
        self.given.clear();
        for setting in SETTINGS {
            if matches.value_source(setting.name) != Some(ValueSource::CommandLine) {
                continue;
            }
            let values = if setting.name == DATA {
                // The option of every verb, kept as a path.
                let data =
                    matches.get_one::<PathBuf>(DATA).map(|data| data.to_str().ok_or_else(no_utf8).map(str::to_owned));
                data.into_iter().collect::<Result<_, _>>()?
            } else {
                texts(setting.name)
            };
            self.given.push(Given::option(setting, values));
        }
        Ok(())
    }
}

fn no_utf8() -> clap::Error {
    clap::Error::raw(ErrorKind::InvalidUtf8, "--data: `serve` takes a path that is UTF-8\n")
}

/// Returns the option of a setting.
fn option(setting: &'static Setting) -> Arg {
    let several = setting.form == Form::Several;
    let note = if several { ", with commas" } else { "" };
    Arg::new(setting.name)
        .long(setting.name)
        .value_name(setting.value_name)
        .action(if several { ArgAction::Append } else { ArgAction::Set })
        .help(help(setting.what, &format!("{}{note}", setting.variable())))
}

/// Returns the help of an option. Its variable is read by the settings, so that they know where a value comes from.
fn help(what: &str, variable: &str) -> String {
    format!("{} [env: {variable}]", what.trim_end_matches('.'))
}

impl Asked {
    /// Returns the settings that the command line, the environment and the file make together.
    pub(super) fn settings(&self, out: &mut Output) -> Result<Settings, CliError> {
        let environment = environment()?;
        for warning in misspelled_variables(&environment) {
            out.notice(&warning);
        }
        let from_variable = environment.get(CONFIG_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        let file = match self.file.clone().or(from_variable) {
            Some(path) => {
                let name = path.display().to_string();
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| CliError::usage(format!("cannot read the settings in {name}: {error}")))?;
                Some((name, text))
            }
            None => None,
        };
        let (limits, mut faults): (Vec<Given>, Vec<Fault>) =
            partition(self.limits.iter().map(|text| Given::limit(text)));
        let given = [self.given.as_slice(), limits.as_slice()].concat();
        let file = file.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
        match Settings::read(file, &environment, &given) {
            Ok(settings) if faults.is_empty() => Ok(settings),
            Ok(_) => Err(tell(faults, out)),
            Err(more) => {
                faults.extend(more);
                Err(tell(faults, out))
            }
        }
    }
}

fn partition<T, E>(results: impl Iterator<Item = Result<T, E>>) -> (Vec<T>, Vec<E>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => good.push(value),
            Err(error) => bad.push(error),
        }
    }
    (good, bad)
}

/// Tells every fault but the last, which is returned.
fn tell(mut faults: Vec<Fault>, out: &mut Output) -> CliError {
    faults.sort();
    let mut errors = faults.into_iter().map(|fault| CliError::usage(fault.to_string()).maybe_hint(fault.hint));
    let last = errors.next_back();
    for error in errors {
        error.tell(out);
    }
    last.unwrap_or_else(|| CliError::usage("the settings do not do"))
}

/// Returns the variables that may be settings.
fn environment() -> Result<BTreeMap<String, String>, CliError> {
    let mut variables = BTreeMap::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with("ERAGRAPH_")) else { continue };
        let Ok(value) = value.into_string() else {
            return Err(CliError::usage(format!("{name}: its value is no UTF-8")));
        };
        variables.insert(name.to_owned(), value);
    }
    Ok(variables)
}
