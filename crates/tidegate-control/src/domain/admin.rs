//! What operators do: rotate keys, and take backups. Each asks for `can_administer` on the site, and is in the
//! audit log.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use tidegate_client::wire;
use tidegate_policy::{Change, Object, Snapshot};
use tidegate_token::{Algorithm, MAX_KEYS};
use tokio::io::AsyncWrite;

use super::caller::Actor;
use super::exchange::EXCHANGED_LIFE_MAX_S;
use super::keyring::{BUNDLES, Key, Keyring, LINKS, SECRETS, algorithm_named, generate};
use super::lane::{Lane, to_the_end};
use super::repeats::Keyed;
use super::system::FIRST_OPERATOR;
use super::work::{Said, Work, subject_object};
use super::{Administration, Fault, Issued, StartError, named};
use crate::store::{BackupError, Contents, Write};

/// The relation on the site that all of it asks for.
const ADMINISTER: &str = "can_administer";

/// Who runs the deployment, on the site.
const OPERATOR: &str = "operator";

/// How long a new key is only published, where the request does not say: verifiers that keep the key set
/// for a while have it then. Seconds.
pub const ACTIVATE_IN_S: u64 = 600;

/// Longest time that a new key can be only published. Seconds.
pub const ACTIVATE_IN_MAX_S: u64 = 30 * 86_400;

/// Longest `kid` of a request. Characters.
pub const KID_MAX: usize = 128;

/// Most secrets that are revoked along with a key.
pub const REVOKED_WITH_KEY_MAX: u32 = 10_000;

impl Administration {
    fn administers(&self, actor: &Actor, snapshot: &Snapshot) -> Result<(), Fault> {
        if actor.may(ADMINISTER, &self.site, snapshot) {
            return Ok(());
        }
        let rule = format!("admin: {ADMINISTER} on {}", self.site);
        Err(Fault::Forbidden { rule })
    }

    /// Every key, the oldest first; nothing of their private halves.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn signing_keys(&self, actor: &Actor) -> Result<Vec<wire::KeyInfo>, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        self.administers(actor, &snapshot)?;
        let (keyring, now_s) = (self.keyring(), self.clock.now_s());
        let mut keys = Vec::new();
        for key in keyring.keys() {
            let signed = self.signed_by(&keyring, key, now_s).await?;
            keys.push(info(&keyring, key, signed, now_s));
        }
        Ok(keys)
    }

    /// How many living secrets a key has signed; none where it signs no secrets.
    async fn signed_by(
        &self,
        keyring: &Keyring,
        key: &Key,
        now_s: u64,
    ) -> Result<Option<u64>, Fault> {
        if key.purpose != SECRETS {
            return Ok(None);
        }
        match keyring.signs(key) {
            None => Ok(Some(0)),
            Some(signs) => Ok(Some(self.store.living_secrets_of(signs, now_s).await?)),
        }
    }

    /// Adds a key: published at once, signing in the place of the one before it once it is active.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn rotate_key(
        self: &Arc<Self>,
        actor: Actor,
        key: Option<String>,
        request: wire::RotateKey,
    ) -> Result<wire::RotatedKey, Fault> {
        let keyed = Keyed::new(actor.uid, key.as_deref(), &("rotateKey", &request))?;
        let wire::RotateKey {
            purpose,
            algorithm,
            activate_in_s,
        } = request;
        let purpose = purpose.unwrap_or_else(|| SECRETS.to_owned());
        let algorithm = algorithm.unwrap_or_else(|| Algorithm::EdDsa.name().to_owned());
        if ![SECRETS, BUNDLES, LINKS].contains(&purpose.as_str()) {
            let detail = format!("a key is for {SECRETS}, {BUNDLES} or {LINKS}");
            return Err(Fault::bad("purpose", detail));
        }
        let algorithm =
            algorithm_named(&algorithm).ok_or_else(|| Fault::bad("algorithm", "EdDSA or ES256"))?;
        // Nobody else verifies links: there is nothing to wait for.
        let wait_s = match activate_in_s {
            Some(wait_s) if wait_s > ACTIVATE_IN_MAX_S => {
                let detail = format!("at most {ACTIVATE_IN_MAX_S} seconds");
                return Err(Fault::bad("activate_in_s", detail));
            }
            _ if purpose == LINKS => 0,
            asked => asked.unwrap_or(ACTIVATE_IN_S),
        };
        let this = Arc::clone(self);
        to_the_end(async move {
            let mut lane = this.lane(&actor).await?;
            this.administers(&actor, lane.snapshot())?;
            if let Some(keyed) = &keyed
                && let Some(kept) = keyed.answered(&this).await?
            {
                return Ok(kept);
            }
            let mut stored = this.store.keys().await?;
            if stored.len() >= MAX_KEYS {
                let detail = format!("there are {MAX_KEYS} keys: retire some");
                return Err(Fault::conflict("purpose", detail));
            }
            let mut work = Work::begin(&this, &mut lane, actor).await?;
            let new =
                generate(&this.clock, &purpose, algorithm).map_err(|error| unusable(&error))?;
            // The next second at the earliest: what was signed in this one was signed by the old key.
            let activates_at_s = work.now_s.saturating_add(wait_s.max(1));
            for key in stored.iter_mut().filter(|key| key.purpose == purpose) {
                if key.retired_at_s.is_none_or(|at_s| at_s > activates_at_s) {
                    key.retired_at_s = Some(activates_at_s);
                    let (kid, at_s) = (key.kid.clone(), activates_at_s);
                    work.write(&Write::RetireKey { kid, at_s }).await?;
                }
            }
            work.write(&Write::Key(new.clone())).await?;
            let kid = new.kid.clone();
            stored.push(new);
            stored.sort_by(|a, b| (a.created_at_s, &a.kid).cmp(&(b.created_at_s, &b.kid)));
            let keyring = Keyring::read(&stored).map_err(|error| unusable(&error))?;
            work.say(Said {
                operation: "rotate-key",
                object: this.site.clone(),
                before: None,
                after: Some(json!({
                    "kid": kid,
                    "purpose": purpose,
                    "algorithm": algorithm.name(),
                    "activates_at_s": activates_at_s,
                })),
            });
            let key = keyring.keys().iter().find(|key| key.kid == kid);
            let key = key.ok_or(Fault::Internal)?;
            let signed = this.signed_by(&keyring, key, work.now_s).await?;
            let rotated = wire::RotatedKey {
                key: info(&keyring, key, signed, work.now_s),
                revision: work.revision(),
            };
            this.finish_keys(work, &mut lane, keyring, keyed, &rotated)
                .await?;
            Ok(rotated)
        })
        .await
    }

    /// Takes a key away that signs no more: what it has signed holds no longer. Refused while that is
    /// anything, unless forced: then the secrets that it has signed are revoked.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn retire_key(
        self: &Arc<Self>,
        actor: Actor,
        key: Option<String>,
        kid: String,
        force: bool,
    ) -> Result<wire::RetiredKey, Fault> {
        if kid.is_empty() || kid.chars().count() > KID_MAX {
            let detail = format!("between 1 and {KID_MAX} characters");
            return Err(Fault::bad("kid", detail));
        }
        let keyed = Keyed::new(actor.uid, key.as_deref(), &("retireKey", &kid, force))?;
        let this = Arc::clone(self);
        to_the_end(async move {
            let mut lane = this.lane(&actor).await?;
            this.administers(&actor, lane.snapshot())?;
            if let Some(keyed) = &keyed
                && let Some(kept) = keyed.answered(&this).await?
            {
                return Ok(kept);
            }
            let mut stored = this.store.keys().await?;
            let keyring = Keyring::read(&stored).map_err(|error| unusable(&error))?;
            let key = keyring.keys().iter().find(|key| key.kid == kid);
            let key = key.ok_or_else(|| Fault::missing("kid", format_args!("key {kid}")))?;
            let now_s = this.clock.now_s();
            let retired_at_s = match key.retired_at_s {
                Some(at_s) if at_s <= now_s => at_s,
                _ => {
                    let detail = format!("key {kid} signs, or is about to: rotate first");
                    return Err(Fault::conflict("kid", detail));
                }
            };
            let signs = keyring.signs(key).filter(|_| key.purpose == SECRETS);
            let living = match signs {
                Some(signs) => this.store.living_secrets_of(signs, now_s).await?,
                None => 0,
            };
            if !force {
                this.check_unused(key, living, retired_at_s, now_s).await?;
            } else if living > u64::from(REVOKED_WITH_KEY_MAX) {
                let detail = format!(
                    "{living} secrets hold that this key has signed, and at most \
                     {REVOKED_WITH_KEY_MAX} are revoked at once: revoke some first"
                );
                return Err(Fault::conflict("kid", detail));
            }
            let mut work = Work::begin(&this, &mut lane, actor).await?;
            // Also what they were exchanged for ends: that may be signed by another key.
            let mut revoked = 0_u64;
            if let Some(signs) = signs.filter(|_| living > 0) {
                let most = REVOKED_WITH_KEY_MAX;
                let jtis = this.store.secrets_of(signs, now_s, most).await?;
                if jtis.iter().any(|jti| work.actor.comes_from(*jti)) {
                    let detail =
                        "your own secret ends with it: issue yourself another one, and use that";
                    return Err(Fault::conflict("kid", detail));
                }
                let mut changes = Vec::with_capacity(jtis.len());
                for jti in jtis {
                    let at_s = now_s;
                    work.write(&Write::RevokeSecret { jti, at_s }).await?;
                    changes.push(Change::Revoke { jti });
                    revoked += 1;
                }
                work.apply(changes)?;
            }
            let after = json!({ "kid": kid, "purpose": key.purpose, "revoked_secrets": revoked });
            stored.retain(|key| key.kid != kid);
            let keyring = Keyring::read(&stored).map_err(|error| unusable(&error))?;
            work.write(&Write::RemoveKey { kid }).await?;
            work.say(Said {
                operation: "retire-key",
                object: this.site.clone(),
                before: Some(after),
                after: None,
            });
            let retired = wire::RetiredKey {
                revoked_secrets: revoked,
                revision: work.revision(),
            };
            this.finish_keys(work, &mut lane, keyring, keyed, &retired)
                .await?;
            Ok(retired)
        })
        .await
    }

    /// Whether nothing holds any more that a key has signed.
    async fn check_unused(
        &self,
        key: &Key,
        living: u64,
        retired_at_s: u64,
        now_s: u64,
    ) -> Result<(), Fault> {
        let Key { kid, purpose, .. } = key;
        let in_use = |what: String| {
            let detail = format!("{what} (force: they end with it)");
            Err(Fault::conflict("kid", detail))
        };
        if living > 0 {
            return in_use(format!("{living} secrets hold that key {kid} has signed"));
        }
        // What secrets were exchanged for, and bundles, are kept nowhere; they live no longer than this.
        let over_at_s = retired_at_s.saturating_add(EXCHANGED_LIFE_MAX_S);
        if purpose != LINKS && now_s < over_at_s {
            let left_s = over_at_s - now_s;
            return in_use(format!(
                "what key {kid} has signed may hold for another {left_s} s"
            ));
        }
        if purpose == LINKS {
            let pending = self.store.pending_links(retired_at_s, now_s).await?;
            if pending > 0 {
                return in_use(format!(
                    "{pending} links of invitations hold that key {kid} has made"
                ));
            }
        }
        Ok(())
    }

    /// Commits a change of keys, and puts it in force before the next change begins.
    async fn finish_keys(
        &self,
        work: Work<'_>,
        lane: &mut Lane<'_>,
        keyring: Keyring,
        keyed: Option<Keyed>,
        answer: &impl Serialize,
    ) -> Result<(), Fault> {
        let keep = |keyed: Keyed| keyed.answer(answer, work.now_s);
        let repeat = keyed.map(keep).transpose()?;
        match work.finish(lane, Vec::new(), repeat).await {
            Ok(_) => {
                self.use_keys(keyring);
                Ok(())
            }
            Err(fault) => {
                // Whether it was committed may not be known: what the store holds is in force.
                match self.store.keys().await {
                    Ok(stored) => {
                        let keyring = Keyring::read(&stored).map_err(|error| unusable(&error))?;
                        self.use_keys(keyring);
                    }
                    Err(error) => {
                        tracing::error!(%error, "keys are as before until the next start");
                    }
                }
                Err(fault)
            }
        }
    }

    fn use_keys(&self, keyring: Keyring) {
        // Published before anything signs with it.
        self.keys.publish(keyring.public());
        self.link_key.publish(&keyring.links());
        self.keyring.store(Arc::new(keyring));
        self.keys_changed();
    }

    /// Notes that a backup is taken, for who may: what it holds is everything.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn begin_backup(self: &Arc<Self>, actor: Actor) -> Result<u64, Fault> {
        let this = Arc::clone(self);
        to_the_end(async move {
            let mut lane = this.lane(&actor).await?;
            this.administers(&actor, lane.snapshot())?;
            let mut work = Work::begin(&this, &mut lane, actor).await?;
            work.say(Said {
                operation: "backup",
                object: this.site.clone(),
                before: None,
                after: None,
            });
            Ok(work.finish(&mut lane, Vec::new(), None).await?.revision)
        })
        .await
    }

    /// A new secret of a person, or of an operator where none is named, for whoever has the store in their
    /// hands: after a restore nobody has one that holds.
    ///
    /// # Errors
    /// [`Fault::BadRequest`] where such an object is no person, [`Fault::NotFound`] where it is not there.
    pub(crate) async fn secret_by_hand(
        self: &Arc<Self>,
        person: Option<&str>,
    ) -> Result<Issued, Fault> {
        let person = person.map(|text| named(text, "object")).transpose()?;
        let this = Arc::clone(self);
        to_the_end(async move {
            let mut lane = this.first_lane().await?;
            let snapshot = Arc::clone(lane.snapshot());
            // The site always has an operator.
            let person = match person {
                Some(person) => person,
                None => this.any_operator(&snapshot).ok_or(Fault::Internal)?,
            };
            let rules = this.system.rules(person.type_name());
            let kind = rules
                .and_then(|rules| rules.first_secret())
                .ok_or_else(|| Fault::bad("object", format!("{person} is no person")))?;
            let standing = snapshot.standing(&person).ok_or_else(|| Fault::NotFound {
                field: "object".into(),
                detail: format!("no {person}"),
            })?;
            let site = snapshot.standing(&this.site).ok_or(Fault::Internal)?;
            let actor = Actor::without_secret(this.site.clone(), site.uid, "");
            let minted = this.mint(&person, standing.uid, kind, None)?;
            let mut work = Work::begin(&this, &mut lane, actor).await?;
            let row = minted.row(standing.uid, None, &this.site, site.uid);
            work.write(&Write::Secret(row)).await?;
            work.say(Said {
                operation: "secret-by-hand",
                object: person.clone(),
                before: None,
                after: Some(json!({ "jti": minted.jti.to_string(), "kind": kind })),
            });
            work.finish(&mut lane, Vec::new(), None).await?;
            Ok(minted.issued(&person))
        })
        .await
    }

    fn any_operator(&self, snapshot: &Snapshot) -> Option<Object> {
        let first: Object = FIRST_OPERATOR.parse().ok()?;
        let subjects = snapshot.subjects(&self.site, OPERATOR);
        let mut operators = subjects.iter().filter_map(subject_object);
        let operator = operators.find(|object| object.type_name() == first.type_name());
        operator.cloned()
    }

    /// Writes a backup.
    ///
    /// # Errors
    /// See [`BackupError`].
    pub async fn backup(
        &self,
        sink: impl AsyncWrite + Send + Unpin,
    ) -> Result<Contents, BackupError> {
        self.store.backup(sink).await
    }
}

fn unusable(error: &StartError) -> Fault {
    Fault::internal("keys cannot be used", error)
}

fn info(keyring: &Keyring, key: &Key, living_secrets: Option<u64>, now_s: u64) -> wire::KeyInfo {
    let signs = keyring.signs(key);
    let activates_at_s = signs.map_or(key.created_at_s, |(from_s, _)| from_s.max(key.created_at_s));
    let is_signer = |at_s| keyring.signer(&key.purpose, at_s).map(|key| &key.kid);
    let state = if is_signer(now_s) == Some(&key.kid) {
        wire::KeyState::Signing
    } else if key.retired_at_s.is_some_and(|at_s| at_s <= now_s) {
        wire::KeyState::Verifying
    } else {
        wire::KeyState::Published
    };
    wire::KeyInfo {
        kid: key.kid.clone(),
        purpose: key.purpose.clone(),
        algorithm: key.algorithm.clone(),
        state,
        created_at_s: key.created_at_s,
        activates_at_s,
        retires_at_s: key.retired_at_s,
        living_secrets,
    }
}
