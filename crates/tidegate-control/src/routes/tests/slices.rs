//! What a subject fetches of itself, and what of it can be believed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::{ETAG, IF_NONE_MATCH};
use tidegate_client::wire::SliceLine;
use tidegate_policy::bundle::{Expectation, Scope, UnverifiedBundle};
use tidegate_policy::slice::AUDIENCE;
use tidegate_policy::{Answer, BundleError, Context, Object, Slice, SliceChange};
use tidegate_token::{Algorithm, KeySet, Purpose, SigningKey};

use super::*;

impl World {
    async fn slice_bytes(&self, secret: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::get("/v1/slice").header(AUTHORIZATION, format!("Bearer {secret}"));
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, bytes.to_vec())
    }

    /// As a reader verifies it.
    fn verified(&self, bytes: &[u8], subject: &str, audience: &str) -> Result<Slice, BundleError> {
        let subject: Object = subject.parse().unwrap();
        let expect = Expectation {
            issuer: ISSUER,
            audience,
            subject: &subject,
            uid: None,
            now_s: Clock::system().now_s(),
            held_revision: None,
        };
        let keys = self.control.keys().current();
        let bundle = UnverifiedBundle::parse(bytes)?.verify(&*keys, &expect)?;
        assert!(matches!(bundle.head().scope, Scope::Slice { .. }));
        bundle.slice()
    }

    /// As the holder of a slice verifies a change of it.
    fn change_for(
        &self,
        slice: &Slice,
        bytes: &[u8],
        keys: &KeySet,
        held_revision: Option<u64>,
    ) -> Result<SliceChange, BundleError> {
        let expect = Expectation {
            issuer: ISSUER,
            audience: AUDIENCE,
            subject: slice.subject(),
            uid: Some(slice.uid()),
            now_s: Clock::system().now_s(),
            held_revision,
        };
        let bundle = UnverifiedBundle::parse(bytes)?.verify(keys, &expect)?;
        bundle.change()
    }

    async fn slice(&self, secret: &str, subject: &str) -> Slice {
        let (status, bytes) = self.slice_bytes(secret).await;
        assert_eq!(
            status,
            StatusCode::OK,
            "{}",
            String::from_utf8_lossy(&bytes)
        );
        self.verified(&bytes, subject, AUDIENCE).unwrap()
    }
}

const BOT: &str = "service:acme/sales/bot";
const ORDERS: &str = "stream:acme/sales/orders";

fn secret_of(reply: &Reply) -> String {
    reply.ok()["secret"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_slice_says_what_the_control_plane_says() {
    let world = World::new().await;
    let alice = world.acme().await;
    world.create(&alice, "stream:acme/sales/other").await;
    let bot = secret_of(&world.issue(&alice, BOT).await);
    // For the gateway alone, and yet it may fetch its slice.
    assert_eq!(
        world.get(&bot, "/v1/me").await.status,
        StatusCode::UNAUTHORIZED
    );
    let before = world.slice(&bot, BOT).await;
    let answer = |slice: &Slice, action: &str| {
        let kind = slice.kinds().next().unwrap().to_owned();
        slice.answer(&kind, action, ORDERS, Context::EMPTY)
    };
    assert_eq!(answer(&before, "can_read"), Answer::Deny);
    world.grant(&alice, ORDERS, &["read"], BOT).await.ok();
    let after = world.slice(&bot, BOT).await;
    assert!(after.revision() > before.revision());
    for action in ["can_read", "can_write", "can_delete", "ghost"] {
        let asked = world.ask(&alice, BOT, action, ORDERS).await;
        let allowed = asked.json["decision"] == true;
        assert_eq!(answer(&after, action) == Answer::Allow, allowed, "{action}");
        assert_eq!(allowed, action == "can_read");
    }
    let names: Vec<&str> = after.entries().map(|entry| entry.object).collect();
    assert!(
        names.contains(&ORDERS) && !names.contains(&"stream:acme/sales/other"),
        "{names:?}"
    );
    let mut held = before;
    let change = held.difference(&after).unwrap();
    assert_eq!(change.objects().collect::<Vec<_>>(), [ORDERS]);
    held.apply(&change).unwrap();
    assert_eq!(answer(&held, "can_read"), Answer::Allow);
}

/// Each kind gets what it may exercise: a public-read secret says nothing of what is its user's alone.
#[tokio::test]
async fn a_slice_is_for_the_kind_that_asks() {
    let world = World::new().await;
    let alice = world.acme().await;
    let issue = async |kind: &str| {
        let body = json!({ "subject": "user:alice", "kind": kind });
        secret_of(&world.post(&alice, "/v1/secrets", body).await)
    };
    let (private, public) = (issue("private_read").await, issue("public_read").await);
    let full = world.slice(&alice, "user:alice").await;
    let private = world.slice(&private, "user:alice").await;
    let public = world.slice(&public, "user:alice").await;
    let asked = |slice: &Slice, kind: &str, action: &str| {
        slice.answer(kind, action, ORDERS, Context::EMPTY)
    };
    assert_eq!(asked(&full, "full", "can_write"), Answer::Allow);
    assert_eq!(asked(&private, "private_read", "can_read"), Answer::Allow);
    assert_eq!(asked(&private, "private_read", "can_write"), Answer::Deny);
    assert_eq!(asked(&private, "full", "can_write"), Answer::Unknown);
    assert_eq!(asked(&public, "public_read", "can_read"), Answer::Deny);
    assert_eq!(asked(&public, "private_read", "can_read"), Answer::Unknown);
    assert_eq!((public.entries().count(), public.len()), (0, 0));
    assert!(private.entries().count() < full.entries().count());
}

#[tokio::test]
async fn whose_it_is_and_who_gets_none() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bot = secret_of(&world.issue(&alice, BOT).await);
    let (_, mut bytes) = world.slice_bytes(&bot).await;
    let refused = |bytes: &[u8], subject: &str, audience: &str| {
        let found = world.verified(bytes, subject, audience);
        found.map(|_| ()).map_err(|error| error.kind())
    };
    assert_eq!(refused(&bytes, BOT, AUDIENCE), Ok(()));
    assert_eq!(refused(&bytes, "user:alice", AUDIENCE), Err("subject"));
    // Not for a gateway, which would take it for the whole.
    assert_eq!(refused(&bytes, BOT, "gateway"), Err("audience"));
    *bytes.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&bytes, BOT, AUDIENCE), Err("digest"));

    let token = "urn:ietf:params:oauth:token-type:access_token";
    let exchange = json!({
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": alice, "subject_token_type": token, "scope": "can_read",
    });
    let narrowed = world.post("", "/v1/token", exchange).await;
    let narrowed = narrowed.ok()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(
        world.get(&narrowed, "/v1/slice").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        world.get("", "/v1/slice").await.status,
        StatusCode::UNAUTHORIZED
    );
    world
        .delete(&alice, &format!("/v1/objects?object={BOT}"))
        .await
        .ok();
    assert_eq!(
        world.get(&bot, "/v1/slice").await.status,
        StatusCode::UNAUTHORIZED
    );
}

/// The lines of a stream, as they come.
struct Lines(Body);

impl Lines {
    async fn next(&mut self) -> Option<SliceLine> {
        let frame = self.0.frame().await?.unwrap().into_data().unwrap();
        Some(serde_json::from_slice(&frame).unwrap())
    }

    /// The next one that is no heartbeat.
    async fn news(&mut self) -> Option<SliceLine> {
        loop {
            match self.next().await? {
                SliceLine::Heartbeat { .. } => {}
                line => return Some(line),
            }
        }
    }
}

impl World {
    async fn slice_lines(&self, secret: &str, query: &str) -> Lines {
        let request = Request::get(format!("/v1/slice/watch{query}"));
        let request = request.header(AUTHORIZATION, format!("Bearer {secret}"));
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        Lines(response.into_body())
    }
}

#[tokio::test]
async fn a_slice_is_followed() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bot = secret_of(&world.issue(&alice, BOT).await);
    let mut lines = world.slice_lines(&bot, "").await;
    let Some(SliceLine::Slice { bundle }) = lines.next().await else {
        panic!("begins with the whole")
    };
    let bundle = STANDARD.decode(bundle).unwrap();
    let mut slice = world.verified(&bundle, BOT, AUDIENCE).unwrap();
    let kind = slice.kinds().next().unwrap().to_owned();
    let reads = |slice: &Slice| slice.answer(&kind, "can_read", ORDERS, Context::EMPTY);
    assert_eq!(reads(&slice), Answer::Deny);

    let revoke = format!("/v1/grants?object={ORDERS}&relations=read&subject={BOT}");
    for granted in [true, false] {
        // What changes nothing of it brings no line.
        world
            .create(&alice, &format!("project:acme/{granted}"))
            .await;
        let done = if granted {
            world.grant(&alice, ORDERS, &["read"], BOT).await
        } else {
            world.delete(&alice, &revoke).await
        };
        let revision = done.revision();
        let Some(SliceLine::Change { bundle }) = lines.news().await else {
            panic!("a change")
        };
        let bundle = STANDARD.decode(bundle).unwrap();
        let keys = world.control.keys().current();
        let held = slice.revision();
        let taken = world.change_for(&slice, &bundle, &keys, Some(held));
        let change = taken.unwrap();
        assert_eq!(change.from(), held);
        assert!(change.to() >= revision);
        assert_eq!(change.objects().collect::<Vec<_>>(), [ORDERS]);
        slice.apply(&change).unwrap();
        assert_eq!(reads(&slice) == Answer::Allow, granted);
    }

    // Who has the newest is not sent it again.
    let held = world.slice(&bot, BOT).await.revision();
    let mut again = world.slice_lines(&bot, &format!("?from={held}")).await;
    let line = again.next().await;
    assert!(
        matches!(line, Some(SliceLine::Heartbeat { revision, .. }) if revision == held),
        "{line:?}"
    );
    let mut old = world.slice_lines(&bot, "?from=1").await;
    assert!(matches!(old.next().await, Some(SliceLine::Slice { .. })));

    world
        .delete(&alice, &format!("/v1/objects?object={BOT}"))
        .await
        .ok();
    assert_eq!(lines.news().await, None, "its subject is gone");
}

/// What it is, its bytes, the keys that are trusted, the revision held, and why it is refused.
type Case<'a> = (&'a str, &'a [u8], &'a KeySet, Option<u64>, &'a str);

/// Whoever carries the lines can change none, leave none out, turn none around, and bring none of another.
#[tokio::test]
async fn changes_are_taken_as_they_were_signed_and_in_their_order() {
    let world = World::new().await;
    let alice = world.acme().await;
    let other = "service:acme/sales/other";
    world.create(&alice, other).await;
    let (bot, another) = (
        secret_of(&world.issue(&alice, BOT).await),
        secret_of(&world.issue(&alice, other).await),
    );
    let mut lines = world.slice_lines(&bot, "").await;
    let mut others = world.slice_lines(&another, "").await;
    let Some(SliceLine::Slice { bundle }) = lines.next().await else {
        panic!("begins with the whole")
    };
    assert!(matches!(others.next().await, Some(SliceLine::Slice { .. })));
    let whole = STANDARD.decode(bundle).unwrap();
    let mut slice = world.verified(&whole, BOT, AUDIENCE).unwrap();
    let change = async |lines: &mut Lines| match lines.news().await {
        Some(SliceLine::Change { bundle }) => STANDARD.decode(bundle).unwrap(),
        other => panic!("{other:?}"),
    };
    world.grant(&alice, ORDERS, &["read"], BOT).await.ok();
    let first = change(&mut lines).await;
    world.grant(&alice, ORDERS, &["write"], BOT).await.ok();
    let second = change(&mut lines).await;
    world.grant(&alice, ORDERS, &["read"], other).await.ok();
    let foreign = change(&mut others).await;

    let keys = world.control.keys().current();
    let mut evil = KeySet::default();
    let evil_key = SigningKey::generate("evil", Algorithm::EdDsa).unwrap();
    evil.insert(evil_key.for_purpose(Purpose::Bundles).verifying_key());
    let end = first.iter().position(|&byte| byte == b'\n').unwrap();
    let other_payload = [&first[..=end], &second[end + 1..]].concat();
    let mut flipped = first.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let mut signature = first.clone();
    signature[end - 8] = if first[end - 8] == b'A' { b'B' } else { b'A' };
    let refused = |slice: &Slice, bytes: &[u8], keys: &KeySet, held| {
        let found = world.change_for(slice, bytes, keys, held);
        found.map(|_| ()).map_err(|error| error.kind())
    };
    let held = Some(slice.revision());
    #[rustfmt::skip]
    let cases: [Case<'_>; 10] = [
        ("changed", &flipped, &keys, held, "digest"),
        ("cut", &first[..first.len() - 1], &keys, held, "length"),
        ("without its head", &first[end + 1..], &keys, held, "no-head"),
        ("its signature changed", &signature, &keys, held, "head-signature"),
        ("signed by another", &first, &evil, held, "head-unknown-key"),
        ("of another subject", &foreign, &keys, held, "subject"),
        ("out of order", &second, &keys, held, "not-next"),
        ("with nothing to change", &first, &keys, None, "not-next"),
        ("with a slice of a later revision", &first, &keys, held.map(|held| held + 1_000_000), "older"),
        ("a slice", &whole, &keys, held, "scope"),
    ];
    for (what, bytes, keys, held, expected) in cases {
        assert_eq!(refused(&slice, bytes, keys, held), Err(expected), "{what}");
    }
    assert!(
        ["length", "digest"].contains(&refused(&slice, &other_payload, &keys, held).unwrap_err()),
        "the head of one, and the other"
    );
    let taken = world.change_for(&slice, &first, &keys, held).unwrap();
    slice.apply(&taken).unwrap();
    let held = Some(slice.revision());
    assert_eq!(
        refused(&slice, &first, &keys, held),
        Err("not-next"),
        "once more"
    );
    let taken = world.change_for(&slice, &second, &keys, held).unwrap();
    slice.apply(&taken).unwrap();
    let kind = slice.kinds().next().unwrap().to_owned();
    let may = slice.answer(&kind, "can_write", ORDERS, Context::EMPTY);
    assert_eq!(may, Answer::Allow);
}

/// One more stream than a holder may have ends the oldest.
#[tokio::test]
async fn few_streams_of_one_holder() {
    let world = World::new().await;
    let alice = world.acme().await;
    let bot = secret_of(&world.issue(&alice, BOT).await);
    let mut first = world.slice_lines(&bot, "").await;
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(world.slice_lines(&bot, "").await);
    }
    assert!(matches!(first.next().await, Some(SliceLine::Slice { .. })));
    assert_eq!(first.news().await, None);
    for lines in &mut held {
        assert!(matches!(lines.next().await, Some(SliceLine::Slice { .. })));
    }
}

/// A node that holds the newest bundle is told so, and sent nothing.
#[tokio::test]
async fn a_bundle_that_is_held_is_not_sent_again() {
    let world = World::new().await;
    let alice = world.acme().await;
    world.create(&world.root, "node:edge").await;
    let node = secret_of(&world.issue(&world.root, "node:edge").await);
    let ask = async |held: Option<&HeaderValue>| {
        let mut request =
            Request::get("/v1/bundle").header(AUTHORIZATION, format!("Bearer {node}"));
        if let Some(held) = held {
            request = request.header(IF_NONE_MATCH, held);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = world.router.clone().oneshot(request).await.unwrap();
        let (status, tag) = (response.status(), response.headers()[ETAG].clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, tag, bytes.len())
    };
    let (status, tag, length) = ask(None).await;
    assert!(status == StatusCode::OK && length > 0);
    assert_eq!(
        ask(Some(&tag)).await,
        (StatusCode::NOT_MODIFIED, tag.clone(), 0)
    );
    let other = HeaderValue::from_static("\"1-other\"");
    assert_eq!(
        ask(Some(&other)).await,
        (StatusCode::OK, tag.clone(), length)
    );
    // Another revision is another bundle, whatever it holds.
    world.create(&alice, "project:acme/next").await;
    let (status, next, _) = ask(Some(&tag)).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(next, tag);
}
