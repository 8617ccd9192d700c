//! Accepting and declining, by the invitee alone.

use tidegate_client::wire;
use tidegate_policy::{Object, Subject, Tuple};

use super::id;
use crate::domain::grants::{grantings, others_of_level};
use crate::domain::guard::Roles;
use crate::domain::system::{Blanks, InviteRules, TypeRules};
use crate::domain::work::{Done, Said, Work, texts};
use crate::domain::{Fault, named};
use crate::store::{InvitationRow, Invitee, Write};

impl Work<'_> {
    /// Takes what an invitation gives.
    pub(in crate::domain) async fn accept(
        &mut self,
        request: wire::InvitationId,
    ) -> Result<Done, Fault> {
        let row = self.own(request).await?;
        let administration = self.administration;
        let (rules, invite) = self.may_accept(&row)?;
        let me = self.actor.object.clone();
        if !invite
            .principals
            .iter()
            .any(|known| known == me.type_name())
        {
            let detail = format!("a {} cannot be a member of {}", me.type_name(), row.object);
            return Err(Fault::conflict("id", detail));
        }
        let subject = Subject::Object(me.clone());
        let asked = grantings(&row.object, rules, &row.relations)?;
        let mut written: Vec<Tuple> = asked
            .iter()
            .map(|granting| {
                Tuple::new(
                    row.object.clone(),
                    &granting.rules.relation,
                    subject.clone(),
                )
            })
            .collect();
        let removed = others_of_level(rules, &asked, &self.grants_of(&row.object, &subject));
        let mut pointed = Vec::new();
        let parent = administration
            .parent_of(&row.object)
            .unwrap_or_else(|| administration.site.clone());
        let blanks = Blanks {
            object: &row.object,
            parent: &parent,
            subject: &me,
        };
        for template in invite.writes() {
            let tuple = template
                .tuple(&blanks)
                .map_err(|error| Fault::internal("invite.writes", &error))?;
            match self.one_target(&tuple) {
                Some(target) => pointed.push((tuple.object, tuple.relation.to_string(), target)),
                None => written.push(tuple),
            }
        }
        if let Some(tuple) = written
            .iter()
            .find(|tuple| administration.system.model().allows(tuple).is_err())
        {
            let detail = format!("the model does not allow {tuple} any more");
            return Err(Fault::conflict("id", detail));
        }
        let (mut removed, written) = self.tuples(removed, written).await?;
        removed.extend(self.end_below(&row.object, &subject, &removed).await?);
        let mut written = written;
        for (object, relation, target) in pointed {
            let (old, new) = self.point(&object, &relation, &target).await?;
            removed.extend(old);
            written.extend(new);
        }
        self.write(&Write::DeleteInvitation(row.id)).await?;
        self.say(Said {
            operation: "accept",
            object: row.object,
            before: texts(&removed),
            after: Some(serde_json::json!({
                "invitation": row.id.to_string(),
                "tuples": written.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })),
        });
        Ok(Done::Changed)
    }

    /// Refuses what an invitation gives.
    pub(in crate::domain) async fn decline(
        &mut self,
        request: wire::InvitationId,
    ) -> Result<Done, Fault> {
        let row = self.own(request).await?;
        self.may_accept(&row)?;
        self.end_invitation(&row, "decline").await
    }

    fn may_accept(&self, row: &InvitationRow) -> Result<(&TypeRules, &InviteRules), Fault> {
        let administration = self.administration;
        let rules = administration.system.rules(row.object.type_name());
        let Some((rules, invite)) = rules.and_then(|rules| Some((rules, rules.invite()?))) else {
            let detail = format!("nobody is invited to a {} any more", row.object.type_name());
            return Err(Fault::conflict("id", detail));
        };
        let snapshot = self.snapshot();
        let parent = administration.parent_of(&row.object);
        let roles = Roles {
            subject: Some(&self.actor.object),
            ..Roles::of(&row.object, &snapshot, parent.as_ref())
        };
        self.pass(&invite.accept, &roles)?;
        Ok((rules, invite))
    }

    /// A pending invitation of the caller's own. Another's does not exist for them.
    async fn own(&mut self, request: wire::InvitationId) -> Result<InvitationRow, Fault> {
        let (me, now_s) = (self.actor.uid, self.now_s);
        let wire::InvitationId { id: wanted, object } = request;
        match (wanted, object) {
            (Some(wanted), None) => {
                let wanted = id(Some(&wanted))?;
                let unknown = || Fault::missing("id", format_args!("invitation {wanted}"));
                let row = self.store.invitation(wanted, now_s).await?;
                let row = row.ok_or_else(unknown)?;
                let own = match &row.invitee {
                    Invitee::Object { uid, .. } => *uid == me,
                    Invitee::Address(address) => {
                        let owner = self.store.owner_of(address).await?;
                        owner.is_some_and(|(_, uid)| uid == me)
                    }
                };
                own.then_some(row).ok_or_else(unknown)
            }
            (None, Some(object)) => {
                let object = named(&object, "object")?;
                let unknown = || Fault::missing("object", format_args!("invitation to {object}"));
                let to = self.snapshot().standing(&object).ok_or_else(unknown)?;
                let own = self.store.invitations_of_to(me, to.uid, now_s).await?;
                let mut own = own.into_iter();
                match (own.next(), own.next()) {
                    (Some(only), None) => Ok(only),
                    (None, _) => Err(unknown()),
                    (Some(_), Some(_)) => {
                        let detail = "there are several: say which by `id`";
                        Err(Fault::conflict("object", detail))
                    }
                }
            }
            _ => Err(Fault::bad("id", "either `id` or `object`")),
        }
    }

    /// What a tuple's relation with exactly one subject is to point at; none for other relations.
    fn one_target(&self, tuple: &Tuple) -> Option<Object> {
        let rules = self.administration.system.rules(tuple.object.type_name())?;
        rules.one().get(&*tuple.relation)?;
        match &tuple.subject {
            Subject::Object(target) => Some(target.clone()),
            Subject::Userset { .. } | Subject::Wildcard { .. } => None,
        }
    }
}
