// The time, for questions that are asked a million times a second.
//
// To read the host's clock takes as long as to answer. So it is read once in a run of questions: again with the next
// task, and after 256 questions within one.

/** Seconds since the epoch, UTC. */
export type Now = () => number;

const QUESTIONS = 256;

/** The host's clock, read now. */
export const hostNow: Now = () => Date.now() / 1000;

let read = 0;
let left = 0;
let forgets = false;

function forget(): void {
  forgets = false;
  left = 0;
}

/** The host's clock, read for this run of questions. */
export const runNow: Now = () => {
  if (left > 0) {
    left -= 1;
    return read;
  }
  read = hostNow();
  left = QUESTIONS;
  if (!forgets) {
    forgets = true;
    queueMicrotask(forget);
  }
  return read;
};

/** Longest wait of a host's timer, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls when a time has come, seconds since the epoch, UTC; returns how to call that off. */
export function at(timeS: number, now: Now, call: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (): void => {
    const leftMs = (timeS - now()) * 1000;
    if (leftMs <= 0) return call();
    timer = setTimeout(wait, Math.min(Math.ceil(leftMs), LONGEST_MS));
  };
  timer = setTimeout(wait, 0);
  return () => clearTimeout(timer);
}
