//! The node's secret, read again when its file holds another: after a restored backup has ended it, or to replace
//! it in good time. Nobody has to stop the node for that.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tidegate_client::{HttpLedger, Replica};
use tokio::time::{MissedTickBehavior, interval};

use crate::exit::Failure;
use crate::hidden;

/// How often the file is read.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Puts each other secret of the file in force, for as long as it is polled. One that cannot be used is logged once,
/// and the one before stays. `file`: none, or `-` for standard input, is not read again.
pub(super) async fn run(
    file: Option<&Path>,
    first: String,
    replica: &Replica,
    ledger: &HttpLedger,
) {
    let Some(file) = file.filter(|file| *file != Path::new("-")) else {
        // Who polls this waits for others.
        return std::future::pending().await;
    };
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = Ok(first);
    loop {
        ticks.tick().await;
        let read = read(file.to_owned()).await;
        if read == last {
            continue;
        }
        let renewed = match &read {
            Ok(secret) => renew(secret, replica, ledger),
            Err(reason) => Err(reason.clone()),
        };
        match renewed {
            Ok(()) => tracing::info!("this node has another secret"),
            Err(reason) => tracing::warn!(reason, "this node keeps its secret"),
        }
        last = read;
    }
}

/// The secret, or why it cannot be read.
async fn read(file: PathBuf) -> Result<String, String> {
    let reading = tokio::task::spawn_blocking(move || {
        hidden::read(Some(&file), "").map_err(|error: Failure| error.to_string())
    });
    reading.await.map_err(|error| error.to_string())?
}

fn renew(secret: &str, replica: &Replica, ledger: &HttpLedger) -> Result<(), String> {
    // It checks whose the secret is.
    replica.renew(secret).map_err(|error| error.to_string())?;
    ledger.renew(secret).map_err(|error| error.to_string())
}
