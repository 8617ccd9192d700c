//! A node's copy of the snapshot and of the keys, kept current.
//!
//! A [`Replica`] fetches the key set and the whole bundle, and follows from the bundle's revision by
//! `GET /v1/watch`. Nothing is put in force but
//!
//! 1. a key set under which the node's own secret holds: it comes from whom the secret came from;
//! 2. a bundle that [`UnverifiedBundle::verify`] passes: signed by a key for bundles of that set, for this
//!    node, not over, of no older revision than the one held; and that the [`Site`] accepts;
//! 3. the change that is next, revision by revision. After a gap, a line that cannot be, or a `reset`, the
//!    bundle is loaded again.
//!
//! What is held is *confirmed* by each of these and by each heartbeat that names the revision held; who
//! reads it says how old that may be. A stream that is silent for [`SILENCE`] is given up, and another is
//! begun after a pause, which grows from failure to failure up to [`PAUSE_MAX`].
//!
//! A deployer can break it by `http://` over a network that others write to: a key set of theirs with the
//! true keys beside their own would pass.

mod backoff;
mod bundle;
mod identity;
mod lines;
mod watch;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tidegate_policy::{BundleError, ChangeError, Live, Snapshot};
use tidegate_quota::{AccountId, Clock};
use tidegate_token::{KeyError, KeySet, TokenError};

use tokio::sync::Notify;

use crate::send::{ApiError, Sender};
use backoff::Backoff;
pub use backoff::{Jitter, PAUSE_MAX};
pub use identity::Identity;

/// How long a stream may be silent. It says something each second.
pub const SILENCE: Duration = Duration::from_secs(5);

/// For whom bundles are that gateways load.
pub const AUDIENCE: &str = "gateway";

/// Tells which model and profile the control plane decides by, and which history its revisions are of: a header
/// of bundles and watches. When it changes, so does what no change of a snapshot tells. Restoring a backup
/// begins another history.
pub const MODEL_HEADER: &str = "tidegate-model";

/// Where a replica is kept: what takes its keys, and what else follows from what it hears.
pub trait Site: Send + Sync {
    /// Puts keys in force.
    fn keys(&self, keys: KeySet);

    /// Whether this site can work with a snapshot that was loaded. One that it cannot is not put in force.
    ///
    /// # Errors
    /// Why not, for the log.
    fn accepts(&self, snapshot: &Snapshot) -> Result<(), String>;

    /// Settles what was leased of an account, and gives back what nobody was promised. It must not block.
    fn call_back(&self, account: AccountId);
}

/// Keeps a snapshot current.
pub struct Replica {
    sender: Sender,
    identity: Identity,
    secret: Mutex<String>,
    /// Another secret is there: what failed with the one before is worth another try.
    renewed: Notify,
    live: Arc<Live>,
    site: Arc<dyn Site>,
    clock: Clock,
    jitter: Jitter,
}

/// What a replica holds while it runs.
#[derive(Default)]
struct Held {
    snapshot: Option<Arc<Snapshot>>,
    /// What the control plane said of the model when the snapshot was loaded.
    model: Option<String>,
    /// It may not be what the control plane holds: load it again.
    doubtful: bool,
    /// Under which the node's own secret holds.
    keys: KeySet,
}

/// Why a replica is not current. No message holds a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplicaError {
    /// The control plane does not answer, or says no.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The node's secret is none.
    #[error("the node's secret cannot be read")]
    Secret,
    /// A secret that was to follow the node's own is not of the same node and issuer.
    #[error("the new secret is not this node's")]
    Another,
    /// Its key set cannot be used.
    #[error("the key set cannot be used: {0}")]
    Keys(#[from] KeyError),
    /// The node's own secret does not hold under its key set: the keys are not those of whoever issued it.
    #[error("the keys are not those under which this node's secret holds: {0}")]
    Own(TokenError),
    /// Its bundle does not hold.
    #[error("the bundle is refused: {0}")]
    Bundle(#[from] BundleError),
    /// Its bundle is longer than any is.
    #[error("the bundle is too long")]
    BundleTooLong,
    /// The site cannot work with its snapshot.
    #[error("this node cannot work with revision {revision}:\n{reason}")]
    Unfit {
        /// Of the snapshot.
        revision: u64,
        /// Why.
        reason: String,
    },
    /// A line of the stream cannot be.
    #[error("the watch says what cannot be: {0}")]
    Line(String),
    /// A change does not apply.
    #[error("a change does not apply: {0}")]
    Change(#[from] ChangeError),
    /// A revision is missing.
    #[error("revision {offered} does not follow {held}")]
    Gap {
        /// The revision held.
        held: u64,
        /// The one that came.
        offered: u64,
    },
    /// The change log does not reach back to the revision held.
    #[error("the change log does not reach back to revision {held}")]
    Reset {
        /// The revision held.
        held: u64,
    },
    /// The stream broke off or is silent.
    #[error("the watch {0}")]
    Stream(&'static str),
}

impl ReplicaError {
    /// Whether what is held may be something else than the control plane has.
    fn is_doubt(&self) -> bool {
        matches!(
            self,
            Self::Line(_) | Self::Change(_) | Self::Gap { .. } | Self::Reset { .. }
        )
    }
}

impl Replica {
    /// A replica of the control plane at `base_url`, for the node with this secret. Nothing is sent yet.
    /// `clock`: seconds since the epoch, UTC.
    ///
    /// # Errors
    /// [`ReplicaError::Api`] for a URL or secret that cannot be used, [`ReplicaError::Secret`].
    pub fn new(
        base_url: &str,
        secret: &str,
        live: Arc<Live>,
        site: Arc<dyn Site>,
        clock: Clock,
        jitter: Jitter,
    ) -> Result<Self, ReplicaError> {
        Ok(Self {
            sender: Sender::new(base_url, Some(secret))?,
            identity: Identity::read(secret)?,
            secret: Mutex::new(secret.to_owned()),
            renewed: Notify::new(),
            live,
            site,
            clock,
            jitter,
        })
    }

    /// Who the node is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Follows with another secret of the same node from now on. Nothing that is held is given up.
    ///
    /// # Errors
    /// [`ReplicaError::Secret`] for what is no secret, [`ReplicaError::Another`] for a secret of another node or
    /// issuer: the one before stays.
    pub fn renew(&self, secret: &str) -> Result<(), ReplicaError> {
        if Identity::read(secret)? != self.identity {
            return Err(ReplicaError::Another);
        }
        self.sender.renew(secret)?;
        let mut held = self.secret.lock().unwrap_or_else(PoisonError::into_inner);
        secret.clone_into(&mut held);
        self.renewed.notify_one();
        Ok(())
    }

    /// Keeps the snapshot current, for as long as it is polled.
    pub async fn run(&self) {
        let mut held = Held::default();
        let mut backoff = Backoff::new(Arc::clone(&self.jitter));
        loop {
            let mut heard = false;
            let ended = self.follow(&mut held, &mut heard).await;
            if heard {
                backoff.reset();
            }
            match ended {
                Ok(()) => tracing::debug!("the watch ended; another begins"),
                Err(error) => {
                    held.doubtful |= error.is_doubt();
                    tracing::warn!(%error, revision = self.live.revision(), "this node does not follow");
                }
            }
            // Either way it is time for another try.
            let _ = tokio::time::timeout(backoff.pause(), self.renewed.notified()).await;
        }
    }
}

impl std::fmt::Debug for Replica {
    /// Shows no secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replica")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}
