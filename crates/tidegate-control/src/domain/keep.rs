//! The last holder (decision 10): once somebody has a relation that the system says is kept, somebody keeps it.
//!
//! A holder is a subject of a stored tuple, or somebody whom a stored userset contains by a tuple on its own
//! object; nobody counts who has the relation only through an object above.

use std::collections::BTreeSet;

use tidegate_policy::{Change, CheckRequest, Context, Object, Snapshot, Subject, Tuple};

use super::Fault;
use super::system::System;

/// How many usersets in each other are followed.
const DEEPEST: usize = 8;

/// Refuses changes after which a kept relation has no holder any more.
pub(super) fn holders(
    system: &System,
    before: &Snapshot,
    after: &Snapshot,
    changes: &[Change],
) -> Result<(), Fault> {
    let mut touched = BTreeSet::new();
    for change in changes {
        match change {
            Change::Delete(tuple) => touch(before, tuple, DEEPEST, &mut touched),
            Change::Forget(object) => {
                for tuple in before.stands_in(object) {
                    touch(before, &tuple, DEEPEST, &mut touched);
                }
            }
            Change::Write(_) | Change::Put { .. } | Change::Revoke { .. } => {}
        }
    }
    for object in touched {
        let Some(rules) = system.rules(object.type_name()) else {
            continue;
        };
        let stands = |snapshot: &Snapshot| snapshot.standing(&object).map(|standing| standing.uid);
        if stands(after).is_none() || stands(after) != stands(before) {
            // Gone, or another of that name.
            continue;
        }
        for relation in rules.keep() {
            if held(before, &object, relation, DEEPEST) && !held(after, &object, relation, DEEPEST)
            {
                return Err(Fault::Conflict {
                    field: "subject".into(),
                    rule: Some(format!("{}.keep: {relation}", rules.key())),
                    detail: format!(
                        "the last {relation} of {object} cannot go: name another first"
                    ),
                });
            }
        }
    }
    Ok(())
}

/// The object of a tuple that went, and those on which a userset of that object stands.
fn touch(before: &Snapshot, tuple: &Tuple, depth: usize, touched: &mut BTreeSet<Object>) {
    if !touched.insert(tuple.object.clone()) || depth == 0 {
        return;
    }
    for above in before.stands_in(&tuple.object) {
        if matches!(above.subject, Subject::Userset { .. }) {
            touch(before, &above, depth - 1, touched);
        }
    }
}

fn held(snapshot: &Snapshot, object: &Object, relation: &str, depth: usize) -> bool {
    let subjects = snapshot.subjects(object, relation);
    subjects.iter().any(|subject| match subject {
        Subject::Object(_) | Subject::Wildcard { .. } => true,
        Subject::Userset { object, relation } => {
            depth > 0 && contains_somebody(snapshot, object, relation, depth - 1)
        }
    })
}

/// Whether a userset contains a subject of a tuple on its own object.
fn contains_somebody(snapshot: &Snapshot, object: &Object, relation: &str, depth: usize) -> bool {
    // A subject of another relation is in the object's tuples, and not in the userset.
    let is_in = |subject: &Subject| {
        let request = CheckRequest {
            subject,
            relation,
            object,
            contextual_tuples: &[],
            context: Context::EMPTY,
        };
        snapshot.check(&request).unwrap_or(false)
    };
    let tuples = snapshot.tuples_on(object);
    let subjects = tuples.iter().map(|tuple| &tuple.subject);
    let mut members = subjects.filter(|subject| is_in(subject));
    members.any(|subject| match subject {
        Subject::Object(_) => true,
        Subject::Userset { object, relation } => {
            depth > 0 && contains_somebody(snapshot, object, relation, depth - 1)
        }
        Subject::Wildcard { .. } => false,
    })
}
