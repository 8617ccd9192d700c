//! The rules: who may change what, and what a change consists of. No SQL, no HTTP.
//!
//! The only way to change anything is a `Lane` (`lane.rs`): one change at a time, worked out and
//! guarded on the newest snapshot, committed, then published. Every operation asks first that the
//! caller still stands, then that the caller may see the object (else it does not exist for them), then
//! the guard of the operation. Everything that differs between systems is in [`system::System`].

pub mod caller;
mod checks;
mod fault;
mod grants;
pub mod guard;
mod lane;
mod naming;
mod objects;
mod quotas;
mod secrets;
mod start;
pub mod system;

use std::sync::{Arc, OnceLock};

use tidegate_policy::{Live, Object, Snapshot};
use tidegate_quota::{Calendar, Meter};
use tidegate_token::SigningKey;
use tidegate_tower::{Clock, LiveKeys};
use tokio::sync::Mutex;

use self::caller::Actor;
pub use self::checks::Question;
pub use self::fault::Fault;
pub use self::grants::{GRANT_RELATIONS_MAX, Grant, Granted};
use self::guard::Roles;
use self::lane::Held;
pub use self::naming::{DISPLAY_NAME_MAX, NAME_MAX, fold};
pub use self::objects::{Create, Created, LIST_SCAN_MAX, Listed};
pub use self::quotas::{AccountUsage, Limits, SetLimits};
pub use self::secrets::{DESCRIPTION_MAX, Issue, Issued, LIFE_MAX_S, LIVING_SECRETS_MAX};
pub use self::start::{Opening, StartError, open};
use self::system::{Operation, SITE, System};
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
    signing: SigningKey,
    issuer: String,
    clock: Clock,
    calendar: Calendar,
    held: Mutex<Held>,
    /// In this process: what it has spent and leased is asked for when it matters.
    meter: OnceLock<Arc<Meter>>,
}

impl Administration {
    /// See [`crate::Control::work_with`].
    pub(crate) fn work_with(&self, meter: Arc<Meter>) {
        // The first one stays: a process has one gateway.
        let _ = self.meter.set(meter);
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The snapshot in force.
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// The keys in force.
    pub fn keys(&self) -> &Arc<LiveKeys> {
        &self.keys
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

    /// An object that exists and that the caller may see. To everyone else it does not exist.
    fn visible(
        &self,
        actor: &Actor,
        snapshot: &Snapshot,
        object: &Object,
        field: &'static str,
    ) -> Result<(), Fault> {
        let exists = snapshot.standing(object).is_some();
        if exists && self.guard(actor, snapshot, object, Operation::View).is_ok() {
            Ok(())
        } else {
            Err(Fault::NotFound {
                field,
                detail: format!("no {object}"),
            })
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
        let roles = Roles {
            snapshot,
            object: (object, snapshot),
            parent: parent.as_ref(),
            subject: None,
        };
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
fn named(text: &str, field: &'static str) -> Result<Object, Fault> {
    let bad = |error| Fault::BadRequest {
        field,
        detail: format!("`{text}` is no object (type:id): {error}"),
    };
    fold(text).parse().map_err(bad)
}

/// The object above everything.
fn site() -> Result<Object, tidegate_policy::NameError> {
    SITE.parse()
}
