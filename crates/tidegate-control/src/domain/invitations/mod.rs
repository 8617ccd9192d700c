//! Invitations: what somebody may accept. While one is pending it gives nothing, as nothing of it is in the model.

mod accept;
mod list;
mod redeem;

use std::str::FromStr;

use serde_json::json;
use tidegate_client::wire;
use uuid::Uuid;

use super::grants::{Way, grantings, one_level};
use super::guard::Roles;
use super::system::{InviteRules, TypeRules};
use super::work::{Done, Said, Work};
use super::{Fault, named};
use crate::outbox::{Notification, Recipient};
use crate::store::{InvitationRow, Invitee, NewInvitation, NewNotification, Write};
use crate::time::uuid_timestamp;

/// Longest time that an invitation can be accepted: a year. Seconds.
pub const INVITATION_LIFE_MAX_S: u64 = 366 * 86_400;

/// Most pending invitations to an object.
pub const PENDING_MAX: u64 = 1000;

/// Longest e-mail address (RFC 5321). Bytes.
const ADDRESS_MAX: usize = 254;

impl Work<'_> {
    /// Invites somebody, instead of a pending invitation of the same to the same.
    pub(super) async fn invite(&mut self, request: wire::Invite) -> Result<Done, Fault> {
        let wire::Invite {
            object,
            invitee,
            relations,
            expires_in_s,
        } = request;
        let object = named(&object, "object")?;
        self.visible(&object, "object")?;
        let administration = self.administration;
        let rules = administration.system.rules(object.type_name());
        let Some((rules, invite)) = rules.and_then(|rules| Some((rules, rules.invite()?))) else {
            let detail = format!("nobody is invited to a {}", object.type_name());
            return Err(Fault::bad("object", detail));
        };
        let asked = grantings(&object, rules, &relations)?;
        if let Some(other) = asked
            .iter()
            .find(|granting| !invite.relations.iter().any(|word| word == granting.word))
        {
            let detail = format!(
                "`{}` is not given by invitation; relations: {}",
                other.word,
                invite.relations.join(", ")
            );
            return Err(Fault::bad("relations", detail));
        }
        one_level(rules, &asked)?;
        needs_level(rules, invite, &asked)?;
        let life_s = expires_in_s.unwrap_or(invite.default_life_s);
        if life_s == 0 || life_s > INVITATION_LIFE_MAX_S {
            let detail = format!("between 1 and {INVITATION_LIFE_MAX_S} seconds");
            return Err(Fault::bad("expires_in_s", detail));
        }
        let invitee = self.invitee(&invitee, invite)?;
        let snapshot = self.snapshot();
        let parent = administration.parent_of(&object);
        let named_invitee = invitee.as_ref().ok().and_then(|invitee| match invitee {
            Invitee::Object { object, .. } => Some(object),
            Invitee::Address(_) => None,
        });
        let roles = Roles {
            subject: named_invitee,
            ..Roles::of(&object, &snapshot, parent.as_ref())
        };
        self.pass(&invite.guard, &roles)?;
        // Nobody gives by invitation what they could not grant.
        self.may_grant(&object, named_invitee, &asked, Way::Grant)?;
        let invitee = invitee?;
        let Some(standing) = snapshot.standing(&object) else {
            return Err(Fault::missing("object", &object));
        };
        if self
            .store
            .pending_invitations(standing.uid, self.now_s)
            .await?
            >= PENDING_MAX
        {
            let detail = format!("{PENDING_MAX} invitations to {object} are pending already");
            return Err(Fault::conflict("object", detail));
        }
        let new = NewInvitation {
            id: Uuid::new_v7(uuid_timestamp(&administration.clock)),
            object_uid: standing.uid,
            invitee,
            relations: asked
                .iter()
                .map(|granting| granting.word.to_owned())
                .collect(),
            invited_by: self.actor.object.clone(),
            invited_by_uid: self.actor.uid,
            created_at_s: self.now_s,
            expires_at_s: self.now_s.saturating_add(life_s),
        };
        self.write(&Write::Invitation(new.clone())).await?;
        let row = self.pending(new.id).await?;
        self.notify(&row, standing.uid).await?;
        self.say(Said {
            operation: "invite",
            object,
            before: None,
            after: Some(json!({
                "invitation": row.id.to_string(),
                "invitee": invitee_text(&row.invitee),
                "relations": row.relations,
                "expires_at_s": row.expires_at_s,
            })),
        });
        Ok(Done::Invited(Box::new(row)))
    }

    /// Takes a pending invitation back.
    pub(super) async fn withdraw(&mut self, request: wire::InvitationId) -> Result<Done, Fault> {
        let wire::InvitationId { id: text, object } = request;
        if object.is_some() {
            return Err(Fault::bad("object", "an invitation is withdrawn by its id"));
        }
        let id = id(text.as_deref())?;
        let unknown = || Fault::missing("id", format_args!("invitation {id}"));
        let row = self
            .store
            .invitation(id, self.now_s)
            .await?
            .ok_or_else(unknown)?;
        self.visible(&row.object, "id").map_err(|_| unknown())?;
        let administration = self.administration;
        let rules = administration.system.rules(row.object.type_name());
        let guard = rules
            .and_then(|rules| rules.invite())
            .map(|invite| &invite.guard);
        let snapshot = self.snapshot();
        let parent = administration.parent_of(&row.object);
        let roles = Roles::of(&row.object, &snapshot, parent.as_ref());
        self.pass(guard.ok_or_else(unknown)?, &roles)?;
        self.end_invitation(&row, "withdraw").await
    }

    async fn end_invitation(
        &mut self,
        row: &InvitationRow,
        operation: &'static str,
    ) -> Result<Done, Fault> {
        self.write(&Write::DeleteInvitation(row.id)).await?;
        self.say(Said {
            operation,
            object: row.object.clone(),
            before: Some(json!({
                "invitation": row.id.to_string(),
                "invitee": invitee_text(&row.invitee),
                "relations": row.relations,
            })),
            after: None,
        });
        Ok(Done::Changed)
    }

    /// Who is invited; the inner error is for those alone who may invite.
    fn invitee(&self, text: &str, invite: &InviteRules) -> Result<Result<Invitee, Fault>, Fault> {
        if let Some(address) = address(text) {
            return Ok(Ok(Invitee::Address(address)));
        }
        if text.contains('@') {
            return Err(Fault::bad(
                "invitee",
                format!("`{text}` is no e-mail address"),
            ));
        }
        let object = named(text, "invitee")?;
        if !invite
            .principals
            .iter()
            .any(|known| known == object.type_name())
        {
            let detail = format!("a {} cannot be invited", object.type_name());
            return Err(Fault::bad("invitee", detail));
        }
        let standing = self.snapshot().standing(&object);
        Ok(match standing {
            Some(standing) => Ok(Invitee::Object {
                object,
                uid: standing.uid,
            }),
            None => Err(Fault::missing("invitee", object)),
        })
    }

    async fn pending(&mut self, id: Uuid) -> Result<InvitationRow, Fault> {
        let row = self.store.invitation(id, self.now_s).await?;
        row.ok_or_else(|| Fault::missing("id", format_args!("invitation {id}")))
    }

    async fn notify(&mut self, row: &InvitationRow, object_uid: Uuid) -> Result<(), Fault> {
        let (recipient, link) = match &row.invitee {
            Invitee::Address(address) => (Recipient::Address(address.clone()), true),
            Invitee::Object { object, uid } => {
                let addresses = self.store.addresses_of(*uid).await?;
                (
                    Recipient::Subject {
                        object: object.to_string(),
                        addresses,
                    },
                    false,
                )
            }
        };
        let display_name = self
            .store
            .object(object_uid)
            .await?
            .and_then(|row| row.display_name);
        let notification = Notification::Invited {
            invitation: row.id,
            object: row.object.to_string(),
            display_name,
            relations: row.relations.clone(),
            invited_by: row.invited_by.clone(),
            recipient,
            expires_at_s: row.expires_at_s,
            link,
        };
        let notification = serde_json::to_string(&notification)
            .map_err(|error| Fault::internal("a notification cannot be written", &error))?;
        self.write(&Write::Notification(NewNotification {
            id: Uuid::new_v7(uuid_timestamp(&self.administration.clock)),
            created_at_s: self.now_s,
            notification,
        }))
        .await
    }
}

/// An e-mail address in lower case; none when it is none.
pub(super) fn address(text: &str) -> Option<String> {
    let plain = text.len() <= ADDRESS_MAX && text.is_ascii() && !text.contains(':');
    let parsed = plain
        .then(|| lettre::Address::from_str(text))
        .and_then(Result::ok)?;
    // What is mailed to is a domain, not a machine's number, and has a dot or is local.
    (!parsed.domain().starts_with('[')).then(|| parsed.to_string().to_ascii_lowercase())
}

pub(super) fn to_wire(row: InvitationRow) -> wire::Invitation {
    let InvitationRow {
        id,
        object,
        object_uid: _,
        invitee,
        relations,
        invited_by,
        created_at_s,
        expires_at_s,
        redeemed_at_s: _,
    } = row;
    wire::Invitation {
        id: id.to_string(),
        object: object.to_string(),
        invitee: invitee_text(&invitee),
        relations,
        invited_by,
        created_at_s,
        expires_at_s,
    }
}

fn invitee_text(invitee: &Invitee) -> String {
    match invitee {
        Invitee::Object { object, .. } => object.to_string(),
        Invitee::Address(address) => address.clone(),
    }
}

/// Where a membership is a level, an invitation says which.
fn needs_level(
    rules: &TypeRules,
    invite: &InviteRules,
    asked: &[super::grants::Granting<'_>],
) -> Result<(), Fault> {
    let mut levels = rules
        .levels()
        .iter()
        .filter(|level| invite.relations.contains(level))
        .peekable();
    let any = levels.peek().is_none()
        || levels.any(|level| asked.iter().any(|granting| granting.word == level));
    if any {
        Ok(())
    } else {
        let detail = format!("one of {}", rules.levels().join(", "));
        Err(Fault::bad("relations", detail))
    }
}

fn id(text: Option<&str>) -> Result<Uuid, Fault> {
    let text = text.ok_or_else(|| Fault::bad("id", "say which invitation"))?;
    text.parse()
        .map_err(|_| Fault::bad("id", format!("`{text}` is no id of an invitation")))
}
