// A change of one subject's slice: from its bytes to the first answer after it.

import { Batches } from "./measure.mjs";
import { compare, questionsOf, world } from "./world.mjs";

const OBJECTS = 10_000;
/** Slices that are changed in a round. */
const EACH = 4;

/** One row: `{ objects, change }`, in nanoseconds. */
export async function measureChanges(host, rounds) {
  const of = await world(host, OBJECTS);
  const bytes = await host.bytes(`worlds/change-${OBJECTS}.bin`);
  const questions = questionsOf(of);
  const [asked] = questions.filter(([action, resource]) => of.isAllowed(action, resource) !== of.isAllowedAfterwards(action, resource));
  const change = new Batches();
  for (let round = 0; round <= rounds; round += 1) {
    for (let each = 0; each < EACH; each += 1) {
      const slice = await of.load();
      const ask = (action, resource) => slice.can(action, resource);
      // As a page that has been asking: there is something to forget.
      for (const question of questions.slice(0, 1_000)) ask(...question);
      const before = performance.now();
      slice.apply(bytes);
      const answer = ask(...asked);
      const took = (performance.now() - before) * 1e6;
      if (round > 0) change.add(took);
      if (answer !== of.isAllowedAfterwards(...asked)) throw new Error(`after a change: ${asked.join(" on ")}: ${answer}`);
      if (round === 0) compare("after a change", ask, questions, of.isAllowedAfterwards);
      slice.free();
    }
  }
  host.say(`a change of ${OBJECTS} objects`);
  return [{ objects: OBJECTS, change: change.figures() }];
}
