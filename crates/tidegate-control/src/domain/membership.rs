//! The end of a membership: every grant on the object, what rests on it below, and who pays; with a removal also
//! what is pending.

use serde_json::json;
use tidegate_client::wire;
use tidegate_policy::{Object, Subject, Tuple};

use super::guard::{Guard, Roles};
use super::system::{Blanks, MembershipRules, OneRules};
use super::work::{Done, Said, Work, subject_object, texts};
use super::{Fault, named};
use crate::store::Write;

/// The end of another's membership, as the audit log and rules call it.
const REMOVE: &str = "remove";

impl Work<'_> {
    /// Ends one's own membership.
    pub(super) async fn leave(&mut self, request: wire::Membership) -> Result<Done, Fault> {
        let object = named(&request.object, "object")?;
        let subject = Subject::Object(self.actor.object.clone());
        self.end(object, Some(subject), "leave", |rules| rules.leave.as_ref())
            .await
    }

    /// Ends another's membership.
    pub(super) async fn remove(&mut self, request: wire::Remove) -> Result<Done, Fault> {
        let wire::Remove { object, subject } = request;
        let object = named(&object, "object")?;
        let subject = self.subject(&subject).await?;
        self.end(object, subject, REMOVE, |rules| rules.remove.as_ref())
            .await
    }

    async fn end(
        &mut self,
        object: Object,
        subject: Option<Subject>,
        operation: &'static str,
        guard: impl Fn(&MembershipRules) -> Option<&Guard>,
    ) -> Result<Done, Fault> {
        self.visible(&object, "object")?;
        let administration = self.administration;
        let rules = administration.system.rules(object.type_name());
        let Some(membership) = rules.and_then(|rules| rules.membership()) else {
            let detail = format!("nobody is a member of a {}", object.type_name());
            return Err(Fault::bad("object", detail));
        };
        let snapshot = self.snapshot();
        let parent = administration.parent_of(&object);
        let roles = Roles {
            subject: subject.as_ref().and_then(subject_object),
            ..Roles::of(&object, &snapshot, parent.as_ref())
        };
        match guard(membership) {
            Some(guard) => self.pass(guard, &roles)?,
            None => {
                let rule = format!("type.{}.membership.{operation}: nobody", object.type_name());
                return Err(Fault::Forbidden { rule });
            }
        }
        let Some(subject) = subject else {
            return Err(Fault::missing("subject", "account has this address"));
        };
        let grants = self.grants_of(&object, &subject);
        if let Some(rules) = rules.filter(|_| subject != Subject::Object(self.actor.object.clone()))
        {
            // Nobody takes by removing what they could not take back.
            self.may_revoke(&object, subject_object(&subject), rules, &grants)?;
        }
        let resting = self.resting_on(&object, &subject);
        if grants.is_empty() && resting.is_empty() {
            let detail = format!("{subject} is no member of {object}");
            return Err(Fault::NotFound {
                field: "subject".into(),
                detail,
            });
        }
        let ended = match operation {
            // Who leaves may think better of it; who was removed does not come back by what was pending.
            REMOVE => self.end_pending(&object, &subject).await?,
            _ => Vec::new(),
        };
        let (mut removed, _) = self.tuples(grants, Vec::new()).await?;
        removed.extend(self.end_below(&object, &subject, &removed).await?);
        let mut written = Vec::new();
        for (who, relation, home) in resting {
            self.point(&who, &relation, &home).await?;
            written.push(format!("{who}#{relation}@{home}"));
        }
        let before = if ended.is_empty() {
            texts(&removed)
        } else {
            let tuples: Vec<String> = removed.iter().map(ToString::to_string).collect();
            Some(json!({ "tuples": tuples, "invitations": ended }))
        };
        self.say(Said {
            operation,
            object,
            before,
            after: (!written.is_empty()).then(|| json!({ "tuples": written })),
        });
        Ok(Done::Changed)
    }

    /// Ends what a subject could accept to an object. Returns the ids of the invitations.
    async fn end_pending(
        &mut self,
        object: &Object,
        subject: &Subject,
    ) -> Result<Vec<String>, Fault> {
        let Subject::Object(who) = subject else {
            return Ok(Vec::new());
        };
        let snapshot = self.snapshot();
        let (Some(who), Some(to)) = (snapshot.standing(who), snapshot.standing(object)) else {
            return Ok(Vec::new());
        };
        let now_s = self.now_s;
        let rows = self.store.invitations_of_to(who.uid, to.uid, now_s).await?;
        for row in &rows {
            self.write(&Write::DeleteInvitation(row.id)).await?;
        }
        Ok(rows.iter().map(|row| row.id.to_string()).collect())
    }

    /// The subject's relations that point at an object and have another home: (who, relation, home).
    fn resting_on(&self, object: &Object, subject: &Subject) -> Vec<(Object, String, Object)> {
        let Subject::Object(who) = subject else {
            return Vec::new();
        };
        let administration = self.administration;
        let Some(rules) = administration.system.rules(who.type_name()) else {
            return Vec::new();
        };
        let parent = administration
            .parent_of(who)
            .unwrap_or_else(|| administration.site.clone());
        let snapshot = self.snapshot();
        let rests = |(relation, one): (&String, &OneRules)| {
            let blanks = Blanks {
                object: who,
                parent: &parent,
                subject: who,
            };
            let home = one.home.as_ref()?.object(&blanks).ok()?;
            let points = snapshot.follow(who, std::slice::from_ref(relation));
            (points.as_ref() == Some(object) && home != *object)
                .then(|| (who.clone(), relation.clone(), home))
        };
        rules.one().iter().filter_map(rests).collect()
    }

    /// Ends the grants below an object that a subject has because of what was just taken from it there:
    /// those whose needs are not met any more, and all of them where the membership carries what lies below.
    /// Returns what was taken.
    pub(super) async fn end_below(
        &mut self,
        object: &Object,
        subject: &Subject,
        removed: &[Tuple],
    ) -> Result<Vec<Tuple>, Fault> {
        let Some(who) = subject_object(subject).filter(|_| !removed.is_empty()) else {
            return Ok(Vec::new());
        };
        let rules = self.administration.system.rules(object.type_name());
        let carries = rules
            .and_then(|rules| rules.membership())
            .is_some_and(|membership| membership.below);
        let over = carries && self.grants_of(object, subject).is_empty();
        let mut ended = Vec::new();
        loop {
            let below: Vec<Tuple> = self
                .snapshot()
                .stands_in(who)
                .into_iter()
                .filter(|tuple| tuple.subject == *subject && self.is_below(&tuple.object, object))
                .filter(|tuple| self.is_ended(tuple, who, over))
                .collect();
            if below.is_empty() {
                return Ok(ended);
            }
            // What rested on these may end with them.
            let (removed, _) = self.tuples(below, Vec::new()).await?;
            ended.extend(removed);
        }
    }

    fn is_ended(&self, tuple: &Tuple, who: &Object, over: bool) -> bool {
        let rules = self.administration.system.rules(tuple.object.type_name());
        let grant = rules.and_then(|rules| rules.grant(rules.word(&tuple.relation)?));
        let Some((_, grant)) = grant else {
            // What the system wrote itself stays.
            return false;
        };
        let snapshot = self.snapshot();
        let parent = self.administration.parent_of(&tuple.object);
        let roles = Roles::of(&tuple.object, &snapshot, parent.as_ref());
        let unmet = |needs: &Guard| needs.met(who, &roles).is_err();
        over || grant.needs.as_ref().is_some_and(unmet)
    }

    fn is_below(&self, object: &Object, above: &Object) -> bool {
        let mut at = self.administration.parent_of(object);
        while let Some(parent) = at {
            if parent == *above {
                return true;
            }
            at = self.administration.parent_of(&parent);
        }
        false
    }
}
