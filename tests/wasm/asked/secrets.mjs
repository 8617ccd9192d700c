// Secrets, verified by the host's WebCrypto and by the engine's own Ed25519: the same claims, or the same refusals, as
// natively.

import { equal, ok } from "./same.mjs";

export function secrets({ builds, text }) {
  const verified = (build) => async () => {
    const vectors = JSON.parse(await text("vectors/secrets/verify.json"));
    const { issuer, audience, key_sets, cases } = vectors;
    const answer = async ({ secret, key_set, now_s = vectors.now_s }) => {
      try {
        return { claims: await build.verifySecret(secret, key_sets[key_set], { issuer, audience, now: now_s }) };
      } catch (thrown) {
        if (!(thrown instanceof build.PolicyError)) throw thrown;
        return { refused: thrown.kind };
      }
    };
    for (const asked of cases) equal(await answer(asked), asked.answer, asked.what);
    ok(cases.length >= 400, `${cases.length} cases`);
  };
  return {
    "WebCrypto: every secret comes to what it comes to natively": verified(builds.index),
    "Ed25519 inside: every secret comes to what it comes to natively": verified(builds.ed25519),
  };
}
