//! The documents that are at hand: parsed ones, persisted ones, and those of the folder of trusted documents.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use moka::sync::Cache;
use sha2::{Digest as _, Sha256};

use crate::api::{Code, Validity};
use crate::config::{Config, Limits};

use super::asked::Asked;
use super::document::{Document, Rules, Unfit};

/// The documents that are at hand.
#[derive(Debug)]
pub(super) struct Documents {
    limits: Limits,
    rules: Rules,
    only_trusted: bool,
    trusted: HashMap<String, Arc<Document>>,
    /// By their text.
    parsed: Cache<Arc<str>, Arc<Document>>,
    /// Those that were asked with lately. Most programs ask with a few, over and over.
    lately: Lately,
    /// By the SHA-256 of their text, in hexadecimal.
    persisted: Cache<String, Arc<Document>>,
}

/// The document asked with last, among those whose texts are of one length: to find it is to look at one text, and to
/// ask the cache for it costs as much as a fiftieth of a small answer.
#[derive(Debug, Default)]
struct Lately([Last; LENGTHS]);

/// A document and its text.
type Last = RwLock<Option<(Arc<str>, Arc<Document>)>>;

/// How many lengths there are before they begin again.
const LENGTHS: usize = 32;
/// How many bytes a document takes at most that is found so.
const SMALL: u32 = 64 * 1024;

impl Lately {
    fn place(&self, text: &str) -> Option<&Last> {
        self.0.get(text.len() % LENGTHS)
    }

    fn find(&self, text: &str) -> Option<Arc<Document>> {
        let found = self.place(text)?.try_read().ok()?;
        found.as_ref().filter(|(known, _)| **known == *text).map(|(_, document)| Arc::clone(document))
    }

    /// Puts a small document there, where that holds up nobody.
    fn keep(&self, text: &str, document: &Arc<Document>) {
        let place = self.place(text).filter(|_| document.bytes <= SMALL);
        if let Some(mut place) = place.and_then(|place| place.try_write().ok()) {
            *place = Some((Arc::from(text), Arc::clone(document)));
        }
    }
}

/// A document, and whether it was at hand already.
pub(super) type Found = (Arc<Document>, bool);

/// Tells what is wrong with the folder of trusted documents.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// Something cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// What.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A document cannot be asked, or a list of documents is none.
    #[error("{}: {message}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// Two files give different documents the same name.
    #[error("{} gives another document the name `{name}`, which is taken", path.display())]
    Taken {
        /// The later file.
        path: PathBuf,
        /// The name.
        name: String,
    },
}

impl Documents {
    /// Returns what a service starts with: the trusted documents of its folder, where it has one.
    ///
    /// # Errors
    /// Returns [`DocumentsError`] for the first thing in the folder that will not do.
    pub(super) fn read(config: &Config, sdl: &str) -> Result<Self, DocumentsError> {
        let rules = rules(config, sdl);
        let trusted = config.documents.as_deref().map(|folder| trusted(folder, config, &rules)).transpose()?;
        Ok(Self::of(config, rules, trusted.unwrap_or_default()))
    }

    /// Returns what a service starts with that trusts these documents.
    pub(super) fn of(config: &Config, rules: Rules, trusted: HashMap<String, Arc<Document>>) -> Self {
        let bytes = u64::try_from(config.limits.documents_bytes / 2).unwrap_or(u64::MAX);
        Self {
            limits: config.limits.clone(),
            rules,
            only_trusted: config.only_documents,
            trusted,
            parsed: cache(bytes),
            lately: Lately::default(),
            persisted: cache(bytes),
        }
    }

    /// Returns what documents are held against besides the bounds.
    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Finds the document of a question.
    ///
    /// An administrator may ask with any.
    pub(super) fn find(&self, asked: &Asked, is_admin: bool) -> Result<Found, Unfit> {
        if let Some(id) = asked.document_id.as_deref() {
            let found = match id.strip_prefix("sha256:") {
                Some(hash) => self.named(&hash.to_ascii_lowercase()),
                None => self.named(id),
            };
            return found.ok_or_else(|| not_found(format!("no document `{}` is trusted here", id.escape_default())));
        }
        match (asked.persisted.as_deref(), asked.query.as_deref()) {
            (Some(hash), None) => self.named(hash).ok_or_else(|| not_found("PersistedQueryNotFound")),
            (Some(hash), Some(text)) => self.persist(hash, text, is_admin),
            (None, text) => self.parse(text.unwrap_or_default(), is_admin),
        }
    }

    fn named(&self, name: &str) -> Option<Found> {
        let trusted = self.trusted.get(name).cloned();
        let persisted = || if self.only_trusted { None } else { self.persisted.get(name) };
        trusted.or_else(persisted).map(|document| (document, true))
    }

    /// Keeps a document by its hash, so that the hash alone does from now on.
    fn persist(&self, hash: &str, text: &str, is_admin: bool) -> Result<Found, Unfit> {
        if sha256(text) != hash {
            return Err(Unfit::new(Code::ValidationFailed, "provided sha does not match query"));
        }
        let found = self.parse(text, is_admin)?;
        // What an administrator asks where nothing else is answered is not there for others.
        if !self.only_trusted && !self.trusted.contains_key(hash) {
            self.persisted.insert(hash.to_owned(), Arc::clone(&found.0));
        }
        Ok(found)
    }

    fn parse(&self, text: &str, is_admin: bool) -> Result<Found, Unfit> {
        if self.only_trusted && !is_admin {
            return self.trusted.get(&sha256(text)).map(|document| (Arc::clone(document), true)).ok_or_else(|| {
                Unfit::new(
                    Code::UntrustedDocument,
                    "only trusted documents are answered here, and this is none of them",
                )
            });
        }
        if let Some(document) = self.lately.find(text) {
            return Ok((document, true));
        }
        if let Some(document) = self.parsed.get(text) {
            self.lately.keep(text, &document);
            return Ok((document, true));
        }
        let document = Arc::new(Document::parse(text, &self.limits, &self.rules)?);
        self.parsed.insert(Arc::from(text), Arc::clone(&document));
        Ok((document, false))
    }
}

/// Returns what documents are held against: the schema of the service.
pub(super) fn rules(config: &Config, sdl: &str) -> Rules {
    let validity = Validity::of(sdl, config.introspection).map_err(|mistakes| {
        // A test holds it against the published schema; the library that executes has rules of its own all the same.
        tracing::error!(?mistakes, "documents are not held against the schema");
    });
    Rules { validity: validity.ok(), may_introspect: config.introspection }
}

/// Returns an empty cache of documents that take so many bytes at most.
fn cache<K: std::hash::Hash + Eq + Send + Sync + 'static>(bytes: u64) -> Cache<K, Arc<Document>> {
    Cache::builder().max_capacity(bytes).weigher(|_, document: &Arc<Document>| document.bytes).build()
}

fn not_found(message: impl Into<String>) -> Unfit {
    Unfit::new(Code::PersistedQueryNotFound, message)
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a folder of trusted documents: `NAME.graphql`, known by name and by hash, and `*.json` with documents by id, as
/// GraphQL Code Generator and Relay (`{ID: DOCUMENT}`) or Apollo (`{"operations": [{"id": ID, "body": DOCUMENT}]}`)
/// write it.
fn trusted(folder: &Path, config: &Config, rules: &Rules) -> Result<HashMap<String, Arc<Document>>, DocumentsError> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| DocumentsError::Io { path, source }
    };
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(failed(folder))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(failed(folder))?;
    paths.sort();
    let mut texts: HashMap<String, String> = HashMap::new();
    let mut trusted = HashMap::new();
    for path in paths {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if !matches!(extension, "graphql" | "gql" | "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(failed(&path))?;
        let named = match path.file_stem().and_then(|stem| stem.to_str()) {
            _ if extension == "json" => {
                manifest(&text).map_err(|message| DocumentsError::Unfit { path: path.clone(), message })?
            }
            Some(stem) => vec![(stem.to_owned(), text)],
            None => continue,
        };
        for (name, text) in named {
            let document = Document::parse(&text, &config.limits, rules).and_then(|document| {
                document.check()?;
                Ok(document)
            });
            let document = document.map_err(|unfit| {
                let mistakes: Vec<String> = unfit.mistakes.into_iter().map(|mistake| mistake.message).collect();
                let message = format!("`{name}`: {}", mistakes.join("; "));
                DocumentsError::Unfit { path: path.clone(), message }
            })?;
            let document = Arc::new(document);
            for name in [name.strip_prefix("sha256:").unwrap_or(&name).to_owned(), sha256(&text)] {
                if texts.get(&name).is_some_and(|taken| *taken != text) {
                    return Err(DocumentsError::Taken { path, name });
                }
                texts.insert(name.clone(), text.clone());
                trusted.insert(name, Arc::clone(&document));
            }
        }
    }
    Ok(trusted)
}

/// Reads a list of documents: the id of each, and its text.
fn manifest(text: &str) -> Result<Vec<(String, String)>, String> {
    use serde_json::Value;
    const SHAPE: &str =
        "a list of documents is {ID: DOCUMENT}, or {\"operations\": [{\"id\": ID, \"body\": DOCUMENT}]}";
    let list: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let entry = |id: Option<&str>, body: &Value| Some((id?.to_owned(), body.as_str()?.to_owned()));
    let entries: Option<Vec<(String, String)>> = match list.get("operations") {
        Some(Value::Array(operations)) => operations
            .iter()
            .map(|operation| entry(operation.get("id").and_then(Value::as_str), operation.get("body")?))
            .collect(),
        _ => list.as_object().and_then(|list| list.iter().map(|(id, body)| entry(Some(id), body)).collect()),
    };
    entries.ok_or_else(|| SHAPE.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::schema_sdl;

    #[track_caller]
    fn check(documents: &Documents, text: &str, was_known: bool, is_at_hand: bool) {
        assert_eq!(documents.parse(text, false).unwrap().1, was_known, "{text}");
        assert_eq!(documents.lately.find(text).is_some(), is_at_hand, "{text}");
    }

    #[test]
    fn a_document_asked_with_twice_is_at_hand_until_another_of_its_length_is() {
        let config = Config::default();
        let documents = Documents::of(&config, rules(&config, &schema_sdl()), HashMap::new());
        let (one, other) = ("{ eras { id } }", "{eras  { id } }");
        check(&documents, one, false, false);
        check(&documents, one, true, true);
        check(&documents, other, false, false);
        check(&documents, other, true, true);
        assert!(documents.lately.find(one).is_none());
        check(&documents, one, true, true);
    }

    #[test]
    fn a_large_document_is_not_kept_beside_the_cache() {
        let config = Config::default();
        let documents = Documents::of(&config, rules(&config, &schema_sdl()), HashMap::new());
        let large = format!("{{ eras {{ id }} }} # {}", "a".repeat(64 * 1024));
        check(&documents, &large, false, false);
        check(&documents, &large, true, false);
    }
}
