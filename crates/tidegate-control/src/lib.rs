//! The control plane: systems, objects, grants, secrets, quotas, usage, audit; the store; the HTTP API.
//!
//! Rooms: `router` (every route), `routes` (parse, call the rules, answer), [`domain`] (the rules: no SQL,
//! no HTTP), [`store`] (SQL lives only here). What differs between systems is data, in `systems/`.
//!
//! How a server drives it:
//!
//! 1. [`Control::open`]; print [`Control::first_secret`] when there is one: it is shown this once.
//! 2. Serve [`Control::router`]; hand [`Control::live`], [`Control::keys`] and [`Control::ledger`] to the
//!    gateway of the same process.
//! 3. Run [`Control::run`] beside them: each second it confirms that what is published is the newest.
//!    Without it the snapshot grows old, and everything answers 503.
//! 4. At shutdown: end the servers, close the meter (its leases go back), then [`Control::close`].

pub mod domain;
pub mod outbox;
mod router;
mod routes;
pub mod store;
mod time;

use std::sync::Arc;
use std::time::Duration;

use tidegate_policy::Live;
use tidegate_quota::Ledger;
use tidegate_tower::{Clock, LiveKeys};
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};

use crate::domain::system::{LoadError, System};
use crate::domain::{Administration, Fault, Issued, Opening, StartError};
use crate::outbox::{NotifySettings, Outbox, OutboxError};
use crate::store::{SealKey, SqlLedger, Store, StoreError, StoreOpenError};

/// How often what is published is confirmed.
pub const CONFIRM_EVERY: Duration = Duration::from_secs(1);

/// How often settled leases are forgotten, in confirmations.
const PRUNE_EVERY: u32 = 60;

/// How to open a control plane.
#[derive(Debug)]
pub struct Settings {
    /// `sqlite:PATH` or `postgres://USER@HOST/DATABASE?sslmode=…`.
    pub store: String,
    /// The name of a system that is built in, or the path of a system's folder.
    pub system: String,
    /// What secrets name as their issuer.
    pub issuer: String,
    /// The time.
    pub clock: Clock,
    /// How people are told.
    pub notify: NotifySettings,
    /// What signing keys are sealed under at rest; none: they lie open in the store.
    pub store_key: Option<SealKey>,
}

impl Settings {
    /// Without a key for the store, and with a log for those who are to be told.
    pub fn new(store: &str, system: &str, issuer: &str, clock: Clock) -> Self {
        Self {
            store: store.to_owned(),
            system: system.to_owned(),
            issuer: issuer.to_owned(),
            clock,
            notify: NotifySettings::default(),
            store_key: None,
        }
    }
}

/// The control plane: its store, its system, its API.
#[derive(Debug)]
pub struct Control {
    administration: Arc<Administration>,
    ledger: SqlLedger,
    outbox: Outbox,
    first: Option<Issued>,
}

/// Why a control plane cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The system's files are wrong.
    #[error(transparent)]
    System(#[from] LoadError),
    /// Nobody can be told in this way.
    #[error(transparent)]
    Notify(#[from] OutboxError),
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] StoreOpenError),
    /// The rules cannot be opened on it.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The store failed while it was opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Control {
    /// Opens the store (made and migrated where needed), loads the system, publishes the first snapshot.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        let Settings {
            store,
            system,
            issuer,
            clock,
            notify,
            store_key,
        } = settings;
        // These first: a mistake in them should not leave a new store behind.
        let system = System::load(&system)?;
        let wake = Arc::new(Notify::new());
        let outbox = Outbox::open(notify, clock.clone(), Arc::clone(&wake))?;
        let store = Store::open_sealed(&store, store_key).await?;
        let calendar = system.calendar();
        let ledger = SqlLedger::new(&store, clock.clone(), calendar);
        let lost = ledger.forfeit_lost().await?;
        if lost > 0 {
            tracing::warn!(lost, "leases of an earlier run were forfeited");
        }
        let opening = Opening {
            store,
            system,
            issuer,
            clock,
            calendar,
            wake,
        };
        let (administration, first) = domain::open(opening).await?;
        Ok(Self {
            administration,
            ledger,
            outbox,
            first,
        })
    }

    /// The first operator's secret, when this opening made the store: to be shown once.
    pub fn first_secret(&mut self) -> Option<tidegate_token::Secret> {
        self.first.take().map(|issued| issued.secret)
    }

    /// A new secret of a person, or of an operator where none is named, to be shown once: for whoever has the
    /// store in their hands, after a restore, when nobody has one that holds.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn secret_by_hand(
        &self,
        person: Option<&str>,
    ) -> Result<tidegate_token::Secret, Fault> {
        Ok(self.administration.secret_by_hand(person).await?.secret)
    }

    /// The snapshot in force, published after each change.
    pub fn live(&self) -> Arc<Live> {
        Arc::clone(self.administration.live())
    }

    /// The keys in force.
    pub fn keys(&self) -> Arc<LiveKeys> {
        Arc::clone(self.administration.keys())
    }

    /// The ledger, for a meter in this process.
    pub fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::new(self.administration.own_ledger())
    }

    /// Asks this meter, of a gateway in the same process, for what it has spent when usage is read, and
    /// calls back what it has leased of an account when a limit changes, so that a new limit holds at
    /// once.
    pub fn work_with(&self, meter: Arc<tidegate_quota::Meter>) {
        self.administration.work_with(meter);
    }

    /// Forfeits what a node holds once it has been silent for so long (seconds), instead of 60.
    pub fn forfeit_after(&self, silence_s: u64) {
        self.administration.forfeit_after(silence_s);
    }

    /// Ends the streams of nodes that follow, so that a server can end. They come back by themselves.
    pub fn stop_following(&self) {
        self.administration.stop_following();
    }

    /// The HTTP API.
    pub fn router(&self) -> axum::Router {
        router::router(Arc::clone(&self.administration))
    }

    /// Confirms once that what is published is the newest. [`Control::run`] does it each second.
    ///
    /// # Errors
    /// [`Fault::Unavailable`]: the store does not answer, and what is published grows old.
    pub async fn confirm(&self) -> Result<(), Fault> {
        self.administration.confirm().await
    }

    /// Delivers once what is due of the outbox. [`Control::run`] does it whenever something is.
    ///
    /// # Errors
    /// [`StoreError`]: what was delivered may be delivered again.
    pub async fn deliver(&self) -> Result<(), StoreError> {
        let (store, key) = (self.administration.store(), self.administration.link_key());
        self.outbox.deliver_due(store, key).await.map(|_| ())
    }

    /// Confirms each second and delivers what the outbox holds, for as long as it is polled: to be spawned,
    /// or raced against the shutdown.
    pub async fn run(&self) {
        let (store, key) = (self.administration.store(), self.administration.link_key());
        tokio::join!(self.keep(), self.outbox.run(store, key));
    }

    async fn keep(&self) {
        let mut ticks = interval(CONFIRM_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for tick in (0..PRUNE_EVERY).cycle() {
            ticks.tick().await;
            if let Err(fault) = self.confirm().await {
                tracing::error!(kind = fault.kind(), "what is published is not confirmed");
            }
            if let Err(error) = self.administration.keep_nodes().await {
                tracing::error!(%error, "what silent nodes hold is not forfeited");
            }
            if tick == 0 {
                if let Err(error) = self.administration.compact().await {
                    tracing::error!(%error, "old changes are kept");
                }
                if let Err(error) = self.ledger.prune().await {
                    tracing::error!(%error, "settled leases are kept");
                }
                if let Err(error) = self.administration.forget_old().await {
                    tracing::error!(%error, "what is over is kept");
                }
            }
        }
    }

    /// Closes the store once its work is done. Requests that come later are answered with 503.
    pub async fn close(&self) {
        self.administration.store().close().await;
    }
}
