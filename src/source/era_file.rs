//! Era files: eras in order, which form one sequence.

use super::build::{Builder, items, own_id, text};
use super::yaml::Node;
use crate::model::{Era, EraId, Record};

/// Builds the eras of a file; the first names the sequence.
pub(super) fn build(node: &Node, builder: &mut Builder<'_>) -> Vec<Record> {
    let mut sequence: Option<EraId> = None;
    let mut records = Vec::new();
    for (position, node) in (0_u32..).zip(items(node, "eras")) {
        builder.begin(node.get("id"));
        let Some(id) = own_id::<EraId>(node.get("id")) else { continue };
        let sequence = sequence.get_or_insert_with(|| id.clone()).clone();
        let name = text(node.get("name")).unwrap_or_default();
        let description = text(node.get("description"));
        records.extend(builder.finish(Record::Era(Era { id, name, description, sequence, position }.into())));
    }
    records
}
