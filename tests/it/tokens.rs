//! Secrets that were exchanged for narrower ones (RFC 8693), through the gateway.

use http::{Method, StatusCode};
use serde_json::Value;
use tidegate_client::wire::TokenRequest;

use crate::cli::Person;
use crate::http::{empty, get, json, pattern, send};
use crate::world::{BOT, STREAM, Shown, World, create, grant};

const OTHER: &str = "stream:acme/sales/other";

pub(crate) async fn exchange(
    world: &World,
    secret: &str,
    scope: &str,
    budget_bytes: Option<u64>,
) -> Shown {
    let request = TokenRequest {
        scope: (!scope.is_empty()).then(|| scope.to_owned()),
        budget_bytes,
        ..TokenRequest::new(secret)
    };
    let answer = world.api("").exchange(&request).await.expect("exchanged");
    Shown {
        secret: answer.access_token.expect("shown"),
        jti: answer.jti,
    }
}

async fn read(world: &World, stream: &str, secret: &str, size: u64) -> StatusCode {
    let path = stream.split_once(':').expect("type:id").1;
    let url = world.url(&format!("/{path}?seed=1&size={size}"));
    let answer = send(Method::GET, &url, Some(secret), empty()).await;
    let (status, _) = json(answer.expect("an answer")).await;
    status
}

async fn write(world: &World, stream: &str, secret: &str, size: u64) -> StatusCode {
    let path = stream.split_once(':').expect("type:id").1;
    let url = world.url(&format!("/{path}?seed=1"));
    let answer = send(Method::POST, &url, Some(secret), pattern(1, size, true)).await;
    answer.expect("an answer").status()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrowed_secret_does_what_it_was_narrowed_to_and_dies_with_its_parent() {
    let world = World::start().await;
    let example = world.example().await;
    create(&example.api, OTHER, None).await;
    grant(&example.api, OTHER, &["read", "write"], BOT).await;
    let (ok, no) = (StatusCode::OK, StatusCode::FORBIDDEN);
    let bot = &example.bot.secret;
    let reads = exchange(&world, bot, "can_read", None).await;
    let there = exchange(&world, bot, STREAM, None).await;
    let both = exchange(&world, &reads.secret, STREAM, None).await;
    // A project's name alone says nothing of what lies below another type.
    let nowhere = exchange(&world, bot, "organization:other", None).await;
    // Reads of the stream, reads of the other, writes to each.
    let cases = [
        (bot, [ok, ok, ok, ok]),
        (&reads.secret, [ok, ok, no, no]),
        (&there.secret, [ok, no, ok, no]),
        (&both.secret, [ok, no, no, no]),
        (&nowhere.secret, [no, no, no, no]),
    ];
    for (number, (secret, expected)) in cases.iter().enumerate() {
        let found = [
            read(&world, STREAM, secret, 10).await,
            read(&world, OTHER, secret, 10).await,
            write(&world, STREAM, secret, 10).await,
            write(&world, OTHER, secret, 10).await,
        ];
        assert_eq!(found, *expected, "case {number}");
    }
    let whole = exchange(&world, bot, "organization:acme", None).await;
    assert_eq!(read(&world, OTHER, &whole.secret, 10).await, ok);

    example
        .api
        .revoke_secret(&example.bot.jti)
        .await
        .expect("revoked");
    for secret in [bot, &reads.secret, &there.secret, &both.secret] {
        let status = read(&world, STREAM, secret, 10).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_is_spent_by_a_secret_and_all_that_it_is_exchanged_for() {
    let world = World::start().await;
    let example = world.example().await;
    let bot = &example.bot.secret;
    let (ok, spent) = (StatusCode::OK, StatusCode::TOO_MANY_REQUESTS);
    let child = exchange(&world, bot, "", Some(1_000)).await;
    assert_eq!(read(&world, STREAM, &child.secret, 600).await, ok);
    assert_eq!(read(&world, STREAM, &child.secret, 401).await, spent);
    // Children of the child are charged to it, with a budget of their own or without.
    let without = exchange(&world, &child.secret, "can_read", None).await;
    let with = exchange(&world, &child.secret, "can_read", Some(300)).await;
    assert_eq!(read(&world, STREAM, &with.secret, 301).await, spent);
    assert_eq!(read(&world, STREAM, &with.secret, 300).await, ok);
    assert_eq!(read(&world, STREAM, &without.secret, 101).await, spent);
    assert_eq!(read(&world, STREAM, &without.secret, 100).await, ok);
    for secret in [&child.secret, &without.secret, &with.secret] {
        assert_eq!(read(&world, STREAM, secret, 1).await, spent);
    }
    // Writes have as much of their own; the secret that it comes from has no budget.
    assert_eq!(write(&world, STREAM, &child.secret, 1_001).await, spent);
    assert_eq!(write(&world, STREAM, &child.secret, 1_000).await, ok);
    assert_eq!(read(&world, STREAM, bot, 5_000).await, ok);
    example
        .settled(BOT, |read, write| {
            read.spent_bytes == 6_000 && write.spent_bytes == 1_000
        })
        .await;
    // What is spent stays spent.
    let world = world.restart(false).await;
    assert_eq!(read(&world, STREAM, &child.secret, 1).await, spent);
    assert_eq!(read(&world, STREAM, bot, 1).await, ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verb_exchanges_the_secret_in_force() {
    let world = World::start().await;
    let example = world.example().await;
    let bot = Person::new(&world, "bot", Some(example.bot.secret.clone()));
    let words = ["exchange", "--action", "can_read", "--on", STREAM];
    let printed = bot.done(&words).await;
    let secret = printed.trim();
    assert_eq!(read(&world, STREAM, secret, 10).await, StatusCode::OK);
    assert_eq!(
        write(&world, STREAM, secret, 10).await,
        StatusCode::FORBIDDEN
    );
    let printed = bot
        .done(&[
            "--json",
            "exchange",
            "--budget-mb",
            "0.001",
            "--expires-in",
            "5m",
        ])
        .await;
    let answer: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(answer["expires_in"], 300);
    let secret = answer["access_token"].as_str().expect("shown");
    assert_eq!(
        read(&world, STREAM, secret, 1_001).await,
        StatusCode::TOO_MANY_REQUESTS
    );
    let narrowed = Person::new(&world, "narrowed", Some(printed_secret(&bot).await));
    let wider = narrowed.run(&["exchange", "--action", "can_write"]).await;
    assert_eq!(wider.code, Some(1), "{wider:?}");
    assert!(wider.stderr.contains("narrowed"), "{wider:?}");
    // Nothing of it is in the log.
    let mut world = world;
    let logged = world.server.logged().join("\n");
    assert!(logged.contains("exchanged"), "{logged}");
    assert!(!logged.contains(secret) && !logged.contains(&example.bot.secret));
    let (status, _) = get(&world.url("/acme/sales/orders?size=1"), Some("nonsense")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

async fn printed_secret(person: &Person) -> String {
    let printed = person.done(&["exchange", "--action", "can_read"]).await;
    printed.trim().to_owned()
}
