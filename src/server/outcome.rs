//! What became of a question, for the log and the metrics: the asker is told of it (`observe::Asker::became`).

/// What became of a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The name of the operation that was asked for, where it has one.
    pub(super) operation: Option<String>,
    /// What kind of operation it is: `query`, `mutation` or `subscription`; `None` where none was found.
    pub(super) kind: Option<&'static str>,
    /// The code of the first error, where there is one.
    pub(super) code: Option<String>,
    /// Whether the parsed document was at hand; `None` where no document came so far.
    pub(super) document_was_known: Option<bool>,
    /// Whether the answer itself was at hand; `None` where it could not have been.
    pub(super) answer_was_kept: Option<bool>,
    /// The variables as JSON, where the log is to show them.
    pub(super) variables: Option<String>,
}
