//! Lease sizes, idle leases, bounded memory.

use super::world::{SMALL, World, alone, now, refused, service};
use crate::meter::MAX_POOLS;
use crate::{Kind, MeterError};

#[test]
fn leases_grow_with_the_rate_and_shrink_with_it() {
    let world = World::limited(1 << 40);
    let mut tally = world.open(&alone(0)).unwrap();
    let mut take = |world: &World| {
        let all = world.meter.pools.filter(|_| true)[0].state().buckets[0].free;
        assert!(tally.try_debit(all));
        assert_eq!(world.debit(&mut tally, 1), 1);
    };
    for _ in 0..5 {
        take(&world);
    }
    for _ in 0..3 {
        world.advance(5_000);
        take(&world);
    }
    for _ in 0..3 {
        world.advance(15_000);
        take(&world);
    }
    let quick = [100, 100, 200, 400, 800, 800];
    let steady = [800; 3];
    let slow = [800, 400, 200];
    assert_eq!(world.granted(), [quick.as_slice(), &steady, &slow].concat());
}

#[test]
fn leases_shrink_near_the_limit() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    let mut debited = 0;
    while world.debit(&mut tally, 10) == 10 {
        debited += 10;
    }
    assert_eq!(debited, 1_000);
    for (at, granted) in world.granted().iter().enumerate().skip(1) {
        let left = 1_000 - world.granted()[..at].iter().sum::<u64>();
        assert!(*granted <= (left / 4).max(10), "{granted} of {left}");
    }
}

#[test]
fn without_a_limit_leases_follow_the_rate_too() {
    let world = World::new(SMALL);
    let mut tally = world.open(&alone(0)).unwrap();
    for _ in 0..16 {
        assert_eq!(world.debit(&mut tally, 100), 100);
    }
    assert_eq!(world.granted(), [100, 100, 200, 400, 800]);
}

#[test]
fn a_busy_pool_is_refilled_ahead() {
    let world = World::limited(1 << 40);
    let mut tally = world.open(&alone(0)).unwrap();
    assert!(tally.try_debit(60));
    world.advance(2_000);
    world.maintain().unwrap();
    assert_eq!(world.granted(), [100, 100]);
    // Not without use in between, and not when enough is at hand.
    world.maintain().unwrap();
    assert!(tally.try_debit(10));
    world.maintain().unwrap();
    assert_eq!(world.asked(), 2);
}

#[test]
fn what_lies_idle_goes_back_and_its_pool_goes_away() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    assert!(tally.try_debit(30));
    drop(tally);
    world.maintain().unwrap();
    world.advance(SMALL.idle_ms - 1);
    world.maintain().unwrap();
    assert_eq!(world.read_balance(service(0)).outstanding_bytes(), 70);
    world.advance(1);
    world.maintain().unwrap();
    let balance = world.read_balance(service(0));
    assert_eq!((balance.outstanding_bytes(), balance.spent_bytes), (0, 30));
    assert_eq!(world.meter.pools.len(), 0);
}

#[test]
fn what_an_open_tally_has_reserved_is_not_idle() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    world.admit(&mut tally, 80).unwrap();
    world.maintain().unwrap();
    world.advance(SMALL.idle_ms);
    world.maintain().unwrap();
    assert_eq!(world.read_balance(service(0)).outstanding_bytes(), 80);
    assert!(tally.try_debit(80));
    drop(tally);
    world.close_and_expect_spent(service(0), 80);
}

#[test]
fn only_news_is_reported() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    assert!(tally.try_debit(30));
    for _ in 0..3 {
        world.maintain().unwrap();
    }
    assert_eq!(world.ledger.settled.lock().unwrap().len(), 1);
}

#[test]
fn memory_is_bounded_and_idle_chains_make_room() {
    let world = World::new(SMALL);
    let now_ms = world.now_ms();
    let open = |n| now(world.meter.open(&alone(n), Kind::Read, now_ms));
    let most = MAX_POOLS as u128;
    let tallies: Vec<_> = (0..most).map(|n| open(n).unwrap()).collect();
    let full = refused(open(most));
    assert_eq!(full.0, "unavailable");
    assert_eq!(world.meter.pools.len(), MAX_POOLS);
    drop(tallies);
    let opened: Result<_, MeterError> = open(most);
    assert!(opened.is_ok());
    assert_eq!(world.meter.pools.len(), 1);
}
