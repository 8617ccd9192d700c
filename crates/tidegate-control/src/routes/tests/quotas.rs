//! Quotas and usage, as the ledger counts them.

use tidegate_quota::{AccountId, Answer, Chain, Kind, LeaseRequest, Settlement};
use uuid::Uuid;

use super::*;

#[tokio::test]
async fn a_service_is_created_with_its_quotas() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bob = world.user("bob").await;
    let body = json!({ "object": "service:acme/sales/etl", "quota": { "read": 100_000_000, "write": "unlimited" } });
    world.post(&alice, "/v1/objects", body.clone()).await.ok();
    world
        .post(&alice, "/v1/objects", body)
        .await
        .refused(409, Some("object"));
    let quota = world
        .get(&alice, "/v1/quotas?account=service:acme/sales/etl")
        .await;
    assert_eq!(quota.ok()["read"]["limit_bytes"], 100_000_000);
    assert_eq!(quota.json["write"]["limit_bytes"], Value::Null);
    // A stream has no account, and nobody may set a quota on one, so it is not created either.
    let stream = json!({ "object": "stream:acme/sales/x", "quota": { "read": 1 } });
    world
        .post(&alice, "/v1/objects", stream)
        .await
        .refused(403, None);
    world
        .get(&alice, "/v1/objects?object=stream:acme/sales/x")
        .await
        .refused(404, Some("object"));
    world
        .get(&bob, "/v1/quotas?account=service:acme/sales/etl")
        .await
        .refused(404, Some("account"));
}

#[tokio::test]
async fn who_may_set_quotas() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bob = world.user("bob").await;
    world
        .grant(&alice, "project:acme/sales", &["view"], "user:bob")
        .await
        .ok();
    let set = async |secret: &str, body: Value| {
        world.call(secret, "PATCH", "/v1/quotas", Some(body)).await
    };
    let bot = |limits: Value| json!({ "account": "service:acme/sales/bot", "limits": limits });
    set(&alice, bot(json!({ "read": 5 }))).await.ok();
    set(&alice, bot(json!({ "write": 7 }))).await.ok();
    let quota = world
        .get(&bob, "/v1/quotas?account=service:acme/sales/bot")
        .await;
    assert_eq!(
        (
            &quota.ok()["read"]["limit_bytes"],
            &quota.json["write"]["limit_bytes"]
        ),
        (&json!(5), &json!(7))
    );
    set(&alice, bot(json!({ "read": "unlimited" }))).await.ok();
    let quota = world
        .get(&bob, "/v1/quotas?account=service:acme/sales/bot")
        .await;
    assert_eq!(
        (
            &quota.ok()["read"]["limit_bytes"],
            &quota.json["write"]["limit_bytes"]
        ),
        (&Value::Null, &json!(7))
    );

    // BN-13, BN-20
    set(&bob, bot(json!({ "read": 5 })))
        .await
        .refused(403, None);
    set(&alice, bot(json!({ "read": -5 })))
        .await
        .refused(400, Some("limits.read"));
    set(&alice, bot(json!({ "read": "5 MB" })))
        .await
        .refused(400, Some("limits.read"));
    set(&alice, bot(json!({ "read": 1.5 })))
        .await
        .refused(400, Some("limits.read"));
    set(&alice, bot(json!({ "read": u64::MAX })))
        .await
        .refused(400, Some("limits"));
    set(&alice, bot(json!({})))
        .await
        .refused(400, Some("limits"));
    set(
        &alice,
        json!({ "account": "stream:acme/sales/orders", "limits": { "read": 1 } }),
    )
    .await
    .refused(400, Some("account"));
    // The organization's own account, and the one of its anonymous readers.
    set(
        &alice,
        json!({ "account": "organization:acme", "limits": { "read": 10 } }),
    )
    .await
    .ok();
    set(
        &alice,
        json!({ "account": "organization:acme", "anonymous": true, "limits": { "read": 3 } }),
    )
    .await
    .ok();
    set(
        &alice,
        json!({ "account": "service:acme/sales/bot", "anonymous": true, "limits": { "read": 3 } }),
    )
    .await
    .refused(400, Some("anonymous"));
    for (uri, limit) in [
        ("/v1/quotas?account=organization:acme", 10),
        ("/v1/quotas?account=organization:acme&anonymous=true", 3),
    ] {
        assert_eq!(
            world.get(&alice, uri).await.ok()["read"]["limit_bytes"],
            limit
        );
    }
    // A user's quota is set by who pays for the user.
    set(
        &alice,
        json!({ "account": "user:alice", "limits": { "read": 10 } }),
    )
    .await
    .ok();
    set(
        &alice,
        json!({ "account": "user:bob", "limits": { "read": 10 } }),
    )
    .await
    .refused(404, Some("account"));
}

#[tokio::test]
async fn usage_shows_what_the_ledger_counted() {
    let world = World::new().await;
    let alice = world.acme().await;
    let created = world
        .post(
            &alice,
            "/v1/objects",
            json!({ "object": "service:acme/sales/etl", "quota": { "read": 1000 } }),
        )
        .await;
    let uid: Uuid = created.ok()["uid"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        world
            .get(&alice, "/v1/usage?account=service:acme/sales/etl")
            .await
            .ok()["items"],
        json!([])
    );

    let request = LeaseRequest {
        chain: Chain::new(&[AccountId::own(uid)]).unwrap(),
        kind: Kind::Read,
        at_least_bytes: 1,
        at_most_bytes: 600,
        window: None,
    };
    let ledger = world.control.ledger();
    let Ok(Answer::Granted(lease)) = ledger.lease(&request).await else {
        panic!("refused")
    };
    assert_eq!(lease.limit_bytes, Some(1000));
    let settlement = Settlement {
        lease: lease.id,
        spent_bytes: 250,
        returned_bytes: 50,
        requests: 3,
    };
    ledger.settle(&[settlement]).await.unwrap();
    let expected = json!({
        "limit_bytes": 1000, "granted_bytes": 600, "spent_bytes": 250, "returned_bytes": 50,
        "forfeited_bytes": 0, "outstanding_bytes": 300, "requests": 3,
    });
    let quota = world
        .get(&alice, "/v1/quotas?account=service:acme/sales/etl")
        .await;
    assert_eq!(quota.ok()["read"], expected);
    let usage = world
        .get(&alice, "/v1/usage?account=service:acme/sales/etl")
        .await;
    assert_eq!(usage.ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(usage.json["items"][0], quota.json);

    // A lower limit stops grants, whatever is outstanding; what was used stays used (decision 5).
    let body = json!({ "account": "service:acme/sales/etl", "limits": { "read": 500 } });
    world
        .call(&alice, "PATCH", "/v1/quotas", Some(body))
        .await
        .ok();
    let Ok(Answer::Refused(refusal)) = ledger.lease(&request).await else {
        panic!("granted")
    };
    assert_eq!((refusal.limit_bytes, refusal.contended), (500, true));

    // Over a restart what was outstanding is forfeited, and it still adds up.
    let world = world.restart().await;
    let quota = world
        .get(&alice, "/v1/quotas?account=service:acme/sales/etl")
        .await;
    let read = &quota.ok()["read"];
    assert_eq!(
        (&read["forfeited_bytes"], &read["outstanding_bytes"]),
        (&json!(300), &json!(0))
    );
}
