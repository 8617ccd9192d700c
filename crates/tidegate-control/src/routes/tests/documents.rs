//! Every error is a problem document, and says which field is wrong.

use super::*;

#[tokio::test]
async fn errors_of_the_framework_are_problem_documents() {
    let world = World::new().await;
    let request = |method: &str, uri: &str| Request::builder().method(method).uri(uri);
    let auth = |builder: http::request::Builder| {
        builder.header(AUTHORIZATION, format!("Bearer {}", world.root))
    };
    let json = |builder: http::request::Builder| builder.header(CONTENT_TYPE, "application/json");
    let large = format!("{{\"object\":\"{}\"}}", "a".repeat(70_000));
    let cases = [
        (
            "no route",
            request("GET", "/v2/objects").body(Body::empty()),
            404,
            None,
        ),
        (
            "no route below",
            request("GET", "/v1/objects/user:a").body(Body::empty()),
            404,
            None,
        ),
        (
            "no such method",
            auth(request("PUT", "/v1/objects")).body(Body::empty()),
            405,
            None,
        ),
        (
            "no secret",
            request("GET", "/v1/objects?type=user").body(Body::empty()),
            401,
            None,
        ),
        (
            "no secret to ask",
            json(request("POST", "/access/v1/evaluation")).body(Body::from("{}")),
            401,
            None,
        ),
        (
            "no type",
            auth(request("POST", "/v1/objects")).body(Body::from("{}")),
            415,
            None,
        ),
        (
            "a form",
            auth(request("POST", "/v1/objects"))
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from("a=b")),
            415,
            None,
        ),
        (
            "too large",
            json(auth(request("POST", "/v1/objects"))).body(Body::from(large)),
            413,
            None,
        ),
        (
            "no JSON",
            json(auth(request("POST", "/v1/objects"))).body(Body::from("{")),
            400,
            None,
        ),
        (
            "two values",
            json(auth(request("POST", "/v1/objects")))
                .body(Body::from("{\"object\":\"user:a\"} {}")),
            400,
            None,
        ),
        (
            "twice",
            json(auth(request("POST", "/v1/objects")))
                .body(Body::from("{\"object\":\"user:a\",\"object\":\"user:b\"}")),
            400,
            Some("object"),
        ),
        (
            "missing",
            json(auth(request("POST", "/v1/objects"))).body(Body::from("{}")),
            400,
            Some("object"),
        ),
        (
            "a number",
            json(auth(request("POST", "/v1/objects"))).body(Body::from("{\"object\":7}")),
            400,
            Some("object"),
        ),
        (
            "unknown key",
            json(auth(request("POST", "/v1/objects")))
                .body(Body::from("{\"object\":\"user:a\",\"colour\":1}")),
            400,
            Some("colour"),
        ),
        (
            "unknown key inside",
            json(auth(request("POST", "/v1/objects")))
                .body(Body::from("{\"object\":\"user:a\",\"quota\":{\"raed\":1}}")),
            400,
            Some("quota.raed"),
        ),
        (
            "negative quota",
            json(auth(request("POST", "/v1/objects"))).body(Body::from(
                "{\"object\":\"user:a\",\"quota\":{\"read\":-1}}",
            )),
            400,
            Some("quota.read"),
        ),
        (
            "text for a quota",
            json(auth(request("POST", "/v1/objects"))).body(Body::from(
                "{\"object\":\"user:a\",\"quota\":{\"read\":\"10\"}}",
            )),
            400,
            Some("quota.read"),
        ),
        (
            "unknown parameter",
            auth(request("GET", "/v1/objects?object=user:a&colour=1")).body(Body::empty()),
            400,
            Some("colour"),
        ),
        (
            "missing parameter",
            auth(request("GET", "/v1/grants")).body(Body::empty()),
            400,
            Some("object"),
        ),
        (
            "a word for a number",
            auth(request("GET", "/v1/objects?type=user&limit=ten")).body(Body::empty()),
            400,
            Some("limit"),
        ),
        (
            "limit 0",
            auth(request("GET", "/v1/objects?type=user&limit=0")).body(Body::empty()),
            400,
            Some("limit"),
        ),
        (
            "limit 1001",
            auth(request("GET", "/v1/objects?type=user&limit=1001")).body(Body::empty()),
            400,
            Some("limit"),
        ),
        (
            "neither object nor type",
            auth(request("GET", "/v1/objects")).body(Body::empty()),
            400,
            Some("object"),
        ),
        (
            "no UUID",
            auth(request("DELETE", "/v1/secrets?jti=x")).body(Body::empty()),
            400,
            Some("jti"),
        ),
    ];
    for (name, request, status, field) in cases {
        println!("{name}");
        world.send(request.unwrap()).await.refused(status, field);
    }
}

#[tokio::test]
async fn a_secret_that_does_not_hold_is_refused_everywhere() {
    let world = World::new().await;
    let (kept, end) = world.root.split_at(world.root.len() - 4);
    let forged = format!("{kept}{}", if end == "AAAA" { "BBBA" } else { "AAAA" });
    for secret in ["", "x", "a.b.c", forged.as_str()] {
        for uri in [
            "/v1/objects?type=user",
            "/v1/grants?object=user:a",
            "/v1/secrets?subject=user:a",
            "/v1/quotas?account=user:a",
            "/v1/usage?account=user:a",
        ] {
            let reply = world.get(secret, uri).await;
            reply.refused(401, None);
            assert!(reply.headers.contains_key(http::header::WWW_AUTHENTICATE));
        }
    }
}

#[tokio::test]
async fn what_everyone_may_see() {
    let world = World::new().await;
    let open = |uri: &str| Request::builder().uri(uri).body(Body::empty()).unwrap();
    assert_eq!(world.send(open("/healthz")).await.ok()["status"], "ok");
    assert_eq!(world.send(open("/readyz")).await.revision(), 1);
    let reply = world.send(open("/.well-known/jwks.json")).await;
    let keys = reply.ok()["keys"].as_array().unwrap();
    assert_eq!(
        (keys.len(), &keys[0]["kty"], &keys[0]["crv"]),
        (2, &json!("OKP"), &json!("Ed25519")),
        "one for secrets, one for bundles"
    );
    for key in keys {
        assert!(key.get("d").is_none(), "no private half: {keys:?}");
    }
}
