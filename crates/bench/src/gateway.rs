//! `bench gateway`: starts an upstream, the peer and Tidegate, compares and measures them.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Context, Error, Result};
use crate::process::{self, Folder, Process};
use crate::table::{self, Row};
use crate::tidegate::{SERVICE, Tidegate};
use crate::{cases, machine, revocation};

/// Measures in `rounds` rounds, prints the table, and writes it to `json` too. With `only`, just the
/// cases whose names hold it.
///
/// # Errors
/// When something cannot be started, fails on the way, or takes far too long.
pub(crate) fn run(json: Option<&Path>, rounds: u32, only: Option<&str>) -> Result<()> {
    // One thread: the proxies have the better use for the cores.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the measurement")?;
    let rows = runtime.block_on(async {
        let limit = Duration::from_secs(60) + rounds * Duration::from_secs(26);
        let mut terminated = signal(SignalKind::terminate()).context("cannot wait for a signal")?;
        // Whichever ends first, the processes go with the measurement's future.
        tokio::select! {
            measured = measure(rounds, only) => measured,
            _ = tokio::signal::ctrl_c() => Err(Error::new("interrupted")),
            _ = terminated.recv() => Err(Error::new("terminated")),
            () = tokio::time::sleep(limit) => Err(Error::new(format!("not done after {limit:?}"))),
        }
    })?;
    let command: Vec<_> = std::env::args().collect();
    let heading = format!(
        "{}\n{}\nmedians of {rounds} interleaved rounds\n",
        machine::line(),
        command.join(" ")
    );
    table::print(&heading, &rows);
    json.map_or(Ok(()), |file| table::write(file, &rows))
}

async fn measure(rounds: u32, only: Option<&str>) -> Result<Vec<Row>> {
    let folder = Folder::create()?;
    let (_upstream, upstream) = start("upstream", &[], folder.path())?;
    let (hyper, hyper_address) = start("hyper-proxy", &[upstream], folder.path())?;
    let tidegate = Tidegate::start(folder.path(), upstream).await?;

    let peer = (hyper_address, &hyper);
    let mut rows = cases::run(rounds, only, upstream, peer, &tidegate).await?;
    if only.is_none() {
        rows.extend(revocation::run(&tidegate).await?);
        let usage = tidegate.api.quota(SERVICE, false).await;
        let usage = usage.context("cannot ask for the usage")?;
        if usage.read.granted_bytes == 0 || usage.write.granted_bytes == 0 {
            return Err(Error::new(
                "the gateway passed requests without metering them",
            ));
        }
    }
    Ok(rows)
}

/// Starts one of this program's own processes.
fn start(
    name: &'static str,
    arguments: &[SocketAddr],
    folder: &Path,
) -> Result<(Process, SocketAddr)> {
    let listen = process::free_address()?;
    let mut command = process::this_program()?;
    command.arg(name).arg(listen.to_string());
    command.args(arguments.iter().map(ToString::to_string));
    let mut process = Process::start(name, command, folder)?;
    process.wait_for_port(listen)?;
    Ok((process, listen))
}
