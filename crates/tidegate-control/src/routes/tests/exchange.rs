//! Token exchange (RFC 8693), and what a narrowed secret may do here.

use super::*;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

fn asked(secret: &str) -> Value {
    json!({ "grant_type": GRANT, "subject_token": secret, "subject_token_type": TOKEN })
}

impl World {
    async fn exchange(&self, secret: &str, more: Value) -> Reply {
        let mut request = asked(secret);
        let fields = request.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        let request = Request::post("/v1/token")
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(request.to_string()));
        self.send(request.unwrap()).await
    }

    async fn narrowed(&self, secret: &str, more: Value) -> String {
        let reply = self.exchange(secret, more).await;
        reply.ok()["access_token"].as_str().unwrap().to_owned()
    }

    async fn form(&self, form: String) -> Reply {
        let request = Request::post("/v1/token")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form));
        self.send(request.unwrap()).await
    }
}

#[track_caller]
fn refused(reply: &Reply, error: &str) {
    assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{reply:?}");
    assert_eq!(reply.json["error"], error, "{reply:?}");
    assert_eq!(reply.json["error_description"], reply.json["detail"]);
    reply.refused(400, reply.json["field"].as_str());
    assert_eq!(reply.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_form_as_the_rfc_has_it() {
    let world = World::new().await;
    let alice = world.acme().await;
    let form = format!(
        "grant_type={}&subject_token={alice}&subject_token_type={}&audience=gateway&scope=can_read+stream%3Aacme/sales/orders&expires_in=60&resource=",
        GRANT.replace(':', "%3A"),
        TOKEN.replace(':', "%3A"),
    );
    let reply = world.form(form.clone()).await;
    let answer = reply.ok();
    assert_eq!(answer["issued_token_type"], TOKEN);
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 60);
    assert_eq!(answer["scope"], "can_read stream:acme/sales/orders");
    assert_eq!(reply.headers["cache-control"], "no-store");
    let secret = answer["access_token"].as_str().unwrap();
    assert!(world.gateway_accepts(secret));
    // It was narrowed to the gateway.
    world.get(secret, "/v1/me").await.refused(401, None);

    let wrong = [
        (
            form.replace("token-exchange", "password"),
            "unsupported_grant_type",
        ),
        (form.replace("access_token", "saml2"), "invalid_request"),
        (form.replace("gateway", "elsewhere"), "invalid_target"),
        (form.replace("can_read", "can_fly"), "invalid_scope"),
        (
            form.replace("expires_in=60", "expires_in=0"),
            "invalid_request",
        ),
        (
            form.replace("resource=", "budget_byte=1"),
            "invalid_request",
        ),
        (
            form.replace("resource=", "scope=can_see"),
            "invalid_request",
        ),
        (form.replace(&alice, "nonsense"), "invalid_request"),
        (
            form.replace("subject_token=", "subject="),
            "invalid_request",
        ),
        ("%".to_owned(), "invalid_request"),
        (String::new(), "invalid_request"),
    ];
    for (form, error) in wrong {
        println!("{form} {error}");
        refused(&world.form(form).await, error);
    }
}

#[tokio::test]
async fn json_is_read_as_strictly() {
    let world = World::new().await;
    let alice = world.user("alice").await;
    world
        .exchange(&alice, json!({ "scope": "can_see" }))
        .await
        .ok();
    let wrong = [
        json!({ "budget_byte": 1 }),
        json!({ "budget_bytes": -1 }),
        json!({ "scope": null, "audience": "gateway" }),
        json!({ "actor_token": alice }),
    ];
    for more in wrong {
        refused(&world.exchange(&alice, more).await, "invalid_request");
    }
    let bare = Request::post("/v1/token").body(Body::from(asked(&alice).to_string()));
    world
        .send(bare.unwrap())
        .await
        .refused(415, Some("Content-Type"));
}

#[tokio::test]
async fn any_secret_can_be_exchanged_also_one_that_is_not_for_control() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bot = world.issue(&alice, "service:acme/sales/bot").await;
    let (bot, jti) = (&bot.ok()["secret"], &bot.json["jti"]);
    let bot = bot.as_str().unwrap();
    world.get(bot, "/v1/me").await.refused(401, None);
    let child = world.narrowed(bot, json!({})).await;
    assert!(world.gateway_accepts(&child));
    // For control it is as little as the secret that it comes from.
    world.get(&child, "/v1/me").await.refused(401, None);
    let wider = world
        .exchange(bot, json!({ "audience": ["control"] }))
        .await;
    refused(&wider, "invalid_target");

    // It dies with its parent, and so does what it was exchanged for.
    let grandchild = world.narrowed(&child, json!({ "expires_in": 60 })).await;
    let uri = format!("/v1/secrets?jti={}", jti.as_str().unwrap());
    world.delete(&alice, &uri).await.ok();
    for secret in [bot, &child, &grandchild] {
        assert!(!world.gateway_accepts(secret));
        let again = world.exchange(secret, json!({})).await;
        refused(&again, "invalid_request");
    }
    // Nothing of it is kept, and it changed nothing.
    let dump = crate::store::tests::dump(world.control.administration.store()).await;
    assert!(!dump.contains(&child), "a secret's text is in the store");
}

#[tokio::test]
async fn a_narrowed_secret_administers_only_within_its_objects() {
    let world = World::new().await;
    let alice = world.acme().await;
    world.create(&alice, "project:acme/other").await;
    let sales = json!({ "scope": "project:acme/sales" });
    let narrowed = world.narrowed(&alice, sales).await;
    let whoami = world.get(&narrowed, "/v1/me").await;
    assert_eq!(whoami.ok()["subject"], "user:alice");

    world.create(&narrowed, "stream:acme/sales/more").await;
    let stream = "stream:acme/sales/more";
    let granted = world
        .grant(&narrowed, stream, &["read"], "service:acme/sales/bot")
        .await;
    granted.ok();
    let hidden = ["organization:acme", "project:acme/other", "user:alice"];
    for object in hidden {
        let uri = format!("/v1/objects?object={object}");
        world.get(&alice, &uri).await.ok();
        world
            .get(&narrowed, &uri)
            .await
            .refused(404, Some("object"));
    }
    let body = |object: &str| json!({ "object": object });
    let other = world
        .post(&narrowed, "/v1/objects", body("stream:acme/other/s"))
        .await;
    other.refused(404, Some("object"));
    let organization = world
        .post(&narrowed, "/v1/objects", body("organization:mine"))
        .await;
    organization.refused(403, None);
    // No secret comes out of one that was narrowed: it would be wider, and live on.
    let issued = world.issue(&narrowed, "service:acme/sales/bot").await;
    issued.refused(403, None);
    assert!(issued.json["rule"].as_str().unwrap().starts_with("narrow"));
    let own = world.issue(&narrowed, "user:alice").await;
    own.refused(404, Some("subject"));
    // Nor is anything told that no guard asks for.
    world
        .get(&narrowed, "/v1/invitations")
        .await
        .refused(403, None);
    let outside = world
        .ask(&narrowed, "user:alice", "can_see", "organization:acme")
        .await;
    outside.refused(403, None);
    let inside = world.ask(&narrowed, "user:alice", "can_see", stream).await;
    assert_eq!(inside.ok()["decision"], true);

    // By actions: what is not among them is not done, whatever the principal may.
    let reads = json!({ "scope": "can_see can_view_access project:acme/sales" });
    let reads = world.narrowed(&alice, reads).await;
    world
        .get(&reads, &format!("/v1/objects?object={stream}"))
        .await
        .ok();
    world
        .delete(&reads, &format!("/v1/objects?object={stream}"))
        .await
        .refused(403, None);
    let batch = json!({ "operations": [{ "op": "delete", "object": stream }] });
    let batch = world.post(&reads, "/v1/batch", batch).await;
    batch.refused(403, None);
    world
        .delete(&narrowed, &format!("/v1/objects?object={stream}"))
        .await
        .ok();
}

#[tokio::test]
async fn an_operator_with_a_narrowed_secret_administers_only_what_it_names() {
    let world = World::new().await;
    let keys = json!({ "scope": "can_administer site:tidegate" });
    let keys = world.narrowed(&world.root, keys).await;
    world.get(&keys, "/v1/admin/keys").await.ok();
    let body = json!({ "object": "user:eve" });
    let created = world.post(&keys, "/v1/objects", body.clone()).await;
    assert!(created.status.is_client_error(), "{created:?}");
    let users = json!({ "scope": "can_create_user site:tidegate" });
    let users = world.narrowed(&world.root, users).await;
    world.get(&users, "/v1/admin/keys").await.refused(403, None);
    // A new person comes with a secret of their own.
    world
        .post(&users, "/v1/objects", body)
        .await
        .refused(403, None);
}

#[tokio::test]
async fn budgets_are_limits_of_the_ledger() {
    use tidegate_quota::{AccountId, Answer, Chain, Kind, LeaseRequest};
    let world = World::new().await;
    let alice = world.acme().await;
    let reply = world
        .exchange(&alice, json!({ "budget_bytes": 1000 }))
        .await;
    let jti = reply.ok()["jti"].as_str().unwrap().parse().unwrap();
    let ledger = world.control.ledger();
    let lease = |account, kind| LeaseRequest {
        chain: Chain::new(&[account]).unwrap(),
        kind,
        at_least_bytes: 1,
        at_most_bytes: 5000,
        window: None,
    };
    for kind in [Kind::Read, Kind::Write] {
        let Answer::Granted(granted) = ledger
            .lease(&lease(AccountId::budget(jti), kind))
            .await
            .unwrap()
        else {
            panic!("refused");
        };
        assert_eq!((granted.bytes, granted.limit_bytes), (1000, Some(1000)));
    }
    // One that nobody opened is spent from the beginning.
    let unknown = AccountId::budget(uuid::Uuid::from_u128(7));
    let refused = ledger.lease(&lease(unknown, Kind::Read)).await.unwrap();
    assert!(matches!(refused, Answer::Refused(refusal) if refusal.limit_bytes == 0));
    // No wider than the parent's, and none beyond what is charged to a request.
    let child = reply.json["access_token"].as_str().unwrap();
    let wider = world.exchange(child, json!({ "budget_bytes": 1001 })).await;
    self::refused(&wider, "invalid_scope");
}
