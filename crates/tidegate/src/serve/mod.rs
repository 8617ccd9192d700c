//! `tidegate serve`: gateway, control plane and store in one process.
//!
//! Standard output carries one thing: the first operator's secret, on a line of its own, when the
//! store is made. Everything else goes to the log.

mod api;
mod config;
pub(crate) mod log;
pub(crate) mod stop;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::http::HeaderValue;
use clap::Args;
use tidegate_control::domain::system::System;
use tidegate_control::store::{STORE_KEY_VARIABLE, SealKey};
use tidegate_control::{Control, Settings};
use tidegate_gateway::{Bound, Gateway, Parts};
use tidegate_quota::Meter;
use tidegate_tower::Clock;

use crate::console;
use crate::exit::Exit;
use api::Api;
use config::{Config, ControlConfig};
use stop::Stop;

/// Longest configuration file that is read. Bytes.
const CONFIG_LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// Flags of `tidegate serve`.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Arguments {
    /// The configuration file (TOML), with the tables `control` and `gateway`.
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
pub(crate) fn run(arguments: &Arguments) -> Exit {
    if let Err(message) = log::start(&arguments.log, arguments.log_format) {
        // There is no log to say it in.
        let _ = writeln!(std::io::stderr(), "error: --log: {message}");
        return Exit::Usage;
    }
    let served = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(serve(arguments)),
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

/// How the control plane of a configuration is opened.
pub(crate) fn settings_of(config: &Path, clock: Clock) -> Result<Settings, String> {
    settings(&read(config)?.control, clock)
}

async fn serve(arguments: &Arguments) -> Result<(), String> {
    let Config {
        control: config,
        gateway,
    } = read(&arguments.config)?;
    let (stopper, stop) = stop::pair();
    stopper
        .on_signals()
        .map_err(|error| format!("cannot listen for signals: {error}"))?;
    if arguments.until_stdin_ends {
        stopper.on_stdin_end();
    }
    // All of this before the store is made: a start that fails here leaves nothing behind.
    let system = System::load(&config.system)
        .map_err(|error| format!("control.system = \"{}\": {error}", config.system))?;
    gateway
        .check_against(system.profile(), system.model())
        .map_err(|errors| wrong(&arguments.config, &errors))?;
    let api = Api::bind(config.listen).await?;

    let clock = Clock::system();
    let control = open(&config, clock.clone()).await?;
    let meter = Arc::new(Meter::new(
        control.ledger(),
        tidegate_quota::Settings::default(),
    ));
    control.work_with(Arc::clone(&meter));
    control.forfeit_after(config.node_silence_s);
    let parts = Parts {
        live: control.live(),
        keys: control.keys(),
        issuer: config.issuer,
        meter,
        clock,
    };
    let gateway = bind(gateway, parts, &arguments.config).await;
    let served = match gateway {
        Ok(gateway) => run_all(gateway, api, &config.allowed_origins, &control, stop).await,
        Err(message) => Err(message),
    };
    // Last: what was leased has gone back to it.
    control.close().await;
    served?;
    tracing::info!("stopped");
    Ok(())
}

fn read(path: &Path) -> Result<Config, String> {
    let cannot = |error| format!("cannot read the configuration {}: {error}", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(cannot)?;
    file.take(CONFIG_LIMIT_BYTES)
        .read_to_string(&mut text)
        .map_err(cannot)?;
    Config::parse(&text).map_err(|errors| wrong(path, &errors))
}

fn wrong(path: &Path, errors: &dyn std::fmt::Display) -> String {
    format!("the configuration {} is wrong:\n{errors}", path.display())
}

/// Opens the control plane, and prints the first operator's secret when that made the store.
async fn open(config: &ControlConfig, clock: Clock) -> Result<Control, String> {
    let mut control = Control::open(settings(config, clock)?)
        .await
        .map_err(|error| format!("control.store = \"{}\": {error}", config.store))?;
    if let Some(secret) = control.first_secret() {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{}", secret.expose()).and_then(|()| stdout.flush()).map_err(|error| {
            format!(
                "the first operator's secret cannot be printed, and is shown only once ({error}): \
                 delete the new store {} and start again",
                config.store
            )
        })?;
        tracing::info!(store = config.store, "the store is new");
        tracing::info!("the first operator's secret is on standard output, this once: keep it");
    }
    Ok(control)
}

fn settings(config: &ControlConfig, clock: Clock) -> Result<Settings, String> {
    Ok(Settings {
        notify: config.notify.clone(),
        store_key: store_key(config)?,
        ..Settings::new(&config.store, &config.system, &config.issuer, clock)
    })
}

/// What signing keys are sealed under, from the environment or a file.
fn store_key(config: &ControlConfig) -> Result<Option<SealKey>, String> {
    match (std::env::var(STORE_KEY_VARIABLE), &config.store_key_file) {
        (Ok(_), Some(_)) => Err(format!(
            "the store's key is named twice: by {STORE_KEY_VARIABLE} and by control.store_key_file"
        )),
        (Ok(text), None) => SealKey::parse(&text)
            .map(Some)
            .map_err(|error| format!("{STORE_KEY_VARIABLE}: {error}")),
        (Err(_), Some(path)) => SealKey::read(path)
            .map(Some)
            .map_err(|error| format!("control.store_key_file: {error}")),
        (Err(_), None) => Ok(None),
    }
}

async fn bind(
    gateway: tidegate_gateway::Config,
    parts: Parts,
    path: &Path,
) -> Result<Bound, String> {
    let gateway = Gateway::new(gateway, parts).map_err(|errors| wrong(path, &errors))?;
    gateway.bind().await.map_err(|error| wrong(path, &error))
}

/// Serves until the end is wanted, and then until nothing is in flight.
async fn run_all(
    gateway: Bound,
    api: Api,
    origins: &[HeaderValue],
    control: &Control,
    stop: Stop,
) -> Result<(), String> {
    let address = api
        .address()
        .map_err(|error| format!("control.listen: {error}"))?;
    tracing::info!(listener = "control", %address, "listening");
    tracing::info!(listener = "admin", address = %gateway.admin_address(), "listening");
    for address in gateway.addresses() {
        tracing::info!(listener = "gateway", %address, "listening");
    }
    let (mut wanted, mut ending) = (stop.clone(), stop.clone());
    let serving = async {
        // Leases go back at the gateway's end, and the API may still be asked about them until then.
        tokio::join!(
            gateway.run(async move { wanted.wanted().await }),
            api.run(console::before(control.router()), origins, stop),
            // A stream that goes on would keep the API from its end.
            async {
                ending.wanted().await;
                control.stop_following();
            },
        )
    };
    tokio::select! {
        _ = serving => Ok(()),
        () = control.run() => Err("the store is confirmed no longer".to_owned()),
    }
}
