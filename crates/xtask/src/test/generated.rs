//! Generated questions, native against wasm: the engine's own tests write them down with their answers, file by file, and
//! Node asks the JavaScript package the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::Scale;
use super::tally::Tally;
use crate::{Failure, cargo};

/// The test that writes a file.
const WRITER: &str = "cases::cases_are_as_the_reference_says";

/// Worlds in a file: some 40 questions each.
const WORLDS: u64 = 300;
/// Files, and questions that there are in them at least.
const USUALLY: (u64, u64) = (1, 10_000);
const FULL: (u64, u64) = (93, 1_000_000);

/// What Node says of a file.
#[derive(Default, Deserialize)]
struct Answered {
    /// Questions, by the engine's function.
    asked: BTreeMap<String, u64>,
    wrong: u64,
}

/// Writes each file while the one before is being answered, so that there are two at most.
pub(super) fn run(scale: Scale, package: &Path) -> Result<Tally, Failure> {
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
    let mut running: Option<Running> = None;
    for number in 0..files {
        let file = folder.join(format!("{}.jsonl", number % 2));
        let seed = first.wrapping_add(number.wrapping_mul(WORLDS));
        write(&writer, seed, &file)?;
        if let Some(before) = running.take() {
            sum.add(before.answered()?);
        }
        running = Some(Running::start(package, file)?);
    }
    if let Some(last) = running {
        sum.add(last.answered()?);
    }
    let asked: u64 = sum.asked.values().sum();
    let kinds = sum
        .asked
        .iter()
        .map(|(ask, count)| format!("{ask} {count}"));
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    println!(
        "generated, TIDEGATE_SEED={first}: {kinds}; {} of {asked} as natively",
        asked - sum.wrong
    );
    let too_few = asked < least;
    if too_few {
        eprintln!("error: {asked} generated questions, of {least}");
    }
    Ok(Tally {
        passed: asked - sum.wrong,
        failed: sum.wrong + u64::from(too_few),
    })
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

/// Node, with a file.
struct Running {
    node: Child,
    file: PathBuf,
}

impl Running {
    fn start(package: &Path, file: PathBuf) -> Result<Self, Failure> {
        let node = Command::new("node")
            .arg(cargo::root().join("tests/wasm/generated.mjs"))
            .args([package, &file])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::failed(format!("node: {error}")))?;
        Ok(Self { node, file })
    }

    /// Waits for the end. The file goes when all of it was right.
    fn answered(self) -> Result<Answered, Failure> {
        let file = self.file.display().to_string();
        let cannot = |error: String| Failure::failed(format!("{file}: {error}"));
        let output = self.node.wait_with_output();
        let output = output.map_err(|error| cannot(error.to_string()))?;
        let answered: Answered = serde_json::from_slice(&output.stdout)
            .map_err(|error| cannot(format!("Node has not come to its end: {error}")))?;
        if answered.wrong > 0 {
            eprintln!("error: {file}: {} answers are wrong", answered.wrong);
        } else if let Err(error) = std::fs::remove_file(&self.file) {
            return Err(cannot(error.to_string()));
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
}
