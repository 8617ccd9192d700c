//! `cargo xtask fuzz [TARGET] [--seconds N]`: builds the fuzz targets of `tests/fuzz`, and runs them.
//!
//! The folder is laid out for `cargo fuzz`, but that is not needed: what it would pass to the compiler is
//! passed here, and without sanitizers (which are for `unsafe` code, and the engine has none) all of it
//! is stable. What is needed is a C++ compiler, for libFuzzer.
//!
//! A target that fails leaves its input in `tests/fuzz/artifacts/TARGET`. What was learned stays in
//! `tests/fuzz/corpus/TARGET`, but for the runs of `cargo xtask test`, which always begin with the seeds.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Failure, cargo};

/// Instrumentation for libFuzzer, as `cargo fuzz` has it: counters of edges, and what is compared.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                     -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";
/// How long each target runs unless told. Seconds.
const SECONDS: u64 = 60;
/// An input that takes longer is a failure. Seconds.
const MAX_SECONDS_OF_ONE: u64 = 10;
/// A process that needs more is a failure. MB.
const MAX_MEMORY_MB: u64 = 1024;
/// Longest input. Bytes.
const MAX_INPUT: u64 = 4096;

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let mut seconds = SECONDS;
    let mut wanted = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(&argument) = arguments.next() {
        if argument == "--seconds" {
            let number = arguments.next().and_then(|number| number.parse().ok());
            seconds =
                number.ok_or_else(|| Failure::Usage("--seconds takes a number".to_owned()))?;
        } else {
            wanted.push(argument);
        }
    }
    if !crate::test::machine::need_cxx() {
        return Err(Failure::failed(
            "a C++ compiler is missing: on Debian: apt-get install g++",
        ));
    }
    let mut targets = build()?;
    if let Some(unknown) = wanted
        .iter()
        .find(|&&name| targets.iter().all(|target| target.name != name))
    {
        let known: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        return Err(Failure::Usage(format!(
            "`{unknown}` is no target; there are {}",
            known.join(", ")
        )));
    }
    targets.retain(|target| wanted.is_empty() || wanted.contains(&target.name.as_str()));
    let mut failed = Vec::new();
    for target in targets {
        println!("== {} for {seconds} s", target.name);
        if !target.run(seconds, Corpus::Kept)? {
            failed.push(target.name);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::failed(format!("failed: {}", failed.join(", "))))
    }
}

/// What a run begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Corpus {
    /// The seeds, in a sequence that is always the same.
    Seeds,
    /// The seeds and all that earlier runs have found; what this one finds is kept.
    Kept,
}

/// A target that was built.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    program: PathBuf,
}

impl Target {
    /// Whether it came to its end. What libFuzzer says is shown where it did not.
    pub(crate) fn run(&self, seconds: u64, corpus: Corpus) -> Result<bool, Failure> {
        let cannot = |error: std::io::Error| Failure::failed(format!("{}: {error}", self.name));
        let artifacts = folder().join("artifacts").join(&self.name);
        std::fs::create_dir_all(&artifacts).map_err(cannot)?;
        let mut command = Command::new(&self.program);
        command.current_dir(folder()).stdin(Stdio::null());
        // libFuzzer writes what it finds into the first folder.
        let found = match corpus {
            Corpus::Kept => folder().join("corpus").join(&self.name),
            Corpus::Seeds => {
                command.arg("-seed=1");
                let found = cargo::root().join("target/fuzz/found").join(&self.name);
                // Not there the first time.
                let _ = std::fs::remove_dir_all(&found);
                found
            }
        };
        std::fs::create_dir_all(&found).map_err(cannot)?;
        command.arg(found);
        let given = [
            folder().join("seeds").join(&self.name),
            folder().join("regressions").join(&self.name),
        ];
        command.args(given.iter().filter(|folder| folder.is_dir()));
        let dictionary = folder().join(format!("dictionaries/{}.dict", self.name));
        if dictionary.exists() {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        command.args([
            format!("-max_total_time={seconds}"),
            format!("-timeout={MAX_SECONDS_OF_ONE}"),
            format!("-rss_limit_mb={MAX_MEMORY_MB}"),
            format!("-max_len={MAX_INPUT}"),
            format!("-artifact_prefix={}/", artifacts.display()),
            "-print_final_stats=1".to_owned(),
        ]);
        let output = command.output().map_err(cannot)?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            let runs = said
                .lines()
                .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
            println!(
                "{}: {} inputs, nothing found",
                self.name,
                runs.unwrap_or("0").trim()
            );
        } else {
            eprintln!("{said}\nerror: {}: {}", self.name, output.status);
        }
        Ok(output.status.success())
    }
}

/// Builds all targets.
pub(crate) fn build() -> Result<Vec<Target>, Failure> {
    // With a triple of its own, what runs while building is not instrumented.
    let triple = host()?;
    let target_folder = cargo::root().join("target/fuzz");
    let mut command = cargo::cargo();
    let status = command
        .current_dir(folder())
        .args([
            "build",
            "--release",
            "--bins",
            "--locked",
            "--target",
            &triple,
        ])
        .arg("--target-dir")
        .arg(&target_folder)
        .env("RUSTFLAGS", FLAGS)
        .status();
    if !status.is_ok_and(|status| status.success()) {
        return Err(Failure::failed("the fuzz targets do not build"));
    }
    let built = target_folder.join(triple).join("release");
    let mut targets: Vec<Target> = names()?
        .into_iter()
        .map(|name| Target {
            program: built.join(&name),
            name,
        })
        .collect();
    targets.sort_by(|one, two| one.name.cmp(&two.name));
    Ok(targets)
}

fn folder() -> PathBuf {
    cargo::root().join("tests/fuzz")
}

/// The targets that the manifest lists.
fn names() -> Result<Vec<String>, Failure> {
    let path = folder().join("Cargo.toml");
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::failed(format!("{}: {error}", Path::new(&path).display()))
    };
    let text = std::fs::read_to_string(&path).map_err(|error| cannot(&error))?;
    let manifest: toml::Table = text.parse().map_err(|error| cannot(&error))?;
    let bins = manifest.get("bin").and_then(toml::Value::as_array);
    let names = bins
        .into_iter()
        .flatten()
        .filter_map(|bin| bin.get("name")?.as_str());
    Ok(names.map(str::to_owned).collect())
}

/// The triple that this machine's compiler builds for.
fn host() -> Result<String, Failure> {
    let output = Command::new("rustc")
        .arg("-vV")
        .current_dir(cargo::root())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::failed(format!("rustc: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Failure::failed("rustc -vV names no host"))
}
