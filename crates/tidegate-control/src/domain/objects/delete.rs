//! Deletion: the object, all below it, what was created along with it, and what is deleted with what it points
//! at.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tidegate_client::wire;
use tidegate_policy::{Change, Object, Snapshot, Tuple};
use uuid::Uuid;

use crate::domain::system::{Operation, System};
use crate::domain::work::{Done, Said, Work, subject_object};
use crate::domain::{Fault, named};
use crate::store::Write;

/// What goes.
#[derive(Default)]
struct Gone {
    objects: BTreeMap<Object, Uuid>,
    /// Deleting these deletes the others.
    roots: Vec<Uuid>,
}

impl Work<'_> {
    /// Deletes an object and everything that hangs on it.
    pub(in crate::domain) async fn delete(
        &mut self,
        request: wire::DeleteObject,
    ) -> Result<Done, Fault> {
        let wire::DeleteObject { object } = request;
        let object = named(&object, "object")?;
        self.visible(&object, "object")?;
        self.guard(&object, Operation::Delete)?;
        self.delete_guarded(object, "delete").await
    }

    pub(in crate::domain) async fn delete_guarded(
        &mut self,
        object: Object,
        operation: &'static str,
    ) -> Result<Done, Fault> {
        let snapshot = self.snapshot();
        let Some(standing) = snapshot.standing(&object) else {
            return Err(Fault::missing("object", &object));
        };
        if let Some(other) = self.store.companion_of(standing.uid).await? {
            let detail = format!(
                "{object} belongs to {}, and goes with it alone",
                other.object
            );
            return Err(Fault::conflict("object", detail));
        }
        let gone = self.gone(&snapshot, &object, standing.uid).await?;
        let of = |part| {
            let stood_in = snapshot.stands_in(part).into_iter();
            snapshot.tuples_on(part).into_iter().chain(stood_in)
        };
        let tuples: BTreeSet<Tuple> = gone.objects.keys().flat_map(of).collect();
        let tuples: Vec<String> = tuples.iter().map(ToString::to_string).collect();
        let objects: Vec<&str> = gone.objects.keys().map(Object::as_str).collect();
        self.say(Said {
            operation,
            object,
            before: Some(json!({ "objects": objects, "tuples": tuples })),
            after: None,
        });
        for root in gone.roots {
            self.write(&Write::DeleteObject(root)).await?;
        }
        // What lies deepest is forgotten first.
        self.apply(gone.objects.into_keys().rev().map(Change::Forget).collect())?;
        Ok(Done::Changed)
    }

    /// Everything that goes with an object. Refused when something outside still needs a part of it.
    async fn gone(
        &mut self,
        snapshot: &Snapshot,
        object: &Object,
        uid: Uuid,
    ) -> Result<Gone, Fault> {
        let mut gone = Gone::default();
        let mut next = vec![(object.clone(), uid)];
        while let Some((root, uid)) = next.pop() {
            if gone.objects.contains_key(&root) {
                continue;
            }
            gone.roots.push(uid);
            let tree = self.store.subtree(uid).await?;
            let names: BTreeSet<&Object> = tree.iter().map(|row| &row.object).collect();
            // Of the object, and of all below it.
            let companions = self.store.companions(uid).await?.into_iter();
            for companion in companions.filter(|companion| !names.contains(&companion.object)) {
                self.is_alone(&companion.object, companion.uid, &names)
                    .await?;
                next.push((companion.object, companion.uid));
            }
            for row in tree {
                let system = &self.administration.system;
                for user in pointing_at(system, snapshot, &row.object, true) {
                    if let Some(standing) = snapshot.standing(&user) {
                        next.push((user, standing.uid));
                    }
                }
                gone.objects.insert(row.object, row.uid);
            }
        }
        let system = &self.administration.system;
        for part in gone.objects.keys() {
            let mut users = pointing_at(system, snapshot, part, false).into_iter();
            if let Some(user) = users.find(|user| !gone.objects.contains_key(user)) {
                let detail = format!("{user} needs {part}");
                return Err(Fault::conflict("object", detail));
            }
        }
        Ok(gone)
    }

    /// What came along goes along, but not with what others have put below it.
    async fn is_alone(
        &mut self,
        companion: &Object,
        uid: Uuid,
        tree: &BTreeSet<&Object>,
    ) -> Result<(), Fault> {
        let below = self.store.subtree(uid).await?;
        // The companion itself comes first.
        let mut others = below.iter().skip(1);
        match others.find(|other| !tree.contains(&other.object)) {
            Some(other) => {
                let detail = format!(
                    "{} is still below {companion}: delete it first",
                    other.object
                );
                Err(Fault::conflict("object", detail))
            }
            None => Ok(()),
        }
    }
}

/// Objects whose relation with exactly one subject points at an object: those that are deleted with it, or
/// those that stand in its way.
fn pointing_at(
    system: &System,
    snapshot: &Snapshot,
    object: &Object,
    deleted_with: bool,
) -> Vec<Object> {
    let points = |tuple: &Tuple| {
        let rules = system.rules(tuple.object.type_name());
        let one = rules.and_then(|rules| rules.one().get(&*tuple.relation));
        one.is_some_and(|one| one.deleted_with == deleted_with)
            && subject_object(&tuple.subject) == Some(object)
    };
    let tuples = snapshot.stands_in(object).into_iter();
    tuples.filter(points).map(|tuple| tuple.object).collect()
}
