//! Measurements side by side with peers, in the same run on the same machine.
//!
//! `cargo run --release -p bench -- gateway [--json FILE] [--rounds N] [--case TEXT]` prints a table and can
//! write it as JSON; `control` does the same of the control plane, `engine` of the engine, in this process. The
//! first two run the release `tidegate` that stands beside this program, or the one that `TIDEGATE_BIN` names.
//!
//! The other commands are the processes that a measurement starts from itself.

mod cases;
mod connection;
mod control;
mod engine;
mod error;
mod gateway;
mod load;
mod machine;
mod peer;
mod process;
mod revocation;
mod statistics;
mod table;
mod tidegate;
mod upstream;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Tidegate against its peers.
#[derive(Parser)]
enum Command {
    /// The gateway with everything on against a bare hyper proxy, and how soon a revocation holds
    Gateway {
        /// Also write the rows here, as a JSON array
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Rounds of each case; the figures are medians over them
        #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=100))]
        rounds: u32,
        /// Only the cases whose name holds this, as in "1 KB", and no revocations
        #[arg(long, value_name = "TEXT")]
        case: Option<String>,
    },
    /// The control plane on a store of 100 thousand users, 10 thousand projects and 1 million grants
    Control {
        /// Also write the rows here, as a JSON array
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Rounds of each case; the figures are medians over them
        #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
        rounds: u32,
        /// Only the cases whose name holds this, as in "check"
        #[arg(long, value_name = "TEXT")]
        case: Option<String>,
        /// An empty PostgreSQL database, or one that an earlier run filled; SQLite without it
        #[arg(long, value_name = "URL")]
        store: Option<String>,
    },
    /// The engine beside cedar-policy, regorus and casbin on three published workloads; 10 million tuples; what is meant to hurt
    Engine {
        /// Also write the rows here, as a JSON array
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Rounds over each world; the figures are medians over their batches
        #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=100))]
        rounds: u32,
        /// Only the cases whose name holds this: gdrive, github, tinytodo, scale, hostile
        #[arg(long, value_name = "TEXT")]
        case: Option<String>,
        /// Few and small worlds, few rounds, a tenth of the tuples: to see that it works
        #[arg(long)]
        quick: bool,
        /// Worlds of each published size (published: 200)
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
        worlds: u32,
        /// What the worlds are made of
        #[arg(long, value_name = "N", default_value_t = 2024)]
        seed: u64,
    },
    /// Loads a store and prints the bytes that it takes (started by a measurement)
    #[command(hide = true)]
    EngineMemory {
        /// Of 10 thousand tuples each
        units: u32,
    },
    /// Loads what is meant to hurt and prints the bytes that each question takes (started by a measurement)
    #[command(hide = true)]
    EngineHostileMemory {
        /// Which
        world: String,
        /// A tenth of it
        #[arg(long)]
        quick: bool,
    },
    /// A data API that answers from memory (started by a measurement; ends when its input does)
    #[command(hide = true)]
    Upstream {
        /// Where to listen
        listen: SocketAddr,
    },
    /// A reverse proxy of hyper and nothing else (started by a measurement; ends when its input does)
    #[command(hide = true)]
    HyperProxy {
        /// Where to listen
        listen: SocketAddr,
        /// Where to forward to
        upstream: SocketAddr,
    },
}

fn main() -> ExitCode {
    let ended = match Command::parse() {
        Command::Gateway { json, rounds, case } => {
            gateway::run(json.as_deref(), rounds, case.as_deref())
        }
        Command::Control {
            json,
            rounds,
            case,
            store,
        } => control::run(json.as_deref(), rounds, case.as_deref(), store.as_deref()),
        Command::Engine {
            json,
            rounds,
            case,
            quick,
            worlds,
            seed,
        } => engine::run(
            json.as_deref(),
            &engine::Options::new(rounds, case, quick, worlds, seed),
        ),
        Command::EngineMemory { units } => engine::print_resident_bytes(units),
        Command::EngineHostileMemory { world, quick } => engine::print_peak_bytes(&world, quick),
        Command::Upstream { listen } => upstream::run(listen),
        Command::HyperProxy { listen, upstream } => peer::run(listen, upstream),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            table::complain(&error);
            ExitCode::FAILURE
        }
    }
}
