//! BN-20 to BN-22, BN-26, BN-33: quotas, usage, and who is billed.

use serde_json::json;

use super::*;
use crate::claims::town::DAY_S;

/// A service that may read and write [`ORDERS`].
async fn busy(alice: &Person) -> Person {
    let bot = bot(alice).await;
    alice.grant(STREAM, &["read", "write"], BOT).await.ok();
    bot
}

/// Where so many bytes of [`ORDERS`] are.
fn bytes(size: u64) -> String {
    format!("{ORDERS}?size={size}")
}

#[tokio::test]
async fn bn_20_reads_and_writes_have_quotas_of_their_own() {
    let (_town, alice) = acme().await;
    let bot = busy(&alice).await;
    alice.limit(BOT, Some(100), Some(1_000)).await.ok();
    assert_eq!(bot.reads(&bytes(60)).await, 200);
    // Decision 6: what would cross the quota is not served, also where some of it would fit.
    bot.read(&bytes(41)).await.exhausted();
    assert_eq!(bot.reads(&bytes(40)).await, 200);
    bot.read(&bytes(1)).await.exhausted();
    bot.write(ORDERS, 900).await.ok();
    alice.has_spent(BOT, (100, 900)).await;

    // The reverse. Decision 5: a new limit forgets nothing that was used.
    alice.limit(BOT, Some(200), Some(900)).await.ok();
    bot.write(ORDERS, 1).await.exhausted();
    assert_eq!(bot.reads(&bytes(100)).await, 200);
    bot.read(&bytes(1)).await.exhausted();
    // None means unlimited.
    let limits = json!({ "read": "unlimited" });
    let body = json!({ "account": BOT, "limits": limits });
    alice.set_quota(body).await.ok();
    assert_eq!(bot.reads(&bytes(5_000)).await, 200);
    bot.write(ORDERS, 1).await.exhausted();
}

#[tokio::test]
async fn bn_20_a_quota_is_a_number_of_bytes() {
    let (_town, alice) = acme().await;
    busy(&alice).await;
    alice.limit(BOT, Some(100), Some(100)).await.ok();
    let bad = [
        json!({ "read": -1 }),
        json!({ "read": 1.5 }),
        json!({ "write": "ten" }),
        json!({ "write": "10" }),
        json!({ "write": null, "read": -5 }),
        json!({ "write": [] }),
        json!({ "neither": 5 }),
        json!({}),
        json!({ "read": u64::MAX }),
    ];
    for limits in bad {
        let body = json!({ "account": BOT, "limits": limits });
        alice.set_quota(body).await.refused(400);
        let body = json!({ "object": "service:acme/sales/new", "quota": limits });
        if limits != json!({}) {
            alice.create_with(body).await.refused(400);
        }
    }
    let quota = alice.quota(BOT).await;
    assert_eq!(quota.number("/read/limit_bytes"), 100);
    assert_eq!(quota.number("/write/limit_bytes"), 100);
}

#[tokio::test]
async fn bn_21_limits_are_for_each_service_and_month() {
    let (town, alice) = acme().await;
    let bot = busy(&alice).await;
    let other = "service:acme/sales/other";
    alice.create(other).await.ok();
    alice.grant(STREAM, &["read", "write"], other).await.ok();
    let other = alice.service(other).await;
    for service in [BOT, other.name()] {
        alice.limit(service, Some(100), Some(100)).await.ok();
    }
    assert_eq!(bot.reads(&bytes(99)).await, 200);
    assert_eq!(bot.reads(&bytes(1)).await, 200);
    bot.write(ORDERS, 100).await.ok();
    bot.read(&bytes(1)).await.exhausted();
    bot.write(ORDERS, 1).await.exhausted();
    // Another's use is not this one's.
    assert_eq!(other.reads(&bytes(100)).await, 200);
    other.write(ORDERS, 100).await.ok();

    // Refused until the month ends: it is the 15th of January.
    town.advance(10).await;
    bot.read(&bytes(1)).await.exhausted();
    bot.write(ORDERS, 1).await.exhausted();
    town.advance(10).await;
    assert_eq!(bot.reads(&bytes(100)).await, 200);
    bot.write(ORDERS, 100).await.ok();
    bot.read(&bytes(1)).await.exhausted();
    bot.write(ORDERS, 1).await.exhausted();
    // Each month has its figures, the newest first.
    let usage = alice.usage(BOT).await;
    assert_eq!(usage.items().len(), 2);
    for month in 0..2 {
        assert_eq!(
            usage.number(&format!("/items/{month}/read/spent_bytes")),
            100
        );
        assert_eq!(
            usage.number(&format!("/items/{month}/write/spent_bytes")),
            100
        );
    }
}

#[tokio::test]
async fn bn_22_reads_and_writes_of_a_service_are_shown() {
    let (town, alice) = acme().await;
    let bot = busy(&alice).await;
    alice.create("service:acme/sales/other").await.ok();
    for _ in 0..3 {
        assert_eq!(bot.reads(&bytes(50)).await, 200);
    }
    for _ in 0..2 {
        bot.write(ORDERS, 20).await.ok();
    }
    alice.has_spent(BOT, (150, 40)).await;
    let usage = alice.usage(BOT).await;
    assert_eq!(usage.number("/items/0/read/requests"), 3);
    assert_eq!(usage.number("/items/0/write/requests"), 2);
    // Others' do not move.
    assert_eq!(alice.spent("service:acme/sales/other").await, (0, 0));
    assert_eq!(alice.spent("user:alice").await, (0, 0));

    // Nobody sees them without seeing the service.
    let bob = town.user("bob").await;
    bob.usage(BOT).await.missing();
    bob.quota(BOT).await.missing();
    alice.grant(PROJECT, &["create"], "user:bob").await.ok();
    bob.usage(BOT).await.forbidden();
    alice.grant(PROJECT, &["view"], "user:bob").await.ok();
    assert_eq!(bob.spent(BOT).await, (150, 40));
}

#[tokio::test]
async fn bn_26_a_services_organization_is_billed() {
    let (town, alice) = acme().await;
    let bob = town.user("bob").await;
    let bot = busy(&alice).await;
    assert_eq!(bot.reads(&bytes(30)).await, 200);
    bot.write(ORDERS, 5).await.ok();
    alice.has_spent(ORGANIZATION, (30, 5)).await;

    // Whose table it reads, and who has granted it, moves no bill.
    bob.create("project:bob/p").await.ok();
    bob.create("stream:bob/p/s").await.ok();
    publish(&bob, "project:bob/p").await;
    alice.grant("stream:bob/p/s", &["read"], BOT).await.ok();
    assert_eq!(bot.reads("/bob/p/s?size=7").await, 200);
    alice.has_spent(ORGANIZATION, (37, 5)).await;
    assert_eq!(bob.spent("organization:bob").await, (0, 0));

    // The organization's limit holds for its services.
    alice.limit(ORGANIZATION, Some(40), None).await.ok();
    bot.read(&bytes(4)).await.exhausted();
    assert_eq!(bot.reads(&bytes(3)).await, 200);

    // It belongs to no other: neither by a grant nor by a move.
    for relation in ["project", "organization"] {
        let grant = alice.grant(BOT, &[relation], "organization:alice").await;
        grant.bad("relations");
        let moved = alice.move_to(BOT, relation, "organization:alice");
        moved.await.bad("relation");
    }
}

#[tokio::test]
async fn bn_33_a_secret_that_is_exposed_reads_until_its_quota() {
    let (_town, alice) = acme().await;
    let quota = json!({ "read": 100, "write": 0 });
    let body = json!({ "object": BOT, "quota": quota });
    alice.create_with(body).await.ok();
    alice.grant(STREAM, &["read"], BOT).await.ok();
    let page = alice.service(BOT).await;
    assert_eq!(page.reads(&bytes(100)).await, 200);
    page.read(&bytes(1)).await.exhausted();
    page.write(ORDERS, 1).await.denied();
    // With a grant to write there is still no quota for it.
    alice.grant(STREAM, &["write"], BOT).await.ok();
    page.write(ORDERS, 1).await.exhausted();
    // The organization goes on.
    assert_eq!(alice.reads(&bytes(1_000)).await, 200);
}

#[tokio::test]
async fn bn_55_what_anyone_reads_is_charged_to_the_owner() {
    let (town, alice) = acme().await;
    open(&alice).await;
    let nobody = town.nobody();
    assert_eq!(nobody.reads("/acme/open/prices?size=60").await, 200);
    alice.has_spent(ORGANIZATION, (60, 0)).await;
    assert_eq!(alice.spent_by_anyone(ORGANIZATION).await, (60, 0));
    // So it is where a route asks for the project or for an instance.
    let instance = "stream_instance:acme/open/prices/v1";
    alice.create(instance).await.ok();
    assert_eq!(nobody.reads("/acme/open?size=1").await, 200);
    assert_eq!(nobody.reads("/acme/open/prices/v1?size=2").await, 200);
    alice.has_spent(ORGANIZATION, (63, 0)).await;
    assert_eq!(alice.spent_by_anyone(ORGANIZATION).await, (63, 0));
    // Decision 19: with a limit of its own.
    let body = json!({ "account": ORGANIZATION, "anonymous": true, "limits": { "read": 103 } });
    alice.set_quota(body).await.ok();
    nobody.read("/acme/open/prices?size=41").await.exhausted();
    assert_eq!(nobody.reads("/acme/open/prices?size=40").await, 200);
    nobody.read("/acme/open/prices?size=1").await.exhausted();
    assert_eq!(alice.reads("/acme/open/prices?size=500").await, 200);
    // And limited by address, whoever pays: with a secret there is no such limit.
    let mut answered = 0;
    let unlimited = json!({ "read": "unlimited" });
    let body = json!({ "account": ORGANIZATION, "anonymous": true, "limits": unlimited });
    alice.set_quota(body).await.ok();
    while nobody.reads(PRICES).await == 200 {
        answered += 1;
        assert!(answered < 100, "no limit");
    }
    nobody.read(PRICES).await.exhausted();
    assert_eq!(alice.reads(PRICES).await, 200);
    town.advance_s(15).await;
    assert_eq!(nobody.reads(PRICES).await, 200);
    // Who may not see the organization's usage sees this neither.
    let bob = town.user("bob").await;
    let query = [("account", ORGANIZATION), ("anonymous", "true")];
    bob.get("/v1/quotas", &query).await.missing();
}

/// Decision 5: a system can count in days instead of months.
#[tokio::test]
async fn bn_21_a_system_can_count_in_days() {
    let folder = crate::world::Folder::new();
    let systems = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../crates/tidegate-control/systems/beneath"
    );
    let read = |name: &str| std::fs::read_to_string(format!("{systems}/{name}")).expect("a file");
    let rules = read("system.toml") + "\n[window]\ndays = 31\n";
    for (name, text) in [("model.fga", read("model.fga")), ("system.toml", rules)] {
        std::fs::write(folder.path().join(name), text).expect("writes");
    }
    let system = folder.path().to_str().expect("UTF-8");
    let town = Town::open(system, "").await;
    let alice = town.user("alice").await;
    let quota = alice
        .get("/v1/quotas", &[("account", "organization:alice")])
        .await;
    let (start_s, end_s) = (
        quota.number("/window_start_s"),
        quota.number("/window_end_s"),
    );
    assert_eq!((start_s % (31 * DAY_S), end_s - start_s), (0, 31 * DAY_S));
    assert!((start_s..end_s).contains(&town.now_s()));
}
