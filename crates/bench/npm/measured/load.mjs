// From a bundle's bytes to its first answer, and from a change's bytes to the first answer after it.

import { Batches } from "./measure.mjs";
import { ISSUER, bundle, nowS, signer } from "./sign.mjs";

const TUPLES = [10_000, 1_000_000];
/** As many objects as the slice has that is changed. */
const OBJECTS = 10_000;
const SUBJECT = "service:edge";

/** A bundle of so many tuples, signed, and what it must be. */
export async function whole(host, tuples) {
  const { revision, questions } = await host.json(`worlds/whole-${tuples}.json`);
  const payload = await host.bytes(`worlds/whole-${tuples}.bin`);
  const key = await signer("EdDSA", "bundles", "bundle");
  const iat = nowS();
  const claims = { aud: "edge", sub: SUBJECT, scope: "whole", revision, iat, exp: iat + 3600 };
  const expected = { keys: { keys: [key.jwk] }, issuer: ISSUER, audience: "edge", subject: SUBJECT };
  return { bytes: await bundle(key, payload, claims), expected, questions };
}

/** Loads, and asks one question; returns the nanoseconds of both. */
export async function firstAnswer({ policy }, { bytes, expected, questions }) {
  const [{ request, allowed }] = questions;
  const before = performance.now();
  const snapshot = await policy.loadBundle(bytes, expected);
  const found = snapshot.check(request);
  const took = (performance.now() - before) * 1e6;
  if (found.allowed !== allowed) throw new Error(`${JSON.stringify(request)}: ${JSON.stringify(found)}`);
  return { snapshot, took };
}

/** Rows: `{ tuples, load }`, in nanoseconds. */
export async function measureLoad(host, rounds) {
  const rows = [];
  for (const tuples of TUPLES) {
    const of = await whole(host, tuples);
    const load = new Batches();
    // Of what takes a second, a few rounds say enough. The first is for the host to get warm.
    const times = tuples > 100_000 ? Math.min(rounds, 3) : rounds * 3;
    for (let round = 0; round <= times; round += 1) {
      const { snapshot, took } = await firstAnswer(host, of);
      if (round === 0) compare(snapshot, of.questions);
      else load.add(took);
      snapshot.free();
    }
    rows.push({ tuples, load: load.figures() });
    host.say(`bundle of ${tuples} tuples`);
  }
  return rows;
}

function compare(snapshot, questions) {
  for (const { request, allowed } of questions) {
    const found = snapshot.check(request).allowed;
    if (found !== allowed) throw new Error(`${JSON.stringify(request)}: ${found}`);
  }
}
