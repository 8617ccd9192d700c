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

/// A folder with these files.
fn files(files: &[(&str, &str)]) -> (Folder, Person) {
    let folder = Folder::new();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let person = offline(folder.path().to_owned());
    (folder, person)
}

const MODEL: &str =
    "model\n  schema 1.1\ntype user\ntype page\n  relations\n    define reader: [user]\n";

#[tokio::test]
async fn what_is_too_much_to_tell_is_said_to_be_there() {
    let relations = |what: &str| {
        let lines = (0..249).map(|number| format!("    define r{number}: {what}\n"));
        lines.collect::<String>()
    };
    let wrong = format!("{MODEL}{}", relations("[usr]"));
    let odd = format!("{MODEL}{}", relations("[user, user]"));
    let both = format!("{odd}    define r0: [user]\n    define r1: [user]\n");
    let few = format!("{MODEL}    define a: [usr]\n");
    let (_folder, person) = files(&[
        ("wrong.fga", &wrong),
        ("odd.fga", &odd),
        ("both.fga", &both),
        ("few.fga", &few),
    ]);
    for (file, complete, counts) in [
        ("wrong.fga", false, "errors: 200, warnings: 0"),
        ("odd.fga", false, "errors: 0, warnings: 200"),
        ("both.fga", false, "errors: 2, warnings: 198"),
        ("few.fga", true, "errors: 1, warnings: 0"),
    ] {
        let ended = person.run(&["model", "validate", file]).await;
        let said = ended.stdout.contains("\nthere may be more: ");
        assert_eq!(said, !complete, "{file}: {ended:?}");
        assert!(ended.stdout.contains(counts), "{file}: {ended:?}");
        let ended = person.run(&["model", "validate", file, "--json"]).await;
        assert_eq!(json_of(&ended)["complete"], complete, "{file}");
    }
    let tuple = "  - { user: 'user:a', relation: writer, object: 'page:a' }\n";
    let store = format!("model_file: few.fga\ntuples:\n{}", tuple.repeat(201));
    std::fs::write(person.folder.join("few.fga"), MODEL).expect("written");
    std::fs::write(person.folder.join("store.fga.yaml"), store).expect("written");
    let ended = person.run(&["model", "test", "store.fga.yaml"]).await;
    assert!(ended.stdout.contains("  there may be more: "), "{ended:?}");
    let ended = person
        .run(&["model", "test", "store.fga.yaml", "--json"])
        .await;
    let file = json_of(&ended)["files"][0].clone();
    assert_eq!(file["complete"], false);
    assert_eq!(file["errors"].as_array().map(Vec::len), Some(200));
    // Errors come first.
    let ended = person.run(&["model", "validate", "both.fga"]).await;
    assert!(ended.stdout.starts_with("both.fga:256:12: "), "{ended:?}");
    let ended = person.run(&["model", "graph", "wrong.fga"]).await;
    assert!(ended.stderr.contains("there may be more: "), "{ended:?}");
}

#[tokio::test]
async fn a_verb_that_needs_a_model_lists_its_errors_as_validate_does() {
    let ended = wrong()
        .run(&["model", "validate", "model.fga", "--json"])
        .await;
    let items = json_of(&ended)["items"].clone();
    assert_eq!(items.as_array().map(Vec::len), Some(2));
    for verb in ["convert", "graph", "types"] {
        let ended = wrong().run(&["model", verb, "model.fga", "--json"]).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let failure: Value = serde_json::from_str(&ended.stderr).expect("JSON");
        assert_eq!(failure["items"], items, "{verb}");
    }
}

#[tokio::test]
async fn a_test_that_asserts_nothing_is_not_ok() {
    let store = "model_file: model.fga\ntests:\n  - name: some\n    check:\n      \
                 - { user: 'user:a', object: 'page:a', assertions: { reader: false } }\n  \
                 - name: none\n    check: []\n  \
                 - name: empty\n    check:\n      \
                 - { user: 'user:a', object: 'page:a', assertions: {} }\n";
    let (_folder, person) = files(&[("model.fga", MODEL), ("store.fga.yaml", store)]);
    assert_eq!(
        person.done(&["model", "test", "store.fga.yaml"]).await,
        "store.fga.yaml\n  ok 1/1 some\n  asserts nothing 0/0 none\n  asserts nothing 0/0 empty\n\
         passed: 1/1, files that could not be run: 0\n"
    );
}

#[tokio::test]
async fn what_is_not_what_its_name_says_is_said_to_be_what_it_is() {
    let tuples = |name: &str| format!("model_file: model.fga\ntuple_file: {name}\n");
    let (json_tuples, yaml_tuples) = (tuples("none.json"), tuples("none.yaml"));
    let twice = "model_file: model.fga\ntests:\n  - name: a\n    check:\n      \
                 - user: user:a\n        object: page:a\n        user: user:b\n        \
                 assertions: { reader: false }\n";
    let user =
        "model_file: model.fga\ntuples:\n  - { user: ann, relation: reader, object: 'page:a' }\n";
    let (_folder, person) = files(&[
        ("model.fga", MODEL),
        ("fga.mod", "schema: '1.2'\ncontents: []\n"),
        ("model.yaml", MODEL),
        ("empty.fga.yaml", ""),
        ("remarks.fga.yaml", "# nothing\n"),
        ("none.json", ""),
        ("none.yaml", "# nothing\n"),
        ("json.fga.yaml", &json_tuples),
        ("yaml.fga.yaml", &yaml_tuples),
        ("list.json", "[]"),
        ("twice.fga.yaml", twice),
        ("user.fga.yaml", user),
    ]);
    for (verb, file, expected) in [
        (
            "test",
            "model.fga",
            "model.fga: a model, not a store file [store-file]",
        ),
        (
            "test",
            "fga.mod",
            "fga.mod: a model, not a store file [store-file]",
        ),
        (
            "test",
            "model.yaml",
            "model.yaml: a model, not a store file [store-file]",
        ),
        (
            "validate",
            "model.yaml",
            "model.yaml: a model, not a store file: what ends in .yaml or .yml is read as one [store-file]",
        ),
        (
            "test",
            "empty.fga.yaml",
            ": the file holds nothing [store-file]",
        ),
        (
            "test",
            "remarks.fga.yaml",
            ": the file holds nothing [store-file]",
        ),
        (
            "test",
            "json.fga.yaml",
            "none.json: the file holds nothing [store-file]",
        ),
        (
            "test",
            "yaml.fga.yaml",
            ": the file holds nothing [store-file]",
        ),
        ("validate", "list.json", "[json]"),
        ("validate", "none.json", "[json]"),
        (
            "test",
            "twice.fga.yaml",
            "twice.fga.yaml:7:9: tests[0].check[0]: key `user` stands twice",
        ),
        (
            "test",
            "user.fga.yaml",
            "tuples[0].user: a user is written `type:id`",
        ),
    ] {
        let ended = person.run(&["model", verb, file]).await;
        assert_eq!(ended.code, Some(1), "{verb} {file}: {ended:?}");
        assert!(ended.stdout.contains(expected), "{verb} {file}: {ended:?}");
    }
    let ended = person.run_with(&["model", "validate", "-"], "[]").await;
    assert!(ended.stdout.contains("standard input"), "{ended:?}");
    assert!(ended.stdout.contains("[json]"), "{ended:?}");
    let ended = person.run_with(&["model", "test", "-"], "a: b").await;
    assert!(
        ended
            .stdout
            .starts_with("standard input\n  standard input:"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_mark_of_the_byte_order_is_passed_over() {
    let marked = |text: &str| format!("\u{feff}{text}");
    let model = marked(MODEL);
    let json = marked(r#"{"schema_version": "1.1", "type_definitions": [{"type": "user"}]}"#);
    let tuples = marked(r#"[{"user": "user:a", "relation": "reader", "object": "page:a"}]"#);
    let store = marked(
        "model_file: model.fga\ntuple_file: tuples.json\ntests:\n  - check:\n      \
         - { user: 'user:a', object: 'page:a', assertions: { reader: true } }\n",
    );
    let (_folder, person) = files(&[
        ("model.fga", &model),
        ("model.json", &json),
        ("tuples.json", &tuples),
        ("store.fga.yaml", &store),
    ]);
    let all = [
        "model",
        "validate",
        "model.fga",
        "model.json",
        "store.fga.yaml",
    ];
    person.done(&all).await;
    person.done(&["model", "convert", "model.json"]).await;
    person.done(&["model", "test", "store.fga.yaml"]).await;
    let ended = person.run_with(&["model", "validate", "-"], &model).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
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
