//! The ledger away, answers lost, callers gone.

use super::world::{Mode, World, alone, now, polled, refused, service};
use crate::Kind;

#[test]
fn what_is_held_is_spent_while_the_ledger_is_away() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    world.mode(Mode::Down);
    assert!(tally.try_debit(60));
    assert_eq!(refused(world.maintain()).0, "unavailable");
    let mut other = world.open(&alone(0)).unwrap();
    assert!(other.try_debit(40));
    // Nothing is debited when it is not all there and nobody can be asked.
    assert_eq!(
        refused(now(other.debit(10, world.now_ms()))).0,
        "unavailable"
    );
    assert_eq!(other.debited_bytes(), 40);
    assert_eq!(refused(world.open(&alone(0))).0, "unavailable");
    drop((tally, other));
    assert_eq!(refused(now(world.meter.close())).0, "unavailable");
    world.mode(Mode::Up);
    world.close_and_expect_spent(service(0), 100);
    assert_eq!(world.read_balance(service(0)).requests, 2);
}

#[test]
fn an_outage_takes_at_most_one_idle_pool_out_of_use() {
    let world = World::limited(1_000);
    for n in 0..5 {
        drop(world.open(&alone(n)).unwrap());
    }
    world.maintain().unwrap();
    world.advance(20_000);
    world.mode(Mode::Down);
    for _ in 0..3 {
        assert_eq!(refused(world.maintain()).0, "unavailable");
    }
    let open = (0..5).filter(|n| world.open(&alone(*n)).is_ok());
    assert_eq!(open.count(), 4);
}

#[test]
fn a_settlement_whose_answer_was_lost_counts_once() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    assert_eq!(world.debit(&mut tally, 100), 100);
    world.mode(Mode::AnswersLost);
    assert_eq!(refused(world.maintain()).0, "unavailable");
    assert_eq!(world.read_balance(service(0)).spent_bytes, 100);
    assert_eq!(refused(world.maintain()).0, "unavailable");
    // What the ledger may have been told stays spent.
    assert_eq!(tally.refund(100), 0);
    drop(tally);
    world.mode(Mode::Up);
    world.close_and_expect_spent(service(0), 100);
}

#[test]
fn a_lease_whose_answer_was_lost_can_be_written_off() {
    let world = World::limited(1_000);
    world.mode(Mode::AnswersLost);
    assert_eq!(refused(world.open(&alone(0))).0, "unavailable");
    world.mode(Mode::Up);
    let orphans = world.ledger.orphans.lock().unwrap().clone();
    assert_eq!(orphans.len(), 1);
    let mut tally = world.open(&alone(0)).unwrap();
    assert_eq!(world.debit(&mut tally, 1_000), 900);
    world.ledger.books.forfeit(orphans[0]).unwrap();
    assert_eq!(refused(world.open(&alone(0))).0, "exceeded");
    drop(tally);
    world.close_and_expect_spent(service(0), 900);
    assert_eq!(world.read_balance(service(0)).forfeited_bytes, 100);
}

/// A caller that goes away at any point of a question leaves nothing outstanding that nobody holds.
#[test]
fn a_caller_that_goes_away_loses_no_lease() {
    for polls in 0..4 {
        let world = World::limited(1_000);
        world.mode(Mode::Slow);
        let gone = polled(
            world.meter.open(&alone(0), Kind::Read, world.now_ms()),
            polls,
        );
        assert_eq!(gone.is_some(), polls == 3, "{polls}");
        drop(gone);
        let mut tally = world.open(&alone(0)).unwrap();
        assert_eq!(world.asked(), 1, "{polls}: the question was asked again");
        let gone = polled(tally.debit(500, world.now_ms()), polls);
        assert_eq!(
            tally.debited_bytes(),
            gone.map_or(0, |result| result.unwrap()),
            "{polls}"
        );
        let debited = tally.debited_bytes();
        drop(tally);
        world.maintain().unwrap();
        world.close_and_expect_spent(service(0), debited);
    }
}

#[test]
fn a_caller_that_goes_away_while_settling_loses_nothing() {
    for polls in 0..4 {
        let world = World::limited(1_000);
        let mut tally = world.open(&alone(0)).unwrap();
        assert_eq!(world.debit(&mut tally, 70), 70);
        world.mode(Mode::Slow);
        let _gone = polled(world.meter.maintain(world.now_ms()), polls);
        assert_eq!(world.debit(&mut tally, 200), 200, "{polls}");
        drop(tally);
        world.close_and_expect_spent(service(0), 270);
    }
}

#[test]
fn a_lease_that_the_ledger_does_not_know_is_given_up() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    let mut other = world.open(&alone(1)).unwrap();
    world.admit(&mut tally, 50).unwrap();
    assert!(tally.try_debit(10));
    assert!(other.try_debit(20));
    let lost = world.ledger.books.outstanding()[0];
    *world.ledger.unknown.lock().unwrap() = Some(lost);

    assert_eq!(refused(world.maintain()).0, "unavailable");
    assert_eq!(world.read_balance(service(1)).spent_bytes, 20);
    // It is said once.
    assert_eq!(world.maintain(), Ok(()));
    // What was promised can still be had; what was free is gone.
    assert!(tally.try_debit(40));
    assert!(!tally.try_debit(1));
    assert_eq!(world.debit(&mut tally, 1_000), 900);
    drop((tally, other));
    now(world.meter.close()).unwrap();
    let balance = world.read_balance(service(0));
    assert_eq!(
        (balance.spent_bytes, balance.outstanding_bytes()),
        (900, 100)
    );
    world.ledger.books.forfeit(lost).unwrap();
    assert_eq!(world.read_balance(service(0)).outstanding_bytes(), 0);
}
