//! Generated questions, native against wasm: the engine's own tests write them down with their answers, file by file, and
//! the JavaScript package is asked the same: in Node all of them, in Chromium and workerd those of the first file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::Scale;
use super::hosts::{Host, Hosts};
use super::tally::Tally;
use crate::{Failure, cargo};

/// The test that writes a file.
const WRITER: &str = "cases::cases_are_as_the_reference_says";

/// Worlds in a file: some 40 questions each.
const WORLDS: u64 = 300;
/// Questions that there are at least in a host that answers the first file alone.
const FIRST_FILE: u64 = 10_000;
/// Files, and questions that there are in them at least.
const USUALLY: (u64, u64) = (1, FIRST_FILE);
const FULL: (u64, u64) = (93, 1_000_000);

/// What a host says of a file.
#[derive(Default, Deserialize)]
struct Answered {
    /// Questions, by the engine's function.
    asked: BTreeMap<String, u64>,
    wrong: u64,
}

/// Writes each file while the one before is being answered, so that there are two at most.
pub(super) fn run(scale: Scale, hosts: &Hosts) -> Result<Tally, Failure> {
    let (files, least) = if scale.full { FULL } else { USUALLY };
    let writer = writer(scale)?;
    let first = match std::env::var("TIDEGATE_SEED") {
        Ok(seed) => seed
            .parse()
            .map_err(|_| Failure::failed(format!("TIDEGATE_SEED={seed} is no number")))?,
        Err(_) => 1_u64,
    };
    let folder = cargo::root().join("target/cases");
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
    let mut sum = Answered::default();
    let mut tally = Tally::default();
    let mut running: Option<Running> = None;
    for number in 0..files {
        let file = folder.join(format!("{}.jsonl", number % 2));
        let seed = first.wrapping_add(number.wrapping_mul(WORLDS));
        write(&writer, seed, &file)?;
        if let Some(before) = running.take() {
            sum.add(before.answered()?);
        }
        if number == 0 {
            for host in [Host::Chromium, Host::Workerd] {
                let answered = Running::start(hosts, host, &file)?.answered()?;
                tally += answered.tally(host, first, FIRST_FILE);
            }
        }
        running = Some(Running::start(hosts, Host::Node, &file)?);
    }
    if let Some(last) = running {
        sum.add(last.answered()?);
    }
    tally += sum.tally(Host::Node, first, least);
    if tally.failed == 0 {
        std::fs::remove_dir_all(&folder).map_err(|error| Failure::failed(error.to_string()))?;
    }
    Ok(tally)
}

/// The program with the test that writes.
fn writer(scale: Scale) -> Result<PathBuf, Failure> {
    let mut arguments = vec!["-p", "tidegate-policy", "--test", "it"];
    arguments.extend(scale.profile());
    let built = cargo::build(&arguments)?;
    cargo::file(&built, "it", "")
}

fn write(writer: &Path, seed: u64, file: &Path) -> Result<(), Failure> {
    let written = Command::new(writer)
        .args(["--exact", WRITER])
        .env("TIDEGATE_SEED", seed.to_string())
        .env("TIDEGATE_CASES_WORLDS", WORLDS.to_string())
        .env("TIDEGATE_CASES_FILE", file)
        .stdin(Stdio::null())
        .output();
    match written {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(Failure::failed(format!(
            "{WRITER}:\n{}",
            String::from_utf8_lossy(&output.stdout)
        ))),
        Err(error) => Err(Failure::failed(format!("{}: {error}", writer.display()))),
    }
}

/// A host, with a file.
struct Running {
    node: Child,
    what: String,
}

impl Running {
    fn start(hosts: &Hosts, host: Host, file: &Path) -> Result<Self, Failure> {
        let what = format!("{} in {}", file.display(), host.name());
        let node = hosts
            .ask(host, "generated", Some(file))
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::failed(format!("node: {error}")))?;
        Ok(Self { node, what })
    }

    /// Waits for the end.
    fn answered(self) -> Result<Answered, Failure> {
        let what = self.what;
        let cannot = |error: String| Failure::failed(format!("{what}: {error}"));
        let output = self.node.wait_with_output();
        let output = output.map_err(|error| cannot(error.to_string()))?;
        let answered: Answered = serde_json::from_slice(&output.stdout)
            .map_err(|error| cannot(format!("it has not come to its end: {error}")))?;
        if answered.wrong > 0 {
            eprintln!("error: {what}: {} answers are wrong", answered.wrong);
        }
        Ok(answered)
    }
}

impl Answered {
    fn add(&mut self, other: Self) {
        for (ask, count) in other.asked {
            *self.asked.entry(ask).or_default() += count;
        }
        self.wrong += other.wrong;
    }

    /// Prints it, and sums up.
    fn tally(&self, host: Host, seed: u64, least: u64) -> Tally {
        let asked: u64 = self.asked.values().sum();
        let kinds = self
            .asked
            .iter()
            .map(|(ask, count)| format!("{ask} {count}"));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        let (host, right) = (host.name(), asked - self.wrong);
        println!(
            "generated, TIDEGATE_SEED={seed}, in {host}: {kinds}; {right} of {asked} as natively"
        );
        let too_few = asked < least;
        if too_few {
            eprintln!("error: {asked} generated questions in {host}, of {least}");
        }
        Tally {
            passed: right,
            failed: self.wrong + u64::from(too_few),
        }
    }
}
