//! Opens the rules on a store; the first start of an empty store makes the first operator.

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tidegate_policy::{Change, Live, NameError, Object, Snapshot};
use tidegate_quota::Calendar;
use tidegate_token::{Algorithm, KeyError, KeySet, SigningKey};
use tidegate_tower::{Clock, LiveKeys};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::caller::Actor;
use super::lane::{BuildError, Held, Plan, build, to_the_end};
use super::system::{Blanks, FIRST_OPERATOR, System};
use super::{Administration, Fault, Issued, site};
use crate::store::{NewObject, Store, StoreError, StoredKey, Write};
use crate::time::uuid_timestamp;

/// What the rules are opened with.
#[derive(Debug)]
pub struct Opening {
    /// The store.
    pub store: Store,
    /// The system.
    pub system: System,
    /// What secrets name as their issuer.
    pub issuer: String,
    /// The time.
    pub clock: Clock,
    /// How quota windows follow each other.
    pub calendar: Calendar,
}

/// Why the rules cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its content is no snapshot.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A signing key cannot be made or read.
    #[error("signing key `{kid}`: {error}")]
    Key {
        /// Which.
        kid: String,
        /// Why.
        error: KeyError,
    },
    /// A signing key is stored in a way that this version does not know.
    #[error("signing key `{0}` cannot be read")]
    UnknownKey(String),
    /// The store has objects and no signing key.
    #[error("the store has no signing key")]
    NoKey,
    /// A built-in name is none.
    #[error("built-in object: {0}")]
    Name(#[from] NameError),
    /// The first operator cannot be made.
    #[error("first start: {0}")]
    First(Fault),
}

/// Opens the rules; with the first operator's secret when the store was empty.
///
/// # Errors
/// See [`StartError`].
pub async fn open(opening: Opening) -> Result<(Arc<Administration>, Option<Issued>), StartError> {
    let Opening {
        store,
        system,
        issuer,
        clock,
        calendar,
    } = opening;
    let empty = Snapshot::new(system.model().clone(), system.profile().clone());
    let snapshot = build(&store, &empty, clock.now_s()).await?;
    let first = snapshot.revision() == 0;
    let mut new_key = None;
    let (signing, keys) = if first {
        let (signing, stored) = generate(&clock)?;
        let mut keys = KeySet::default();
        keys.insert(signing.verifying_key());
        new_key = Some(stored);
        (signing, keys)
    } else {
        read_keys(&store.keys().await?)?
    };
    let live = Arc::new(Live::new());
    if !first {
        live.publish(Arc::clone(&snapshot), clock.now_s());
    }
    let administration = Arc::new(Administration {
        store,
        system,
        site: site()?,
        live,
        keys: Arc::new(LiveKeys::new(keys)),
        signing,
        issuer,
        clock,
        calendar,
        held: Mutex::new(Held {
            snapshot,
            behind: false,
        }),
        meter: OnceLock::new(),
    });
    let issued = match new_key {
        Some(key) => {
            let operator: Object = FIRST_OPERATOR.parse()?;
            let this = Arc::clone(&administration);
            let issued = to_the_end(async move { this.first_start(operator, key).await });
            Some(issued.await.map_err(StartError::First)?)
        }
        None => None,
    };
    Ok((administration, issued))
}

impl Administration {
    /// The site, the first operator with its secret, and the key that signed it: one change.
    async fn first_start(&self, operator: Object, key: StoredKey) -> Result<Issued, Fault> {
        let now_s = self.clock.now_s();
        let uid = || Uuid::new_v7(uuid_timestamp(&self.clock));
        let (site_uid, operator_uid) = (uid(), uid());
        let mut plan = Plan::new("first-start", &self.site);
        for (object, uid, parent) in [
            (&self.site, site_uid, None),
            (&operator, operator_uid, Some(site_uid)),
        ] {
            let new = NewObject {
                uid,
                object: object.clone(),
                parent,
                display_name: None,
                created_at_s: now_s,
            };
            plan.writes.push(Write::Object(new));
            plan.changes.push(Change::Put {
                object: object.clone(),
                uid,
                valid_from_s: now_s,
            });
        }
        let blanks = Blanks {
            object: &operator,
            parent: &self.site,
            creator: &operator,
        };
        let rules = self
            .system
            .rules(operator.type_name())
            .ok_or(Fault::Internal)?;
        for template in rules.writes() {
            let tuple = template
                .tuple(&blanks)
                .map_err(|error| Fault::internal("writes", &error))?;
            plan.writes.push(Write::Tuple(tuple.clone()));
            plan.changes.push(Change::Write(tuple));
        }
        let kind = rules.first_secret().ok_or(Fault::Internal)?;
        let minted = self.mint(&operator, operator_uid, kind, None)?;
        plan.after = Some(
            json!({ "operator": operator.as_str(), "jti": minted.jti.to_string(), "kid": key.kid }),
        );
        plan.writes.push(Write::Secret(minted.row(
            operator_uid,
            None,
            &operator,
            operator_uid,
        )));
        plan.writes.push(Write::Key(key));
        let actor = Actor {
            object: operator.clone(),
            uid: operator_uid,
            kind: kind.to_owned(),
            jti: None,
        };
        let revision = self.first_lane().await.commit(&actor, plan).await?;
        Ok(minted.issued(&operator, revision))
    }
}

fn generate(clock: &Clock) -> Result<(SigningKey, StoredKey), StartError> {
    let kid = Uuid::new_v7(uuid_timestamp(clock)).to_string();
    let key = SigningKey::generate(&kid, Algorithm::EdDsa).map_err(|error| StartError::Key {
        kid: kid.clone(),
        error,
    })?;
    let stored = StoredKey {
        kid,
        algorithm: Algorithm::EdDsa.name().to_owned(),
        pkcs8: STANDARD.encode(key.to_pkcs8()),
        created_at_s: clock.now_s(),
    };
    Ok((key, stored))
}

/// Every key verifies; the newest signs.
fn read_keys(stored: &[StoredKey]) -> Result<(SigningKey, KeySet), StartError> {
    let mut keys = KeySet::default();
    let mut newest = None;
    for key in stored {
        let unknown = || StartError::UnknownKey(key.kid.clone());
        let algorithm = [Algorithm::EdDsa, Algorithm::Es256]
            .into_iter()
            .find(|algorithm| algorithm.name() == key.algorithm)
            .ok_or_else(unknown)?;
        let der = STANDARD.decode(&key.pkcs8).map_err(|_| unknown())?;
        let signing =
            SigningKey::from_pkcs8(&key.kid, algorithm, &der).map_err(|error| StartError::Key {
                kid: key.kid.clone(),
                error,
            })?;
        keys.insert(signing.verifying_key());
        newest = Some(signing);
    }
    Ok((newest.ok_or(StartError::NoKey)?, keys))
}
