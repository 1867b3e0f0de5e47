//! The text of the lines that carry a claim, from the reader's own copies of the sources.

use std::sync::Arc;

use async_graphql::{Context, Enum, Result, SimpleObject};

use crate::config::Limits;
use crate::repository::{SourceFolder, SourceText, Withheld};

use super::evidence::Evidence;
use super::page::Budget;
use super::scope::beside_the_runtime;

/// Whether the text of some lines can be shown, and if not, why not.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextStatus {
    /// It is in `text`.
    Offered,
    /// There are no lines to show: the evidence is a reference, or its source has no file.
    NoLines,
    /// The service was given no folder of sources.
    NoSourcesFolder,
    /// The folder of sources has no such file that can be read.
    SourceMissing,
    /// The file in the folder is larger than what the service reads.
    SourceTooLarge,
    /// The snapshot records no checksum, so that nobody can tell whether the copy is the file that was curated.
    NoChecksum,
    /// The copy is another version: its checksum is not the one that the snapshot records, and its lines may be
    /// others.
    SourceChanged,
    /// The copy is the file that was curated, and has no such lines: the evidence is wrong.
    NoSuchLines,
}

impl From<Withheld> for TextStatus {
    fn from(withheld: Withheld) -> Self {
        match withheld {
            Withheld::NoLines => Self::NoLines,
            Withheld::NoChecksum => Self::NoChecksum,
            Withheld::Missing => Self::SourceMissing,
            Withheld::TooLarge => Self::SourceTooLarge,
            Withheld::Changed => Self::SourceChanged,
            Withheld::NoSuchLines => Self::NoSuchLines,
        }
    }
}

/// A line of a source, as it stands in the reader's own copy.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct SourceLine {
    /// Its number, counted from 1.
    number: u32,
    /// Its text. Bytes that are not UTF-8 are shown as U+FFFD.
    text: String,
}

impl Evidence {
    /// Looks the lines up in the folder of sources.
    fn source_text(&self, context: &Context<'_>) -> Result<SourceText, TextStatus> {
        let evidence = &self.citation.evidence;
        let snapshot = self.citation.snapshot.ok_or(TextStatus::NoLines)?;
        let source = &self.scope.history().snapshot(snapshot).source;
        if source.file.is_none() || evidence.lines.is_none() {
            return Err(TextStatus::NoLines);
        }
        let Some(folder) = context.data_opt::<Arc<SourceFolder>>() else { return Err(TextStatus::NoSourcesFolder) };
        Ok(beside_the_runtime(|| folder.text(source, evidence.lines.as_ref()))?)
    }

    /// Returns whether the lines can be shown.
    pub(super) fn status_of_text(&self, context: &Context<'_>) -> TextStatus {
        self.source_text(context).map_or_else(|status| status, |_| TextStatus::Offered)
    }

    /// Returns the lines, within what one answer may hold of them.
    pub(super) fn lines_of_text(&self, context: &Context<'_>) -> Result<Option<Vec<SourceLine>>> {
        let Ok(text) = self.source_text(context) else { return Ok(None) };
        let (lines, bytes) = text.size();
        if let Some(budget) = context.data_opt::<Budget>() {
            budget.spend_text(lines, bytes, context.data::<Limits>()?)?;
        }
        Ok(Some(text.lines().map(|(number, text)| SourceLine { number, text: text.to_owned() }).collect()))
    }
}
