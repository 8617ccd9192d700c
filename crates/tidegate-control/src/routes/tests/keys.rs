//! Keys are published before they sign, and verify for as long as their secrets live.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

const START_S: u64 = 1_800_000_000;

/// A world whose time is told.
struct Timed {
    world: World,
    now_s: Arc<AtomicU64>,
}

impl Timed {
    async fn new() -> Self {
        let now_s = Arc::new(AtomicU64::new(START_S));
        let told = Arc::clone(&now_s);
        let folder = Folder::new();
        let clock = Clock::new(move || told.load(Ordering::SeqCst) * 1000);
        let settings = Settings::new(&folder.store(), "beneath", ISSUER, clock);
        let mut control = Control::open(settings).await.unwrap();
        let root = control.first_secret().unwrap().expose().to_owned();
        let world = World {
            router: control.router(),
            control,
            folder,
            root,
        };
        Self { world, now_s }
    }

    async fn at(&self, after_s: u64) {
        self.now_s.store(START_S + after_s, Ordering::SeqCst);
        self.world.control.confirm().await.unwrap();
    }

    async fn keys(&self, purpose: &str) -> Vec<Value> {
        let reply = self.world.get(&self.world.root, "/v1/admin/keys").await;
        let items = reply.ok()["items"].as_array().unwrap().clone();
        let of = |key: &Value| key["purpose"] == purpose;
        items.into_iter().filter(of).collect()
    }

    async fn states(&self, purpose: &str) -> Vec<String> {
        let keys = self.keys(purpose).await;
        let state = |key: &Value| key["state"].as_str().unwrap().to_owned();
        keys.iter().map(state).collect()
    }

    async fn published(&self) -> Vec<String> {
        let request = Request::get("/.well-known/jwks.json").body(Body::empty());
        let reply = self.world.send(request.unwrap()).await;
        let keys = reply.ok()["keys"].as_array().unwrap().clone();
        let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
        keys.iter().map(kid).collect()
    }

    async fn rotate(&self, body: Value) -> Reply {
        let root = &self.world.root;
        self.world.post(root, "/v1/admin/keys", body).await
    }

    async fn retire(&self, kid: &str, force: bool) -> Reply {
        let uri = format!("/v1/admin/keys?kid={kid}&force={force}");
        self.world.delete(&self.world.root, &uri).await
    }

    /// A new secret of the operator: its text, and which key has signed it.
    async fn issued(&self) -> (String, String) {
        let reply = self.world.issue(&self.world.root, "operator:root").await;
        let secret = reply.ok()["secret"].as_str().unwrap().to_owned();
        let kid = kid_of(&secret);
        (secret, kid)
    }
}

fn kid_of(secret: &str) -> String {
    use base64::Engine as _;
    let head = secret.split('.').next().unwrap();
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(head);
    let head: Value = serde_json::from_slice(&head.unwrap()).unwrap();
    head["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_is_published_then_signs_and_the_old_one_stays_while_its_secrets_live() {
    let timed = Timed::new().await;
    let (early, old) = timed.issued().await;
    assert_eq!(timed.states("secret").await, ["signing"]);

    let rotated = timed.rotate(json!({ "algorithm": "ES256" })).await;
    let new = rotated.ok()["key"]["kid"].as_str().unwrap().to_owned();
    assert_eq!(rotated.json["key"]["activates_at_s"], START_S + 600);
    assert_eq!(timed.states("secret").await, ["signing", "published"]);
    assert!(timed.published().await.contains(&new));
    timed.at(599).await;
    assert_eq!(timed.issued().await.1, old);
    timed.retire(&old, true).await.refused(409, Some("kid"));

    timed.at(600).await;
    let (late, signer) = timed.issued().await;
    assert_eq!(signer, new);
    assert_eq!(timed.states("secret").await, ["verifying", "signing"]);
    for secret in [&early, &late, &timed.world.root] {
        timed.world.get(secret, "/v1/me").await.ok();
    }
    // The first operator's, the early one, the one just before.
    let keys = timed.keys("secret").await;
    assert_eq!(keys[0]["living_secrets"], 3);
    assert_eq!(keys[1]["living_secrets"], 1);
    timed.retire(&old, false).await.refused(409, Some("kid"));
    timed.retire(&new, true).await.refused(409, Some("kid"));
    timed
        .retire("nothing", true)
        .await
        .refused(404, Some("kid"));

    // A secret that was exchanged is signed by the new key, and ends with the one of the old key.
    let exchanged = json!({
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": early,
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
    });
    let exchanged = timed.world.post("", "/v1/token", exchanged).await;
    let exchanged = exchanged.ok()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(kid_of(&exchanged), new);
    timed.world.get(&exchanged, "/v1/me").await.ok();

    // Nobody locks themselves out.
    timed.retire(&old, true).await.refused(409, Some("kid"));
    let root = timed.world.root.clone();
    let uri = format!("/v1/admin/keys?kid={old}&force=true");
    let retired = timed.world.delete(&late, &uri).await;
    assert_eq!(retired.ok()["revoked_secrets"], 3);
    for secret in [&early, &root, &exchanged] {
        timed.world.get(secret, "/v1/me").await.refused(401, None);
    }
    timed.world.get(&late, "/v1/me").await.ok();
    assert!(!timed.published().await.contains(&old));
    let audit = timed
        .world
        .get(&late, "/v1/audit?actor=operator:root")
        .await;
    let audit = audit.json.to_string();
    assert!(!audit.contains("pkcs8"), "{audit}");
}

#[tokio::test]
async fn without_secrets_a_key_goes_once_nothing_of_it_can_live() {
    let timed = Timed::new().await;
    let old = timed.keys("bundle").await[0]["kid"].clone();
    let old = old.as_str().unwrap();
    timed
        .rotate(json!({ "purpose": "bundle", "activate_in_s": 0 }))
        .await
        .ok();
    // The next second at the earliest.
    assert_eq!(timed.states("bundle").await, ["signing", "published"]);
    timed.at(1).await;
    assert_eq!(timed.states("bundle").await, ["verifying", "signing"]);
    timed.retire(old, false).await.refused(409, Some("kid"));
    timed.at(3600).await;
    timed.retire(old, false).await.refused(409, Some("kid"));
    timed.at(3601).await;
    timed.retire(old, false).await.ok();
    assert_eq!(timed.states("bundle").await, ["signing"]);
}

#[tokio::test]
async fn keys_are_read_again_by_the_next_start() {
    let timed = Timed::new().await;
    for purpose in ["secret", "bundle", "link"] {
        timed
            .rotate(json!({ "purpose": purpose, "activate_in_s": 0 }))
            .await
            .ok();
    }
    timed.at(5).await;
    let before = timed.keys("secret").await;
    let Timed { world, now_s } = timed;
    let World {
        folder,
        control,
        router,
        root,
    } = world;
    control.close().await;
    drop((control, router));
    let told = Arc::clone(&now_s);
    let clock = Clock::new(move || told.load(Ordering::SeqCst) * 1000);
    let settings = Settings::new(&folder.store(), "beneath", ISSUER, clock);
    let control = Control::open(settings).await.unwrap();
    let world = World {
        router: control.router(),
        control,
        folder,
        root,
    };
    let timed = Timed { world, now_s };
    assert_eq!(timed.keys("secret").await, before);
    assert_eq!(timed.issued().await.1, before[1]["kid"].as_str().unwrap());
}

#[tokio::test]
async fn only_operators_touch_keys_and_backups() {
    let timed = Timed::new().await;
    let world = &timed.world;
    let alice = world.acme().await;
    world.get(&alice, "/v1/admin/keys").await.refused(403, None);
    world
        .get(&alice, "/v1/admin/backup")
        .await
        .refused(403, None);
    let rotate = world.post(&alice, "/v1/admin/keys", json!({})).await;
    rotate.refused(403, None);
    let retire = world.delete(&alice, "/v1/admin/keys?kid=x").await;
    retire.refused(403, None);
    let cases = [
        (json!({ "purpose": "signing" }), "purpose"),
        (json!({ "algorithm": "none" }), "algorithm"),
        (json!({ "algorithm": "HS256" }), "algorithm"),
        (json!({ "activate_in_s": 2_592_001 }), "activate_in_s"),
        (json!({ "kid": "mine" }), "kid"),
    ];
    for (body, field) in cases {
        timed.rotate(body).await.refused(400, Some(field));
    }
    assert_eq!(timed.states("secret").await, ["signing"]);
}
