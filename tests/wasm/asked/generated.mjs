// Generated questions, answered by the engine in WebAssembly: the same answers as natively, word for word.
//
// The engine's own tests write the cases and say what is in them (`crates/tidegate-policy/tests/it/cases.rs`).

import { base64url, concat, fromHex, sha256, utf8 } from "./bytes.mjs";
import { rest } from "./rest.mjs";
import { same } from "./same.mjs";

/** How many of the wrong ones are shown. */
const SHOWN = 5;

/** What is asked, by the name of the engine's function. */
const asks = {
  check: (engine, { subject, relation, object, ...given }) => engine.check(subject, relation, object, given),
  explain: (engine, { subject, relation, object, ...given }) => engine.explain(subject, relation, object, given),
  slice: (_, request, package_) => decisions(package_, request),
  listObjects: (engine, request) => pages((after) => engine.listObjects({ ...request, after })),
  listUsers: (engine, request) => pages((after) => engine.listUsers({ ...request, after })),
};

/** All pages of a list. */
function pages(list) {
  const all = [];
  do all.push(list(all.at(-1)?.next));
  while (all.at(-1).next !== undefined);
  return all;
}

/** Every decision of a slice, in the order of `crates/tidegate-policy/tests/it/cases/slice.rs`. */
async function decisions(package_, { subject, uid, revision, payload, kind, resources, actions, contexts }) {
  const slice = await load(package_, fromHex(payload), { subject, uid, revision });
  slice.kind = kind;
  let signs = "";
  for (const resource of resources) {
    for (const action of actions) {
      for (const context of contexts) {
        signs += "01?"[slice.can(action, resource, context)];
      }
    }
  }
  const found = { subject: slice.subject, revision: slice.revision, decisions: signs };
  slice.free();
  return found;
}

/** The slice of a payload. There is no key and no signature here: `bundles.mjs` tests what they are for. */
async function load({ UnverifiedBundle }, payload, { subject, uid, revision }) {
  const digest = await sha256(payload);
  const [iss, aud, iat, exp] = ["https://tidegate.example", "gateway", 1_700_000_000, 1_700_000_300];
  const [length, digestText] = [payload.length, base64url(digest)];
  const claims = { iss, aud, sub: subject, scope: "slice", uid, revision, iat, exp, sha256: digestText, length };
  const parts = [{ typ: "tidegate-bundle+jwt", alg: "EdDSA", kid: "none" }, claims].map((part) => utf8(JSON.stringify(part)));
  const line = [...parts, new Uint8Array(64)].map(base64url).join(".");
  const bundle = new UnverifiedBundle(concat(utf8(`${line}\n`), payload));
  try {
    return bundle.verifiedByHost(digest, { issuer: iss, audience: aud, subject, uid, nowS: iat }, "slice");
  } finally {
    bundle.free();
  }
}

/** What comes of a question, or the error without its words. */
async function answer(package_, engine, { ask, request }) {
  try {
    return await asks[ask](engine, request, package_);
  } catch (error) {
    if (error.kind === undefined) throw error;
    const { kind, type, relation } = error;
    return { thrown: JSON.parse(JSON.stringify({ kind, type, relation })) };
  }
}

/** How many questions there are of each kind, how many answers are wrong, and the first of those. */
export async function answerGenerated(package_, text) {
  const asked = {};
  const shown = [];
  let wrong = 0;
  for (const line of text.split("\n").filter(Boolean)) {
    const { seed, stages } = JSON.parse(line);
    let engine;
    for (const { set, cases } of stages) {
      if (engine === undefined) engine = new package_.Engine(set);
      else engine.apply(set);
      for (const case_ of cases) {
        asked[case_.ask] = (asked[case_.ask] ?? 0) + 1;
        const found = await answer(package_, engine, case_);
        if (same(found, case_.expect)) continue;
        wrong += 1;
        if (wrong > SHOWN) continue;
        const what = JSON.stringify({ revision: set.revision, ...case_, found });
        shown.push(`TIDEGATE_SEED=${seed}: ${what}\n  in ${JSON.stringify(stages.map(({ set }) => set))}`);
      }
    }
    engine?.free();
    await rest();
  }
  return { asked, wrong, shown };
}
