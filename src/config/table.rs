//! The table of settings: the name of each as an option, a variable and a key of the file, and what it may be.

use std::path::PathBuf;

use super::settings::{Settings, Wrong};
use super::{DEFAULT_DATA, DEFAULT_LISTEN, check};

/// What stands before the name of a setting in the environment.
pub(super) const PREFIX: &str = "ERAGRAPH_";

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name as a key of the file, and after `--` as an option.
    pub name: &'static str,
    /// What it says, as a sentence.
    pub what: &'static str,
    /// How its value is written.
    pub form: Form,
    /// What stands for its value in the help.
    pub value_name: &'static str,
    /// A value to show where none is set.
    pub example: &'static str,
    pub(super) put: fn(&mut Settings, &[String]) -> Result<(), Wrong>,
    get: fn(&Settings) -> Vec<String>,
}

/// How the value of a setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text.
    Text,
    /// `on` or `off`; `true` or `false` in the file.
    Switch,
    /// Texts: the option is repeated, the variable has commas, the file an array.
    Several,
}

/// Every setting but the limits, in the order in which they are shown.
pub static SETTINGS: &[Setting] = &[
    Setting {
        name: "data",
        what: "The folder of the store.",
        form: Form::Text,
        value_name: "DIR",
        example: DEFAULT_DATA,
        put: |settings, values| check::path(values).map(|value| settings.data = value),
        get: |settings| vec![settings.data.display().to_string()],
    },
    Setting {
        name: "listen",
        what: "The address and port; port 0 takes a free one.",
        form: Form::Text,
        value_name: "ADDRESS",
        example: DEFAULT_LISTEN,
        put: |settings, values| check::address(values).map(|value| settings.listen = value),
        get: |settings| vec![settings.listen.clone()],
    },
    Setting {
        name: "snapshots",
        what: "The folder to load while the store is empty, and to compare with the store otherwise; \
               `snapshots` where there is one and none is named.",
        form: Form::Text,
        value_name: "DIR",
        example: "snapshots",
        put: |settings, values| check::folder(values, "snapshots").map(|value| settings.snapshots = Some(value)),
        get: |settings| shown_path(settings.snapshots.as_ref()),
    },
    Setting {
        name: "sources",
        what: "Offer the text of cited lines from the copies of the sources in this folder; nothing of them is stored.",
        form: Form::Text,
        value_name: "DIR",
        example: "sources",
        put: |settings, values| check::folder(values, "sources").map(|value| settings.config.sources = Some(value)),
        get: |settings| shown_path(settings.config.sources.as_ref()),
    },
    Setting {
        name: "public-url",
        what: "The address under which others reach the service, for citations.",
        form: Form::Text,
        value_name: "URL",
        example: "https://example.org",
        put: |settings, values| check::public_url(values).map(|value| settings.config.public_url = Some(value)),
        get: |settings| settings.config.public_url.iter().cloned().collect(),
    },
    Setting {
        name: "cors",
        what: "The origins whose pages may ask this service from a browser; `*` is every one.",
        form: Form::Several,
        value_name: "ORIGIN",
        example: "https://dashboard.example.org",
        put: |settings, values| check::origins(values).map(|value| settings.config.cors = value),
        get: |settings| settings.config.cors.clone(),
    },
    Setting {
        name: "introspection",
        what: "Whether questions about the schema are answered, and `/schema.graphql`.",
        form: Form::Switch,
        value_name: "on|off",
        example: "true",
        put: |settings, values| check::switch(values).map(|value| settings.config.introspection = value),
        get: |settings| vec![settings.config.introspection.to_string()],
    },
    Setting {
        name: "graphiql",
        what: "Whether there is a page to ask questions in, at `/graphiql`.",
        form: Form::Switch,
        value_name: "on|off",
        example: "true",
        put: |settings, values| check::switch(values).map(|value| settings.config.graphiql = value),
        get: |settings| vec![settings.config.graphiql.to_string()],
    },
    Setting {
        name: "metrics",
        what: "Whether `/metrics` is answered, for Prometheus.",
        form: Form::Switch,
        value_name: "on|off",
        example: "true",
        put: |settings, values| check::switch(values).map(|value| settings.config.metrics = value),
        get: |settings| vec![settings.config.metrics.to_string()],
    },
    Setting {
        name: "admin-token-hash",
        what: "The hash of the token with which inputs may be loaded over the network, as `eragraph token` prints it; \
               without one, nobody can.",
        form: Form::Text,
        value_name: "HEX",
        example: "0000000000000000000000000000000000000000000000000000000000000000",
        put: |settings, values| check::token_hash(values).map(|value| settings.config.admin_token_hash = Some(value)),
        get: |settings| settings.config.admin_token_hash.iter().cloned().collect(),
    },
    Setting {
        name: "documents",
        what: "The folder with trusted documents, which are known by name and by hash.",
        form: Form::Text,
        value_name: "DIR",
        example: "documents",
        put: |settings, values| check::folder(values, "documents").map(|value| settings.config.documents = Some(value)),
        get: |settings| shown_path(settings.config.documents.as_ref()),
    },
    Setting {
        name: "only-documents",
        what: "Whether nothing but the trusted documents is answered.",
        form: Form::Switch,
        value_name: "on|off",
        example: "false",
        put: |settings, values| check::switch(values).map(|value| settings.config.only_documents = value),
        get: |settings| vec![settings.config.only_documents.to_string()],
    },
    Setting {
        name: "log-variables",
        what: "Whether the log shows the variables of questions.",
        form: Form::Switch,
        value_name: "on|off",
        example: "false",
        put: |settings, values| check::switch(values).map(|value| settings.config.log_variables = value),
        get: |settings| vec![settings.config.log_variables.to_string()],
    },
    Setting {
        name: "otlp",
        what: "Where traces are sent, by OTLP over HTTP.",
        form: Form::Text,
        value_name: "URL",
        example: "http://127.0.0.1:4318/v1/traces",
        put: |settings, values| check::endpoint(values).map(|value| settings.config.otlp = Some(value)),
        get: |settings| settings.config.otlp.iter().cloned().collect(),
    },
];

fn shown_path(path: Option<&PathBuf>) -> Vec<String> {
    path.iter().map(|path| path.display().to_string()).collect()
}

impl Setting {
    /// Returns the name of its variable in the environment.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name.to_uppercase().replace('-', "_"))
    }

    /// Returns its value in some settings, in parts; none where it is not set.
    #[must_use]
    pub fn values(&self, settings: &Settings) -> Vec<String> {
        (self.get)(settings)
    }
}
