//! Chores behind `cargo xtask`: try Tidegate, test it, measure it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that talks to people"
)]

mod bench;
mod cargo;
mod claims;
mod fuzz;
mod npm;
mod quickstart;
mod test;
mod wasm;
mod www;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask quickstart [--port N] [--fresh]
    Runs Tidegate in front of a sample data API, and prints what to try.
    --port N   the first of four ports: gateway, control, metrics, data API [8080]
    --fresh    forgets what earlier runs have kept

cargo xtask test [rust] [wasm] [npm] [fuzz] [suites] [e2e] [browser] [schemathesis] [--full]
    Runs all tests, or those of the parts that are named; installs what they need where it may.
    wasm       the JavaScript package in Node, Chromium and workerd
    npm        the npm package, as it is assembled and installed into fresh projects
    suites     other projects' test data, natively and in those: what TIDEGATE_SUITES names [../shared/suites]
    browser    the console in Chromium; pictures of it are in target/screenshots
    --full     at full scale instead of one for every day

cargo xtask wasm [--sizes]
    Builds the JavaScript package of the engine, in target/wasm-package.
    --sizes    also with less in it; prints the sizes, and fails when one is over its goal

cargo xtask npm [--sizes]
    Assembles the npm package @tidegate/policy, in target/npm/policy.
    --sizes    prints what its parts weigh, and fails when one is over its goal

cargo xtask www
    Builds the console in target/www; the next build of tidegate takes it in, and serves it.

cargo xtask claims [--mutate] [SYSTEM [PART]]
    Runs the tests of the claims, and prints which hold which.
    --mutate   drops each line of a system in turn: some claim must then fail
    PART       tries those lines alone that have this in their names, as in `type.space`

cargo xtask fuzz [TARGET…] [--seconds N]
    Feeds the engine's parsers and readers with inputs that are made up to find a fault.
    --seconds N   so long for each target [60]

cargo xtask bench gateway|control|engine|npm [--rounds N] [--json FILE] [--case PART]
    Measures side by side with peers.
";

/// Why a chore was not done.
#[derive(Debug)]
enum Failure {
    /// Asked for in a way that cannot be understood.
    Usage(String),
    /// Anything else, for people.
    Failed(String),
}

impl Failure {
    fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.split_first() {
        Some((&"quickstart", rest)) => quickstart::run(rest),
        Some((&"test", rest)) => test::run(rest),
        Some((&"claims", rest)) => claims::run(rest),
        Some((&"fuzz", rest)) => fuzz::run(rest),
        Some((&"wasm", rest)) => wasm::run(rest),
        Some((&"npm", rest)) => npm::run(rest),
        Some((&"www", rest)) => www::run(rest),
        Some((&"bench", rest)) => bench::run(rest),
        Some((&("help" | "--help" | "-h"), _)) => {
            print!("{USAGE}");
            Ok(())
        }
        Some((chore, _)) => Err(Failure::Usage(format!("`{chore}` is no chore"))),
        None => Err(Failure::Usage("which chore?".to_owned())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => {
            eprintln!("error: {message}\n\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Failed(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
