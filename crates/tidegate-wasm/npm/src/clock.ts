// The time, for questions that are asked a million times a second.
//
// To read the host's clock takes as long as to answer. So it is read once in a run of questions: again with the next
// task, and after 256 questions within one.

/** Seconds since the epoch, UTC. */
export type Now = () => number;

const QUESTIONS = 256;

/** The host's clock, read now. */
export const hostNow: Now = () => Date.now() / 1000;

let at = 0;
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
    return at;
  }
  at = hostNow();
  left = QUESTIONS;
  if (!forgets) {
    forgets = true;
    queueMicrotask(forget);
  }
  return at;
};
