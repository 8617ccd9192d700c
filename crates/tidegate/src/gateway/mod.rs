//! `tidegate gateway`: the gateway alone, which follows a control plane elsewhere.
//!
//! It answers 503 until the bundle is there that the control plane has signed for this node, and whenever
//! what it holds is older than `gateway.max_staleness_s`. Routes that ask what the control plane's model
//! has not are logged, and answered with 503 like everything else, until a model comes that has it.
//! Without the control plane it goes on with the leases that it holds, then answers 503 where quota counts.

mod config;
mod renewal;
mod site;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tidegate_client::{HttpLedger, Replica};
use tidegate_gateway::{Bound, Gateway, Parts};
use tidegate_policy::Live;
use tidegate_quota::Meter;
use tidegate_tower::{Clock, LiveKeys};
use uuid::Uuid;

use crate::exit::Exit;
use crate::hidden;
use crate::serve::log;
use crate::serve::stop::{self, Stop};
use site::Site;

/// How long the control plane may take, at the end, to hear which leases are in doubt.
const FAREWELL: Duration = Duration::from_secs(5);

/// Flags of `tidegate gateway`.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Arguments {
    /// Where the control plane is, as in https://control.example:8081. The node's secret is taken from
    /// --secret-file, else from TIDEGATE_NODE_SECRET. When the file holds another secret of the node, that is
    /// used from then on.
    #[arg(long, value_name = "URL")]
    control: String,
    /// The configuration file (TOML), with the table `gateway` alone.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// What is logged, as in info or warn,tidegate_gateway=debug.
    #[arg(long, value_name = "FILTER", env = "RUST_LOG", default_value = "info")]
    log: String,
    /// How it is logged; text on a terminal, json otherwise.
    #[arg(long, value_enum)]
    log_format: Option<log::Format>,
    /// Stop when standard input ends, as it does when whoever holds its other end is gone.
    #[arg(long)]
    until_stdin_ends: bool,
}

/// Runs until it is told to stop. Everything that is said goes to the log.
pub(crate) fn run(arguments: &Arguments, secret_file: Option<&Path>) -> Exit {
    if let Err(message) = log::start(&arguments.log, arguments.log_format) {
        // There is no log to say it in.
        let _ = writeln!(std::io::stderr(), "error: --log: {message}");
        return Exit::Usage;
    }
    let served = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(serve(arguments, secret_file)),
        Err(error) => Err(format!("no threads to run on: {error}")),
    };
    match served {
        Ok(()) => Exit::Ok,
        Err(message) => {
            tracing::error!("{message}");
            Exit::Failed
        }
    }
}

async fn serve(arguments: &Arguments, secret_file: Option<&Path>) -> Result<(), String> {
    let config = config::read(&arguments.config)?;
    let secret = secret(secret_file)?;
    let (stopper, stop) = stop::pair();
    stopper
        .on_signals()
        .map_err(|error| format!("cannot listen for signals: {error}"))?;
    if arguments.until_stdin_ends {
        stopper.on_stdin_end();
    }
    let cannot = |error: &dyn std::fmt::Display| format!("--control: {error}");
    let ledger = HttpLedger::new(&arguments.control, &secret, Arc::new(Uuid::now_v7))
        .map_err(|error| cannot(&error))?;
    let clock = Clock::system();
    let live = Arc::new(Live::new());
    // None: no secret holds until the control plane's keys are there.
    let keys = Arc::new(LiveKeys::new(tidegate_token::KeySet::default()));
    let meter = Arc::new(Meter::new(
        Arc::new(ledger.clone()),
        tidegate_quota::Settings::default(),
    ));
    let (site, called_back) = Site::new(config.clone(), Arc::clone(&keys));
    let seconds = clock.clone();
    let replica = Replica::new(
        &arguments.control,
        &secret,
        Arc::clone(&live),
        Arc::new(site),
        Arc::new(move || seconds.now_s()),
        Arc::new(below),
    )
    .map_err(|error| cannot(&error))?;
    let parts = Parts {
        live,
        keys,
        issuer: replica.identity().issuer.clone(),
        meter: Arc::clone(&meter),
        clock,
    };
    let gateway =
        Gateway::new(config, parts).map_err(|errors| config::wrong(&arguments.config, &errors))?;
    let gateway = gateway
        .bind()
        .await
        .map_err(|error| config::wrong(&arguments.config, &error))?;
    tracing::info!(
        node = %replica.identity().subject,
        control = arguments.control,
        "this node follows the control plane"
    );
    let beside = async {
        tokio::join!(
            called_back.work(meter),
            renewal::run(secret_file, secret, &replica, &ledger)
        )
    };
    run_all(gateway, &replica, &ledger, beside, stop).await;
    tracing::info!("stopped");
    Ok(())
}

/// Serves until the end is wanted, and then until nothing is in flight and the leases are back.
async fn run_all(
    gateway: Bound,
    replica: &Replica,
    ledger: &HttpLedger,
    beside: impl Future<Output = ((), ())>,
    mut stop: Stop,
) {
    tracing::info!(listener = "admin", address = %gateway.admin_address(), "listening");
    for address in gateway.addresses() {
        tracing::info!(listener = "gateway", %address, "listening");
    }
    tokio::select! {
        () = gateway.run(async move { stop.wanted().await }) => {}
        // None of these ends.
        () = replica.run() => {}
        () = ledger.run() => {}
        ((), ()) = beside => {}
    }
    match tokio::time::timeout(FAREWELL, ledger.heartbeat()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the control plane does not hear the end"),
        Err(_) => tracing::warn!("the control plane does not hear the end in time"),
    }
}

fn secret(file: Option<&Path>) -> Result<String, String> {
    if let Some(file) = file {
        return hidden::read(Some(file), "").map_err(|error| format!("--secret-file: {error}"));
    }
    match std::env::var("TIDEGATE_NODE_SECRET") {
        Ok(secret) if !secret.trim().is_empty() => Ok(secret.trim().to_owned()),
        Ok(_) | Err(std::env::VarError::NotPresent) => Err(
            "a node needs a secret, in --secret-file or TIDEGATE_NODE_SECRET: \
             `tidegate create node:NAME`, then `tidegate secret issue node:NAME`"
                .to_owned(),
        ),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err("TIDEGATE_NODE_SECRET is no secret".to_owned())
        }
    }
}

/// A number below another, each as likely, to no end that an attacker would care for.
fn below(most: u64) -> u64 {
    RandomState::new().build_hasher().finish() % most.max(1)
}
