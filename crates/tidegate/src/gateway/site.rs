//! What follows, in this process, from what the control plane says.

use std::sync::Arc;

use tidegate_client::replica;
use tidegate_gateway::Config;
use tidegate_policy::Snapshot;
use tidegate_quota::{AccountId, Meter};
use tidegate_token::KeySet;
use tidegate_tower::LiveKeys;
use tokio::sync::mpsc;

/// Accounts that wait to be called back. What is too much goes back when it is idle.
const WAITING: usize = 1024;

/// Where the replica is kept.
pub(super) struct Site {
    config: Config,
    keys: Arc<LiveKeys>,
    calls: mpsc::Sender<AccountId>,
}

/// Accounts to call back.
pub(super) struct CalledBack(mpsc::Receiver<AccountId>);

impl Site {
    pub(super) fn new(config: Config, keys: Arc<LiveKeys>) -> (Self, CalledBack) {
        let (calls, called_back) = mpsc::channel(WAITING);
        let site = Self {
            config,
            keys,
            calls,
        };
        (site, CalledBack(called_back))
    }
}

impl replica::Site for Site {
    fn keys(&self, keys: KeySet) {
        self.keys.publish(keys);
    }

    fn accepts(&self, snapshot: &Snapshot) -> Result<(), String> {
        self.config
            .check_against(snapshot.profile(), snapshot.model())
            .map_err(|errors| errors.to_string())
    }

    fn call_back(&self, account: AccountId) {
        if self.calls.try_send(account).is_err() {
            tracing::warn!(%account, "too many accounts are called back at once");
        }
    }
}

impl CalledBack {
    /// Calls back one after the other, for as long as it is polled.
    pub(super) async fn work(mut self, meter: Arc<Meter>) {
        while let Some(account) = self.0.recv().await {
            if let Err(error) = meter.call_back(account).await {
                tracing::warn!(%account, %error, "leases are not called back");
            }
        }
        // Nobody calls any more; who polls this waits for others.
        std::future::pending::<()>().await;
    }
}
