// How long calls take: in batches, as a clock that is read for each call would be most of it.

/** Calls in a batch that takes about a millisecond at this many nanoseconds a call. */
export const batchFor = (expected_ns) => Math.max(5, Math.round(1e6 / expected_ns));

/** Nanoseconds a call, of each batch; over rounds. */
export class Batches {
  #ns = [];

  /** Runs what makes so many calls, and notes how long one took. */
  take(calls, run) {
    const before = performance.now();
    run(calls);
    this.#ns.push(((performance.now() - before) * 1e6) / calls);
  }

  add(ns) {
    this.#ns.push(ns);
  }

  /** The median, and what 99 of a hundred batches do not exceed (nearest rank). */
  figures() {
    const sorted = this.#ns.toSorted((one, two) => one - two);
    const middle = sorted.length / 2;
    const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
    return { median, p99: sorted[Math.ceil(sorted.length * 0.99) - 1], batches: sorted.length };
  }
}

/** Numbers from a seed (mulberry32), the same in every host. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** In another order. */
export function shuffled(items, next) {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = Math.floor(next() * (last + 1));
    [all[last], all[other]] = [all[other], all[last]];
  }
  return all;
}
