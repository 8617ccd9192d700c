//! Deletion: the object, all below it, and what was created along with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use tidegate_policy::{Change, Object, Snapshot};
use uuid::Uuid;

use crate::domain::caller::Actor;
use crate::domain::lane::{Plan, to_the_end};
use crate::domain::system::{Blanks, Operation};
use crate::domain::{Administration, Fault, named};
use crate::store::Write;

impl Administration {
    /// Deletes an object, all below it, and what was created along with it. Returns the revision.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn delete(self: &Arc<Self>, actor: Actor, text: String) -> Result<u64, Fault> {
        let this = Arc::clone(self);
        to_the_end(async move {
            let lane = this.lane(&actor).await?;
            let object = named(&text, "object")?;
            let snapshot = Arc::clone(lane.snapshot());
            this.visible(&actor, &snapshot, &object, "object")?;
            this.guard(&actor, &snapshot, &object, Operation::Delete)?;
            let plan = this.plan_deletion(&snapshot, &object).await?;
            lane.commit(&actor, plan).await
        })
        .await
    }

    async fn plan_deletion(&self, snapshot: &Snapshot, object: &Object) -> Result<Plan, Fault> {
        let mut plan = Plan::new("delete", object);
        let (mut gone, mut roots) = (BTreeMap::new(), Vec::new());
        for (at, root) in self
            .with_companions(snapshot, object)?
            .into_iter()
            .enumerate()
        {
            let Some(standing) = snapshot.standing(&root) else {
                continue;
            };
            let below = self.store.subtree(standing.uid).await?;
            // What came along goes along, but not with what others have put below it.
            if at > 0
                && let Some(other) = below.get(1)
            {
                let detail = format!("{} is still below {root}: delete it first", other.object);
                return Err(Fault::Conflict {
                    field: "object",
                    detail,
                });
            }
            plan.writes.push(Write::DeleteObject(standing.uid));
            roots.push(standing.uid);
            gone.extend(below.into_iter().map(|row| (row.object.clone(), row.uid)));
        }
        self.nobody_left_without_payer(&roots, &gone).await?;
        // What lies deepest is forgotten first.
        plan.changes
            .extend(gone.keys().rev().cloned().map(Change::Forget));
        let tuples: Vec<String> = snapshot
            .tuples_on(object)
            .iter()
            .map(ToString::to_string)
            .collect();
        let objects: Vec<&str> = gone.keys().map(Object::as_str).collect();
        plan.before = Some(json!({ "objects": objects, "tuples": tuples }));
        Ok(plan)
    }

    /// The object, and what was created along with it.
    fn with_companions(&self, snapshot: &Snapshot, object: &Object) -> Result<Vec<Object>, Fault> {
        let mut roots = vec![object.clone()];
        let rules = self.system.rules(object.type_name());
        if let (Some(rules), Some(parent)) = (rules, self.parent_of(object)) {
            let blanks = Blanks {
                object,
                parent: &parent,
                creator: object,
            };
            for template in rules.also() {
                let other = template
                    .object(&blanks)
                    .map_err(|error| Fault::internal("also", &error))?;
                if snapshot.standing(&other).is_some() {
                    roots.push(other);
                }
            }
        }
        Ok(roots)
    }

    /// Nobody may be left whose payer is gone with one of these trees.
    async fn nobody_left_without_payer(
        &self,
        roots: &[Uuid],
        gone: &BTreeMap<Object, Uuid>,
    ) -> Result<(), Fault> {
        for root in roots {
            for (type_name, path) in &self.system.profile().payer {
                let Some(first) = path.first() else { continue };
                let left = self.store.left_behind(*root, type_name, first).await?;
                if let Some((left, payer)) = left.iter().find(|(left, _)| !gone.contains_key(left))
                {
                    let detail = format!("{payer} pays for {left}");
                    return Err(Fault::Conflict {
                        field: "object",
                        detail,
                    });
                }
            }
        }
        Ok(())
    }
}
