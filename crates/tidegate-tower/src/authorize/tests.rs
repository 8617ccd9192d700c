//! Decisions, and who pays.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue};
use tidegate_policy::Change;
use tidegate_quota::{AccountId, Kind};
use uuid::Uuid;

use super::Target;
use crate::Identity;
use crate::fixture::{BOT, NOW_S, ORGANIZATION, STALE_S, World, object, put, target, write};

fn bot(world: &World) -> Identity {
    let secret = world.mint(&world.claims());
    let mut headers = HeaderMap::new();
    headers.insert(
        AUTHORIZATION,
        HeaderValue::from_str(&secret).expect("a header value"),
    );
    world
        .authenticator()
        .authenticate(&headers)
        .expect("authenticates")
}

/// The accounts that pay, or the kind of the refusal.
#[track_caller]
fn check(world: &World, identity: &Identity, target: Target, expected: Result<&[AccountId], &str>) {
    let found = world.authorizer().authorize(identity, target);
    match (&found, expected) {
        (Ok(permit), Ok(accounts)) => assert_eq!(permit.chain().accounts(), accounts),
        (Err(error), Err(kind)) => assert_eq!(error.kind(), kind),
        _ => panic!("{found:?}, expected {expected:?}"),
    }
}

const OWN: [AccountId; 2] = [
    AccountId {
        owner: BOT,
        part: tidegate_quota::Part::Own,
    },
    AccountId {
        owner: ORGANIZATION,
        part: tidegate_quota::Part::Own,
    },
];

#[test]
fn decides_and_finds_who_pays() {
    let world = World::new();
    let bot = bot(&world);
    check(&world, &bot, target("page:one", Kind::Read), Ok(&OWN));
    check(
        &world,
        &bot,
        target("page:shut", Kind::Read),
        Err("not-granted"),
    );
    check(
        &world,
        &bot,
        target("page:none", Kind::Read),
        Err("unknown-resource"),
    );
    check(
        &world,
        &Identity::Anonymous,
        target("page:one", Kind::Read),
        Err("not-granted"),
    );
    let action = Target {
        action: Arc::from("can_fly"),
        ..target("page:one", Kind::Read)
    };
    check(&world, &bot, action, Err("unknown-relation"));
}

#[test]
fn anonymous_readers_are_charged_to_the_owner_of_the_resource() {
    let world = World::new();
    world.change(&[
        write("page:one#public@anonymous:*"),
        write("page:shut#public@anonymous:*"),
    ]);
    let readers = [
        AccountId::anonymous(ORGANIZATION),
        AccountId::own(ORGANIZATION),
    ];
    check(
        &world,
        &Identity::Anonymous,
        target("page:one", Kind::Read),
        Ok(&readers),
    );
    check(
        &world,
        &Identity::Anonymous,
        target("page:one", Kind::Write),
        Err("not-granted"),
    );
    // Nobody owns it, so nobody pays for it.
    check(
        &world,
        &Identity::Anonymous,
        target("page:shut", Kind::Read),
        Err("no-payer"),
    );
}

#[test]
fn a_name_that_changed_hands_since_is_refused() {
    let world = World::new();
    let bot = bot(&world);
    world.change(&[
        Change::Forget(object("service:bot")),
        put("service:bot", Uuid::from_u128(77), 0),
        write("page:one#reader@service:bot"),
    ]);
    check(
        &world,
        &bot,
        target("page:one", Kind::Read),
        Err("other-uid"),
    );
}

#[test]
fn without_a_payer_nothing_goes_on() {
    let world = World::new();
    let bot = bot(&world);
    world.change(&[Change::Forget(object("organization:acme"))]);
    check(
        &world,
        &bot,
        target("page:one", Kind::Read),
        Err("no-payer"),
    );
}

#[test]
fn a_stale_snapshot_decides_nothing() {
    let world = World::new();
    let bot = bot(&world);
    world.now_s.store(NOW_S + STALE_S + 1, Ordering::SeqCst);
    check(
        &world,
        &bot,
        target("page:one", Kind::Read),
        Err("no-snapshot"),
    );
}
