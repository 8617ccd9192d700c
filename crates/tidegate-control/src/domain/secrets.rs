//! Secrets: issue, list, revoke. The text of one leaves here once, and is kept nowhere.

use serde_json::json;
use tidegate_client::wire;
use tidegate_policy::{Change, Object};
use tidegate_token::{Claims, Secret};
use uuid::Uuid;

use super::caller::Actor;
use super::system::Operation;
use super::work::{Done, Said, Work};
use super::{Administration, Fault, named};
use crate::store::{NewSecret, SecretRow, Write};
use crate::time::uuid_timestamp;

/// Longest description. Characters.
pub const DESCRIPTION_MAX: usize = 200;

/// Longest life that can be asked for: a hundred years. Seconds.
pub const LIFE_MAX_S: u64 = 100 * 366 * 86_400;

/// Most secrets of one subject that hold at a time.
pub const LIVING_SECRETS_MAX: u64 = 1000;

/// A secret that was issued, and its text.
#[derive(Debug)]
pub struct Issued {
    /// To be shown once.
    pub secret: Secret,
    /// Its id.
    pub jti: Uuid,
    /// Whose.
    pub subject: Object,
    /// Its kind.
    pub kind: String,
    /// Seconds since the epoch, UTC; none: it does not expire.
    pub expires_at_s: Option<u64>,
}

impl Issued {
    /// The one place where a secret's text leaves.
    pub(super) fn to_wire(&self, revision: u64) -> wire::IssuedSecret {
        let Self {
            secret,
            jti,
            subject,
            kind,
            expires_at_s,
        } = self;
        wire::IssuedSecret {
            secret: Some(secret.expose().to_owned()),
            jti: jti.to_string(),
            subject: subject.to_string(),
            kind: kind.clone(),
            expires_at_s: *expires_at_s,
            revision,
        }
    }
}

/// A secret that is signed, and not yet in the store.
pub(super) struct Minted {
    secret: Secret,
    pub(super) jti: Uuid,
    kind: String,
    audiences: Vec<String>,
    issued_at_s: u64,
    expires_at_s: Option<u64>,
}

impl Minted {
    pub(super) fn row(
        &self,
        subject_uid: Uuid,
        description: Option<String>,
        issued_by: &Object,
        issued_by_uid: Uuid,
    ) -> NewSecret {
        NewSecret {
            jti: self.jti,
            subject_uid,
            kind: self.kind.clone(),
            audiences: self.audiences.clone(),
            description,
            issued_at_s: self.issued_at_s,
            expires_at_s: self.expires_at_s,
            issued_by: issued_by.clone(),
            issued_by_uid,
        }
    }

    pub(super) fn issued(self, subject: &Object) -> Issued {
        let Self {
            secret,
            jti,
            kind,
            expires_at_s,
            ..
        } = self;
        Issued {
            secret,
            jti,
            subject: subject.clone(),
            kind,
            expires_at_s,
        }
    }
}

impl Administration {
    /// Signs a secret.
    pub(super) fn mint(
        &self,
        subject: &Object,
        uid: Uuid,
        kind: &str,
        expires_in_s: Option<u64>,
    ) -> Result<Minted, Fault> {
        let Some(rules) = self.system.profile().kinds.get(kind) else {
            return Err(Fault::bad("kind", format!("no kind of secret `{kind}`")));
        };
        let now_s = self.clock.now_s();
        let life_s = expires_in_s.or(rules.default_life_s);
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: rules.audiences.iter().cloned().collect(),
            sub: subject.to_string(),
            uid,
            jti: Uuid::new_v7(uuid_timestamp(&self.clock)),
            iat: now_s,
            nbf: None,
            exp: life_s.map(|life_s| now_s.saturating_add(life_s.min(LIFE_MAX_S))),
            kind: kind.to_owned(),
            narrow: None,
        };
        let keyring = self.keyring();
        // By the very second that the secret names: the keyring tells from it which key has signed.
        let signing = keyring.secrets(now_s).ok_or(Fault::Internal)?;
        let secret = signing
            .mint(&claims)
            .map_err(|error| Fault::internal("a secret cannot be signed", &error))?;
        let Claims {
            aud,
            jti,
            exp,
            kind,
            ..
        } = claims;
        Ok(Minted {
            secret,
            jti,
            kind,
            audiences: aud,
            issued_at_s: now_s,
            expires_at_s: exp,
        })
    }

    /// The kind that was asked for, or the only one that the subject can hold.
    fn kind_for(&self, subject: &Object, asked: Option<&str>) -> Result<String, Fault> {
        let type_name = subject.type_name();
        let kinds = &self.system.profile().kinds;
        let mut possible = kinds
            .iter()
            .filter(|(_, kind)| kind.principals.contains(type_name))
            .map(|(name, _)| name);
        let bad = |detail: String| Err(Fault::bad("kind", detail));
        match asked {
            Some(asked) if possible.any(|name| name == asked) => Ok(asked.to_owned()),
            Some(asked) => bad(format!(
                "a {type_name} cannot hold a secret of kind `{asked}`"
            )),
            None => match (possible.next(), possible.next()) {
                (Some(only), None) => Ok(only.clone()),
                (None, _) => bad(format!("a {type_name} cannot hold a secret")),
                (Some(first), Some(second)) => {
                    bad(format!("say which, for example `{first}` or `{second}`"))
                }
            },
        }
    }

    /// A page of a subject's secrets, the oldest first, after a `jti`.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn secrets(
        &self,
        actor: &Actor,
        subject: &str,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Vec<SecretRow>, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let subject = named(subject, "subject")?;
        self.visible(actor, &snapshot, &subject, "subject")?;
        // Who may revoke must find what to revoke.
        self.guard(actor, &snapshot, &subject, Operation::RevokeSecret)?;
        match snapshot.standing(&subject) {
            Some(standing) => Ok(self
                .store
                .secrets(standing.uid, cursor.unwrap_or_default(), limit)
                .await?),
            None => Ok(Vec::new()),
        }
    }
}

impl Work<'_> {
    /// Issues a secret.
    pub(super) async fn issue_secret(&mut self, request: wire::IssueSecret) -> Result<Done, Fault> {
        let wire::IssueSecret {
            subject,
            kind,
            description,
            expires_in_s,
        } = request;
        let administration = self.administration;
        let subject = named(&subject, "subject")?;
        self.visible(&subject, "subject")?;
        let kind = administration.kind_for(&subject, kind.as_deref())?;
        check_description(description.as_deref())?;
        check_life(expires_in_s)?;
        self.guard(&subject, Operation::IssueSecret)?;
        let Some(standing) = self.snapshot().standing(&subject) else {
            return Err(Fault::missing("subject", &subject));
        };
        if self.store.living_secrets(standing.uid, self.now_s).await? >= LIVING_SECRETS_MAX {
            let detail = format!("{subject} has {LIVING_SECRETS_MAX} secrets already: revoke some");
            return Err(Fault::conflict("subject", detail));
        }
        let minted = administration.mint(&subject, standing.uid, &kind, expires_in_s)?;
        let row = minted.row(
            standing.uid,
            description.clone(),
            &self.actor.object,
            self.actor.uid,
        );
        self.write(&Write::Secret(row)).await?;
        self.say(Said {
            operation: "issue-secret",
            object: subject.clone(),
            before: None,
            after: Some(json!({
                "jti": minted.jti.to_string(),
                "kind": kind,
                "description": description,
                "expires_at_s": minted.expires_at_s,
            })),
        });
        Ok(Done::Issued(minted.issued(&subject)))
    }

    /// Revokes a secret. What is revoked already stays as it is.
    pub(super) async fn revoke_secret(
        &mut self,
        request: wire::RevokeSecret,
    ) -> Result<Done, Fault> {
        let wire::RevokeSecret { jti } = request;
        let jti = Uuid::try_parse(&jti).map_err(|_| Fault::bad("jti", "no UUID"))?;
        let unknown = || Fault::missing("jti", format_args!("secret {jti}"));
        let row = self.store.secret(jti).await?.ok_or_else(unknown)?;
        self.visible(&row.subject, "jti").map_err(|_| unknown())?;
        self.guard(&row.subject, Operation::RevokeSecret)?;
        if row.revoked_at_s.is_some() {
            return Ok(Done::Changed);
        }
        let at_s = self.now_s;
        self.write(&Write::RevokeSecret { jti, at_s }).await?;
        self.apply(vec![Change::Revoke { jti }])?;
        self.say(Said {
            operation: "revoke-secret",
            object: row.subject,
            before: Some(json!({ "jti": jti.to_string(), "kind": row.kind })),
            after: None,
        });
        Ok(Done::Changed)
    }
}

fn check_description(description: Option<&str>) -> Result<(), Fault> {
    let bad = |detail: String| Err(Fault::bad("description", detail));
    match description {
        Some(text) if text.chars().count() > DESCRIPTION_MAX => {
            bad(format!("more than {DESCRIPTION_MAX} characters"))
        }
        Some(text) if text.chars().any(char::is_control) => bad("control characters".to_owned()),
        _ => Ok(()),
    }
}

fn check_life(expires_in_s: Option<u64>) -> Result<(), Fault> {
    match expires_in_s {
        Some(life_s) if life_s == 0 || life_s > LIFE_MAX_S => {
            let detail = format!("between 1 and {LIFE_MAX_S} seconds");
            Err(Fault::bad("expires_in_s", detail))
        }
        _ => Ok(()),
    }
}
