//! The rules: who may change what, and what a change consists of. No SQL, no HTTP.
//!
//! The only way to change anything is [`Administration::perform`]: one change at a time (`lane.rs`), of one or
//! more operations (`operations.rs`), each worked out and guarded on what the one before it left
//! (`work.rs`), committed together, then published. Every operation asks first that the caller still
//! stands, then that the caller may see the object (else it does not exist for them), then the form of the
//! request, then the guard of the operation, then who else is named and what they must have; at the
//! end the rules that hold for all of it (`keep.rs`). Everything that differs between systems is in
//! [`system::System`].

mod admin;
mod answers;
mod audit;
pub mod caller;
pub(crate) mod changelog;
mod checks;
mod cursor;
mod exchange;
mod explain;
mod fault;
mod follow;
mod grants;
pub mod guard;
mod invitations;
mod keep;
mod keyring;
mod lane;
mod links;
mod membership;
mod naming;
mod objects;
mod operations;
mod quotas;
mod repeats;
mod search;
mod secrets;
mod start;
pub mod system;
#[cfg(test)]
mod tests;
mod work;

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use tidegate_client::wire::RevisionChanges;
use tidegate_policy::{Live, Object, Snapshot};
use tidegate_quota::{AccountId, Calendar, Meter};
use tidegate_tower::{Clock, LiveKeys};
use tokio::sync::{Mutex, Notify, broadcast};

pub use self::admin::{ACTIVATE_IN_MAX_S, ACTIVATE_IN_S, KID_MAX, REVOKED_WITH_KEY_MAX};
pub use self::audit::AuditOf;
use self::caller::Actor;
pub use self::checks::{Question, well_formed_action, well_formed_entity};
pub use self::cursor::CURSOR_MAX;
use self::exchange::Exchange;
pub use self::exchange::{EXCHANGED_LIFE_MAX_S, ExchangeError, KEPT_MAX, Wish};
pub use self::explain::ToExplain;
pub use self::fault::{Fault, Field};
use self::follow::Following;
pub use self::follow::{
    CHANGES_KEPT, CHANGES_KEPT_S, NODE_TYPE, OwnLedger, SILENCE_S, SignedBundle, SliceWatch, Watch,
};
pub use self::grants::{GRANT_RELATIONS_MAX, Granted};
use self::guard::Roles;
pub use self::invitations::{INVITATION_LIFE_MAX_S, PENDING_MAX};
use self::keyring::Keyring;
use self::lane::Held;
pub use self::naming::{DISPLAY_NAME_MAX, NAME_MAX, fold};
pub use self::objects::{LIST_SCAN_MAX, Listed};
pub use self::quotas::AccountUsage;
pub use self::repeats::{KEY_MAX, REPEATS_KEPT_S};
pub use self::search::{Found, Part, SEARCH_CANDIDATES_MAX};
pub use self::secrets::{DESCRIPTION_MAX, Issued, LIFE_MAX_S, LIVING_SECRETS_MAX};
pub use self::start::{Opening, StartError, open};
use self::system::{Operation, SITE, System};
pub use self::work::{BATCH_MAX, Performed, Terms};
use crate::outbox::link::LinkKey;
use crate::store::Store;

/// The control plane's own readers accept a snapshot that was last confirmed so long ago. Seconds.
pub const MAX_STALENESS_S: u64 = 30;

/// The rules of a running control plane.
#[derive(Debug)]
pub struct Administration {
    store: Store,
    system: System,
    site: Object,
    live: Arc<Live>,
    keys: Arc<LiveKeys>,
    /// Signs; swapped when keys are rotated.
    keyring: ArcSwap<Keyring>,
    exchange: Exchange,
    issuer: String,
    clock: Clock,
    calendar: Calendar,
    held: Mutex<Held>,
    /// In this process: what it has spent and leased is asked for when it matters.
    meter: OnceLock<Arc<Meter>>,
    /// Proves codes of invitations' links.
    link_key: Arc<LinkKey>,
    /// Told when there is a notification to deliver.
    wake: Arc<Notify>,
    /// What each revision changed, for those that follow.
    followers: broadcast::Sender<Arc<RevisionChanges>>,
    /// What else is known of them.
    following: Following,
}

impl Administration {
    /// See [`crate::Control::work_with`].
    pub(crate) fn work_with(&self, meter: Arc<Meter>) {
        // The first one stays: a process has one gateway.
        let _ = self.meter.set(meter);
    }

    /// Tells followers what a revision changed.
    fn published(&self, changes: RevisionChanges) {
        // Nobody may be following.
        let _ = self.followers.send(Arc::new(changes));
    }

    /// What was leased under an old limit must not be spent above the new one.
    async fn call_back(&self, accounts: Vec<AccountId>) {
        for account in &accounts {
            self.following.lowered(*account);
        }
        let Some(meter) = self.meter.get() else {
            return;
        };
        for account in accounts {
            if let Err(error) = meter.call_back(account).await {
                tracing::warn!(%account, %error, "leases under an old limit are not called back");
            }
        }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The snapshot in force.
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// What signs.
    fn keyring(&self) -> Arc<Keyring> {
        self.keyring.load_full()
    }

    /// The keys in force.
    pub fn keys(&self) -> &Arc<LiveKeys> {
        &self.keys
    }

    /// What proves codes of invitations' links.
    pub(crate) fn link_key(&self) -> &LinkKey {
        &self.link_key
    }

    /// What secrets name as their issuer.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The snapshot to answer questions from, to a caller who still stands.
    fn snapshot_for(&self, actor: &Actor) -> Result<Arc<Snapshot>, Fault> {
        let snapshot = self
            .live
            .current(self.clock.now_s(), MAX_STALENESS_S)
            .ok_or(Fault::Unavailable)?;
        actor.stands(&snapshot)?;
        Ok(snapshot)
    }

    /// What an object lies below: the object that its id names, or the site; none for the site itself.
    fn parent_of(&self, object: &Object) -> Option<Object> {
        let parent_type = self.system.rules(object.type_name())?.parent()?;
        if parent_type == system::SITE_TYPE {
            return Some(self.site.clone());
        }
        Object::new(parent_type, naming::split(object).0?).ok()
    }

    /// The object of a type that an object lies below.
    fn above(&self, object: &Object, type_name: &str) -> Option<Object> {
        let parent = self.parent_of(object)?;
        if parent.type_name() == type_name {
            return Some(parent);
        }
        self.above(&parent, type_name)
    }

    /// An object that exists and that the caller may see. To everyone else it does not exist.
    fn visible(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        object: &Object,
        field: impl Into<Field>,
    ) -> Result<(), Fault> {
        let exists = snapshot.standing(object).is_some() && actor.reaches(object, snapshot);
        if exists && self.guard(actor, snapshot, object, Operation::View).is_ok() {
            Ok(())
        } else {
            Err(Fault::missing(field, object))
        }
    }

    /// The guard of an operation on an object that exists.
    fn guard(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        object: &Object,
        operation: Operation,
    ) -> Result<(), Fault> {
        let parent = self.parent_of(object);
        let roles = Roles::of(object, snapshot, parent.as_ref());
        self.guard_with(actor, object, operation, &roles)
    }

    fn guard_with(
        &self,
        actor: &Actor,
        object: &Object,
        operation: Operation,
        roles: &Roles<'_>,
    ) -> Result<(), Fault> {
        let rules = self.system.rules(object.type_name());
        let Some(guard) = rules.and_then(|rules| rules.guard(operation)) else {
            let rule = format!("type.{}.{}: nobody", object.type_name(), operation.key());
            return Err(Fault::Forbidden { rule });
        };
        guard
            .check(actor, roles)
            .map_err(|refused| Fault::Forbidden { rule: refused.rule })
    }
}

/// An object as a request names it: look-ups ignore case.
fn named(text: &str, field: impl Into<Field>) -> Result<Object, Fault> {
    let parsed = fold(text).parse();
    parsed.map_err(|error| Fault::bad(field, format!("`{text}` is no object (type:id): {error}")))
}

/// The object above everything.
fn site() -> Result<Object, tidegate_policy::NameError> {
    SITE.parse()
}
