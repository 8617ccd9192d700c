// The engine in WebAssembly decides every vector as the reference does.

import { equal, ok, throws } from "./same.mjs";

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

export function decide({ whole: { Engine }, text, vectors }) {
  return {
    "every vector": async () => {
      let cases = 0;
      let allowed = 0;
      for (const file of vectors) {
        const { cases: all, ...input } = JSON.parse(await text(`vectors/decide/${file}`));
        const engine = new Engine({ ...input, revision: 1 });
        for (const { expect, context: contextualTuples, ...rest } of all) {
          const request = { ...rest, contextualTuples };
          const expected = expect === "allow" ? { allowed: true } : { allowed: false, reason: expect };
          equal(engine.decide(request), expected, `${file}: ${JSON.stringify(request)}`);
          cases += 1;
          allowed += expected.allowed ? 1 : 0;
        }
        engine.free();
      }
      ok(cases >= 500, `${cases} cases`);
      ok(allowed >= cases * 0.3, `${allowed} of ${cases} allowed`);
    },

    "check and decide": async () => {
      const engine = new Engine(input);
      equal(engine.check("user:ann", "viewer", "doc:a"), { allowed: true });
      equal(engine.check("user:bob", "viewer", "doc:a"), { allowed: false, reason: "not-granted" });
      equal(engine.check("user:bob", "viewer", "doc:a", { contextualTuples: ["doc:a#viewer@user:*"] }), { allowed: true });
      equal(engine.check("user:bob", "reader", "doc:a"), { allowed: false, reason: "unknown-relation" });
      equal(engine.check("user:bob", "viewer", "doc:a", { contextualTuples: ["doc:a#viewer@user:bob"] }), {
        allowed: false,
        reason: "bad-context",
      });
      const request = { action: "viewer", resource: "doc:a" };
      equal(engine.decide({ ...request, caller }), { allowed: true });
      for (const anonymous of [{}, { caller: null }, { caller: undefined }]) {
        equal(engine.decide({ ...request, ...anonymous }), { allowed: false, reason: "no-anonymous" });
      }
    },

    "malformed input throws": async () => {
      for (const [change, kind, message] of refused) {
        const error = throws(() => new Engine({ ...input, ...change }), { message, kind });
        equal(Array.isArray(error.errors), kind === "bad-model", error.message);
      }
    },

    "malformed questions throw": async () => {
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
        throws(ask, { message });
      }
      // And it still answers.
      equal(engine.decide(good), { allowed: true });
    },
  };
}
