//! Windows, and clocks that differ.

use super::world::{World, alone, now, service};
use crate::{Kind, Window};

/// Until the first second of December 2023.
const TO_DECEMBER_MS: u64 = (1_701_388_800 - super::world::START_S) * 1000;

#[test]
fn a_tally_stays_in_the_window_it_was_opened_in() {
    let world = World::limited(1_000);
    let november = world.ledger.books.window();
    let mut old = world.open(&alone(0)).unwrap();
    assert_eq!(world.debit(&mut old, 400), 400);
    world.advance(TO_DECEMBER_MS);
    let december = world.ledger.books.window();
    assert_ne!(november, december);

    let mut new = world.open(&alone(0)).unwrap();
    assert_eq!((old.window(), new.window()), (november, december));
    assert_eq!(world.debit(&mut new, 2_000), 1_000);
    assert_eq!(world.debit(&mut old, 2_000), 600);
    drop((old, new));
    now(world.meter.close()).unwrap();
    for window in [november, december] {
        let balance = world.ledger.books.balance(service(0), Kind::Read, window);
        assert_eq!(
            (balance.spent_bytes, balance.outstanding_bytes()),
            (1_000, 0)
        );
        assert_eq!(balance.requests, 1);
    }
}

#[test]
fn what_is_held_of_a_window_that_is_over_goes_back() {
    let world = World::limited(1_000);
    let november = world.ledger.books.window();
    drop(world.open(&alone(0)).unwrap());
    world.advance(TO_DECEMBER_MS);
    world.maintain().unwrap();
    let balance = world.ledger.books.balance(service(0), Kind::Read, november);
    assert_eq!((balance.outstanding_bytes(), balance.requests), (0, 1));
}

/// Our clock says that the window is over; the ledger, whose clock counts, says that it is not.
#[test]
fn a_clock_that_is_ahead_does_not_ask_for_every_request() {
    let world = World::limited(1_000);
    world.advance(TO_DECEMBER_MS - 700);
    let ahead_ms = world.now_ms() + 900;
    for _ in 0..10 {
        let tally = now(world.meter.open(&alone(0), Kind::Read, ahead_ms)).unwrap();
        assert_eq!(tally.window(), world.ledger.books.window());
    }
    assert_eq!(world.asked(), 1);
}

/// Our clock is behind, and the window that the ledger names is still to come for us.
#[test]
fn a_clock_that_is_behind_does_not_ask_for_every_request() {
    let world = World::limited(1_000);
    world.advance(TO_DECEMBER_MS - 5_000);
    let behind_ms = world.now_ms();
    drop(world.open(&alone(0)).unwrap());
    world.advance(5_000);
    let december = world.ledger.books.window();
    let mut old = now(world.meter.open(&alone(0), Kind::Read, behind_ms)).unwrap();
    assert_ne!(old.window(), december);
    // The lease of the old window runs out, so the ledger is asked, and names the new one.
    assert_eq!(now(old.debit(1_000, behind_ms)), Ok(1_000));
    let asked = world.asked();
    for _ in 0..10 {
        let tally = now(world.meter.open(&alone(0), Kind::Read, behind_ms)).unwrap();
        assert_eq!(tally.window(), december);
    }
    assert_eq!(world.asked(), asked + 1);
}

/// The ledger names December and then, set right, November again.
#[test]
fn a_ledger_whose_clock_is_set_back_names_the_window_still() {
    let world = World::limited(1_000);
    let november = world.ledger.books.window();
    world.advance(TO_DECEMBER_MS);
    drop(world.open(&alone(0)).unwrap());
    now(world.meter.call_back(service(0))).unwrap();
    world.advance(0u64.wrapping_sub(10_000));
    for _ in 0..5 {
        assert_eq!(world.open(&alone(0)).unwrap().window(), november);
    }
    assert_eq!(world.asked(), 2);
}

#[test]
fn what_a_tally_knows_of_its_quota() {
    let world = World::limited(1_000);
    let mut tally = world.open(&alone(0)).unwrap();
    let window: Window = world.ledger.books.window();
    let standing =
        |tally: &crate::Tally| (tally.standing().limit_bytes, tally.standing().left_bytes);
    assert_eq!(tally.standing().window, window);
    assert_eq!(standing(&tally), (Some(1_000), Some(1_000)));
    world.admit(&mut tally, 300).unwrap();
    assert_eq!(standing(&tally), (Some(1_000), Some(700)));
    assert!(tally.try_debit(300));
    assert_eq!(standing(&tally), (Some(1_000), Some(700)));
    assert_eq!(world.debit(&mut tally, 700), 700);
    assert_eq!(standing(&tally), (Some(1_000), Some(0)));
}
