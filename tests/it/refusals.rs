//! Secrets and requests that must not pass. The upstream sees none of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tidegate_token::{Algorithm, Claims, SigningKey};

use crate::http::{client, empty, get, json, request, send, text};
use crate::world::{BOT, PATIENCE, STREAM, World, create, grant, issue, issue_for};

fn parts(secret: &str) -> (Value, Value) {
    let mut parts = secret.split('.').map(|part| {
        let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    });
    (
        parts.next().expect("a header"),
        parts.next().expect("claims"),
    )
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Asks with a secret: it must be the one answer, whatever is wrong with the secret.
async fn assert_refused(world: &World, what: &str, secret: &str) {
    let url = world.url("/acme/sales/orders");
    let answer = send(Method::GET, &url, Some(secret), empty())
        .await
        .expect("an answer");
    let challenge = answer.headers().get("www-authenticate").cloned();
    let content_type = answer.headers().get("content-type").cloned();
    let (status, body) = json(answer).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}");
    assert_eq!(
        challenge.expect("a challenge"),
        "Bearer realm=\"tidegate\", error=\"invalid_token\"",
        "{what}"
    );
    assert_eq!(
        content_type.expect("a type"),
        "application/problem+json",
        "{what}"
    );
    let expected = json!({
        "type": "urn:tidegate:problem:unauthenticated",
        "title": "A valid secret is needed",
        "status": 401,
    });
    assert_eq!(body, expected, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_do_not_hold_get_one_answer() {
    let world = World::start().await;
    let example = world.example().await;
    let good = example.bot.secret.as_str();
    let (header, claims) = parts(good);
    let kid = header["kid"].as_str().expect("a kid");
    let mut sections = good.split('.');
    let (head, body, signature) = (
        sections.next().expect("a header"),
        sections.next().expect("claims"),
        sections.next().expect("a signature"),
    );

    // Signed by a key of the attacker's, under the name of ours.
    let forged = |change: &dyn Fn(&mut Claims)| {
        let key = SigningKey::generate(kid, Algorithm::EdDsa).expect("a key");
        let mut claims = Claims::from_json(claims.to_string().as_bytes()).expect("claims");
        change(&mut claims);
        key.mint(&claims).expect("minted").expose().to_owned()
    };
    let with_header = |header: Value| format!("{}.{body}.{signature}", encode(&header));
    let mut other_claims = claims.clone();
    other_claims["sub"] = json!("user:alice");
    let mut wrong = signature.as_bytes().to_vec();
    wrong[0] = if wrong[0] == b'A' { b'B' } else { b'A' };

    let cases = [
        ("empty", String::new()),
        ("a word", "secret".to_owned()),
        ("three empty parts", "..".to_owned()),
        ("two parts", format!("{head}.{body}")),
        ("four parts", format!("{good}.{signature}")),
        ("no signature", format!("{head}.{body}.")),
        (
            "a changed signature",
            format!("{head}.{body}.{}", String::from_utf8_lossy(&wrong)),
        ),
        (
            "changed claims",
            format!("{head}.{}.{signature}", encode(&other_claims)),
        ),
        ("another key", forged(&|_| {})),
        (
            "another key, another subject",
            forged(&|claims| claims.sub = "user:alice".into()),
        ),
        (
            "alg none",
            with_header(json!({"typ": "tidegate+jwt", "alg": "none", "kid": kid})),
        ),
        (
            "alg none, unsigned",
            format!(
                "{}.{body}.",
                encode(&json!({"typ": "tidegate+jwt", "alg": "none"}))
            ),
        ),
        (
            "alg HS256",
            with_header(json!({"typ": "tidegate+jwt", "alg": "HS256", "kid": kid})),
        ),
        (
            "alg ES256",
            with_header(json!({"typ": "tidegate+jwt", "alg": "ES256", "kid": kid})),
        ),
        (
            "typ JWT",
            with_header(json!({"typ": "JWT", "alg": "EdDSA", "kid": kid})),
        ),
        (
            "no kid",
            with_header(json!({"typ": "tidegate+jwt", "alg": "EdDSA"})),
        ),
        (
            "unknown kid",
            with_header(json!({"typ": "tidegate+jwt", "alg": "EdDSA", "kid": "x"})),
        ),
        ("padding", format!("{good}=")),
        ("two secrets", format!("{good}, {good}")),
        ("very long", "a".repeat(6_000)),
        ("wrong audience", world.operator.clone()),
    ];
    for (what, secret) in &cases {
        assert_refused(&world, what, secret).await;
    }
    assert_eq!(world.upstream.seen().len(), 0);
    // The same secret still passes as it was issued.
    let (status, _) = get(&world.url("/acme/sales/orders?size=0"), Some(good)).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_secret_is_refused_by_the_control_plane() {
    let world = World::start().await;
    let example = world.example().await;
    let url = format!("http://{}/v1/objects?object={STREAM}", world.server.control);
    let (status, problem) = get(&url, Some(&example.bot.secret)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(problem["type"], "urn:tidegate:problem:unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_secret_is_refused() {
    let world = World::start().await;
    let example = world.example().await;
    let issued = issue_for(&example.api, BOT, Some(2)).await;
    let url = world.url("/acme/sales/orders?size=0");
    let (status, _) = get(&url, Some(&issued.secret)).await;
    assert_eq!(status, StatusCode::OK);
    let expired = async {
        while get(&url, Some(&issued.secret)).await.0 == StatusCode::OK {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, expired)
        .await
        .expect("expires");
    assert_refused(&world, "expired", &issued.secret).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_secret_is_refused_and_others_go_on() {
    let world = World::start().await;
    let example = world.example().await;
    let other = issue(&example.api, BOT).await;
    let url = world.url("/acme/sales/orders?size=0");
    assert_eq!(get(&url, Some(&other.secret)).await.0, StatusCode::OK);
    example
        .api
        .revoke_secret(&other.jti)
        .await
        .expect("revoked");
    assert_refused(&world, "revoked", &other.secret).await;
    assert_eq!(get(&url, Some(&example.bot.secret)).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_deleted_and_made_again_inherits_nothing() {
    let world = World::start().await;
    let example = world.example().await;
    let url = world.url("/acme/sales/orders?size=0");
    assert_eq!(get(&url, Some(&example.bot.secret)).await.0, StatusCode::OK);
    example.limit(BOT, Some(5), Some(5)).await;
    example.api.delete_object(BOT).await.expect("deleted");
    assert_refused(&world, "of a deleted service", &example.bot.secret).await;
    create(&example.api, BOT, None).await;
    assert_refused(&world, "of a service of the same name", &example.bot.secret).await;
    let new = issue(&example.api, BOT).await;
    // Neither the grants nor the quota of the one before.
    assert_eq!(get(&url, Some(&new.secret)).await.0, StatusCode::FORBIDDEN);
    grant(&example.api, STREAM, &["read"], BOT).await;
    let (status, _) = get(&world.url("/acme/sales/orders?size=100"), Some(&new.secret)).await;
    assert_eq!(status, StatusCode::OK);
    let (read, _) = example
        .settled(BOT, |read, _| read.spent_bytes == 100)
        .await;
    assert_eq!((read.limit_bytes, read.requests), (None, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_granted_is_forbidden() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = Some(example.bot.secret.as_str());
    create(&example.api, "stream:acme/sales/returns", None).await;
    create(&example.api, "service:acme/sales/reader", None).await;
    grant(&example.api, STREAM, &["read"], "service:acme/sales/reader").await;
    let reader = issue(&example.api, "service:acme/sales/reader").await;

    let cases = [
        (Method::GET, "/acme/sales/returns", secret, 403),
        (Method::GET, "/acme/sales/none", secret, 403),
        (Method::GET, "/other/sales/orders", secret, 403),
        (
            Method::POST,
            "/acme/sales/orders",
            Some(reader.secret.as_str()),
            403,
        ),
        (Method::GET, "/acme/sales/orders", None, 401),
        (Method::POST, "/acme/sales/orders", None, 401),
        (Method::GET, "/", secret, 404),
        (Method::GET, "/acme/sales", secret, 404),
        (Method::GET, "/acme/sales/orders/1", secret, 404),
        (Method::DELETE, "/acme/sales/orders", secret, 405),
        (Method::PUT, "/acme/sales/orders", secret, 405),
    ];
    for (method, path, secret, expected) in cases {
        let url = world.url(path);
        let answer = send(method.clone(), &url, secret, empty())
            .await
            .expect("an answer");
        let (status, problem) = json(answer).await;
        assert_eq!(status.as_u16(), expected, "{method} {path}");
        assert_eq!(problem["status"], expected, "{method} {path}: {problem}");
        assert!(
            problem["type"].is_string() && problem["title"].is_string(),
            "{problem}"
        );
    }
    assert_eq!(world.upstream.seen().len(), 0);
}

/// Refused before its body is sent, and the connection is of no use to an attacker afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn an_early_refusal_does_not_hang() {
    let world = World::start().await;
    world.example().await;
    let client = client();
    for _ in 0..3 {
        let body = crate::http::pattern(1, 5_000_000, true);
        let asked = request(
            Method::POST,
            &world.url("/acme/sales/orders"),
            Some("no"),
            body,
        );
        let answer = client
            .request(asked)
            .await
            .expect("the answer, not a reset");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    let answer = send(
        Method::POST,
        &world.url("/acme/sales/orders"),
        Some("no"),
        text("{}"),
    )
    .await;
    assert_eq!(
        answer.expect("an answer").status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(world.upstream.seen().len(), 0);
}
