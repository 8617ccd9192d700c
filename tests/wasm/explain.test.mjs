// Explanations and many checks at once, in the JavaScript package.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Engine } from "./package.mjs";

const world = (name) => JSON.parse(readFileSync(new URL(`../vectors/bundles/${name}.json`, import.meta.url), "utf8"));

test("an allow is explained by a proof", () => {
  const engine = new Engine(world("plain"));
  const { answer, proof, complete } = engine.explain("user:ann", "can_read", "doc:b");
  assert.deepEqual([answer, complete], ["allowed", true]);
  const tuples = [...JSON.stringify(proof).matchAll(/"tuple":"([^"]*)"/g)].map(([, tuple]) => tuple);
  assert.deepEqual(tuples, ["doc:b#viewer@team:x#member", "team:x#member@user:ann"]);
});

test("a deny is explained by what would turn it", () => {
  const engine = new Engine(world("plain"));
  const denied = engine.explain("user:ann", "can_read", "doc:c");
  assert.equal(denied.answer, "denied");
  assert.deepEqual(denied.remedies[0], { add: [], remove: ["doc:c#blocked@user:ann"] });
  const contextualTuples = ["doc:d#viewer@user:ann"];
  assert.equal(engine.explain("user:ann", "can_read", "doc:d").answer, "denied");
  assert.equal(engine.explain("user:ann", "can_read", "doc:d", { contextualTuples }).answer, "allowed");
});

test("a deny that hangs on a condition names it", () => {
  const engine = new Engine(world("conditions"));
  const { conditions } = engine.explain("user:ann", "can_read", "doc:d");
  assert.equal(conditions.length, 1);
  const [{ condition, parameters, missing, tuple }] = conditions;
  assert.deepEqual([condition, parameters, missing], ["during", ["hour"], ["hour"]]);
  assert.match(tuple, /^doc:d#viewer@user:ann with during/);
});

test("a question that cannot be asked throws", () => {
  const engine = new Engine(world("plain"));
  assert.throws(() => engine.explain("user:ann", "no_such", "doc:a"), { kind: "unknown-relation" });
  assert.throws(() => engine.explain("ann", "viewer", "doc:a"), { kind: "bad-name" });
});

test("many checks answer as each does", () => {
  const engine = new Engine(world("conditions"));
  const requests = [];
  for (const subject of ["user:ann", "user:bob", "team:x#member", "user:nobody"]) {
    for (const relation of ["owner", "viewer", "can_read", "no_such"]) {
      for (const object of ["doc:a", "doc:b", "doc:c", "doc:d"]) {
        requests.push({ subject, relation, object }, { subject, relation, object, context: { hour: 12 } });
        requests.push({ subject, relation, object, contextualTuples: [`${object}#owner@user:bob`] });
      }
    }
  }
  const answers = engine.checkMany(requests);
  const each = requests.map(({ subject, relation, object, ...given }) => engine.check(subject, relation, object, given));
  assert.deepEqual(answers, each);
  assert.deepEqual(new Set(answers.map(({ reason }) => reason)), new Set([undefined, "not-granted", "unknown-relation", "condition"]));
  assert.deepEqual(engine.checkMany([]), []);
  assert.throws(() => engine.checkMany([requests[0], { subject: "user:ann" }]), { kind: "bad-input" });
  assert.throws(() => engine.checkMany({}), { kind: "bad-input" });
});
