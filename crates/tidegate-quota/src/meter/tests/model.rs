//! Random interleavings of everything that can happen, against what must always hold.
//!
//! `PROPTEST_CASES` sets how many; a failure prints the shortest interleaving that shows it, and keeps
//! its seed in `proptest-regressions/`.

use std::collections::HashMap;

use proptest::prelude::*;

use super::world::{Mode, SMALL, World, alone, now, organization, paid, polled, service};
use crate::meter::Tally;
use crate::{AccountId, Chain, Kind, Window};

const KINDS: [Kind; 2] = [Kind::Read, Kind::Write];

#[derive(Clone, Debug)]
enum Step {
    Open {
        chain: usize,
        kind: usize,
        polls: usize,
    },
    Admit {
        tally: usize,
        bytes: u64,
        polls: usize,
    },
    TryDebit {
        tally: usize,
        bytes: u64,
    },
    Debit {
        tally: usize,
        bytes: u64,
        polls: usize,
    },
    Refund {
        tally: usize,
        bytes: u64,
    },
    Drop {
        tally: usize,
    },
    Maintain {
        polls: usize,
    },
    Advance {
        ms: u64,
    },
    Skew {
        ms: u64,
    },
    Limit {
        account: usize,
        kind: usize,
        bytes: Option<u64>,
    },
    Ledger {
        mode: Mode,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Mostly to the end, sometimes gone after a few polls.
    let polls = || prop_oneof![4 => Just(1_000usize), 1 => 0usize..4];
    let bytes = || prop_oneof![4 => 0u64..300, 1 => 0u64..3_000];
    let step = prop_oneof![
        4 => (0..5usize, 0..2usize, polls()).prop_map(|(chain, kind, polls)| Step::Open { chain, kind, polls }),
        3 => (any::<usize>(), bytes(), polls()).prop_map(|(tally, bytes, polls)| Step::Admit { tally, bytes, polls }),
        5 => (any::<usize>(), bytes()).prop_map(|(tally, bytes)| Step::TryDebit { tally, bytes }),
        5 => (any::<usize>(), bytes(), polls()).prop_map(|(tally, bytes, polls)| Step::Debit { tally, bytes, polls }),
        1 => (any::<usize>(), bytes()).prop_map(|(tally, bytes)| Step::Refund { tally, bytes }),
        3 => any::<usize>().prop_map(|tally| Step::Drop { tally }),
        3 => polls().prop_map(|polls| Step::Maintain { polls }),
        2 => (0u64..12_000).prop_map(|ms| Step::Advance { ms }),
        1 => (0u64..40).prop_map(|days| Step::Advance { ms: days * 86_400_000 }),
        1 => (0u64..3_000).prop_map(|ms| Step::Skew { ms }),
        2 => (0..4usize, 0..2usize, proptest::option::of(0u64..4_000))
            .prop_map(|(account, kind, bytes)| Step::Limit { account, kind, bytes }),
        2 => prop_oneof![3 => Just(Mode::Up), 2 => Just(Mode::Slow), 1 => Just(Mode::Down), 1 => Just(Mode::AnswersLost)]
            .prop_map(|mode| Step::Ledger { mode }),
    ];
    proptest::collection::vec(step, 1..120)
}

/// The first four are in chains; the organization stands in most.
fn accounts() -> [AccountId; 4] {
    [organization(), service(0), service(1), service(2)]
}

fn chains() -> [Chain; 5] {
    let three = Chain::new(&[
        AccountId::anonymous(service(2).owner),
        service(2),
        organization(),
    ]);
    [paid(0), paid(1), paid(2), alone(0), three.unwrap()]
}

/// A tally, and what its caller saw of it.
struct Open {
    tally: Tally,
    chain: usize,
    kind: usize,
    /// Something was let through.
    through: bool,
    refused: bool,
}

/// What was released, as the callers saw it.
struct Model {
    world: World,
    tallies: Vec<Open>,
    released: HashMap<(AccountId, Kind, Window), u64>,
    requests: HashMap<(AccountId, Kind, Window), u64>,
    /// How far our clock is ahead of the ledger's. Milliseconds.
    skew_ms: u64,
}

impl Model {
    fn run(steps: &[Step]) {
        let world = World::new(SMALL);
        for account in accounts() {
            world.ledger.set_limit(account, Kind::Read, Some(2_500));
        }
        let (released, requests) = (HashMap::new(), HashMap::new());
        let mut model = Self {
            world,
            tallies: Vec::new(),
            released,
            requests,
            skew_ms: 0,
        };
        for step in steps {
            model.step(step);
            model.check();
        }
        model.finish();
    }

    fn now_ms(&self) -> u64 {
        self.world.now_ms() + self.skew_ms
    }

    fn step(&mut self, step: &Step) {
        let now_ms = self.now_ms();
        match *step {
            Step::Open { chain, kind, polls } => {
                let accounts = &chains()[chain];
                let opening = self.world.meter.open(accounts, KINDS[kind], now_ms);
                if let Some(Ok(tally)) = polled(opening, polls) {
                    self.tallies.push(Open {
                        tally,
                        chain,
                        kind,
                        through: false,
                        refused: false,
                    });
                }
            }
            Step::Admit {
                tally,
                bytes,
                polls,
            } => {
                if let Some(open) = self.tally(tally) {
                    match polled(open.tally.admit(bytes, now_ms), polls) {
                        Some(Ok(())) => open.through |= bytes > 0,
                        Some(Err(_)) => open.refused = true,
                        None => {}
                    }
                }
            }
            Step::TryDebit { tally, bytes } => {
                self.debit(tally, |open| {
                    let debited = open.tally.try_debit(bytes);
                    open.through |= debited;
                    if debited { bytes } else { 0 }
                });
            }
            Step::Debit {
                tally,
                bytes,
                polls,
            } => {
                self.debit(tally, |open| {
                    let debited = polled(open.tally.debit(bytes, now_ms), polls);
                    let Some(Ok(debited)) = debited else {
                        return 0;
                    };
                    open.through |= debited > 0 || bytes == 0;
                    debited
                });
            }
            Step::Refund { tally, bytes } => {
                let mut refunded = 0;
                self.debit(tally, |open| {
                    refunded = open.tally.refund(bytes);
                    0
                });
                self.count(tally, |released| *released -= refunded);
            }
            Step::Drop { tally } => {
                if !self.tallies.is_empty() {
                    let open = self.tallies.swap_remove(tally % self.tallies.len());
                    self.end(&open);
                }
            }
            Step::Maintain { polls } => {
                let _ = polled(self.world.meter.maintain(now_ms), polls);
            }
            Step::Advance { ms } => self.world.advance(ms),
            Step::Skew { ms } => self.skew_ms = ms,
            Step::Limit {
                account,
                kind,
                bytes,
            } => {
                self.world
                    .ledger
                    .set_limit(accounts()[account], KINDS[kind], bytes);
            }
            Step::Ledger { mode } => self.world.mode(mode),
        }
    }

    fn end(&mut self, open: &Open) {
        if open.through || !open.refused {
            for account in chains()[open.chain].accounts() {
                let key = (*account, KINDS[open.kind], open.tally.window());
                *self.requests.entry(key).or_default() += 1;
            }
        }
    }

    fn tally(&mut self, at: usize) -> Option<&mut Open> {
        let most = self.tallies.len().max(1);
        self.tallies.get_mut(at % most)
    }

    fn debit(&mut self, at: usize, debit: impl FnOnce(&mut Open) -> u64) {
        let Some(open) = self.tally(at) else {
            return;
        };
        let before = open.tally.debited_bytes();
        let debited = debit(open);
        assert!(open.tally.debited_bytes() <= before + debited);
        self.count(at, |released| *released += debited);
    }

    fn count(&mut self, at: usize, count: impl Fn(&mut u64)) {
        let Some(open) = self.tally(at) else {
            return;
        };
        let (window, chain) = (open.tally.window(), &chains()[open.chain]);
        let kind = KINDS[open.kind];
        for account in chain.accounts() {
            count(self.released.entry((*account, kind, window)).or_default());
        }
    }

    /// The ledger itself checks each grant against the limit in force.
    fn check(&self) {
        for ((account, kind, window), released) in &self.released {
            let balance = self.world.ledger.books.balance(*account, *kind, *window);
            let held = balance.spent_bytes + balance.outstanding_bytes();
            assert!(
                balance.spent_bytes <= *released,
                "reported more than was released"
            );
            assert!(*released <= held, "released {released} of {held} bytes");
            let sum = held + balance.returned_bytes + balance.forfeited_bytes;
            assert_eq!(balance.granted_bytes, sum);
        }
        for pool in self.world.meter.pools.filter(|_| true) {
            for bucket in &pool.state().buckets {
                let (bytes, capacity) = bucket.sums();
                assert_eq!(bytes, capacity, "{bucket:?}");
            }
        }
    }

    fn finish(mut self) {
        self.world.mode(Mode::Up);
        for open in std::mem::take(&mut self.tallies) {
            self.end(&open);
        }
        now(self.world.meter.close()).unwrap();
        self.check();
        let books = &self.world.ledger.books;
        for lease in self.world.ledger.orphans.lock().unwrap().iter() {
            books.forfeit(*lease).unwrap();
        }
        assert_eq!(books.outstanding(), []);
        for ((account, kind, window), released) in &self.released {
            assert_eq!(
                books.balance(*account, *kind, *window).spent_bytes,
                *released
            );
        }
        for ((account, kind, window), requests) in &self.requests {
            assert_eq!(books.balance(*account, *kind, *window).requests, *requests);
        }
        assert_eq!(self.world.meter.pools.len(), 0);
    }
}

proptest! {
    #[test]
    fn everything_adds_up_whatever_happens(steps in steps()) {
        Model::run(&steps);
    }
}
