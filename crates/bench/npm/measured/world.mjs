// One subject's slice: signed, and what the engine answers natively.

import { ISSUER, bundle, nowS, signer } from "./sign.mjs";

/** The world of so many objects: questions, answers, and a function that loads its slice anew. */
export async function world(host, objects) {
  const { allowed, afterwards: _, ...known } = await host.json(`worlds/slice-${objects}.json`);
  const { actions, resources, subject, uid, revision } = known;
  const places = new Map(resources.map((resource, place) => [resource, place]));
  const key = await signer("EdDSA", "bundles", "bundle");
  const iat = nowS();
  const claims = { aud: "slice", sub: subject, scope: "slice", uid, revision, iat, exp: iat + 3600 };
  const signed = await bundle(key, await host.bytes(`worlds/slice-${objects}.bin`), claims);
  const expected = { keys: { keys: [key.jwk] }, issuer: ISSUER, subject, uid };
  return {
    ...known,
    isAllowed: (action, resource) => allowed[places.get(resource) * actions.length + actions.indexOf(action)] === "1",
    load: () => host.policy.loadSlice(signed, expected),
  };
}

/** All questions that there are in a world. */
export const questionsOf = ({ actions, resources }) =>
  resources.flatMap((resource) => actions.map((action) => [action, resource]));

/** Throws where an answer is not the native one. */
export function compare(name, ask, questions, isAllowed) {
  for (const [action, resource] of questions) {
    const found = ask(action, resource);
    if (found !== isAllowed(action, resource)) throw new Error(`${name}: ${action} on ${resource}: ${found}`);
  }
}
