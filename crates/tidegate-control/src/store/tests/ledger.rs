//! The ledger's contract, step by step.

use super::*;
use crate::store::ledger::SETTLED_KEPT_S;

on_each_engine! {
    a_lease_debits_the_whole_chain_or_nothing,
    without_a_limit_everything_is_granted_and_recorded,
    limits_at_their_ends,
    settlements_are_totals_that_never_fall,
    one_unknown_lease_spoils_none_by_itself_but_the_batch,
    what_a_crash_left_outstanding_is_forfeited_and_settled_late,
    a_lease_counts_in_the_window_that_the_ledgers_clock_names,
    lowering_a_limit_stops_grants,
    settled_leases_are_forgotten_after_a_while,
}

async fn a_lease_debits_the_whole_chain_or_nothing(engine: Engine) {
    let world = World::new(engine).await;
    let (service, organization) = (account(1), account(2));
    world.limit(service, Kind::Read, Some(1000)).await;
    world.limit(organization, Kind::Read, Some(1500)).await;

    let lease = world.granted(&[service, organization], 1, 700).await;
    assert_eq!(
        (lease.bytes, lease.limit_bytes, lease.left_bytes),
        (700, Some(1000), Some(300))
    );
    // Another service of the same organization: the organization is the tighter one.
    let other = account(3);
    let lease = world.granted(&[other, organization], 1, 5000).await;
    assert_eq!(
        (lease.bytes, lease.limit_bytes, lease.left_bytes),
        (800, Some(1500), Some(0))
    );

    let refusal = world.refused(&[service, organization], 1, 300).await;
    assert_eq!(refusal.account, organization);
    assert_eq!(
        (refusal.limit_bytes, refusal.left_bytes, refusal.contended),
        (1500, 0, true)
    );
    assert_eq!(world.balance(service).await, (700, 0, 0, 0, 0));
    assert_eq!(world.balance(organization).await, (1500, 0, 0, 0, 0));

    // Spent: nothing can come back.
    world.settle(&lease, 800, 0, 3).await.unwrap();
    let refusal = world.refused(&[service, organization], 701, 701).await;
    assert_eq!(
        (refusal.account, refusal.contended),
        (organization, false),
        "the one that can get nothing back"
    );
    for account in [service, organization, other] {
        world.adds_up(account).await;
    }
}

async fn without_a_limit_everything_is_granted_and_recorded(engine: Engine) {
    let world = World::new(engine).await;
    let lease = world.granted(&[account(1)], 1, 5_000_000_000).await;
    assert_eq!(
        (lease.bytes, lease.limit_bytes, lease.left_bytes),
        (5_000_000_000, None, None)
    );
    assert_eq!(world.balance(account(1)).await, (5_000_000_000, 0, 0, 0, 0));
    // The column can count no further than this, and says so instead of wrapping.
    let all = world.granted(&[account(1)], 1, u64::MAX).await;
    assert_eq!(all.bytes, i64::MAX.unsigned_abs() - 5_000_000_000);
    assert!(world.ask_in(&[account(1)], 1, 1, None).await.is_err());
    world.adds_up(account(1)).await;
}

async fn limits_at_their_ends(engine: Engine) {
    let world = World::new(engine).await;
    for (limit, at_least, at_most, granted) in [
        (0, 1, 1, None),
        (1, 1, 1, Some(1)),
        (1, 1, u64::MAX, Some(1)),
        (1, 2, 2, None),
        (i64::MAX, 1, u64::MAX, Some(i64::MAX.unsigned_abs())),
        (10, 0, 5, Some(5)),
    ] {
        let account = AccountId::own(Uuid::now_v7());
        world.limit(account, Kind::Read, Some(limit)).await;
        let answer = world.ask(&[account], at_least, at_most).await;
        let bytes = match answer {
            Answer::Granted(lease) => Some(lease.bytes),
            Answer::Refused(_) => None,
        };
        assert_eq!(bytes, granted, "limit {limit}, {at_least} to {at_most}");
        world.adds_up(account).await;
    }
}

async fn settlements_are_totals_that_never_fall(engine: Engine) {
    let world = World::new(engine).await;
    let a = account(1);
    world.limit(a, Kind::Read, Some(1000)).await;
    let lease = world.granted(&[a], 1, 1000).await;
    let steps = [
        // spent, returned, requests, accepted, balance afterwards
        (100, 0, 1, true, (1000, 100, 0, 0, 1)),
        (100, 0, 1, true, (1000, 100, 0, 0, 1)),
        (300, 200, 5, true, (1000, 300, 200, 0, 5)),
        (200, 0, 2, true, (1000, 300, 200, 0, 5)),
        (900, 200, 6, false, (1000, 300, 200, 0, 5)),
        (u64::MAX, 0, 6, false, (1000, 300, 200, 0, 5)),
        (u64::MAX / 2, u64::MAX / 2, 6, false, (1000, 300, 200, 0, 5)),
        (300, 200, u64::MAX / 2, false, (1000, 300, 200, 0, 5)),
        (800, 200, 7, true, (1000, 800, 200, 0, 7)),
        (800, 200, 7, true, (1000, 800, 200, 0, 7)),
    ];
    for (spent, returned, requests, accepted, balance) in steps {
        let settled = world.settle(&lease, spent, returned, requests).await;
        assert_eq!(settled.is_ok(), accepted, "{spent} {returned}: {settled:?}");
        assert_eq!(world.balance(a).await, balance, "{spent} {returned}");
        world.adds_up(a).await;
    }
    // What was returned can be granted again, and no more.
    let lease = world.granted(&[a], 1, 1000).await;
    assert_eq!(lease.bytes, 200);
    assert!(!world.refused(&[a], 201, 201).await.contended);

    let unknown = Lease {
        id: LeaseId(Uuid::now_v7()),
        ..lease
    };
    assert_eq!(
        world.settle(&unknown, 0, 0, 0).await,
        Err(LedgerError::UnknownLease)
    );
}

async fn one_unknown_lease_spoils_none_by_itself_but_the_batch(engine: Engine) {
    let world = World::new(engine).await;
    let lease = world.granted(&[account(1)], 1, 10).await;
    let of = |id| Settlement {
        lease: id,
        spent_bytes: 4,
        returned_bytes: 0,
        requests: 1,
    };
    let batch = [of(lease.id), of(LeaseId(Uuid::now_v7()))];
    assert_eq!(
        world.ledger.settle(&batch).await,
        Err(LedgerError::UnknownLease)
    );
    assert_eq!(world.balance(account(1)).await, (10, 0, 0, 0, 0));
    world.ledger.settle(&batch[..1]).await.unwrap();
    assert_eq!(world.balance(account(1)).await, (10, 4, 0, 0, 1));
}

async fn what_a_crash_left_outstanding_is_forfeited_and_settled_late(engine: Engine) {
    let world = World::new(engine).await;
    let a = account(1);
    world.limit(a, Kind::Read, Some(1000)).await;
    let lease = world.granted(&[a], 1, 600).await;
    world.settle(&lease, 100, 50, 1).await.unwrap();

    let world = world.crash().await;
    assert_eq!(world.balance(a).await, (600, 100, 50, 450, 1));
    world.adds_up(a).await;
    // Forfeited is never granted again, and nothing outstanding could bring it back.
    let refusal = world.refused(&[a], 451, 451).await;
    assert_eq!((refusal.left_bytes, refusal.contended), (450, false));

    // Late: what was spent is known after all; a return changes nothing.
    world.settle(&lease, 300, 300, 2).await.unwrap();
    assert_eq!(world.balance(a).await, (600, 300, 50, 250, 2));
    world.settle(&lease, 300, 300, 2).await.unwrap();
    assert_eq!(world.balance(a).await, (600, 300, 50, 250, 2));
    assert_eq!(
        world.settle(&lease, 551, 0, 2).await,
        Err(LedgerError::UnknownLease)
    );
    world.adds_up(a).await;

    // A second crash forfeits nothing twice.
    let world = world.crash().await;
    assert_eq!(world.balance(a).await, (600, 300, 50, 250, 2));
    world.adds_up(a).await;
}

async fn a_lease_counts_in_the_window_that_the_ledgers_clock_names(engine: Engine) {
    let world = World::new(engine).await;
    let a = account(1);
    world.limit(a, Kind::Read, Some(100)).await;
    let lease = world.granted(&[a], 1, 60).await;
    let november = Calendar::Month.window_at(NOW_S);
    assert_eq!(lease.window, november);

    world.hand.0.store(november.end_s, Ordering::SeqCst);
    let next = world.granted(&[a], 1, 500).await;
    assert_eq!(
        (next.window.start_s, next.bytes),
        (november.end_s, 100),
        "the count starts again"
    );
    // A body that began last month goes on in last month's window.
    let late = lease_of(&world.ask_in(&[a], 1, 500, Some(november)).await.unwrap());
    assert_eq!((late.window, late.bytes), (november, 40));
    world.settle(&lease, 60, 0, 1).await.unwrap();

    let rows = world.store.balances(a, u64::MAX, 10).await.unwrap();
    let by_window: Vec<_> = rows
        .iter()
        .map(|row| (row.window, row.granted_bytes, row.spent_bytes))
        .collect();
    assert_eq!(by_window, [(next.window, 100, 0), (november, 100, 60)]);
    // Not a window, and one that has not begun.
    let odd = Window {
        start_s: november.start_s + 1,
        end_s: november.end_s,
    };
    let later = Calendar::Month.window_at(next.window.end_s);
    for window in [odd, later] {
        assert!(
            world.ask_in(&[a], 1, 1, Some(window)).await.is_err(),
            "{window:?}"
        );
    }
}

async fn lowering_a_limit_stops_grants(engine: Engine) {
    let world = World::new(engine).await;
    let a = account(1);
    world.limit(a, Kind::Read, Some(1000)).await;
    let lease = world.granted(&[a], 1, 500).await;
    world.limit(a, Kind::Read, Some(400)).await;
    let refusal = world.refused(&[a], 1, 1).await;
    assert_eq!(
        (refusal.limit_bytes, refusal.left_bytes, refusal.contended),
        (400, 0, true)
    );
    world.settle(&lease, 0, 500, 0).await.unwrap();
    assert_eq!(world.granted(&[a], 1, 1000).await.bytes, 400);
    world.limit(a, Kind::Read, None).await;
    assert_eq!(world.granted(&[a], 1, 1000).await.bytes, 1000);
    world.adds_up(a).await;
}

async fn settled_leases_are_forgotten_after_a_while(engine: Engine) {
    let world = World::new(engine).await;
    let settled = world.granted(&[account(1)], 1, 10).await;
    let open = world.granted(&[account(1)], 1, 10).await;
    world.settle(&settled, 10, 0, 1).await.unwrap();
    world.ledger.prune().await.unwrap();
    world.settle(&settled, 10, 0, 1).await.unwrap();
    world.hand.0.fetch_add(SETTLED_KEPT_S + 1, Ordering::SeqCst);
    world.ledger.prune().await.unwrap();
    assert_eq!(
        world.settle(&settled, 10, 0, 1).await,
        Err(LedgerError::UnknownLease)
    );
    world.settle(&open, 1, 9, 1).await.unwrap();
    assert_eq!(world.balance(account(1)).await, (20, 11, 9, 0, 2));
}
