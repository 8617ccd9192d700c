//! Which secrets hold, and when they stop to.

use std::sync::atomic::Ordering;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use tidegate_policy::Change;
use tidegate_token::{Algorithm, Claims, KeySet, Narrow, SigningKey};
use uuid::Uuid;

use super::{AuthenticateError, Identity};
use crate::fixture::{BOT, NOW_S, STALE_S, World, object, put};

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

#[test]
fn limits_that_are_not_enforced_are_refused() {
    let world = World::new();
    let claims = Claims {
        narrow: Some(Narrow::default()),
        ..world.claims()
    };
    check(&world, &headers(&[&world.mint(&claims)]), "narrow");
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
