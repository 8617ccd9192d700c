//! Who may, and what may be done: each row with why, where that is asked for.

use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Person, register, words};
use crate::world::World;

/// alice, who runs an organization with a project `sales` that carol sees, a stream and a service.
async fn acme(world: &World) -> Person {
    let operator = Person::new(world, "operator", Some(world.operator.clone()));
    let alice = register(world, &operator, "alice").await;
    register(world, &operator, "carol").await;
    for line in [
        "create organization:acme",
        "create project:acme/sales",
        "create stream:acme/sales/orders",
        "create service:acme/sales/bot",
        "grant stream:acme/sales/orders read write --to service:acme/sales/bot",
        "grant project:acme/sales view --to user:carol",
    ] {
        alice.done(&words(line)).await;
    }
    alice
}

async fn json_of(person: &Person, line: &str) -> Value {
    let printed = person.done(&words(line)).await;
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{line}: {error}: {printed}"))
}

#[tokio::test]
async fn every_command_of_the_readme_runs() {
    let readme = include_str!("../../../README.md");
    let section = readme
        .split("\n### ")
        .find(|section| section.starts_with("Why, and why not\n"))
        .expect("the section");
    let lines = section.lines().filter(|line| line.starts_with("tidegate "));
    // What each prints; a line more or less is seen.
    let grant = "stream:acme/sales/orders#read@service:acme/sales/bot";
    let shown = [
        grant,
        "project:acme/sales#view@user:alice",
        "service:acme/sales/bot\n",
        grant,
        grant,
        "can_write\n",
    ];
    let commands: Vec<&str> = lines
        .map(|line| line.split(" # ").next().unwrap_or(line))
        .collect();
    assert_eq!(commands.len(), shown.len(), "{commands:?}");
    let world = World::start().await;
    let alice = acme(&world).await;
    for (command, shown) in commands.into_iter().zip(shown) {
        let printed = alice.done(&words(command)[1..]).await;
        assert!(printed.contains(shown), "{command}: {printed}");
    }
}

#[tokio::test]
async fn each_row_has_its_own_proof() {
    let world = World::start().await;
    let alice = acme(&world).await;

    let who = "who-can can_read stream:acme/sales/orders --why";
    assert_eq!(
        alice.done(&words(who)).await,
        "user:alice\n  \
         stream:acme/sales/orders#project@project:acme/sales, and project:acme/sales#can_view:\n    \
         project:acme/sales#view:\n      \
         project:acme/sales#view@user:alice\n\
         user:carol\n  \
         stream:acme/sales/orders#project@project:acme/sales, and project:acme/sales#can_view:\n    \
         project:acme/sales#view:\n      \
         project:acme/sales#view@user:carol\n"
    );
    let listed = json_of(&alice, &format!("{who} --json --limit 1")).await;
    assert_eq!(listed["complete"], true, "{listed}");
    assert_eq!(
        listed["items"].as_array().map(Vec::len),
        Some(1),
        "{listed}"
    );
    let row = &listed["items"][0];
    assert_eq!(row["item"], "user:alice");
    // What `tidegate explain` answers.
    let explain = "explain user:alice can_read stream:acme/sales/orders --json";
    assert_eq!(row["explanation"], json_of(&alice, explain).await);
    let next = listed["next"].as_str().expect("another page");
    let rest = alice.done(&words(&format!("{who} --cursor {next}"))).await;
    assert!(rest.starts_with("user:carol\n"), "{rest}");

    let what = "what-can service:acme/sales/bot can_write --type stream --why";
    assert_eq!(
        alice.done(&words(what)).await,
        "stream:acme/sales/orders\n  stream:acme/sales/orders#write:\n    \
         stream:acme/sales/orders#write@service:acme/sales/bot\n"
    );
    let what = "what-can service:acme/sales/bot --on stream:acme/sales/orders --why --json";
    let listed = json_of(&alice, what).await;
    let items = listed["items"].as_array().expect("items");
    let actions: Vec<_> = items.iter().map(|row| row["item"].as_str()).collect();
    assert_eq!(
        actions,
        [Some("can_query"), Some("can_read"), Some("can_write")]
    );
    for row in items {
        assert_eq!(row["explanation"]["decision"], true, "{row}");
        assert!(row["explanation"]["proof"]["kind"].is_string(), "{row}");
    }

    let usage = alice.run(&words("what-can user:carol")).await.stderr;
    assert!(usage.contains("<ACTION> --type <TYPE>"), "{usage}");
    assert!(usage.contains("<SUBJECT> --on <OBJECT>"), "{usage}");
    let cursor = "who-can can_read stream:acme/sales/orders --cursor nonsense";
    let cursor = alice.run(&words(cursor)).await;
    assert_eq!(cursor.code, Some(1), "{cursor:?}");
    assert!(cursor.stderr.contains("more: --cursor"), "{cursor:?}");

    let none = "who-can can_write stream:acme/sales/orders --type organization --why";
    assert_eq!(alice.done(&words(none)).await, "none\n");
    for (line, code) in [
        (
            "who-can can_read stream:acme/sales/orders --why --limit 101",
            2,
        ),
        ("who-can can_read stream:acme/sales/orders --limit 101", 0),
        ("what-can user:carol can_read stream", 2),
        ("what-can user:carol can_read", 2),
        ("what-can user:carol --type stream", 2),
        ("what-can user:carol", 2),
        ("who-can can_fly stream:acme/sales/orders --why", 1),
    ] {
        let ended = alice.run(&words(line)).await;
        assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
    }
}

#[tokio::test]
async fn everybody_is_said() {
    let world = World::start().await;
    let alice = acme(&world).await;
    let public = "grant project:acme/sales public --to user:*";
    alice.done(&words(public)).await;
    let who = "who-can can_read stream:acme/sales/orders";
    for line in [who.to_owned(), format!("{who} --why")] {
        let printed = alice.done(&words(&line)).await;
        assert!(
            printed.starts_with("everybody of the type may"),
            "{printed}"
        );
        assert!(printed.contains("user:carol\n"), "{printed}");
    }
    assert_eq!(
        json_of(&alice, &format!("{who} --json")).await["everyone"],
        true
    );
}

/// An API that lists two streams, and explains as it is told.
async fn explaining(status: StatusCode, body: &'static str) -> Person {
    let found = json!({
        "results": [{"type": "stream", "id": "a"}, {"type": "stream", "id": "b"}],
        "context": {"complete": false, "revision": 7},
    });
    let explain =
        move || async move { (status, [("content-type", "application/problem+json")], body) };
    let routes = Router::new()
        .route(
            "/access/v1/search/resource",
            post(move || async { Json(found) }),
        )
        .route("/v1/explain", post(explain));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Person {
        url: format!("http://{address}"),
        secret: None,
        folder: std::env::temp_dir(),
        home: std::env::temp_dir().join("nobody"),
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_explained_stays_and_says_so() {
    let refused =
        r#"{"type": "about:blank", "title": "Forbidden", "status": 403, "detail": "not yours"}"#;
    let changed =
        r#"{"decision": false, "remedies": [], "conditions": [], "complete": true, "revision": 8}"#;
    for (status, body, said) in [
        (StatusCode::FORBIDDEN, refused, "not explained: "),
        (StatusCode::OK, "nonsense", "not explained: "),
        (StatusCode::OK, changed, "not explained: it was changed"),
    ] {
        let person = explaining(status, body).await;
        let ended = person
            .run(&words("what-can user:u can_read --type stream --why"))
            .await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let lines: Vec<&str> = ended.stdout.lines().collect();
        let [first, why, second, other, more] = lines.as_slice() else {
            panic!("not five lines: {ended:?}");
        };
        assert_eq!([*first, *second], ["stream:a", "stream:b"], "{ended:?}");
        for line in [why, other] {
            assert!(line.trim().starts_with(said), "{ended:?}");
        }
        assert!(more.starts_with("there may be more"), "{ended:?}");
    }
}
