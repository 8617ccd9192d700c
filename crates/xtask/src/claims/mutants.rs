//! Mutants of the built-in systems: each lacks one thing, and some claim must then fail.
//!
//! `tests/claims/survivors.toml` explains those that no claim can tell from the system. One that
//! survives unexplained, is explained and yet killed, or explained and gone, is a failure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::program::{Program, Verdict};
use super::{CLAIMS, model, rules};
use crate::{Failure, cargo};

/// Where the systems are, below the root.
const SYSTEMS: &str = "crates/tidegate-control/systems";

/// How many are tried out at a time.
const AT_A_TIME: usize = 2;

/// By system and mutant: why no claim can tell it.
type Explained = BTreeMap<String, BTreeMap<String, String>>;

struct Mutant {
    system: String,
    /// What it lacks.
    name: String,
    /// Its files, by name.
    files: BTreeMap<&'static str, String>,
}

/// Tries the mutants of systems out; with a part of a name, those alone that have it in theirs.
pub(super) fn run(program: &Program, systems: &[&str], part: Option<&str>) -> Result<(), Failure> {
    let root = cargo::root();
    let explained = explained(&root.join(CLAIMS).join("survivors.toml"))?;
    let mut mutants = Vec::new();
    for system in systems {
        mutants.extend(of_system(system, &root.join(SYSTEMS).join(system))?);
    }
    let part = part.unwrap_or_default();
    mutants.retain(|mutant| mutant.name.contains(part));
    if mutants.is_empty() {
        let known = systems.join(", ");
        let message = format!("no system and no mutant of {known} is called `{part}`");
        return Err(Failure::Usage(message));
    }
    let whole = mutants.len();
    let scratch = Scratch::new()?;
    let results = try_all(program, mutants, &scratch)?;
    let (mut killed, mut invalid, mut known) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (mutant, verdict) in &results {
        let Mutant { system, name, .. } = mutant;
        let why = explained.get(system).and_then(|names| names.get(name));
        match (verdict, why) {
            (Verdict::Killed(_), None) => killed += 1,
            (Verdict::Invalid, None) => invalid += 1,
            (Verdict::Survived, Some(_)) => known += 1,
            (Verdict::Survived, None) => wrong.push(format!("{system}: {name}: survives")),
            (Verdict::Killed(_) | Verdict::Invalid, Some(_)) => {
                wrong.push(format!("{system}: {name}: explained, and does not survive"));
            }
        }
    }
    for system in systems {
        let names = explained.get(*system).into_iter().flat_map(BTreeMap::keys);
        for name in names.filter(|name| name.contains(part)) {
            if !results
                .iter()
                .any(|(mutant, _)| mutant.system == *system && mutant.name == *name)
            {
                wrong.push(format!("{system}: {name}: explained, and is no mutant"));
            }
        }
    }
    println!(
        "\n{whole} mutants: {killed} killed by a claim, {invalid} refused when loaded, \
         {known} explained survivors"
    );
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Failure::failed(format!(
            "{} mutants:\n  {}",
            wrong.len(),
            wrong.join("\n  ")
        )))
    }
}

fn explained(path: &Path) -> Result<Explained, Failure> {
    let cannot = |error: String| Failure::failed(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| cannot(error.to_string()))?;
    toml::from_str(&text).map_err(|error| cannot(error.to_string()))
}

fn of_system(system: &str, folder: &Path) -> Result<Vec<Mutant>, Failure> {
    let mut files = BTreeMap::new();
    for name in ["model.fga", "system.toml", "tests.fga.yaml"] {
        let path = folder.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => files.insert(name, text),
            Err(error) => {
                return Err(Failure::failed(format!("{}: {error}", path.display())));
            }
        };
    }
    let read = |name| files.get(name).map_or("", String::as_str);
    let changed = [
        ("model.fga", model::mutants(read("model.fga"))),
        ("system.toml", rules::mutants(read("system.toml"))?),
    ];
    let mut mutants = Vec::new();
    for (file, found) in changed {
        for (name, text) in found {
            let mut files = files.clone();
            files.insert(file, text);
            mutants.push(Mutant {
                system: system.to_owned(),
                name,
                files,
            });
        }
    }
    Ok(mutants)
}

fn try_all(
    program: &Program,
    mutants: Vec<Mutant>,
    scratch: &Scratch,
) -> Result<Vec<(Mutant, Verdict)>, Failure> {
    let left = Mutex::new(mutants.into_iter().enumerate());
    let work = || {
        let mut results = Vec::new();
        loop {
            let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((number, mutant)) = next else {
                return Ok(results);
            };
            let folder = scratch.0.join(number.to_string());
            write(&mutant, &folder)?;
            let verdict = program.try_out(&mutant.system, &folder)?;
            let said = match &verdict {
                Verdict::Invalid => "refused when loaded".to_owned(),
                Verdict::Killed(test) => format!("killed by {}", super::last(test)),
                Verdict::Survived => "SURVIVES".to_owned(),
            };
            println!("{}: {}: {said}", mutant.system, mutant.name);
            results.push((mutant, verdict));
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(work)).collect();
        let mut results = Vec::new();
        for worker in workers {
            let done = worker
                .join()
                .unwrap_or_else(|_| Err(Failure::failed("a worker has panicked")));
            results.extend(done?);
        }
        Ok(results)
    })
}

fn write(mutant: &Mutant, folder: &Path) -> Result<(), Failure> {
    let folder = folder.join(&mutant.system);
    let cannot = |error: std::io::Error| Failure::failed(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(&folder).map_err(cannot)?;
    for (name, text) in &mutant.files {
        std::fs::write(folder.join(name), text).map_err(cannot)?;
    }
    Ok(())
}

/// A folder that is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let name = format!("tidegate-mutants-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path)
            .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
