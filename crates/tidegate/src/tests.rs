//! What holds for every verb.

use clap::{Command, CommandFactory};

use super::*;

#[test]
fn arguments_do_not_clash() {
    Cli::command().debug_assert();
}

/// Each verb that does something, by its words.
fn leaves(command: &Command, path: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let path = [path, &[command.get_name().to_owned()]].concat();
    let mut children = command.get_subcommands().peekable();
    if children.peek().is_none() {
        let help = command.get_after_help().map(ToString::to_string);
        found.push((path, help.unwrap_or_default()));
        return;
    }
    for child in children {
        leaves(child, &path, found);
    }
}

/// Takes an example apart as a shell would, as far as examples go.
fn words(line: &str) -> Vec<String> {
    let line = line.split(" < ").next().unwrap_or(line);
    line.split('"')
        .enumerate()
        .flat_map(|(number, part)| match number % 2 {
            0 => part.split_whitespace().map(ToOwned::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

#[test]
fn every_verb_has_an_example_that_is_right() {
    let mut found = Vec::new();
    leaves(&Cli::command(), &[], &mut found);
    assert!(found.len() > 30, "{}", found.len());
    for (path, help) in found {
        // The servers' flags are shown by their own documentation.
        if path == ["tidegate", "serve"] || path == ["tidegate", "gateway"] {
            continue;
        }
        let (_, examples) = help
            .split_once("Example:\n")
            .unwrap_or_else(|| panic!("{path:?} has no example"));
        for example in examples.lines() {
            let words = words(example);
            assert!(words.starts_with(&path), "{example} is none of {path:?}");
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{example}: {error}");
            }
        }
    }
}
