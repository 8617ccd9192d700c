//! What a revision changed of a snapshot, as those that follow read it.

use tidegate_client::wire::{RevisionChanges, SnapshotChange};
use tidegate_policy::Change;

/// One revision.
pub(crate) fn revision_changes(revision: u64, at_s: u64, changes: &[Change]) -> RevisionChanges {
    RevisionChanges {
        revision,
        at_s,
        changes: changes.iter().map(to_wire).collect(),
    }
}

/// For the change log: a JSON array.
pub(super) fn to_json(changes: &[Change]) -> String {
    let changes: Vec<SnapshotChange> = changes.iter().map(to_wire).collect();
    serde_json::json!(changes).to_string()
}

fn to_wire(change: &Change) -> SnapshotChange {
    match change {
        Change::Put {
            object,
            uid,
            valid_from_s,
        } => SnapshotChange::Put {
            object: object.to_string(),
            uid: uid.to_string(),
            valid_from_s: *valid_from_s,
        },
        Change::Forget(object) => SnapshotChange::Forget(object.to_string()),
        Change::Write(tuple) => SnapshotChange::Write(tuple.to_string()),
        Change::Delete(tuple) => SnapshotChange::Delete(tuple.to_string()),
        Change::Revoke { jti } => SnapshotChange::Revoke(jti.to_string()),
    }
}
