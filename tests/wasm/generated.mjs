// Generated questions, answered by the engine in WebAssembly: the same answers as natively, word for word.
//
//   node tests/wasm/generated.mjs <JavaScript package> <file of cases>
//
// The engine's own tests write the file and say what is in it (`crates/tidegate-policy/tests/it/cases.rs`). Prints how
// many questions of each kind were put, and how many answers were wrong. Exits with 1 when there are any.

import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { pathToFileURL } from "node:url";

const [package_, file] = process.argv.slice(2).map((path) => resolve(path));
const { Engine, UnverifiedBundle, initSync } = await import(pathToFileURL(join(package_, "tidegate_wasm.js")).href);
initSync({ module: readFileSync(join(package_, "tidegate_wasm_bg.wasm")) });

/** How many of the wrong ones are shown. */
const SHOWN = 5;

/** What is asked, by the name of the engine's function. */
const asks = {
  check: (engine, { subject, relation, object, ...given }) => engine.check(subject, relation, object, given),
  explain: (engine, { subject, relation, object, ...given }) => engine.explain(subject, relation, object, given),
  slice: (_, request) => decisions(request),
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
function decisions({ subject, uid, revision, payload, kind, resources, actions, contexts }) {
  const slice = load(Buffer.from(payload, "hex"), { subject, uid, revision });
  let signs = "";
  for (const resource of resources) {
    for (const action of actions) {
      for (const context of contexts) {
        const answer = slice.decide({ caller: { object: subject, kind }, action, resource, context });
        signs += answer === "unknown" ? "?" : Number(answer);
      }
    }
  }
  const found = { subject: slice.subject, revision: slice.revision, decisions: signs };
  slice.free();
  return found;
}

/** The slice of a payload. There is no key and no signature here: `bundles.test.mjs` tests what they are for. */
function load(payload, { subject, uid, revision }) {
  const digest = createHash("sha256").update(payload).digest();
  const [iss, aud, iat, exp] = ["https://tidegate.example", "gateway", 1_700_000_000, 1_700_000_300];
  const sha256 = digest.toString("base64url");
  const claims = { iss, aud, sub: subject, scope: "slice", uid, revision, iat, exp, sha256, length: payload.length };
  const parts = [{ typ: "tidegate-bundle+jwt", alg: "EdDSA", kid: "none" }, claims].map((part) => JSON.stringify(part));
  const line = [...parts, Buffer.alloc(64)].map((part) => Buffer.from(part).toString("base64url")).join(".");
  const bundle = new UnverifiedBundle(Buffer.concat([Buffer.from(`${line}\n`), payload]));
  try {
    return bundle.sliceVerifiedByHost(digest, { issuer: iss, audience: aud, subject, uid, nowS: iat });
  } finally {
    bundle.free();
  }
}

/** What comes of a question, or the error without its words. */
function answer(engine, { ask, request }) {
  try {
    return asks[ask](engine, request);
  } catch (error) {
    if (error.kind === undefined) throw error;
    const { kind, type, relation } = error;
    return { thrown: JSON.parse(JSON.stringify({ kind, type, relation })) };
  }
}

const asked = {};
let wrong = 0;
for await (const line of createInterface({ input: createReadStream(file) })) {
  const { seed, stages } = JSON.parse(line);
  let engine;
  for (const { set, cases } of stages) {
    if (engine === undefined) engine = new Engine(set);
    else engine.apply(set);
    for (const case_ of cases) {
      asked[case_.ask] = (asked[case_.ask] ?? 0) + 1;
      const found = answer(engine, case_);
      if (isDeepStrictEqual(found, case_.expect)) continue;
      wrong += 1;
      if (wrong <= SHOWN) {
        const what = { revision: set.revision, ...case_, found };
        console.error(`TIDEGATE_SEED=${seed}: ${JSON.stringify(what)}\n  in ${JSON.stringify(stages.map(({ set }) => set))}`);
      }
    }
  }
  engine?.free();
}
console.log(JSON.stringify({ asked, wrong }));
process.exit(wrong === 0 ? 0 : 1);
