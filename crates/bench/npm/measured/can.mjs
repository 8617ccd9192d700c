// `can` on one subject's slice, beside peers on rules that say the same: asked again, and each question for the first
// time.

import { Batches, batchFor, random, shuffled } from "./measure.mjs";
import { casbin } from "./peers/casbin.mjs";
import { casl } from "./peers/casl.mjs";
import { cedar } from "./peers/cedar.mjs";
import { compare, questionsOf, world } from "./world.mjs";

const OBJECTS = [10, 1_000, 10_000];
/** casbin looks at every policy: more would take minutes. */
const MOST_FOR_CASBIN = 1_000;
/** Questions that are asked again and again. */
const AGAIN = 64;
/** Questions that are compared for engines which take long. */
const COMPARED = 400;
/** Questions that are new, in a round, at least. */
const NEW = 8_000;

const now = (run) => run();

/** The world's slice, loaded: it remembers nothing yet. */
const tidegate = (world) => async () => {
  const slice = await world.load();
  const ask = (action, resource) => slice.can(action, resource);
  ask.free = () => slice.free();
  return ask;
};

/** Engines, by name: how each is made, what a question is expected to take (ns), and whether it takes long. */
async function engines({ peers }, world, objects) {
  const all = {
    tidegate: { make: tidegate(world), ns: 50, new_ns: 400 },
    casl: { make: casl(peers.casl, world), ns: 40, new_ns: 400 },
    cedar: { make: cedar(peers.cedar, world), ns: 50_000, slow: true, apart: peers.cedarApart },
  };
  if (objects <= MOST_FOR_CASBIN) {
    all.casbin = { make: await casbin(peers.casbin, world), ns: 2_000 * objects, slow: true };
  }
  return all;
}

/** A loop of its own for each engine: what is called in one place alone is called as fast as in a program of its own. */
const loop = () => new Function(`return ${asked}`)();

/** `calls` questions, from the first on, and round again. */
function asked(ask, questions, calls) {
  let yes = 0;
  for (let left = calls, place = 0; left > 0; left -= 1) {
    const [action, resource] = questions[place];
    if (ask(action, resource) === true) yes += 1;
    place = place + 1 === questions.length ? 0 : place + 1;
  }
  return yes;
}

/** Rows: `{ objects, engine, again, fresh }`, with figures in nanoseconds. */
export async function measureCan(host, rounds) {
  const rows = [];
  for (const objects of OBJECTS) {
    const of = await world(host, objects);
    const next = random(objects);
    const all = questionsOf(of);
    const measured = Object.entries(await engines(host, of, objects));
    for (const [, engine] of measured) engine.asked = loop();
    const taken = new Map(measured.map(([name]) => [name, { again: new Batches(), fresh: new Batches() }]));
    for (const [name, { make, slow, apart = now }] of measured) {
      await apart(async () => {
        const ask = await make();
        compare(name, ask, slow ? shuffled(all, next).slice(0, COMPARED) : all, of.isAllowed);
        ask.free?.();
      });
    }
    // The first round is for the host to get warm.
    for (let round = 0; round <= rounds; round += 1) {
      const questions = shuffled(all, next);
      for (const [name, engine] of measured) {
        const { again, fresh } = round === 0 ? { again: new Batches(), fresh: new Batches() } : taken.get(name);
        await (engine.apart ?? now)(() => repeat(engine, questions.slice(0, AGAIN), again));
        if (!engine.slow) await first(engine, questions, fresh);
      }
    }
    for (const [engine, { again, fresh }] of taken) {
      const slow = measured.find(([name]) => name === engine)[1].slow;
      // What remembers nothing has no other way for a question that is new.
      rows.push({ objects, engine, again: again.figures(), fresh: (slow ? again : fresh).figures() });
    }
    host.say(`can, ${objects} objects`);
  }
  return rows;
}

/** Questions that have been asked before. */
async function repeat({ make, ns, asked }, questions, batches) {
  const ask = await make();
  asked(ask, questions, questions.length);
  const calls = batchFor(ns);
  for (let batch = 0; batch < 10; batch += 1) batches.take(calls, (calls) => asked(ask, questions, calls));
  ask.free?.();
}

/** Every question once: of a small world, by several that have just been loaded. */
async function first({ make, new_ns, asked }, questions, batches) {
  const asks = [];
  for (let count = 0; count < NEW; count += questions.length) asks.push(await make());
  const calls = Math.min(questions.length, batchFor(new_ns));
  const together = Math.max(1, Math.floor(batchFor(new_ns) / questions.length));
  if (together === 1) {
    for (const ask of asks) {
      for (let from = 0; from + calls <= questions.length; from += calls) {
        const part = questions.slice(from, from + calls);
        batches.take(calls, () => asked(ask, part, calls));
      }
    }
  } else {
    for (let from = 0; from + together <= asks.length; from += together) {
      const part = asks.slice(from, from + together);
      batches.take(calls * together, () => part.forEach((ask) => asked(ask, questions, calls)));
    }
  }
  for (const ask of asks) ask.free?.();
}
