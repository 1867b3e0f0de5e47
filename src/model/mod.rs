//! The plain values of eragraph and the rules on them: no IO, no graph library, no GraphQL.
//!
//! Everything that a source file can say has one type here, named by the glossary in
//! `ARCHITECTURE.md`. Files are read into these values by `source`, kept by `store`, and turned
//! into the versioned graph by `history`.

mod change;
mod corpus;
mod edtf;
mod event;
mod evidence;
mod figure;
mod id;
mod kept;
mod mentions;
mod pieces;
mod row;
mod said;
mod snapshot;
mod spelling;
mod texts;
mod time;

pub use change::{ChangeKind, ConflictKind, GapKind, Verdict};
pub use corpus::{Corpus, DeclaredUnit, Era, Record, RecordKey};
pub use edtf::{Edtf, EdtfError};
pub use event::{ChangeEvent, EventEvidence, EventOriginal, EventResult, EventType};
pub use evidence::{Basis, Evidence, LineSet, LineSetError, PartIx};
pub use figure::{Figure, NumberRange};
pub use id::{EraId, EventId, IdError, SnapshotId, UnitId};
pub use kept::KeptEvent;
pub(crate) use kept::Outline;
pub use mentions::Mentions;
pub(crate) use mentions::RowsBuilder;
pub(crate) use pieces::piece;
pub(crate) use row::{Row, RowEvidence, RowPlace, RowProperty, RowText};
pub use said::changed_units;
pub use snapshot::{
    Contact, Coverage, Details, Extent, Holder, Mention, NameClaim, NameForm, Part, PlaceClaim, PlaceRole, Placing,
    Property, Relation, RelationEnd, Snapshot, SourceFile, Standing, Text, Topic,
};
pub use spelling::{is_respelled, words_of_name};
pub use texts::{TextIx, Texts, TextsBuilder};
pub use time::{Day, Window};
