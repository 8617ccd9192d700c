//! Many callers at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::JoinSet;

use super::world::{
    Mode, SMALL, START_S, World, alone, organization, paid, polled, refused, service,
};
use crate::meter::{Meter, Settings};
use crate::{Calendar, Kind, MemoryLedger, MeterError};

const NOW_MS: u64 = START_S * 1000;

#[tokio::test]
async fn many_who_wait_cost_one_question() {
    let world = World::limited(1 << 40);
    world.mode(Mode::Slow);
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let meter = Arc::clone(&world.meter);
        callers.spawn(async move { meter.open(&alone(0), Kind::Read, NOW_MS).await });
    }
    assert!(callers.join_all().await.iter().all(Result::is_ok));
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn many_who_are_refused_cost_one_question() {
    let world = World::limited(0);
    world.mode(Mode::Slow);
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let meter = Arc::clone(&world.meter);
        callers.spawn(async move { meter.open(&alone(0), Kind::Read, NOW_MS).await });
    }
    for result in callers.join_all().await {
        assert_eq!(refused(result), ("exceeded", 0));
    }
    assert_eq!(world.asked(), 1);
}

/// Threads, chains that share an account, callers that go away, and maintenance in between: exactly
/// the limit is released, and everything adds up.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_byte_too_many_and_none_too_few() {
    const LIMIT: u64 = 3_000_000;
    let ledger = Arc::new(MemoryLedger::new(Calendar::Month, Arc::new(|| START_S)));
    ledger.set_limit(organization(), Kind::Read, Some(LIMIT));
    ledger.set_limit(service(0), Kind::Read, Some(LIMIT / 10));
    let settings = Settings {
        largest_bytes: 20_000,
        ..SMALL
    };
    let meter = Arc::new(Meter::new(ledger.clone(), settings));
    let released = Arc::new(AtomicU64::new(0));

    let mut callers = JoinSet::new();
    for n in 0..16u64 {
        let (meter, released) = (Arc::clone(&meter), Arc::clone(&released));
        callers.spawn(async move {
            for round in 0..400 {
                let now_ms = NOW_MS + round;
                let opened = meter
                    .open(&paid(u128::from(n % 5)), Kind::Read, now_ms)
                    .await;
                let Ok(mut tally) = opened else { continue };
                let bytes = 1 + (round * 37 + n * 101) % 1_500;
                if round % 3 == 0 && tally.admit(bytes, now_ms).await.is_err() {
                    continue;
                }
                if round % 7 == 0 {
                    // The caller goes away, wherever it is by then.
                    let debited = polled(tally.debit(bytes, now_ms), 1);
                    released.fetch_add(debited.map_or(0, Result::unwrap), Ordering::SeqCst);
                    continue;
                }
                let debited = tally.debit(bytes, now_ms).await.unwrap();
                let refunded = if round % 5 == 0 {
                    tally.refund(debited / 2)
                } else {
                    0
                };
                released.fetch_add(debited - refunded, Ordering::SeqCst);
                if round % 50 == 0 {
                    meter.maintain(now_ms).await.unwrap();
                }
            }
        });
    }
    callers.join_all().await;
    assert!(released.load(Ordering::SeqCst) <= LIMIT);

    // Whatever is left can be had by one who asks for it.
    let mut now_ms = NOW_MS + 1_000;
    loop {
        now_ms += 20;
        match meter.open(&paid(1), Kind::Read, now_ms).await {
            Ok(mut tally) => {
                released.fetch_add(tally.debit(5_000, now_ms).await.unwrap(), Ordering::SeqCst);
            }
            Err(MeterError::Exceeded(_)) => break,
            Err(error) => panic!("{error}: nobody else holds anything"),
        }
    }
    assert_eq!(released.load(Ordering::SeqCst), LIMIT);
    meter.close().await.unwrap();
    let balance = ledger.balance(organization(), Kind::Read, ledger.window());
    assert_eq!(
        (balance.spent_bytes, balance.outstanding_bytes()),
        (LIMIT, 0)
    );
    let own = ledger.balance(service(0), Kind::Read, ledger.window());
    assert!(own.spent_bytes <= LIMIT / 10);
}
