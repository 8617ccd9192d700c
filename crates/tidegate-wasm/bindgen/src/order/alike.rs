//! Which functions are like which: those that have runs of bytes in common.

#![expect(
    clippy::indexing_slicing,
    reason = "numbers of functions and runs that are counted here"
)]

use std::collections::{HashMap, VecDeque};

/// Bytes of a run: gzip refers to what stood before in about half of them.
const RUN: usize = 5;

/// Bytes of the last functions that the next is compared with: those that gzip still sees, and once more the very
/// last, which it refers to in fewer bits.
const WINDOWS: [usize; 2] = [32_000, 300];

/// Numbers of `bodies`. Next comes always the function that has, for its size, most in common with those just before;
/// among equals the first.
pub(super) fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let runs = Runs::of(bodies);
    let mut windows = WINDOWS.map(|bytes| Window::new(bytes, &runs));
    let mut common = vec![0; bodies.len()];
    let mut left: Vec<usize> = (0..bodies.len()).rev().collect();
    let mut order = Vec::with_capacity(bodies.len());
    let likeness = |common: &[u64], function: usize| {
        let bytes = bodies[function].len().max(1) as u64;
        common[function] / bytes
    };
    while let Some(place) = (0..left.len()).max_by_key(|&place| likeness(&common, left[place])) {
        let next = left.remove(place);
        order.push(next);
        for window in &mut windows {
            window.push(next, bodies, &runs, &mut common);
        }
    }
    order
}

struct Runs {
    /// Of each function, its runs, each once.
    of: Vec<Vec<usize>>,
    /// Of each run, the functions that have it.
    functions: Vec<Vec<usize>>,
}

impl Runs {
    fn of(bodies: &[&[u8]]) -> Self {
        let mut numbers = HashMap::new();
        let mut functions: Vec<Vec<usize>> = Vec::new();
        let of = bodies.iter().enumerate().map(|(function, body)| {
            let mut own = Vec::new();
            for run in body.windows(RUN) {
                let run = *numbers.entry(run).or_insert_with(|| {
                    functions.push(Vec::new());
                    functions.len() - 1
                });
                if functions[run].last() != Some(&function) {
                    functions[run].push(function);
                    own.push(run);
                }
            }
            own
        });
        let of = of.collect();
        Self { of, functions }
    }

    /// What many functions have is found again in any order.
    fn weight(&self, run: usize) -> u64 {
        let functions = self.functions[run].len().checked_ilog2().unwrap_or(0);
        (1 << 20) / u64::from(1 + functions)
    }
}

/// The last functions in the order.
struct Window {
    /// Most that they have together, but for the last.
    bytes: usize,
    functions: VecDeque<usize>,
    /// Of each run, how many of `functions` have it.
    counts: Vec<u32>,
}

impl Window {
    fn new(bytes: usize, runs: &Runs) -> Self {
        Self {
            bytes,
            functions: VecDeque::new(),
            counts: vec![0; runs.functions.len()],
        }
    }

    /// Keeps in `common` what each function has in common with the window.
    fn push(&mut self, function: usize, bodies: &[&[u8]], runs: &Runs, common: &mut [u64]) {
        self.functions.push_back(function);
        for &run in &runs.of[function] {
            if self.counts[run] == 0 {
                for &holder in &runs.functions[run] {
                    common[holder] += runs.weight(run);
                }
            }
            self.counts[run] += 1;
        }
        let mut bytes: usize = self.functions.iter().map(|&of| bodies[of].len()).sum();
        while bytes > self.bytes
            && self.functions.len() > 1
            && let Some(first) = self.functions.pop_front()
        {
            bytes -= bodies[first].len();
            for &run in &runs.of[first] {
                self.counts[run] -= 1;
                if self.counts[run] == 0 {
                    for &holder in &runs.functions[run] {
                        common[holder] -= runs.weight(run);
                    }
                }
            }
        }
    }
}
