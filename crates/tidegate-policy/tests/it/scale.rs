//! How much the properties try, from which seed on, and what they have seen.
//!
//! `TIDEGATE_SEED=…` begins at another seed; `TIDEGATE_TEST_FULL=1` tries as much as the project promises.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// The first seed.
#[expect(clippy::disallowed_methods, reason = "a test may be told its seed")]
pub(crate) fn first_seed() -> u64 {
    std::env::var("TIDEGATE_SEED").map_or(1, |seed| seed.parse().expect("a number"))
}

/// Whether tests run at full scale.
#[expect(clippy::disallowed_methods, reason = "a test may be told its scale")]
pub(crate) fn full_scale() -> bool {
    std::env::var_os("TIDEGATE_TEST_FULL").is_some_and(|value| value == "1")
}

/// So much, or more where tests run at full scale.
pub(crate) fn scaled<T>(usually: T, at_full_scale: T) -> T {
    if full_scale() { at_full_scale } else { usually }
}

/// Runs with so many seeds, on all processors, and prints what was seen with all of them. Each seed stands
/// for itself, so that the sum is the same however they are spread.
#[expect(clippy::disallowed_methods, reason = "a test may start threads")]
pub(crate) fn each_seed(seeds: u64, run: impl Fn(u64, &mut Seen) + Sync) -> Seen {
    println!("TIDEGATE_SEED={}, {seeds} seeds", first_seed());
    let next = AtomicU64::new(0);
    let work = || {
        let mut seen = Seen::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= seeds {
                return seen;
            }
            let seed = first_seed().wrapping_add(number);
            let _last = Last { seed, next: &next };
            run(seed, &mut seen);
        }
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let seen = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut all = Seen::default();
        for worker in workers {
            all.add(worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        all
    });
    println!("{seen}");
    seen
}

/// Names the seed of a failure, and keeps the others from going on for long.
struct Last<'a> {
    seed: u64,
    next: &'a AtomicU64,
}

impl Drop for Last<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("failed with TIDEGATE_SEED={}", self.seed);
            self.next.store(u64::MAX / 2, Ordering::Relaxed);
        }
    }
}

/// How often something was seen, by its name.
#[derive(Debug, Default)]
pub(crate) struct Seen(BTreeMap<&'static str, usize>);

impl Seen {
    pub(crate) fn count(&mut self, what: &'static str) {
        self.count_by(what, 1);
    }

    pub(crate) fn count_if(&mut self, what: &'static str, is: bool) {
        self.count_by(what, usize::from(is));
    }

    pub(crate) fn count_by(&mut self, what: &'static str, by: usize) {
        *self.0.entry(what).or_default() += by;
    }

    fn add(&mut self, other: Self) {
        for (what, by) in other.0 {
            self.count_by(what, by);
        }
    }

    pub(crate) fn of(&self, what: &str) -> usize {
        self.0.get(what).copied().unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn at_least(&self, what: &str, least: usize) {
        let count = self.of(what);
        assert!(
            count >= least,
            "{what}: {count} of at least {least}: {self}"
        );
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = self.0.iter().map(|(what, count)| format!("{what} {count}"));
        f.write_str(&counts.collect::<Vec<_>>().join("; "))
    }
}
