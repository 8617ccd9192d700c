// The engine in WebAssembly decides every vector as the reference does.
//
//   TIDEGATE_WASM_PKG="$(cargo xtask wasm)" node --test tests/wasm/*.test.mjs

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { Engine } from "./package.mjs";

const vectors = new URL("../vectors/decide/", import.meta.url);
test("every vector", () => {
  let cases = 0;
  let allowed = 0;
  for (const file of readdirSync(vectors)) {
    const { cases: all, ...input } = JSON.parse(readFileSync(new URL(file, vectors), "utf8"));
    const engine = new Engine({ ...input, revision: 1 });
    for (const { expect, context: contextualTuples, ...rest } of all) {
      const request = { ...rest, contextualTuples };
      const expected = expect === "allow" ? { allowed: true } : { allowed: false, reason: expect };
      assert.deepEqual(engine.decide(request), expected, `${file}: ${JSON.stringify(request)}`);
      cases += 1;
      allowed += expected.allowed ? 1 : 0;
    }
    engine.free();
  }
  assert.ok(cases >= 500, `${cases} cases`);
  assert.ok(allowed >= cases * 0.3, `${allowed} of ${cases} allowed`);
});

const model = `model
  schema 1.1
type user
type doc
  relations
    define owner: [user]
    define viewer: [user:*] or owner
`;
const input = {
  model,
  profile: { kinds: { full: { principals: ["user"], audiences: ["gateway"] } } },
  objects: [
    { object: "user:ann", uid: "00000000-0000-0000-0000-000000000001", validFromS: 0 },
    { object: "doc:a", uid: "00000000-0000-0000-0000-000000000002", validFromS: 0 },
  ],
  tuples: ["doc:a#owner@user:ann"],
  revision: 7,
};
const caller = { object: "user:ann", kind: "full" };

test("check and decide", () => {
  const engine = new Engine(input);
  assert.deepEqual(engine.check("user:ann", "viewer", "doc:a"), { allowed: true });
  assert.deepEqual(engine.check("user:bob", "viewer", "doc:a"), { allowed: false, reason: "not-granted" });
  assert.deepEqual(engine.check("user:bob", "viewer", "doc:a", { contextualTuples: ["doc:a#viewer@user:*"] }), { allowed: true });
  assert.deepEqual(engine.check("user:bob", "reader", "doc:a"), { allowed: false, reason: "unknown-relation" });
  assert.deepEqual(engine.check("user:bob", "viewer", "doc:a", { contextualTuples: ["doc:a#viewer@user:bob"] }), {
    allowed: false,
    reason: "bad-context",
  });
  const request = { action: "viewer", resource: "doc:a" };
  assert.deepEqual(engine.decide({ ...request, caller }), { allowed: true });
  for (const anonymous of [{}, { caller: null }, { caller: undefined }]) {
    assert.deepEqual(engine.decide({ ...request, ...anonymous }), { allowed: false, reason: "no-anonymous" });
  }
});

// What is wrong with the input, and what the error says.
const refused = [
  [{ model: model.replace("or owner", "or ownr") }, "bad-model", /line 7, column 32: .*`ownr`/],
  [{ model: "" }, "bad-model", /line 1, column 1/],
  [{ model: model.replace("[user]", "[usr, bot]") }, "bad-model", /line 6, column 20: .*`usr`.*\n.*line 6, column 25: .*`bot`/],
  [{ model: 5 }, "bad-input", /expected a string/],
  [{ model: undefined }, "bad-input", /missing field `model`/],
  [{ tuples: ["doc:a#viewer"] }, "bad-name", /doc:a#viewer.*object#relation@subject/],
  [{ tuples: ["doc:a#viewer@user:ann"] }, "bad-tuple", /viewer.*does not take.*user:ann/],
  [{ tuples: ["doc:a#owner@bot:x"] }, "bad-tuple", /type `bot`/],
  [{ objects: [{ object: "doc", uid: input.objects[0].uid, validFromS: 0 }] }, "bad-name", /type:id/],
  [{ objects: [{ object: "doc:a", uid: "1", validFromS: 0 }] }, "bad-input", /UUID|length/],
  [{ objects: [{ object: "doc:a", uid: input.objects[0].uid, validFromS: -1 }] }, "bad-input", /-1/],
  [{ revision: 0 }, "bad-revision", /revision 0/],
  [{ revision: 1.5 }, "bad-input", /1\.5/],
  [{ tuple: [] }, "bad-input", /unknown field `tuple`/],
  // A misspelled cap would else be no cap.
  [{ profile: { kinds: { full: { principals: ["user"], audiences: [], action: [] } } } }, "bad-input", /unknown field `action`/],
];

test("malformed input throws", () => {
  for (const [change, kind, message] of refused) {
    assert.throws(() => new Engine({ ...input, ...change }), (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, message);
      assert.equal(error.kind, kind, error.message);
      assert.equal(Array.isArray(error.errors), kind === "bad-model", error.message);
      return true;
    });
  }
});

test("malformed questions throw", () => {
  const engine = new Engine(input);
  const good = { caller, action: "viewer", resource: "doc:a" };
  const questions = [
    [() => engine.check("ann", "viewer", "doc:a"), /`ann`: .*type:id/],
    [() => engine.check("user:ann", "viewer", "doc:*"), /`doc:\*`/],
    [() => engine.check("user:ann", "viewer", "doc:a", { contextualTuples: ["x"] }), /`x`/],
    [() => engine.decide({ ...good, resource: "doc" }), /`doc`/],
    [() => engine.decide({ ...good, caller: { object: "user:ann" } }), /missing field `kind`/],
    [() => engine.decide({ ...good, caller: undefined, callr: caller }), /unknown field `callr`/],
    [() => engine.decide({ ...good, action: undefined }), /missing field `action`/],
    [() => engine.decide(null), /invalid type/],
    [() => engine.decide(), /expected an object/],
    [() => engine.decide({ ...good, action: 1n }), /expected an object/],
  ];
  for (const [ask, message] of questions) {
    assert.throws(ask, (error) => error instanceof Error && message.test(error.message), String(ask));
  }
  // And it still answers.
  assert.deepEqual(engine.decide(good), { allowed: true });
});
