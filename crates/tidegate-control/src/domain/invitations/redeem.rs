//! The link of an invitation's mail: whoever has it can read the mails of the address.
//!
//! It works once. It proves the address, for the holder of a secret or for a new person; what the invitation
//! gives is given by accepting it, which is a step of its own.

use std::sync::Arc;

use serde_json::json;
use tidegate_client::wire;
use tidegate_policy::Object;
use uuid::Uuid;

use crate::domain::caller::Actor;
use crate::domain::lane::{Lane, to_the_end};
use crate::domain::objects::Warrant;
use crate::domain::repeats::{Keyed, holder_of};
use crate::domain::work::{Done, Said, Work};
use crate::domain::{Administration, Fault, named};
use crate::store::{InvitationRow, Invitee, Write};
use crate::time::uuid_timestamp;

impl Administration {
    /// Proves the address that an invitation was mailed to. `key`: a repeat of the request under the same
    /// idempotency key is answered as the first was, but for the text of a new person's secret.
    ///
    /// # Errors
    /// See [`Fault`]. A code that is wrong, used or too late is not found, whichever it is.
    pub async fn redeem(
        self: &Arc<Self>,
        actor: Option<Actor>,
        key: Option<String>,
        request: wire::Redeem,
    ) -> Result<wire::Redeemed, Fault> {
        let this = Arc::clone(self);
        to_the_end(async move {
            let wire::Redeem { code, subject } = &request;
            let holder = match &actor {
                Some(actor) => actor.uid,
                None => holder_of(code),
            };
            let keyed = Keyed::new(holder, key.as_deref(), &("redeemInvitation", &request))?;
            let unknown = || Fault::missing("code", "invitation has this code, or not any more");
            let id = this.link_key.invitation(code).ok_or_else(unknown)?;
            let person = this.system.person().ok_or_else(unknown)?.to_owned();
            // The first time used the code up.
            if let Some(keyed) = &keyed
                && let Some(kept) = keyed.answered(&this).await?
            {
                return Ok(kept);
            }
            // Anybody can send a code: only one that holds gets a turn to change something.
            let address = this.store.address_of_link(id, this.clock.now_s()).await?;
            address
                .filter(|address| this.link_key.proves(code, id, address))
                .ok_or_else(unknown)?;
            match (actor, subject) {
                (Some(actor), None) => {
                    actor.whole()?;
                    let mut lane = this.lane(&actor).await?;
                    if let Some(keyed) = &keyed
                        && let Some(kept) = keyed.answered(&this).await?
                    {
                        return Ok(kept);
                    }
                    let mut work = Work::begin(&this, &mut lane, actor).await?;
                    let (row, address) = work.redeemable(id, code).await?.ok_or_else(unknown)?;
                    let redeemed = work.prove_own(row, address, &person).await?;
                    work.finish_redeemed(&mut lane, redeemed, keyed).await
                }
                (None, Some(subject)) => {
                    let object = named(subject, "subject")?;
                    if object.type_name() != person {
                        return Err(Fault::bad("subject", format!("expected a {person}")));
                    }
                    let mut lane = this.first_lane().await?;
                    if let Some(keyed) = &keyed
                        && let Some(kept) = keyed.answered(&this).await?
                    {
                        return Ok(kept);
                    }
                    let uid = Uuid::new_v7(uuid_timestamp(&this.clock));
                    let newcomer = Actor::without_secret(object.clone(), uid, "");
                    let mut work = Work::begin(&this, &mut lane, newcomer).await?;
                    let (row, address) = work.redeemable(id, code).await?.ok_or_else(unknown)?;
                    let redeemed = work.sign_up(row, address, object).await?;
                    work.finish_redeemed(&mut lane, redeemed, keyed).await
                }
                (Some(_), Some(_)) => {
                    Err(Fault::bad("subject", "only without a secret: somebody new"))
                }
                (None, None) => Err(Fault::bad(
                    "subject",
                    "say who is to be created, or show the secret of who has the address",
                )),
            }
        })
        .await
    }
}

impl Work<'_> {
    /// The invitation of a code that holds, and its address.
    async fn redeemable(
        &mut self,
        id: Uuid,
        code: &str,
    ) -> Result<Option<(InvitationRow, String)>, Fault> {
        let row = self.store.invitation(id, self.now_s).await?;
        let row = row.filter(|row| row.redeemed_at_s.is_none());
        Ok(row.and_then(|row| match &row.invitee {
            Invitee::Address(address)
                if self.administration.link_key.proves(code, row.id, address) =>
            {
                let address = address.clone();
                Some((row, address))
            }
            Invitee::Address(_) | Invitee::Object { .. } => None,
        }))
    }

    /// For the holder of a secret.
    async fn prove_own(
        &mut self,
        row: InvitationRow,
        address: String,
        person: &str,
    ) -> Result<wire::Redeemed, Fault> {
        let me = self.actor.object.clone();
        if me.type_name() != person {
            return Err(Fault::conflict(
                "code",
                format!("a {} has no address", me.type_name()),
            ));
        }
        let rules = self.administration.system.rules(row.object.type_name());
        if let Some(invite) = rules.and_then(|rules| rules.invite()) {
            // A secret that can accept nothing proves nothing either.
            let snapshot = self.snapshot();
            let roles = crate::domain::guard::Roles::of(&row.object, &snapshot, None);
            self.pass(&invite.accept, &roles)?;
        }
        match self.store.owner_of(&address).await? {
            Some((owner, _)) if owner != me => {
                return Err(Fault::conflict("code", "the address is another's"));
            }
            Some(_) => {}
            None => self.prove(&address, self.actor.uid).await?,
        }
        self.redeemed(row, address, me, None).await
    }

    /// For somebody new.
    async fn sign_up(
        &mut self,
        row: InvitationRow,
        address: String,
        object: Object,
    ) -> Result<wire::Redeemed, Fault> {
        if self.store.owner_of(&address).await?.is_some() {
            let detail = "the address has an account: redeem with its secret";
            return Err(Fault::conflict("code", detail));
        }
        let request = wire::CreateObject {
            object: object.to_string(),
            display_name: None,
            links: std::collections::BTreeMap::new(),
            owner: None,
            quota: None,
        };
        let created = self
            .create_under(request, Warrant::Invitation)
            .await
            .map_err(named_subject)?;
        let Done::Created { uid, secret, .. } = created else {
            return Err(Fault::Internal);
        };
        self.prove(&address, uid).await?;
        // The creation is noted: the revision is the change's.
        let revision = self.revision();
        let secret = secret.map(|issued| issued.to_wire(revision));
        self.redeemed(row, address, object, secret).await
    }

    async fn prove(&mut self, address: &str, owner: Uuid) -> Result<(), Fault> {
        let (address, at_s) = (address.to_owned(), self.now_s);
        self.write(&Write::Address {
            address,
            owner,
            at_s,
        })
        .await
    }

    async fn redeemed(
        &mut self,
        row: InvitationRow,
        address: String,
        subject: Object,
        secret: Option<wire::IssuedSecret>,
    ) -> Result<wire::Redeemed, Fault> {
        self.write(&Write::RedeemInvitation {
            id: row.id,
            at_s: self.now_s,
        })
        .await?;
        self.say(Said {
            operation: "redeem",
            object: subject.clone(),
            before: None,
            after: Some(json!({ "invitation": row.id.to_string(), "address": address })),
        });
        Ok(wire::Redeemed {
            subject: subject.to_string(),
            address,
            invitation: super::to_wire(row),
            secret,
            revision: self.revision(),
        })
    }

    async fn finish_redeemed(
        self,
        lane: &mut Lane<'_>,
        redeemed: wire::Redeemed,
        keyed: Option<Keyed>,
    ) -> Result<wire::Redeemed, Fault> {
        let mut kept = redeemed.clone();
        if let Some(issued) = &mut kept.secret {
            issued.secret = None;
        }
        let keep = |keyed: Keyed| keyed.answer(&kept, self.now_s);
        let repeat = keyed.map(keep).transpose()?;
        self.finish(lane, Vec::new(), repeat).await?;
        Ok(redeemed)
    }
}

/// The new person's name is the request's `subject`.
fn named_subject(fault: Fault) -> Fault {
    match fault {
        Fault::BadRequest { field, detail } if field == "object" => Fault::bad("subject", detail),
        Fault::Conflict {
            field,
            rule,
            detail,
        } if field == "object" => Fault::Conflict {
            field: "subject".into(),
            rule,
            detail,
        },
        other => other,
    }
}
