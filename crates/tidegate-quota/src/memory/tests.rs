//! The ledger's own rules: what is granted, what is refused and why, and that it adds up.

use super::*;

const NOW_S: u64 = 1_700_000_000;

fn account(n: u128) -> AccountId {
    AccountId::own(Uuid::from_u128(n))
}

/// A ledger where account 1 has a read limit of 100 and account 2 one of 150.
fn ledger() -> MemoryLedger {
    let ledger = MemoryLedger::new(Calendar::Month, Arc::new(|| NOW_S));
    ledger.set_limit(account(1), Kind::Read, Some(100));
    ledger.set_limit(account(2), Kind::Read, Some(150));
    ledger
}

fn ask(ledger: &MemoryLedger, accounts: &[u128], at_least: u64, at_most: u64) -> Answer {
    let accounts: Vec<AccountId> = accounts.iter().copied().map(account).collect();
    let chain = Chain::new(&accounts).unwrap();
    let window = ledger.window();
    let (at_least_bytes, at_most_bytes) = (at_least, at_most);
    let window_asked = None;
    let request = LeaseRequest {
        chain,
        kind: Kind::Read,
        at_least_bytes,
        at_most_bytes,
        window: window_asked,
    };
    ledger.books().lease(&request, window)
}

#[track_caller]
fn granted(answer: Answer) -> Lease {
    match answer {
        Answer::Granted(lease) => lease,
        Answer::Refused(refusal) => panic!("{refusal:?}"),
    }
}

#[track_caller]
fn refused(answer: Answer) -> (AccountId, u64, bool) {
    match answer {
        Answer::Refused(refusal) => (refusal.account, refusal.left_bytes, refusal.contended),
        Answer::Granted(lease) => panic!("{lease:?}"),
    }
}

fn settle(
    ledger: &MemoryLedger,
    lease: LeaseId,
    spent: u64,
    returned: u64,
) -> Result<(), LedgerError> {
    let (spent_bytes, returned_bytes, requests) = (spent, returned, 1);
    ledger.books().settle(&Settlement {
        lease,
        spent_bytes,
        returned_bytes,
        requests,
    })
}

/// granted, spent, returned, forfeited, outstanding of account 1
#[track_caller]
fn expect(ledger: &MemoryLedger, figures: [u64; 5]) {
    let balance = ledger.balance(account(1), Kind::Read, ledger.window());
    let Balance {
        granted_bytes,
        spent_bytes,
        returned_bytes,
        forfeited_bytes,
        ..
    } = balance;
    let outstanding = balance.outstanding_bytes();
    let found = [
        granted_bytes,
        spent_bytes,
        returned_bytes,
        forfeited_bytes,
        outstanding,
    ];
    assert_eq!(found, figures);
    assert_eq!(figures[0], figures[1..].iter().sum::<u64>());
}

#[test]
fn grants_as_much_as_every_account_has() {
    let ledger = ledger();
    let lease = granted(ask(&ledger, &[1, 2, 3], 1, 1_000));
    assert_eq!(
        (lease.bytes, lease.limit_bytes, lease.left_bytes),
        (100, Some(100), Some(0))
    );
    let lease = granted(ask(&ledger, &[2], 1, 20));
    assert_eq!(
        (lease.bytes, lease.limit_bytes, lease.left_bytes),
        (20, Some(150), Some(30))
    );
    let lease = granted(ask(&ledger, &[3], 1, 1_000));
    assert_eq!(
        (lease.bytes, lease.limit_bytes, lease.left_bytes),
        (1_000, None, None)
    );
    expect(&ledger, [100, 0, 0, 0, 100]);
}

#[test]
fn all_accounts_are_debited_or_none() {
    let ledger = ledger();
    assert_eq!(
        refused(ask(&ledger, &[2, 1], 101, 200)),
        (account(1), 100, false)
    );
    let window = ledger.window();
    assert_eq!(
        ledger.balance(account(2), Kind::Read, window),
        Balance::default()
    );
}

#[test]
fn a_refusal_names_the_account_that_can_never_have_enough() {
    let ledger = ledger();
    let first = granted(ask(&ledger, &[1], 100, 100));
    assert_eq!(refused(ask(&ledger, &[1], 1, 1)), (account(1), 0, true));
    // Neither can ever have 151.
    assert_eq!(
        refused(ask(&ledger, &[2, 1], 151, 151)),
        (account(1), 0, false)
    );
    // Account 1 has less left, but it may come back; what account 2 lacks is spent.
    settle(&ledger, granted(ask(&ledger, &[2], 110, 110)).id, 110, 0).unwrap();
    assert_eq!(
        refused(ask(&ledger, &[1, 2], 60, 60)),
        (account(2), 40, false)
    );
    settle(&ledger, first.id, 100, 0).unwrap();
    assert_eq!(refused(ask(&ledger, &[1], 1, 1)), (account(1), 0, false));
}

#[test]
fn figures_are_totals_that_never_fall() {
    let ledger = ledger();
    let lease = granted(ask(&ledger, &[1], 80, 80)).id;
    for (spent, returned) in [(10, 0), (10, 0), (30, 20), (10, 0), (30, 20)] {
        settle(&ledger, lease, spent, returned).unwrap();
    }
    expect(&ledger, [80, 30, 20, 0, 30]);
    assert_eq!(
        ledger
            .balance(account(1), Kind::Read, ledger.window())
            .requests,
        1
    );
    settle(&ledger, lease, 60, 20).unwrap();
    settle(&ledger, lease, 60, 20).unwrap();
    expect(&ledger, [80, 60, 20, 0, 0]);
    assert_eq!(granted(ask(&ledger, &[1], 1, 1_000)).bytes, 40);
}

#[test]
fn what_cannot_be_is_refused() {
    let ledger = ledger();
    let lease = granted(ask(&ledger, &[1], 80, 80)).id;
    for (spent, returned) in [(81, 0), (40, 41), (u64::MAX, 1)] {
        assert_eq!(
            settle(&ledger, lease, spent, returned),
            Err(LedgerError::UnknownLease)
        );
    }
    let unknown = LeaseId(Uuid::nil());
    assert_eq!(
        settle(&ledger, unknown, 1, 0),
        Err(LedgerError::UnknownLease)
    );
    assert_eq!(ledger.forfeit(unknown), Err(LedgerError::UnknownLease));
    expect(&ledger, [80, 0, 0, 0, 80]);
}

#[test]
fn what_was_written_off_is_not_granted_again() {
    let ledger = ledger();
    let lease = granted(ask(&ledger, &[1], 80, 80)).id;
    settle(&ledger, lease, 10, 0).unwrap();
    ledger.forfeit(lease).unwrap();
    ledger.forfeit(lease).unwrap();
    expect(&ledger, [80, 10, 0, 70, 0]);
    assert_eq!(refused(ask(&ledger, &[1], 21, 21)), (account(1), 20, false));
    // The holder is back: what it spent is known now, what it returns stays written off.
    settle(&ledger, lease, 30, 50).unwrap();
    expect(&ledger, [80, 30, 0, 50, 0]);
    assert_eq!(ledger.outstanding(), []);
}

#[test]
fn sums_that_do_not_fit_are_refused() {
    let ledger = ledger();
    assert_eq!(granted(ask(&ledger, &[3], 1, u64::MAX)).bytes, u64::MAX);
    assert_eq!(refused(ask(&ledger, &[3], 1, 1)).1, 0);
}

#[test]
fn a_limit_below_what_was_granted_leaves_nothing() {
    let ledger = ledger();
    let lease = granted(ask(&ledger, &[1], 80, 80)).id;
    ledger.set_limit(account(1), Kind::Read, Some(50));
    assert_eq!(refused(ask(&ledger, &[1], 1, 1)), (account(1), 0, true));
    settle(&ledger, lease, 20, 60).unwrap();
    assert_eq!(granted(ask(&ledger, &[1], 1, 100)).bytes, 30);
}

#[test]
fn finished_leases_are_forgotten_after_a_while() {
    let ledger = ledger();
    for _ in 0..FINISHED_KEPT + 10 {
        let lease = granted(ask(&ledger, &[3], 1, 1)).id;
        settle(&ledger, lease, 1, 0).unwrap();
    }
    assert_eq!(ledger.books().leases.len(), FINISHED_KEPT);
}
