//! BN-30 to BN-32: secrets of services.

use serde_json::json;

use super::*;

#[tokio::test]
async fn bn_30_a_secret_is_created_for_a_service_with_a_description() {
    let (_town, alice) = acme().await;
    alice.create(BOT).await.ok();
    let body = json!({ "subject": BOT, "description": "nightly export" });
    let issued = alice.post("/v1/secrets", body).await;
    assert_eq!(issued.text("/subject"), BOT);
    let secret = issued.text("/secret");
    let listed = alice.secrets(BOT).await;
    assert_eq!(listed.each("description"), ["nightly export"]);
    assert_eq!(listed.each("issued_by"), ["user:alice"]);
    assert!(!listed.json.to_string().contains(&secret));
    // Decision 21: it does not expire unless asked for.
    assert_eq!(issued.json.get("expires_at_s"), None);

    alice
        .issue("service:acme/sales/unknown", None)
        .await
        .missing();
    alice
        .issue("service:acme/unknown/bot", None)
        .await
        .missing();
    alice.issue("service:bot", None).await.forbidden();
}

#[tokio::test]
async fn bn_30_a_secret_can_end_by_itself() {
    let (town, alice) = acme().await;
    alice.create(BOT).await.ok();
    alice.grant(STREAM, &["read"], BOT).await.ok();
    let body = json!({ "subject": BOT, "expires_in_s": 3_600 });
    let issued = alice.post("/v1/secrets", body).await;
    assert_eq!(issued.number("/expires_at_s"), town.now_s() + 3_600);
    let bot = town.bearer(&issued.text("/secret"));
    town.advance_s(3_599).await;
    assert_eq!(bot.reads(ORDERS).await, 200);
    town.advance_s(1).await;
    bot.read(ORDERS).await.unauthenticated();
    // The others go on for as long as anybody wants them.
    let lasting = alice.service(BOT).await;
    town.advance(1_000).await;
    assert_eq!(lasting.reads(ORDERS).await, 200);
    assert_eq!(alice.reads(ORDERS).await, 200);
}

#[tokio::test]
async fn bn_31_code_is_connected_by_its_secret_alone() {
    let (town, alice) = acme().await;
    let bot = bot(&alice).await;
    alice.grant(STREAM, &["read"], BOT).await.ok();
    let code = town.bearer(bot.secret());
    assert_eq!(code.reads(ORDERS).await, 200);
    assert_eq!(town.forwarded().await[0].1, BOT);
    town.nobody().read(ORDERS).await.unauthenticated();
}

#[tokio::test]
async fn bn_32_a_secret_is_passed_in_the_header_and_nowhere_else() {
    let (town, alice) = acme().await;
    let bot = bot(&alice).await;
    alice.grant(STREAM, &["read"], BOT).await.ok();
    assert_eq!(bot.reads(ORDERS).await, 200);
    // Not in a URL, which ends up in logs: the route's query does not list it.
    let path = format!("{ORDERS}?secret={}", bot.secret());
    let nobody = town.nobody();
    nobody.read(&path).await.refused(400);
    let uri = format!("/v1/me?secret={}", alice.secret());
    nobody.get(&uri, &[]).await.unauthenticated();
}
