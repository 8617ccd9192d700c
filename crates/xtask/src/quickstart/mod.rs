//! `cargo xtask quickstart`: Tidegate in front of a sample data API, ready to try.
//!
//! Two programs run, the sample API and `tidegate serve`; both end when this one does, however it
//! ends, because their standard input does. What they keep is in `target/quickstart/data`.

mod example;
mod http;
mod programs;
mod state;
mod welcome;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::{Failure, cargo};
use programs::Programs;
use state::State;

/// For the programs to be ready, and for a port to become free after an earlier run.
const PATIENCE: Duration = Duration::from_secs(60);
const PORT_PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at something that is awaited.
const PAUSE: Duration = Duration::from_millis(50);

/// The four addresses.
#[derive(Clone, Copy, Debug)]
struct Ports {
    gateway: SocketAddr,
    control: SocketAddr,
    metrics: SocketAddr,
    sample: SocketAddr,
}

impl Ports {
    fn from(first: u16) -> Self {
        let at = |offset| SocketAddr::from((Ipv4Addr::LOCALHOST, first + offset));
        Self {
            gateway: at(0),
            control: at(1),
            metrics: at(2),
            sample: at(3),
        }
    }

    fn named(self) -> [(&'static str, SocketAddr); 4] {
        [
            ("gateway", self.gateway),
            ("control", self.control),
            ("metrics", self.metrics),
            ("sample data API", self.sample),
        ]
    }
}

/// Where things are.
#[derive(Debug)]
struct Folders {
    /// `target/quickstart`
    all: PathBuf,
    /// Kept between runs.
    data: PathBuf,
}

/// A run that is over before its end.
enum Ended {
    /// Someone asked for it.
    Stopped,
    Failed(Failure),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let (first_port, fresh) = read(arguments)?;
    let ports = Ports::from(first_port);
    wait_for_ports(ports)?;

    let all = cargo::root().join("target/quickstart");
    let folders = Folders {
        data: all.join("data"),
        all,
    };
    let mut state = prepare(&folders, fresh)
        .map_err(|error| Failure::failed(format!("{}: {error}", folders.all.display())))?;

    println!("Building Tidegate (optimized: the first time takes a few minutes) …");
    let built = cargo::build(&[
        "--profile",
        "quick",
        "-p",
        "tidegate",
        "--bin",
        "tidegate",
        "--example",
        "sample-api",
    ])?;
    let tidegate = cargo::file(&built, "tidegate", "")?;
    let sample_api = cargo::file(&built, "sample-api", "")?;

    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| Failure::failed(format!("cannot listen for signals: {error}")))?;
    let mut programs = Programs::new(tidegate, sample_api, &folders);
    let ended = start(&mut programs, &mut state, ports, &folders, &mut signals);
    let ended = match ended {
        Ok(()) => watch(&mut programs, &mut signals),
        Err(ended) => ended,
    };
    if matches!(ended, Ended::Stopped) {
        println!("\nStopping …");
    }
    programs.stop(&mut signals);
    match ended {
        Ended::Stopped => Ok(()),
        Ended::Failed(failure) => Err(failure),
    }
}

fn read(arguments: &[&str]) -> Result<(u16, bool), Failure> {
    let (mut first_port, mut fresh) = (8080, false);
    let mut arguments = arguments.iter();
    while let Some(&argument) = arguments.next() {
        let port = match argument {
            "--fresh" => {
                fresh = true;
                continue;
            }
            "--port" => arguments.next().copied(),
            _ => argument.strip_prefix("--port="),
        };
        let port = port.and_then(|port| port.parse().ok());
        first_port = port
            .filter(|port| (1..=u16::MAX - 3).contains(port))
            .ok_or_else(|| {
                Failure::Usage(if argument.starts_with("--port") {
                    format!("--port is a number from 1 to {}", u16::MAX - 3)
                } else {
                    format!("`{argument}` is no flag of quickstart")
                })
            })?;
    }
    Ok((first_port, fresh))
}

/// What an earlier run held may take a moment to become free.
fn wait_for_ports(ports: Ports) -> Result<(), Failure> {
    let start = Instant::now();
    for (name, address) in ports.named() {
        while let Err(error) = TcpListener::bind(address) {
            if start.elapsed() > PORT_PATIENCE || error.kind() != io::ErrorKind::AddrInUse {
                return Err(Failure::failed(format!(
                    "port {} ({name}) cannot be used: {error}\n  next: stop what uses it, or choose \
                     another first port: cargo xtask quickstart --port 9080",
                    address.port()
                )));
            }
            thread::sleep(PAUSE);
        }
    }
    Ok(())
}

/// Makes the folders, and reads what an earlier run has left.
fn prepare(folders: &Folders, fresh: bool) -> io::Result<State> {
    if fresh && folders.all.exists() {
        fs::remove_dir_all(&folders.all)?;
    }
    fs::create_dir_all(&folders.data)?;
    state::make_private(&folders.all)?;
    State::begin(&folders.all, store(folders).exists())
}

fn store(folders: &Folders) -> PathBuf {
    folders.data.join("tidegate.db")
}

fn start(
    programs: &mut Programs,
    state: &mut State,
    ports: Ports,
    folders: &Folders,
    signals: &mut Signals,
) -> Result<(), Ended> {
    let store_is_new = !store(folders).exists();
    if !store_is_new && state.operator_secret.is_none() {
        return Err(Failure::failed(format!(
            "{} was made by an earlier run, but its secrets are not in {}\n  \
             next: start over: cargo xtask quickstart --fresh",
            store(folders).display(),
            folders.all.join("quickstart.json").display()
        ))
        .into());
    }
    let config = folders.all.join("tidegate.toml");
    fs::write(&config, example::config(ports, &store(folders)))
        .map_err(|error| Failure::failed(format!("{}: {error}", config.display())))?;

    programs.start_sample_api(ports.sample, &folders.data.join("records"))?;
    wait(programs, signals, "the sample data API", || {
        http::answers(ports.sample)
    })?;
    programs.start_tidegate(&config)?;
    wait(programs, signals, "tidegate serve", || {
        http::ask(ports.metrics, "GET", "/readyz", None).is_ok_and(|status| status == 200)
    })?;
    if store_is_new {
        let secret = programs.first_line(PATIENCE)?;
        state.operator_secret = Some(secret);
        state.keep(folders)?;
    }
    let is_new = state.service_secret.is_none();
    if is_new {
        example::set_up(programs, state, ports, folders)?;
    }
    state.finish(folders, ports)?;
    welcome::print(state, ports, folders, programs.tidegate());
    if !is_new {
        let secret = state.service_secret.as_deref();
        welcome::note_changes(http::ask(ports.gateway, "HEAD", example::PATH, secret).ok());
    }
    Ok(())
}

/// Waits until something is so, as long as the programs run and nobody asks for the end.
fn wait(
    programs: &mut Programs,
    signals: &mut Signals,
    what: &str,
    mut is_so: impl FnMut() -> bool,
) -> Result<(), Ended> {
    let start = Instant::now();
    while !is_so() {
        look(programs, signals)?;
        if start.elapsed() > PATIENCE {
            let waited = PATIENCE.as_secs();
            return Err(Failure::failed(format!("{what} is not ready after {waited} s")).into());
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// Waits for the end.
fn watch(programs: &mut Programs, signals: &mut Signals) -> Ended {
    loop {
        if let Err(ended) = look(programs, signals) {
            return ended;
        }
        thread::sleep(PAUSE);
    }
}

fn look(programs: &mut Programs, signals: &mut Signals) -> Result<(), Ended> {
    if signals.pending().next().is_some() {
        return Err(Ended::Stopped);
    }
    Ok(programs.check()?)
}

/// A path as the reader can type it: from the repository's root where it is below that.
fn shown(path: &Path) -> String {
    path.strip_prefix(cargo::root())
        .unwrap_or(path)
        .display()
        .to_string()
}
