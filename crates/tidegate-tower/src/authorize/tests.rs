//! Decisions, and who pays.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue};
use tidegate_policy::Change;
use tidegate_quota::{AccountId, Kind};
use tidegate_token::{Budget, Claims, Narrow};
use uuid::Uuid;

use super::Target;
use crate::Identity;
use crate::fixture::{BOT, NOW_S, ORGANIZATION, STALE_S, World, object, put, target, write};

fn bot(world: &World) -> Identity {
    identity(world, &world.claims())
}

fn narrowed(world: &World, narrow: Narrow) -> Identity {
    let claims = Claims {
        narrow: Some(narrow),
        ..world.claims()
    };
    identity(world, &claims)
}

fn identity(world: &World, claims: &Claims) -> Identity {
    let secret = world.mint(claims);
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
fn a_narrowed_secret_does_only_what_is_in_its_scope_and_in_the_policy() {
    let world = World::new();
    let list = |text: &str| Some(vec![text.to_owned()]);
    let only = |actions, objects| Narrow {
        actions,
        objects,
        ..Narrow::default()
    };
    let reads = narrowed(&world, only(list("can_read"), None));
    check(&world, &reads, target("page:one", Kind::Read), Ok(&OWN));
    check(
        &world,
        &reads,
        target("page:one", Kind::Write),
        Err("scope-action"),
    );
    let other = narrowed(&world, only(None, list("page:shut")));
    check(
        &world,
        &other,
        target("page:one", Kind::Read),
        Err("scope-object"),
    );
    // A scope gives nothing.
    check(
        &world,
        &other,
        target("page:shut", Kind::Read),
        Err("not-granted"),
    );
}

#[test]
fn the_budgets_of_a_secret_pay_first() {
    let world = World::new();
    let [own, parent] = [Uuid::from_u128(201), Uuid::from_u128(202)];
    let budgets = [(own, 10), (parent, 20)];
    let budgets = budgets.map(|(jti, bytes)| Budget { jti, bytes }).to_vec();
    let bot = narrowed(
        &world,
        Narrow {
            budgets,
            ..Narrow::default()
        },
    );
    let [principal, payer] = OWN;
    let chain = [
        AccountId::budget(own),
        AccountId::budget(parent),
        principal,
        payer,
    ];
    // The second time from what was worked out before.
    for _ in 0..2 {
        check(&world, &bot, target("page:one", Kind::Read), Ok(&chain));
    }
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
