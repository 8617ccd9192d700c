//! Models in files: without a server, and without a secret.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Ended, Person, words};
use crate::world::Folder;

/// A folder of the repository.
fn repository(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.expect("the repository").join(path)
}

/// Somebody in a folder who can reach no API.
fn offline(folder: PathBuf) -> Person {
    Person {
        url: "http://127.0.0.1:9".to_owned(),
        secret: None,
        home: folder.join("home"),
        folder,
    }
}

fn library() -> Person {
    offline(repository("tests/models/library"))
}

fn wrong() -> Person {
    offline(repository("tests/models/wrong"))
}

fn json_of(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[tokio::test]
async fn every_row_of_the_readme_runs() {
    let readme = include_str!("../../../README.md");
    let section = readme
        .split("\n## ")
        .find(|section| section.starts_with("Models in files\n"))
        .expect("the section");
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let commands = rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, command, _] = cells.as_slice() else {
            panic!("not three cells: {row}");
        };
        command.trim_matches('`')
    });
    let commands: Vec<&str> = commands.collect();
    // What each row must print; a row more or less is seen.
    let shown = [
        "errors: 0, warnings: 0",
        "\"type_definitions\"",
        "define borrower: [reader]",
        "digraph",
        "export type",
        "passed: 4/4",
    ];
    assert_eq!(commands.len(), shown.len(), "{commands:?}");
    for (command, shown) in commands.into_iter().zip(shown) {
        let words = words(command);
        assert_eq!(words[..2], ["tidegate", "model"], "{command}");
        let printed = library().done(&words[1..]).await;
        assert!(printed.contains(shown), "{command}: {printed}");
    }
}

#[tokio::test]
async fn a_wrong_model_says_where() {
    for (file, code, expected) in [
        (
            "model.fga",
            1,
            "model.fga:6:31: type `readr` is not defined [invalid-type]\n\
             model.fga:7:34: relation `owner` is not defined on type `book` [missing-definition]\n\
             files: 1, errors: 2, warnings: 0\n",
        ),
        (
            "odd.fga",
            0,
            "odd.fga:6:31: warning: `reader` stands twice [duplicated-error]\n\
             files: 1, errors: 0, warnings: 1\n",
        ),
        (
            "fga.mod",
            1,
            "fga.mod:4:5: file `shelves.fga` is not there [module]\n\
             books.fga:4:23: type `reader` is not defined [invalid-type]\n\
             files: 1, errors: 2, warnings: 0\n",
        ),
        (
            "inner.fga.yaml",
            1,
            "inner.fga.yaml:7:25: type `reader` is not defined [invalid-type]\n\
             files: 1, errors: 1, warnings: 0\n",
        ),
        (
            "model.json",
            1,
            "model.json: relation `owner` is not defined on type `book` [missing-definition]\n\
             files: 1, errors: 1, warnings: 0\n",
        ),
    ] {
        let ended = wrong().run(&["model", "validate", file]).await;
        assert_eq!(ended.code, Some(code), "{file}: {ended:?}");
        assert_eq!(ended.stdout, expected, "{file}");
    }
    let ended = wrong()
        .run(&["model", "validate", "model.fga", "none.fga", "--json"])
        .await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let report = json_of(&ended);
    assert_eq!(report["errors"], 3);
    assert_eq!(report["items"][0]["line"], 6);
    assert_eq!(report["items"][1]["kind"], "missing-definition");
    assert_eq!(report["items"][2]["kind"], "file");
    for verb in ["convert", "graph", "types"] {
        let ended = wrong().run(&["model", verb, "model.fga"]).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stderr.contains("model.fga:6:31: "), "{ended:?}");
        assert_eq!(ended.stdout, "");
    }
}

#[tokio::test]
async fn a_model_in_another_form_is_the_same_model() {
    let person = library();
    let read = |file: &str| std::fs::read_to_string(person.folder.join(file)).expect("a file");
    let text = person.done(&["model", "convert", "book.json"]).await;
    let ended = person.run_with(&["model", "convert", "-"], &text).await;
    let back = json_of(&ended);
    let given: Value = serde_json::from_str(&read("book.json")).expect("JSON");
    assert_eq!(back["schema_version"], given["schema_version"]);
    let (there, here) = (&back["type_definitions"][1], &given["type_definitions"][1]);
    assert_eq!(there["relations"], here["relations"]);
    let kinds = |of: &Value| {
        of["metadata"]["relations"]["borrower"]["directly_related_user_types"][0]["type"].clone()
    };
    assert_eq!(kinds(there), kinds(here));

    // With conditions, and from modules.
    for file in ["model.fga", "fga.mod"] {
        let json = person
            .done(&["model", "convert", file, "--to", "json"])
            .await;
        let dsl = person
            .done(&["model", "convert", file, "--to", "dsl"])
            .await;
        let again = person.run_with(&["model", "convert", "-"], &json).await;
        // Where the parts of modules are from has no place in one file; all else has.
        assert_eq!(again.code, Some(0), "{file}: {again:?}");
        let parts = |text: &str| {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let mut lines: Vec<String> = lines.map(ToOwned::to_owned).collect();
            lines.sort();
            lines
        };
        let plain = |text: &str| {
            let lines = text
                .lines()
                .map(|line| line.split(" # ").next().unwrap_or(line));
            parts(&lines.collect::<Vec<_>>().join("\n"))
        };
        assert_eq!(plain(&again.stdout), plain(&dsl), "{file}");
    }
    let shown = json_of(&person.run(&["model", "graph", "book.json", "--json"]).await);
    assert!(
        shown["dot"]
            .as_str()
            .is_some_and(|dot| dot.starts_with("digraph"))
    );
}

#[tokio::test]
async fn a_test_that_fails_says_what_was_expected() {
    let ended = wrong().run(&["model", "test", "failing.fga.yaml"]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(
        ended.stdout,
        "failing.fga.yaml\n  ok 1/1 right\n  failed 1/3 wrong\n    \
         tests[1].check[0].assertions.borrower: reader:max borrower book:dune: expected false, found true\n    \
         tests[1].list_objects[0].assertions.borrower: reader:max borrower book: expected [book:atlas], \
         found [book:dune]\n\
         passed: 2/4, files that could not be run: 0\n"
    );
    let ended = wrong()
        .run(&["model", "test", "failing.fga.yaml", "--json"])
        .await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let report = json_of(&ended);
    assert_eq!(
        (&report["passed"], &report["failed"]),
        (&json!(2), &json!(2))
    );
    let failed = &report["files"][0]["tests"][1]["failed"][1];
    assert_eq!(failed["expected"], json!(["book:atlas"]));
    assert_eq!(failed["found"], json!(["book:dune"]));

    for (file, expected) in [
        (
            "keys.fga.yaml",
            "keys.fga.yaml:3:5: tests[0].checks: unknown field `checks`",
        ),
        ("empty.fga.yaml", "it asserts nothing"),
        (
            "tuple.fga.yaml",
            "tuples[1]: relation `borrower` does not take `book:dune`",
        ),
        ("inner.fga.yaml", "inner.fga.yaml:7:25: "),
        ("none.fga.yaml", "No such file"),
        ("store.fga.yaml", "--danger-read-outside"),
    ] {
        let ended = wrong().run(&["model", "test", file]).await;
        assert_eq!(ended.code, Some(1), "{file}: {ended:?}");
        assert!(ended.stdout.contains(expected), "{file}: {ended:?}");
    }
    let outside = ["model", "test", "store.fga.yaml", "--danger-read-outside"];
    wrong().done(&outside).await;
    assert_eq!(wrong().run(&["model", "test"]).await.code, Some(2));
    let terms = ["model", "test", "store.fga.yaml", "--if-match", "1"];
    assert_eq!(wrong().run(&terms).await.code, Some(2));
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_does_not_lead_out_of_the_folder() {
    let folder = Folder::new();
    let inside = folder.path().join("inside");
    std::fs::create_dir(&inside).expect("a folder");
    let model = "model\n  schema 1.1\ntype user\n";
    std::fs::write(folder.path().join("model.fga"), model).expect("written");
    std::os::unix::fs::symlink("../model.fga", inside.join("link.fga")).expect("a link");
    std::fs::write(inside.join("a.fga.yaml"), "model_file: link.fga\n").expect("written");
    let person = offline(inside);
    let ended = person.run(&["model", "validate", "a.fga.yaml"]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("outside of the folder"), "{ended:?}");
    let asked = ["model", "validate", "a.fga.yaml", "--danger-read-outside"];
    person.done(&asked).await;
}

#[tokio::test]
async fn beside_a_system_toml_the_system_is_looked_at() {
    let githost = repository("tests/systems/githost");
    let folder = Folder::new();
    for name in ["model.fga", "system.toml", "tests.fga.yaml"] {
        std::fs::copy(githost.join(name), folder.path().join(name)).expect("copied");
    }
    let person = offline(folder.path().to_owned());
    let validate = ["model", "validate", "model.fga"];
    let ended = person.run(&validate).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("as a system"), "{ended:?}");
    person.done(&["model", "test", "tests.fga.yaml"]).await;

    // Alone it would do: the platform has a type of this name.
    let model = folder.path().join("model.fga");
    let text = std::fs::read_to_string(&model).expect("read");
    let twice = text.replacen("\ntype user\n", "\ntype site\n\ntype user\n", 1);
    assert_ne!(text, twice);
    std::fs::write(&model, twice).expect("written");
    let rules = folder.path().join("system.toml");
    let text = std::fs::read_to_string(&rules).expect("read");
    std::fs::write(&rules, format!("nonsense = 1\n{text}")).expect("written");
    let ended = person.run(&validate).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for expected in [
        "system.toml:1: nonsense: unknown key",
        "type `site` is defined",
    ] {
        assert!(ended.stdout.contains(expected), "{expected}: {ended:?}");
    }
    let ended = person.run(&["model", "test", "tests.fga.yaml"]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("unknown key"), "{ended:?}");
}

#[tokio::test]
async fn the_built_in_systems_decide_as_their_tests_say() {
    for name in ["beamlit", "beneath", "earthly", "lamindb"] {
        let person = offline(repository(&format!(
            "crates/tidegate-control/systems/{name}"
        )));
        let ended = person
            .run(&["model", "test", "tests.fga.yaml", "--json"])
            .await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let passed = json_of(&ended)["passed"].as_u64();
        assert!(
            passed.is_some_and(|passed| passed > 100),
            "{name}: {passed:?}"
        );
    }
}

#[tokio::test]
async fn openfgas_sample_stores_pass() {
    let named = std::env::var_os("TIDEGATE_SUITES");
    let suites = named
        .as_ref()
        .map_or_else(|| repository("../shared/suites"), PathBuf::from);
    let stores = suites.join("openfga-sample-stores/stores");
    if named.is_none() && !stores.is_dir() {
        eprintln!("skipped: TIDEGATE_SUITES names no folder of suites");
        return;
    }
    let mut files = Vec::new();
    for folder in std::fs::read_dir(&stores).expect("the suite") {
        for file in std::fs::read_dir(folder.expect("an entry").path()).expect("a folder") {
            let path = file.expect("an entry").path().display().to_string();
            if path.ends_with(".fga.yaml") {
                files.push(path);
            }
        }
    }
    assert!(files.len() >= 12, "{files:?}");
    let mut words = vec!["model", "test", "--json"];
    words.extend(files.iter().map(String::as_str));
    let ended = offline(stores).run(&words).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let passed = json_of(&ended)["passed"].as_u64();
    assert!(passed.is_some_and(|passed| passed > 140), "{passed:?}");
}
