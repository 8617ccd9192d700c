//! Whether who asks about a subject may learn that it is not there.
//!
//! The only ways to learn it are those that there are without the question. Somebody may
//!
//! * see every object of the type below that parent (the guard `view` holds by the parent), and does not see this one;
//! * create it: who may create learns which names are taken;
//! * grant it something on the object in question, on what that lies below, or on another object of these types: a
//!   grant to what is not there is refused (`grants/mod.rs`), once its guard holds.
//!
//! To everybody else the answer is that about a subject that has nothing, as it is about one that they cannot see.

use tidegate_policy::decide::ANONYMOUS;
use tidegate_policy::{Context, ListObjectsRequest, Object, Snapshot, Subject, Tuple};

use super::caller::Actor;
use super::guard::{Role, Roles};
use super::search::asked_as;
use super::system::{GrantRules, Operation, TypeRules};
use super::{Administration, Fault};

/// Most objects of a type on which a grant is looked for.
const LOOKED_AT: usize = 20;

impl Administration {
    /// For a question about another subject and an object that the caller sees.
    ///
    /// # Errors
    /// What a grant to the subject says: that it is not there.
    pub(super) fn subject_there(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        subject: &Object,
        on: &Object,
    ) -> Result<(), Fault> {
        self.told_absent(snapshot, subject, || {
            self.would_be_seen(actor, snapshot, subject)
                || std::iter::successors(Some(on.clone()), |object| self.parent_of(object))
                    .any(|object| self.could_grant_on(actor, snapshot, subject, &object))
                || self.could_grant_below(actor, snapshot, subject, on.type_name())
        })
    }

    /// For a question about another subject and all objects of a type: a grant on one of them, or on what they lie
    /// below.
    ///
    /// # Errors
    /// As [`Administration::subject_there`].
    pub(super) fn subject_there_for(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        subject: &Object,
        type_name: &str,
    ) -> Result<(), Fault> {
        self.told_absent(snapshot, subject, || {
            self.would_be_seen(actor, snapshot, subject)
                || self.could_grant_below(actor, snapshot, subject, type_name)
        })
    }

    fn told_absent(
        &self,
        snapshot: &Snapshot,
        subject: &Object,
        may_learn: impl FnOnce() -> bool,
    ) -> Result<(), Fault> {
        // Nobody creates who stands for callers without a secret.
        let is_there = subject.type_name() == ANONYMOUS || snapshot.standing(subject).is_some();
        if !is_there && may_learn() {
            return Err(Fault::missing("subject", subject));
        }
        Ok(())
    }

    /// Whether the caller would see the subject if it were there, or may create it.
    fn would_be_seen(&self, actor: &Actor, snapshot: &Snapshot, subject: &Object) -> bool {
        // What is asked on the object itself is a no.
        let seen = actor.reaches(subject, snapshot)
            && self
                .guard(actor, snapshot, subject, Operation::View)
                .is_ok();
        let creatable = || {
            let rules = self.creatable(subject)?;
            let parent = self.named_parent(rules, subject)?;
            if parent != self.site {
                self.visible(actor, snapshot, &parent, "subject")?;
            }
            self.guard(actor, snapshot, subject, Operation::Create)
        };
        seen || creatable().is_ok()
    }

    fn could_grant_on(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        subject: &Object,
        object: &Object,
    ) -> bool {
        let parent = self.parent_of(object);
        let roles = Roles {
            subject: Some(subject),
            ..Roles::of(object, snapshot, parent.as_ref())
        };
        self.visible(actor, snapshot, object, "object").is_ok()
            && self
                .grants_to(subject, object)
                .any(|rules| rules.guard.check(actor, &roles).is_ok())
    }

    /// The grants on an object that the model lets the subject have.
    fn grants_to<'a>(
        &'a self,
        subject: &'a Object,
        object: &'a Object,
    ) -> impl Iterator<Item = &'a GrantRules> {
        let rules = self.system.rules(object.type_name()).into_iter();
        let rules = rules.flat_map(TypeRules::grants);
        let rules = rules.map(|(_, rules)| rules);
        rules.filter(|rules| {
            let subject = Subject::Object(subject.clone());
            let tuple = Tuple::new(object.clone(), &rules.relation, subject);
            self.system.model().allows(&tuple).is_ok()
        })
    }

    fn could_grant_below(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        subject: &Object,
        type_name: &str,
    ) -> bool {
        let mut next = Some(type_name);
        while let Some(type_name) = next {
            let rules = self.system.rules(type_name);
            let guards = rules.into_iter().flat_map(TypeRules::grants);
            let asked = guards.flat_map(|(_, rules)| rules.guard.alternatives());
            let mut relations: Vec<&str> = asked
                .filter(|alternative| alternative.role == Role::Object)
                .map(|alternative| alternative.relation.as_str())
                .collect();
            relations.sort_unstable();
            relations.dedup();
            for relation in relations {
                let page = snapshot.list_objects(&ListObjectsRequest {
                    subject: &asked_as(snapshot, actor),
                    relation,
                    object_type: type_name,
                    contextual_tuples: &[],
                    context: Context::EMPTY,
                    after: None,
                    limit: LOOKED_AT,
                });
                let found = page.map(|page| page.found).unwrap_or_default();
                let could = |object: &Object| self.could_grant_on(actor, snapshot, subject, object);
                if found.iter().any(could) {
                    return true;
                }
            }
            next = rules.and_then(|rules| rules.parent());
        }
        false
    }
}
