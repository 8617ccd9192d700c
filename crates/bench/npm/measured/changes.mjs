// A change of what one subject may do, by `follow`: from its signed line to the first answer after it.

import { Batches } from "./measure.mjs";
import { ISSUER, bundle, nowS, signer } from "./sign.mjs";
import { compare, questionsOf } from "./world.mjs";

const OBJECTS = 10_000;
/** Followings that are begun in a round: each takes in one change. */
const EACH = 4;
/** Questions that a page has asked before: there is something to forget. */
const ASKED = 1_000;

/** A control plane of its own: the slice's line, and a function that sends the line of its change. */
async function control(host, { subject, uid, kind, revision }) {
  const key = await signer("EdDSA", "bundles", "bundle");
  const iat = nowS();
  const claims = { aud: "slice", sub: subject, uid, iat, exp: iat + 3600 };
  const line = async (name, field, more) => {
    const signed = await bundle(key, await host.bytes(`worlds/${name}-${OBJECTS}.bin`), { ...claims, ...more });
    return new TextEncoder().encode(`${JSON.stringify({ [field]: { bundle: base64(signed) } })}\n`);
  };
  const lines = {
    slice: await line("slice", "slice", { scope: "slice", revision }),
    change: await line("change", "change", { scope: "change", from: revision, revision: revision + 1 }),
  };
  const claimsText = btoa(JSON.stringify({ iss: ISSUER, sub: subject, uid, kind })).replaceAll("=", "");
  return () => {
    let stream;
    const body = new ReadableStream({ start: (controller) => (stream = controller) });
    stream.enqueue(lines.slice);
    const options = {
      url: ISSUER,
      secret: `e30.${claimsText}.`,
      keys: { keys: [key.jwk] },
      fetch: async () => new Response(body),
    };
    return { live: host.policy.follow(options), change: () => stream.enqueue(lines.change) };
  };
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 1 << 14) text += String.fromCharCode(...bytes.subarray(at, at + (1 << 14)));
  return btoa(text);
}

/** Waits for the first answers; what keeps them away is an error here, and not tried again. */
function good(live) {
  return new Promise((resolve, reject) => {
    live.ready.then(resolve, reject);
    live.subscribe(() => live.error !== undefined && reject(live.error));
  });
}

/** One row: `{ objects, change }`, in nanoseconds. */
export async function measureChanges(host, rounds) {
  const { allowed, afterwards, ...known } = await host.json(`worlds/slice-${OBJECTS}.json`);
  const questions = questionsOf(known);
  const expected = new Map(questions.map(([action, resource], place) => [`${action} ${resource}`, afterwards[place] === "1"]));
  const isAllowed = (action, resource) => expected.get(`${action} ${resource}`);
  const asked = questions[questions.findIndex((_, place) => allowed[place] !== afterwards[place])];
  const begin = await control(host, known);
  const change = new Batches();
  for (let round = 0; round <= rounds; round += 1) {
    for (let each = 0; each < EACH; each += 1) {
      const { live, change: send } = begin();
      await good(live);
      const ask = (action, resource) => live.can(action, resource);
      for (const question of questions.slice(0, ASKED)) ask(...question);
      const heard = new Promise((resolve) => live.subscribe(resolve));
      const before = performance.now();
      send();
      await heard;
      const answer = ask(...asked);
      const took = (performance.now() - before) * 1e6;
      if (round > 0) change.add(took);
      if (answer !== isAllowed(...asked)) throw new Error(`after a change: ${asked.join(" on ")}: ${answer}`);
      if (round === 0) compare("after a change", ask, questions, isAllowed);
      live.close();
    }
  }
  host.say(`a change of ${OBJECTS} objects`);
  return [{ objects: OBJECTS, change: change.figures() }];
}
