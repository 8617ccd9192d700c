// Answers the cases of `tests/vectors/secrets` under workerd, by both builds, and tells which come to something else.

import * as core from "./dist/workerd/index.js";
import * as ed25519 from "./dist/workerd/ed25519.js";

async function answer({ verifySecret }, { issuer, audience, now_s, key_sets }, found) {
  try {
    const now = found.now_s ?? now_s;
    return { claims: await verifySecret(found.secret, key_sets[found.key_set], { issuer, audience, now }) };
  } catch ({ kind, message }) {
    return { refused: kind ?? message };
  }
}

/** With the names of fields in one order. */
const sorted = (value) =>
  JSON.stringify(value, (_, part) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [two]) => (one < two ? -1 : 1)))
      : part,
  );

export default {
  async fetch(request) {
    const vectors = await request.json();
    const told = {};
    for (const [name, build] of Object.entries({ core, ed25519 })) {
      const wrong = [];
      for (const found of vectors.cases) {
        const given = await answer(build, vectors, found);
        if (sorted(given) !== sorted(found.answer)) wrong.push({ what: found.what, given });
      }
      told[name] = { asked: vectors.cases.length, wrong };
    }
    return Response.json(told);
  },
};
