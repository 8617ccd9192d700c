//! Which secrets hold, and when they stop to.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use tidegate_policy::Change;
use tidegate_token::{Algorithm, Claims, KeySet, Narrow, SigningKey};
use uuid::Uuid;

use super::{AuthenticateError, Authenticator, Identity};
use crate::fixture::{BOT, ISSUER, NOW_S, STALE_S, World, object, put};

fn headers(values: &[&str]) -> HeaderMap {
    values
        .iter()
        .map(|value| {
            (
                AUTHORIZATION,
                HeaderValue::from_str(value).expect("a header value"),
            )
        })
        .collect()
}

/// The kind of the refusal, or who was let in.
#[track_caller]
fn check(world: &World, headers: &HeaderMap, expected: &str) {
    let found = match world.authenticator().authenticate(headers) {
        Ok(Identity::Anonymous) => "anonymous".to_owned(),
        Ok(Identity::Principal(principal)) => principal.object().to_string(),
        Err(AuthenticateError::NoSnapshot) => "no-snapshot".to_owned(),
        Err(AuthenticateError::Refused(kind)) => kind.to_owned(),
    };
    assert_eq!(found, expected);
}

#[test]
fn headers_are_read_strictly() {
    let world = World::new();
    let good = world.mint(&world.claims());
    let lower = good.replacen("Bearer", "bearer", 1);
    check(&world, &headers(&[]), "anonymous");
    check(&world, &headers(&[&good]), "service:bot");
    check(&world, &headers(&[&lower]), "service:bot");
    check(&world, &headers(&[&good, &good]), "several");
    check(&world, &headers(&["Basic YTpi"]), "scheme");
    check(&world, &headers(&["Bearer"]), "scheme");
    check(
        &world,
        &headers(&[good.trim_start_matches("Bearer ")]),
        "scheme",
    );
    for odd in [
        good.replacen(' ', "  ", 1),
        format!("{good} "),
        format!("{good}, x"),
    ] {
        let refused = world.authenticator().authenticate(&headers(&[&odd]));
        assert!(
            matches!(refused, Err(AuthenticateError::Refused(_))),
            "{odd:?} passed"
        );
    }
}

#[test]
fn what_the_snapshot_says_is_asked_each_time() {
    let cases: [(&str, Vec<Change>); 4] = [
        (
            "revoked",
            vec![Change::Revoke {
                jti: Uuid::from_u128(9),
            }],
        ),
        (
            "unknown-principal",
            vec![Change::Forget(object("service:bot"))],
        ),
        (
            "other-uid",
            vec![
                Change::Forget(object("service:bot")),
                put("service:bot", Uuid::from_u128(77), 0),
            ],
        ),
        ("before-valid-from", vec![put("service:bot", BOT, NOW_S)]),
    ];
    for (expected, changes) in cases {
        let world = World::new();
        let authenticator = world.authenticator();
        let headers = headers(&[&world.mint(&world.claims())]);
        assert!(
            authenticator.authenticate(&headers).is_ok(),
            "before: {expected}"
        );
        world.change(&changes);
        let error = authenticator.authenticate(&headers).expect_err(expected);
        assert_eq!(error, AuthenticateError::Refused(expected));
    }
}

#[test]
fn a_kept_secret_expires_and_falls_with_its_key() {
    let world = World::new();
    let authenticator = world.authenticator();
    let claims = Claims {
        exp: Some(NOW_S + 60),
        ..world.claims()
    };
    let headers = headers(&[&world.mint(&claims)]);
    assert!(authenticator.authenticate(&headers).is_ok());
    world.now_s.store(NOW_S + 60, Ordering::SeqCst);
    let error = authenticator.authenticate(&headers).expect_err("expired");
    assert_eq!(error, AuthenticateError::Refused("expired"));

    world.now_s.store(NOW_S, Ordering::SeqCst);
    assert!(authenticator.authenticate(&headers).is_ok());
    let mut others = KeySet::default();
    let other = SigningKey::generate("k2", Algorithm::EdDsa).expect("a key");
    others.insert(other.verifying_key());
    world.keys.publish(others);
    assert!(authenticator.authenticate(&headers).is_err());
}

fn narrowed(world: &World, narrow: Narrow) -> HeaderMap {
    let claims = Claims {
        narrow: Some(narrow),
        ..world.claims()
    };
    headers(&[&world.mint(&claims)])
}

#[test]
fn limits_that_cannot_be_enforced_are_refused() {
    let world = World::new();
    check(&world, &narrowed(&world, Narrow::default()), "service:bot");
    let objects = Some(vec!["page:one".to_owned(), "no object".to_owned()]);
    let odd = Narrow {
        objects,
        ..Narrow::default()
    };
    check(&world, &narrowed(&world, odd), "narrow");
}

#[test]
fn an_exchanged_secret_dies_with_each_of_its_parents() {
    let parents = [Uuid::from_u128(101), Uuid::from_u128(102)];
    for parent in parents {
        let world = World::new();
        let authenticator = world.authenticator();
        let child = narrowed(
            &world,
            Narrow {
                parents: parents.to_vec(),
                ..Narrow::default()
            },
        );
        assert!(authenticator.authenticate(&child).is_ok());
        world.change(&[Change::Revoke { jti: parent }]);
        // Also when it was verified before.
        let error = authenticator.authenticate(&child).expect_err("revoked");
        assert_eq!(error, AuthenticateError::Refused("parent-revoked"));
    }
}

#[test]
fn for_any_audience_all_else_is_asked() {
    let world = World::new();
    let any = Authenticator::for_any_audience(
        Arc::clone(&world.keys),
        Arc::clone(&world.live),
        ISSUER,
        STALE_S,
        world.clock(),
    );
    let secret = |claims: &Claims| world.key.mint(claims).expect("minted");
    let elsewhere = Claims {
        aud: vec!["elsewhere".to_owned()],
        ..world.claims()
    };
    let text = secret(&elsewhere);
    check(
        &world,
        &headers(&[&format!("Bearer {}", text.expose())]),
        "audience",
    );
    let principal = any.authenticate_secret(text.expose()).expect("holds");
    assert_eq!(principal.claims(), &elsewhere);
    let others = Claims {
        iss: "https://other.example".to_owned(),
        ..elsewhere.clone()
    };
    let error = any.authenticate_secret(secret(&others).expose());
    let error = error.expect_err("another issuer");
    assert_eq!(error, AuthenticateError::Refused("issuer"));
    world.change(&[Change::Revoke { jti: elsewhere.jti }]);
    let error = any.authenticate_secret(text.expose()).expect_err("revoked");
    assert_eq!(error, AuthenticateError::Refused("revoked"));
}

#[test]
fn a_stale_snapshot_lets_nobody_in() {
    let world = World::new();
    let good = headers(&[&world.mint(&world.claims())]);
    world.now_s.store(NOW_S + STALE_S, Ordering::SeqCst);
    check(&world, &good, "service:bot");
    world.now_s.store(NOW_S + STALE_S + 1, Ordering::SeqCst);
    check(&world, &good, "no-snapshot");
    check(&world, &headers(&[]), "no-snapshot");
    world.live.touch(NOW_S + STALE_S + 1);
    check(&world, &good, "service:bot");
}
