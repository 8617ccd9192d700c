//! Verbs that are more than a call: secrets kept in a profile, proven, found in files, never shown; terms of a
//! change; files of changes; completions.

use serde_json::Value;

use super::{Person, register};
use crate::world::World;

#[tokio::test]
async fn a_profile_stands_for_a_secret() {
    let world = World::start().await;
    let operator = Person::new(&world, "operator", Some(world.operator.clone()));
    let secret = register(&world, &operator, "alice").await.secret;
    let secret = secret.expect("a first secret");
    let visitor = Person::new(&world, "visitor", None);

    let ended = visitor.run(&["whoami"]).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("tidegate login"), "{ended:?}");
    let ended = visitor.run_with(&["login"], "no.secret.at-all\n").await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(!visitor.home.join("tidegate").exists(), "a bad one is kept");
    let ended = visitor.run_with(&["login"], &format!("{secret}\n")).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for text in [&ended.stdout, &ended.stderr] {
        assert!(!text.contains(&secret), "{ended:?}");
    }
    let me: Value = serde_json::from_str(&visitor.done(&["whoami", "--json"]).await).expect("JSON");
    assert_eq!(me["subject"], "user:alice");
    visitor.done(&["logout"]).await;
    assert_eq!(visitor.run(&["whoami"]).await.code, Some(3));
    assert_eq!(visitor.run(&["logout"]).await.code, Some(1));
}

#[tokio::test]
async fn a_leaked_secret_is_found_and_proven() {
    let world = World::start().await;
    let operator = Person::new(&world, "operator", Some(world.operator.clone()));
    let alice = register(&world, &operator, "alice").await;
    let secret = alice.secret.clone().expect("a first secret");
    let folder = world.folder.path().join("leaks");
    std::fs::create_dir(&folder).expect("a folder");
    let path = folder.to_str().expect("text");
    let anyone = Person::new(&world, "anyone", None);

    let ended = anyone.run(&["secret", "scan", path]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    std::fs::write(folder.join(".env"), format!("A=1\nB={secret}\n")).expect("written");
    let ended = anyone.run(&["secret", "scan", path, "--json"]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(!ended.stdout.contains(&secret), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(report["genuine"], 1);
    let finding = &report["items"][0];
    assert_eq!(finding["line"], 2);
    assert_eq!(finding["subject"], "user:alice");
    assert_eq!(finding["state"], "genuine");

    let ended = anyone.run_with(&["secret", "verify", "-"], &secret).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("user:alice"), "{ended:?}");
    assert!(!ended.stdout.contains(&secret), "{ended:?}");
    let (rest, _) = secret.rsplit_once('.').expect("three parts");
    let forged = format!("{rest}.{}", "A".repeat(86));
    let ended = anyone.run_with(&["secret", "verify", "-"], &forged).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(!ended.stdout.contains("user:alice"), "{ended:?}");

    // What was found is revoked by its id; its signature holds on, the API refuses it.
    let jti = finding["jti"].as_str().expect("an id");
    alice.done(&["secret", "revoke", jti]).await;
    assert_eq!(alice.run(&["whoami"]).await.code, Some(3));
}

#[tokio::test]
async fn a_change_happens_once_under_a_key_and_not_over_anothers() {
    let world = World::start().await;
    let operator = Person::new(&world, "operator", Some(world.operator.clone()));
    let alice = register(&world, &operator, "alice").await;
    let issue = [
        "secret",
        "issue",
        "user:alice",
        "--kind",
        "full",
        "--idempotency-key",
        "k1",
        "--json",
    ];
    let first: Value = serde_json::from_str(&alice.done(&issue).await).expect("JSON");
    let again: Value = serde_json::from_str(&alice.done(&issue).await).expect("JSON");
    assert!(first["secret"].is_string());
    assert_eq!(again["secret"], Value::Null, "shown once");
    assert_eq!(first["jti"], again["jti"]);
    let other = ["rename", "user:alice", "Alice", "--idempotency-key", "k1"];
    let ended = alice.run(&other).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("422"), "{ended:?}");

    let shown: Value =
        serde_json::from_str(&alice.done(&["get", "user:alice", "--json"]).await).expect("JSON");
    let revision = shown["revision"].to_string();
    let rename = |name| ["rename", "user:alice", name, "--if-match", &revision];
    alice.done(&rename("Alice")).await;
    let ended = alice.run(&rename("Alicia")).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("412"), "{ended:?}");
    assert!(ended.stderr.contains("--if-match"), "{ended:?}");
    let ended = alice.run(&["whoami", "--if-match", "1"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[tokio::test]
async fn a_file_of_changes_is_done_as_a_whole() {
    let world = World::start().await;
    let operator = Person::new(&world, "operator", Some(world.operator.clone()));
    let alice = register(&world, &operator, "alice").await;
    let town = "operations:\n\
                - {op: create, object: 'organization:acme'}\n\
                - {op: create, object: 'project:acme/sales'}\n\
                - {op: create, object: 'service:acme/sales/bot'}\n\
                - {op: issue_secret, subject: 'service:acme/sales/bot'}\n";
    let broken = format!(
        "{town}- {{op: grant, object: 'project:acme/none', relations: [view], subject: 'user:alice'}}\n"
    );
    let ended = alice.run_with(&["apply", "-"], &broken).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("operations[4]"), "{ended:?}");
    assert_eq!(alice.run(&["get", "organization:acme"]).await.code, Some(1));
    let ended = alice.run_with(&["apply", "-"], town).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.stdout.contains("secret, shown this once"),
        "{ended:?}"
    );
    alice.done(&["get", "service:acme/sales/bot"]).await;
    let ended = alice.run_with(&["apply", "-"], "- {op: dance}").await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[tokio::test]
async fn shells_can_read_their_completions() {
    let world = World::start().await;
    let anyone = Person::new(&world, "anyone", None);
    for shell in ["bash", "zsh", "fish"] {
        let script = anyone.done(&["completions", shell]).await;
        for word in ["who-can", "convert", "danger-read-outside"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        if shell == "bash" {
            let path = world.folder.path().join("completions");
            std::fs::write(&path, script).expect("written");
            let read = std::process::Command::new("bash")
                .arg("-n")
                .arg(&path)
                .status();
            assert!(read.expect("bash runs").success());
        }
    }
}
