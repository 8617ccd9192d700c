//! What is handed out, and what is refused.

use super::world::{SMALL, World, alone, now, organization, paid, refused, service};
use crate::Kind;
use crate::meter::MAX_BYTES;

#[test]
fn nothing_left_is_refused_without_a_charge() {
    let world = World::limited(0);
    assert_eq!(refused(world.open(&alone(0))), ("exceeded", 0));
    assert_eq!(world.read_balance(service(0)), Default::default());
}

#[test]
fn the_byte_that_would_cross_the_limit_is_not_debited() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    assert_eq!(world.debit(&mut tally, 999), 999);
    assert_eq!(world.debit(&mut tally, 2), 1);
    assert_eq!(world.debit(&mut tally, 1), 0);
    assert!(!tally.try_debit(1));
    drop(tally);
    assert_eq!(refused(world.open(&alone(0))), ("exceeded", 0));
    world.close_and_expect_spent(service(0), 1_000);
}

#[test]
fn a_body_of_known_length_is_admitted_whole_or_not_at_all() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    assert_eq!(refused(world.admit(&mut tally, 1_001)), ("exceeded", 1_000));
    assert_eq!(world.admit(&mut tally, 600), Ok(()));
    assert_eq!(refused(world.admit(&mut tally, 401)), ("contended", 400));
    assert_eq!(world.admit(&mut tally, 0), Ok(()));
    assert_eq!(world.admit(&mut tally, 400), Ok(()));
    assert!(tally.try_debit(1_000));
    assert!(!tally.try_debit(1));
    drop(tally);
    world.close_and_expect_spent(service(0), 1_000);
}

#[test]
fn what_was_admitted_and_not_debited_goes_back() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    world.admit(&mut tally, 1_000).unwrap();
    assert!(tally.try_debit(10));
    assert_eq!(refused(world.open(&alone(0))).0, "contended");
    drop(tally);
    let mut next = world.open(&alone(0)).unwrap();
    assert_eq!(world.debit(&mut next, 1_000), 990);
    drop(next);
    world.close_and_expect_spent(service(0), 1_000);
}

#[test]
fn no_limit_is_still_counted() {
    let world = World::new(SMALL);
    let mut tally = world.open(&paid(0)).unwrap();
    assert_eq!(world.debit(&mut tally, 1 << 30), 1 << 30);
    assert_eq!(tally.standing().limit_bytes, None);
    assert_eq!(tally.standing().left_bytes, None);
    drop(tally);
    world.close_and_expect_spent(service(0), 1 << 30);
    assert_eq!(world.read_balance(organization()).spent_bytes, 1 << 30);
    assert_eq!(world.read_balance(organization()).requests, 1);
}

#[test]
fn a_body_beyond_counting_is_refused_where_nothing_else_limits() {
    let world = World::new(SMALL);
    let mut tally = world.open(&alone(0)).unwrap();
    for bytes in [MAX_BYTES + 1, u64::MAX] {
        assert_eq!(
            refused(world.admit(&mut tally, bytes)),
            ("exceeded", MAX_BYTES),
            "{bytes}"
        );
    }
    assert_eq!(world.admit(&mut tally, MAX_BYTES), Ok(()));
}

#[test]
fn read_and_write_are_counted_apart() {
    let world = World::limited(100);
    let mut read = world.open(&alone(0)).unwrap();
    assert_eq!(world.debit(&mut read, 101), 100);
    let mut write = now(world.meter.open(&alone(0), Kind::Write, world.now_ms())).unwrap();
    assert_eq!(world.debit(&mut write, 101), 101);
}

#[test]
fn the_organization_stops_services_that_have_quota_themselves() {
    let world = World::limited(1_000);
    world
        .ledger
        .set_limit(organization(), Kind::Read, Some(500));
    let mut tally = world.open(&paid(0)).unwrap();
    assert_eq!(tally.standing().limit_bytes, Some(500));
    assert_eq!(world.debit(&mut tally, 501), 500);
    assert_eq!(refused(world.open(&paid(1))), ("exceeded", 0));
    drop(tally);
    world.close_and_expect_spent(organization(), 500);
    assert_eq!(world.read_balance(service(1)), Default::default());
}

#[test]
fn what_another_service_holds_and_does_not_use_is_called_back() {
    let world = World::new(SMALL);
    world
        .ledger
        .set_limit(organization(), Kind::Read, Some(150));
    let mut first = world.open(&paid(0)).unwrap();
    assert!(first.try_debit(20));
    assert!(world.read_balance(organization()).outstanding_bytes() >= 100);
    let mut second = world.open(&paid(1)).unwrap();
    assert_eq!(world.debit(&mut second, 200), 130);
    assert_eq!(world.debit(&mut first, 1), 0);
    drop((first, second));
    world.close_and_expect_spent(organization(), 150);
}

#[test]
fn contended_while_it_may_come_back_and_exceeded_when_it_cannot() {
    let world = World::new(SMALL);
    world
        .ledger
        .set_limit(organization(), Kind::Read, Some(150));
    let mut first = world.open(&paid(0)).unwrap();
    world.admit(&mut first, 150).unwrap();
    assert_eq!(refused(world.open(&paid(1))), ("contended", 0));
    assert!(first.try_debit(150));
    world.advance(100);
    assert_eq!(refused(world.open(&paid(1))), ("exceeded", 0));
}

#[test]
fn a_limit_that_is_changed_counts_from_the_next_lease() {
    let world = World::limited(100);
    let mut tally = world.open(&alone(0)).unwrap();
    assert_eq!(world.debit(&mut tally, 200), 100);
    world.ledger.set_limit(service(0), Kind::Read, Some(150));
    assert_eq!(world.debit(&mut tally, 200), 50);
    world.ledger.set_limit(service(0), Kind::Read, Some(10));
    assert_eq!(world.debit(&mut tally, 200), 0);
    world.ledger.set_limit(service(0), Kind::Read, None);
    assert_eq!(world.debit(&mut tally, 200), 200);
    drop(tally);
    world.close_and_expect_spent(service(0), 350);
}

#[test]
fn a_limit_that_was_lowered_calls_back_what_is_held() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    world.admit(&mut tally, 30).unwrap();
    assert!(tally.try_debit(10));
    world.ledger.set_limit(service(0), Kind::Read, Some(20));
    now(world.meter.call_back(service(1))).unwrap();
    assert_eq!(world.read_balance(service(0)).outstanding_bytes(), 100);
    now(world.meter.call_back(service(0))).unwrap();
    assert_eq!(world.read_balance(service(0)).outstanding_bytes(), 20);
    assert_eq!(world.debit(&mut tally, 100), 20);
    drop(tally);
    world.close_and_expect_spent(service(0), 30);
}

#[test]
fn refunds_are_spent_again() {
    let world = World::limited(100);
    let mut tally = world.open(&alone(0)).unwrap();
    assert_eq!(world.debit(&mut tally, 100), 100);
    assert_eq!(tally.refund(30), 30);
    assert_eq!(tally.debited_bytes(), 70);
    assert_eq!(tally.standing().left_bytes, Some(30));
    // No more than was debited.
    assert_eq!(tally.refund(1_000), 70);
    assert_eq!(tally.refund(1), 0);
    assert_eq!(world.debit(&mut tally, 101), 100);
    assert_eq!(tally.refund(100), 100);
    drop(tally);
    world.close_and_expect_spent(service(0), 0);
}

#[test]
fn what_the_ledger_was_told_stays_spent() {
    let world = World::limited(100);
    let mut tally = world.open(&alone(0)).unwrap();
    assert_eq!(world.debit(&mut tally, 40), 40);
    world.maintain().unwrap();
    assert!(tally.try_debit(5));
    assert_eq!(tally.refund(45), 5);
    drop(tally);
    world.close_and_expect_spent(service(0), 40);
}

#[test]
fn every_request_counts_also_without_a_byte() {
    let world = World::limited(100);
    for _ in 0..3 {
        drop(world.open(&alone(0)).unwrap());
    }
    world.maintain().unwrap();
    assert_eq!(world.read_balance(service(0)).requests, 3);
    drop(world.open(&alone(0)).unwrap());
    world.close_and_expect_spent(service(0), 0);
    assert_eq!(world.read_balance(service(0)).requests, 4);
}

#[test]
fn after_closing_nothing_is_handed_out() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    world.admit(&mut tally, 500).unwrap();
    assert!(tally.try_debit(100));
    world.close_and_expect_spent(service(0), 100);
    assert!(!tally.try_debit(1));
    assert_eq!(
        refused(now(tally.debit(1, world.now_ms()))).0,
        "unavailable"
    );
    assert_eq!(refused(world.admit(&mut tally, 1)).0, "unavailable");
    assert_eq!(refused(world.open(&alone(0))).0, "unavailable");
    assert_eq!(refused(world.open(&alone(1))).0, "unavailable");
    assert_eq!(tally.refund(1), 0);
    drop(tally);
    world.close_and_expect_spent(service(0), 100);
    assert_eq!(world.meter.pools.len(), 0);
}
