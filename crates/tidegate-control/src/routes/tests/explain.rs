//! Explanations: whom they are for, and what they name.

use super::*;

const ORDERS: &str = "stream:acme/sales/orders";
const BOT: &str = "service:acme/sales/bot";

async fn explain(world: &World, secret: &str, subject: Option<&str>, action: &str) -> Reply {
    let mut body = json!({ "action": action, "resource": ORDERS });
    if let Some(subject) = subject {
        body["subject"] = json!(subject);
    }
    world.post(secret, "/v1/explain", body).await
}

#[tokio::test]
async fn a_no_says_what_would_turn_it_and_a_yes_why() {
    let world = World::new().await;
    let alice = world.acme().await;
    let reply = explain(&world, &alice, Some(BOT), "can_read").await;
    let answer = reply.ok();
    assert_eq!(answer["decision"], false, "{answer}");
    let grant = json!({ "object": ORDERS, "relation": "read", "subject": BOT });
    let first = &answer["remedies"][0];
    assert_eq!(first["add"][0]["grant"], grant, "{answer}");
    assert_eq!(first["remove"], json!([]), "{answer}");
    // What is proposed can be done, and does it.
    world.grant(&alice, ORDERS, &["read"], BOT).await.ok();
    let reply = explain(&world, &alice, Some(BOT), "can_read").await;
    let answer = reply.ok();
    assert_eq!(answer["decision"], true, "{answer}");
    assert_eq!(answer["complete"], true, "{answer}");
    assert_eq!(answer.get("remedies"), Some(&json!([])), "{answer}");
    let proof = answer["proof"].to_string();
    assert!(proof.contains("\"kind\":\"tuple\""), "{proof}");
    assert!(proof.contains(&format!("@{BOT}")), "{proof}");
}

#[tokio::test]
async fn about_oneself_anybody_may_ask_and_about_others_who_may_view_access() {
    let world = World::new().await;
    let alice = world.acme().await;
    let eve = world.user("eve").await;
    // The caller, where nobody is named.
    let reply = explain(&world, &alice, None, "can_read").await;
    assert_eq!(reply.ok()["decision"], true);
    let reply = explain(&world, &eve, Some("user:alice"), "can_read").await;
    reply.refused(404, Some("resource"));
    // What she may not see is a no, and nothing more: as if it did not exist.
    let hidden = explain(&world, &eve, None, "can_read").await;
    let body = json!({ "action": "can_read", "resource": "stream:acme/sales/nothing" });
    let nothing = world.post(&eve, "/v1/explain", body).await;
    assert_eq!(hidden.ok(), nothing.ok());
    assert_eq!(hidden.json["decision"], false);
    assert_eq!(hidden.json["remedies"], json!([]));
    // One who sees it, and may not view access.
    world
        .grant(&alice, "project:acme/sales", &["view"], "user:eve")
        .await
        .ok();
    let reply = explain(&world, &eve, Some("user:alice"), "can_read").await;
    reply.refused(403, None);
}

#[tokio::test]
async fn the_secret_may_be_why() {
    let world = World::new().await;
    let alice = world.acme().await;
    let body = json!({ "subject": "user:alice", "kind": "private_read" });
    let reply = world.post(&alice, "/v1/secrets", body).await;
    let secret = reply.ok()["secret"].as_str().unwrap().to_owned();
    let reply = explain(&world, &secret, None, "can_write").await;
    let answer = reply.ok();
    assert_eq!(answer["decision"], false, "{answer}");
    let reason = answer["reason"].as_str().unwrap();
    assert!(reason.contains("private_read"), "{reason}");
    assert_eq!(answer["remedies"], json!([]), "{answer}");
}

#[tokio::test]
async fn what_the_caller_may_not_see_is_not_named() {
    let world = World::new().await;
    let alice = world.acme().await;
    let eve = world.user("eve").await;
    for object in ["organization:secretive", "project:secretive/plans"] {
        world.create(&eve, object).await;
    }
    // She could read by a project of hers, of which alice knows nothing.
    let reply = explain(&world, &alice, Some("user:eve"), "can_read").await;
    let answer = reply.ok();
    let text = answer.to_string();
    assert!(text.contains("project:(hidden)"), "{text}");
    assert!(!text.contains("secretive"), "{text}");
    for remedy in answer["remedies"].as_array().unwrap() {
        for one in remedy["add"].as_array().unwrap() {
            let hidden = one["tuple"].as_str().unwrap().contains("(hidden)");
            assert!(!hidden || one.get("grant").is_none(), "{one}");
        }
    }
}
