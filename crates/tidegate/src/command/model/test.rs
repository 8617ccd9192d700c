//! `tidegate model test`

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use tidegate_control::domain::system::LoadError;
use tidegate_control::domain::system::store_file::{Failed, MAX_TUPLES_BYTES, TestReport};
use tidegate_policy::Model;

use super::beside::Beside;
use super::fault::{Fault, MORE, MOST_TOLD, name_of};
use super::source::{Source, read_store};
use super::validate::load;
use crate::exit::{Exit, Failure};
use crate::output::{Output, Text, Tone};

/// Which tests.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Beside a system.toml, a store whose model is the system's is tested on the whole system, the \
                  platform's types included.\n\
                  Example:\n  tidegate model test store.fga.yaml"
)]
pub(crate) struct Arguments {
    /// OpenFGA store files (.fga.yaml).
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Read what a file names also where that is outside of the file's folder.
    #[arg(long)]
    danger_read_outside: bool,
}

/// What came of all files.
#[derive(Debug, Serialize)]
struct Report {
    files: Vec<FileReport>,
    passed: usize,
    failed: usize,
    /// Files whose tests were not run.
    invalid: usize,
}

#[derive(Debug, Serialize)]
struct FileReport {
    file: String,
    tests: Vec<TestReport>,
    /// Why its tests were not run.
    errors: Vec<Fault>,
    /// Whether none of these was left out for being too much.
    complete: bool,
}

/// Runs them, and reports.
pub(crate) fn run(output: Output, arguments: &Arguments) -> Result<Exit, Failure> {
    let Arguments {
        files,
        danger_read_outside,
    } = arguments;
    let mut report = Report {
        files: Vec::new(),
        passed: 0,
        failed: 0,
        invalid: 0,
    };
    for file in files {
        let (tests, errors) = match run_file(output, file, *danger_read_outside) {
            Ok(tests) => (tests, Vec::new()),
            Err(errors) => (Vec::new(), errors),
        };
        report.passed += tests.iter().map(|test| test.passed).sum::<usize>();
        report.failed += tests.iter().map(|test| test.failed.len()).sum::<usize>();
        report.invalid += usize::from(!errors.is_empty());
        report.files.push(FileReport {
            file: name_of(file),
            tests,
            complete: errors.len() < MOST_TOLD,
            errors,
        });
    }
    output.answer(&report, describe)?;
    Ok(if report.failed == 0 && report.invalid == 0 {
        Exit::Ok
    } else {
        Exit::Failed
    })
}

fn run_file(output: Output, file: &Path, outside: bool) -> Result<Vec<TestReport>, Vec<Fault>> {
    let (store, text) = read_store(file).map_err(|fault| vec![fault])?;
    let source = Source::of_store(file, &store, &text, outside)?;
    let model = model(output, &source)?;
    let beside = Beside::new(file, outside);
    let read = |name: &str| {
        let text = beside.read(name, MAX_TUPLES_BYTES);
        text.map_err(|reason| reason.to_string())
    };
    let tests = store.run(&model, read).map_err(|errors| {
        let faults = errors.iter().map(|error| Fault::store(file, error));
        faults.collect::<Vec<_>>()
    })?;
    // Whoever asks whether tests pass is not to be told yes where there are none.
    if tests
        .iter()
        .all(|test| test.passed == 0 && test.failed.is_empty())
    {
        let message = "it asserts nothing".to_owned();
        return Err(vec![Fault::new(file, message, "store-file")]);
    }
    Ok(tests)
}

/// The model, or that of the system which it is of.
fn model(output: Output, source: &Source) -> Result<Model, Vec<Fault>> {
    let Some(folder) = source.system() else {
        return source.model();
    };
    output.remark(&format!(
        "{}: tested as a system, with the platform's types",
        folder.display()
    ));
    match load(&folder) {
        Ok(system) => Ok(system.model().clone()),
        Err(LoadError::Invalid { errors, .. }) => {
            let faults = errors.iter().map(|error| Fault::system(&folder, error));
            Err(faults.collect())
        }
        Err(error) => Err(vec![Fault::unreadable(&folder, error)]),
    }
}

fn describe(text: &mut Text, report: &Report) {
    let Report {
        files,
        passed,
        failed,
        invalid,
    } = report;
    for FileReport {
        file,
        tests,
        errors,
        complete,
    } in files
    {
        text.toned_line(Tone::Heading, file);
        for fault in errors {
            text.line(&format!("  {fault}"));
        }
        if !complete {
            text.line(&format!("  {MORE}"));
        }
        for TestReport {
            name,
            passed,
            failed,
        } in tests
        {
            let total = passed + failed.len();
            let (tone, word) = match (failed.is_empty(), total) {
                (true, 0) => (Tone::No, "asserts nothing"),
                (true, _) => (Tone::Yes, "ok"),
                (false, _) => (Tone::No, "failed"),
            };
            text.toned_line(tone, &format!("  {word} {passed}/{total} {name}"));
            for failed in failed {
                text.line(&format!("    {}", line(failed)));
            }
        }
    }
    let good = *failed == 0 && *invalid == 0;
    text.toned_line(
        if good { Tone::Yes } else { Tone::No },
        &format!(
            "passed: {passed}/{}, files that could not be run: {invalid}",
            passed + failed
        ),
    );
}

/// One assertion that does not hold, in a line.
fn line(failed: &Failed) -> String {
    let Failed {
        key,
        question,
        expected,
        found,
        error,
    } = failed;
    let mut line = format!("{key}: {question}: expected {}", value(expected));
    if let Some(found) = found {
        line.push_str(&format!(", found {}", value(found)));
    }
    if let Some(error) = error {
        line.push_str(&format!(", error: {error}"));
    }
    line
}

fn value(value: &Value) -> String {
    match value {
        Value::Array(names) => {
            let names = names.iter().filter_map(Value::as_str);
            format!("[{}]", names.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
