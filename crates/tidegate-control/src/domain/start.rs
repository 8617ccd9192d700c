//! Opens the rules on a store; the first start of an empty store makes the first operator.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use serde_json::json;
use tidegate_policy::{Change, Live, NameError, Object, Snapshot};
use tidegate_quota::Calendar;
use tidegate_token::{Algorithm, KeyError};
use tidegate_tower::{Authenticator, Clock, LiveKeys};
use tokio::sync::{Mutex, Notify, broadcast};
use uuid::Uuid;

use super::caller::Actor;
use super::exchange::Exchange;
use super::follow::Following;
use super::keyring::{BUNDLES, Keyring, LINKS, SECRETS, generate, link_key};
use super::lane::{Held, build, to_the_end};
use super::system::{Blanks, FIRST_OPERATOR, System};
use super::work::{Said, Work};
use super::{Administration, Fault, Issued, MAX_STALENESS_S, site};
use crate::store::{NewObject, SqlLedger, Store, StoreError, StoredKey, Write};
use crate::time::uuid_timestamp;

/// How many revisions a follower may be behind before it reads the change log instead.
const FOLLOWERS_BEHIND_MAX: usize = 1024;

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
    /// Told when there is a notification to deliver.
    pub wake: Arc<Notify>,
}

/// Why the rules cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
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
        wake,
    } = opening;
    let empty = Snapshot::new(system.model().clone(), system.profile().clone());
    let snapshot = build(&store, &empty, clock.now_s()).await?;
    let history = store.history().await?;
    let first = snapshot.revision() == 0;
    let mut stored = store.keys().await?;
    if !first && !stored.iter().any(|key| key.purpose == SECRETS) {
        return Err(StartError::NoKey);
    }
    // A store of an earlier version has no keys for what came later.
    let mut new_keys = Vec::new();
    for purpose in [SECRETS, BUNDLES, LINKS] {
        if !stored.iter().any(|key| key.purpose == purpose) {
            new_keys.push(generate(&clock, purpose, Algorithm::EdDsa)?);
        }
    }
    stored.extend(new_keys.iter().cloned());
    let keyring = Keyring::read(&stored)?;
    let live = Arc::new(Live::new());
    if !first {
        live.publish(Arc::clone(&snapshot), clock.now_s());
    }
    let keys = Arc::new(LiveKeys::new(keyring.public()));
    let any_audience = Authenticator::for_any_audience(
        Arc::clone(&keys),
        Arc::clone(&live),
        &issuer,
        MAX_STALENESS_S,
        clock.clone(),
    );
    let (followers, _) = broadcast::channel(FOLLOWERS_BEHIND_MAX);
    let ledger = SqlLedger::new(&store, clock.clone(), calendar);
    let administration = Arc::new(Administration {
        following: Following::new(ledger, &empty, &history, &clock),
        store,
        system,
        site: site()?,
        live,
        keys,
        link_key: link_key(&keyring)?,
        keyring: ArcSwap::from_pointee(keyring),
        exchange: Exchange::new(any_audience),
        issuer,
        clock,
        calendar,
        held: Mutex::new(Held {
            snapshot,
            behind: false,
        }),
        meter: OnceLock::new(),
        wake,
        followers,
    });
    let issued = if first {
        let operator: Object = FIRST_OPERATOR.parse()?;
        let this = Arc::clone(&administration);
        let issued = to_the_end(async move { this.first_start(operator, new_keys).await });
        Some(issued.await.map_err(StartError::First)?)
    } else {
        let this = Arc::clone(&administration);
        let made = to_the_end(async move { this.keep_keys(new_keys).await });
        made.await.map_err(StartError::First)?;
        None
    };
    Ok((administration, issued))
}

impl Administration {
    /// The site, the first operator with its secret, and the keys: one change.
    async fn first_start(&self, operator: Object, keys: Vec<StoredKey>) -> Result<Issued, Fault> {
        let uid = || Uuid::new_v7(uuid_timestamp(&self.clock));
        let (site_uid, operator_uid) = (uid(), uid());
        let rules = self
            .system
            .rules(operator.type_name())
            .ok_or(Fault::Internal)?;
        let kind = rules.first_secret().ok_or(Fault::Internal)?;
        let actor = Actor::without_secret(operator.clone(), operator_uid, kind);
        let mut lane = self.first_lane().await?;
        let mut work = Work::begin(self, &mut lane, actor).await?;
        let mut changes = Vec::new();
        for (object, uid, parent) in [
            (&self.site, site_uid, None),
            (&operator, operator_uid, Some(site_uid)),
        ] {
            let new = NewObject {
                uid,
                object: object.clone(),
                parent,
                companion_of: None,
                display_name: None,
                created_at_s: work.now_s,
            };
            work.write(&Write::Object(new)).await?;
            changes.push(Change::Put {
                object: object.clone(),
                uid,
                valid_from_s: work.now_s,
            });
        }
        let blanks = Blanks {
            object: &operator,
            parent: &self.site,
            subject: &operator,
        };
        for template in rules.writes() {
            let tuple = template
                .tuple(&blanks)
                .map_err(|error| Fault::internal("writes", &error))?;
            work.write(&Write::Tuple(tuple.clone())).await?;
            changes.push(Change::Write(tuple));
        }
        work.apply(changes)?;
        let minted = self.mint(&operator, operator_uid, kind, None)?;
        let row = minted.row(operator_uid, None, &operator, operator_uid);
        work.write(&Write::Secret(row)).await?;
        let kids: Vec<String> = keys.iter().map(|key| key.kid.clone()).collect();
        for key in keys {
            work.write(&Write::Key(key)).await?;
        }
        work.say(Said {
            operation: "first-start",
            object: self.site.clone(),
            before: None,
            after: Some(json!({
                "operator": operator.as_str(),
                "jti": minted.jti.to_string(),
                "keys": kids,
            })),
        });
        work.finish(&mut lane, Vec::new(), None).await?;
        Ok(minted.issued(&operator))
    }

    /// Keys that a store of an earlier version has not.
    async fn keep_keys(&self, keys: Vec<StoredKey>) -> Result<(), Fault> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut lane = self.first_lane().await?;
        let site = lane
            .snapshot()
            .standing(&self.site)
            .ok_or(Fault::Internal)?;
        let actor = Actor::without_secret(self.site.clone(), site.uid, "");
        let mut work = Work::begin(self, &mut lane, actor).await?;
        let kids: Vec<String> = keys.iter().map(|key| key.kid.clone()).collect();
        for key in keys {
            work.write(&Write::Key(key)).await?;
        }
        work.say(Said {
            operation: "make-keys",
            object: self.site.clone(),
            before: None,
            after: Some(json!({ "keys": kids })),
        });
        work.finish(&mut lane, Vec::new(), None).await?;
        Ok(())
    }
}
