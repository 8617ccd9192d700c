//! BN-06 to BN-10: secrets of users, and what a secret that only reads may do.

use http::{HeaderName, Method};
use serde_json::json;

use super::*;

#[tokio::test]
async fn bn_06_a_user_issues_a_secret_and_sees_it_once() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let body = json!({ "subject": "user:alice", "kind": "full", "description": "laptop" });
    let key = [(HeaderName::from_static("idempotency-key"), "k-1")];
    let post = async || {
        let body = Some(body.clone());
        let sent = alice.send_with(Method::POST, "/v1/secrets", &key, body);
        sent.await
    };
    let issued = post().await;
    let secret = issued.text("/secret");
    assert_eq!(
        town.bearer(&secret).me().await.text("/subject"),
        "user:alice"
    );
    // Shown once: neither in the answer to the same request again, nor in a list.
    let again = post().await;
    assert_eq!(again.text("/jti"), issued.text("/jti"));
    assert_eq!(again.json.get("secret"), None);
    let listed = alice.secrets("user:alice").await;
    assert_eq!(listed.items().len(), 2, "the first one, and the laptop's");
    assert!(!listed.json.to_string().contains(&secret));
    assert!(listed.each("description").contains(&"laptop".to_owned()));

    // Nobody else, and no service.
    bob.issue("user:alice", Some("full")).await.forbidden();
    bob.secrets("user:alice").await.forbidden();
    bob.revoke_secret(&issued.text("/jti")).await.forbidden();
    town.nobody()
        .issue("user:alice", Some("full"))
        .await
        .unauthenticated();
    let bot = bot(&alice).await;
    bot.issue("user:alice", Some("full"))
        .await
        .unauthenticated();
    bot.issue(BOT, None).await.unauthenticated();
    town.operator()
        .issue("user:alice", Some("full"))
        .await
        .denied();
}

#[tokio::test]
async fn bn_07_there_are_three_kinds_of_user_secrets() {
    let town = town().await;
    let alice = town.user("alice").await;
    for kind in ["full", "private_read", "public_read"] {
        let issued = alice.issue("user:alice", Some(kind)).await;
        assert_eq!(issued.text("/kind"), kind);
    }
    let listed = alice.secrets("user:alice").await.each("kind");
    assert_eq!(listed, ["full", "full", "private_read", "public_read"]);
    for kind in ["service", "operator", "admin", "read", "FULL", ""] {
        alice.issue("user:alice", Some(kind)).await.bad("kind");
    }
    assert_eq!(alice.secrets("user:alice").await.items().len(), 4);
}

#[tokio::test]
async fn bn_08_a_full_secret_may_do_what_its_user_may() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let cli = alice.with("full").await;
    assert_eq!(
        (cli.reads(ORDERS).await, cli.writes(ORDERS).await),
        (200, 200)
    );
    cli.create("project:acme/more").await.ok();
    cli.create("stream:acme/more/one").await.ok();
    cli.delete("stream:acme/more/one").await.ok();
    cli.create(BOT).await.ok();
    cli.limit(BOT, Some(1000), None).await.ok();
    cli.issue(BOT, None).await.ok();
    let other = cli.with("full").await;
    cli.revoke_secret(&other.jti().await).await.ok();
    cli.grant(PROJECT, &["view", "create"], "user:bob")
        .await
        .ok();

    // Nothing that the user may not, and what is lost is lost at once.
    let bobs = bob.with("full").await;
    assert_eq!(bobs.writes(ORDERS).await, 200);
    bobs.create("stream:acme/sales/bobs").await.ok();
    bobs.grant(PROJECT, &["admin"], "user:bob").await.denied();
    bobs.create("project:acme/bobs").await.forbidden();
    cli.revoke(PROJECT, &["create"], "user:bob").await.ok();
    assert_eq!(
        (bobs.reads(ORDERS).await, bobs.writes(ORDERS).await),
        (200, 403)
    );
    bobs.create("stream:acme/sales/again").await.denied();
    cli.revoke(PROJECT, &["view"], "user:bob").await.ok();
    assert_eq!(bobs.reads(ORDERS).await, 403);
}

#[tokio::test]
async fn bn_09_a_private_read_secret_views_what_its_user_may_view() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    open(&alice).await;
    alice.create("project:acme/closed").await.ok();
    alice.create("stream:acme/closed/plans").await.ok();
    alice.create("stream:acme/sales/orders").await.conflict();
    alice
        .create("stream_instance:acme/sales/orders/v1")
        .await
        .ok();
    let all = ["view", "create", "admin"];
    alice.grant(PROJECT, &all, "user:bob").await.ok();
    alice.grant(ORGANIZATION, &all, "user:bob").await.ok();
    let reader = bob.with("private_read").await;
    let instance = "/acme/sales/orders/v1";
    for path in [ORDERS, "/acme/sales/orders/-/query", instance, PRICES] {
        assert_eq!(reader.reads(path).await, 200, "{path}");
    }
    // Decision 7: it may browse what its user may browse.
    let projects = ["project:acme/closed", "project:acme/open", PROJECT];
    assert_eq!(reader.lists("project", ORGANIZATION).await, projects);
    assert_eq!(reader.lists("stream", PROJECT).await, [STREAM]);
    assert_eq!(
        reader.granted(ORGANIZATION, "user:alice").await,
        ["admin", "create", "view"]
    );
    reader.usage(ORGANIZATION).await.ok();
    assert_eq!(reader.me().await.text("/kind"), "private_read");

    assert_eq!(
        (bob.writes(ORDERS).await, reader.writes(ORDERS).await),
        (200, 403)
    );
    assert_eq!(
        (bob.writes(instance).await, reader.writes(instance).await),
        (200, 403)
    );
    changes_nothing(&reader).await;
    // Nor what its user may not.
    assert_eq!(reader.reads("/acme/closed/plans").await, 403);
    alice.revoke(PROJECT, &["view"], "user:bob").await.ok();
    assert_eq!(reader.reads(ORDERS).await, 403);
}

#[tokio::test]
async fn bn_10_a_public_read_secret_views_what_is_public() {
    let (_town, alice) = acme().await;
    open(&alice).await;
    let page = alice.with("public_read").await;
    assert_eq!(page.reads(PRICES).await, 200);
    assert_eq!(page.reads("/acme/open/prices/-/query").await, 200);
    page.show("project:acme/open").await.ok();
    let streams = page.lists("stream", "project:acme/open").await;
    assert_eq!(streams, ["stream:acme/open/prices"]);
    page.show(PROJECT).await.missing();
    page.show(ORGANIZATION).await.missing();
    // What it reads is charged to its user, not to anyone.
    alice.has_spent("user:alice", (4, 0)).await;
    assert_eq!(alice.spent_by_anyone(ORGANIZATION).await, (0, 0));

    assert_eq!(
        (alice.reads(ORDERS).await, page.reads(ORDERS).await),
        (200, 403)
    );
    assert_eq!(
        (alice.writes(PRICES).await, page.writes(PRICES).await),
        (200, 403)
    );
    assert_eq!(page.writes(ORDERS).await, 403);
    changes_nothing(&page).await;
    unpublish(&alice, "project:acme/open").await;
    assert_eq!(
        (alice.reads(PRICES).await, page.reads(PRICES).await),
        (200, 403)
    );
}

/// Decision 8: it can create, change, issue, revoke, accept nothing, even where its user may.
async fn changes_nothing(reader: &Person) {
    let name = reader.name();
    let jti = reader.jti().await;
    let tried = [
        reader.create("organization:mine").await,
        reader.create("project:acme/mine").await,
        reader.create("stream:acme/sales/mine").await,
        reader
            .create("stream_instance:acme/sales/orders/mine")
            .await,
        reader.create("service:acme/sales/mine").await,
        reader.delete(STREAM).await,
        reader.delete(PROJECT).await,
        reader.delete(ORGANIZATION).await,
        reader.grant(PROJECT, &["view"], name).await,
        reader.change(PROJECT, &["view"], name).await,
        reader.revoke(PROJECT, &["view"], name).await,
        reader.grant(PROJECT, &["public"], "user:*").await,
        reader.revoke(STREAM, &["root_of"], PROJECT).await,
        reader.invite(ORGANIZATION, name, &["view"]).await,
        reader.accept(ORGANIZATION).await,
        reader.decline(ORGANIZATION).await,
        reader.leave(ORGANIZATION).await,
        reader.issue(name, Some("full")).await,
        reader.issue(name, Some("public_read")).await,
        reader.revoke_secret(&jti).await,
        reader.limit(ORGANIZATION, Some(1), None).await,
        reader.limit(name, Some(1), None).await,
        reader
            .move_to(name, "billing_organization", ORGANIZATION)
            .await,
    ];
    for reply in tried {
        reply.forbidden();
    }
}

#[tokio::test]
async fn bn_09_a_secret_that_only_reads_accepts_nothing() {
    let (town, alice) = acme().await;
    let carol = town.user("carol").await;
    let invited = alice.invite(ORGANIZATION, "user:carol", &["view"]).await;
    let id = invited.text("/id");
    for kind in ["private_read", "public_read"] {
        let reader = carol.with(kind).await;
        reader.accept(ORGANIZATION).await.forbidden();
        reader.accept_id(&id).await.forbidden();
        reader.decline(ORGANIZATION).await.forbidden();
    }
    assert_eq!(carol.invitations().await.items().len(), 1, "still pending");
    carol.accept(ORGANIZATION).await.ok();
}
