//! Why, and why not: what is proposed can be typed, and turns the answer.

use serde_json::Value;

use super::{Person, register, words};
use crate::world::World;

#[tokio::test]
async fn a_proposed_command_turns_the_answer() {
    let world = World::start().await;
    let operator = Person::new(&world, "operator", Some(world.operator.clone()));
    let alice = register(&world, &operator, "alice").await;
    for line in [
        "create organization:acme",
        "create project:acme/sales",
        "create stream:acme/sales/orders",
        "create service:acme/sales/bot",
    ] {
        alice.done(&words(line)).await;
    }
    let question = words("explain service:acme/sales/bot can_read stream:acme/sales/orders");

    let denied = alice.run(&question).await;
    assert_eq!(denied.code, Some(3), "{denied:?}");
    assert!(denied.stdout.starts_with("denied\n"), "{denied:?}");
    let proposed = denied.stdout.lines().map(str::trim);
    let command = proposed
        .filter_map(|line| line.strip_prefix("tidegate "))
        .next()
        .unwrap_or_else(|| panic!("no command: {denied:?}"));
    alice.done(&words(command)).await;

    let allowed = alice.run(&question).await;
    assert_eq!(allowed.code, Some(0), "{allowed:?}");
    assert!(allowed.stdout.starts_with("allowed\n"), "{allowed:?}");
    let tuple = "stream:acme/sales/orders#read@service:acme/sales/bot";
    assert!(allowed.stdout.contains(tuple), "{allowed:?}");

    // About oneself.
    let printed = alice
        .done(&words("explain can_read stream:acme/sales/orders --json"))
        .await;
    let answer: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(answer["decision"], true, "{answer}");
    assert!(answer["proof"]["kind"].is_string(), "{answer}");

    // What is not there and what may not be seen are the same.
    let bob = register(&world, &operator, "bob").await;
    for (person, line) in [
        (&alice, "explain can_read stream:acme/sales/gone"),
        (&bob, "explain can_read stream:acme/sales/orders"),
        (&bob, "explain can_read stream:acme/sales/gone"),
    ] {
        let ended = person.run(&words(line)).await;
        assert_eq!(ended.code, Some(3), "{line}: {ended:?}");
        assert_eq!(
            ended.stdout,
            "denied\nthere may be ways that are not told: the resource may not exist, or you may not see it\n"
        );
    }

    for (line, code) in [
        ("explain can_read", 2),
        ("explain a b c d", 2),
        ("explain service:acme/sales/bot can_read orders", 2),
        ("explain can_fly stream:acme/sales/orders", 1),
        ("explain can_read stream:acme/sales/orders --context 7", 2),
    ] {
        let ended = alice.run(&words(line)).await;
        assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
    }
}
