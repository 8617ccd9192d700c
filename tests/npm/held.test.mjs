// All that a slice holds, as pages show it: what `can` says yes to, and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";

import { entry } from "./package.mjs";
import { ISSUER, UID, keys, payload, signed, signedSlice } from "./signing.mjs";

const { loadSlice } = await entry("index");
const { loadSlice: loadFull } = await entry("full");
const expect = { keys, issuer: ISSUER };
const named = (held) => held.map(({ object, relation, always }) => `${object} ${relation} ${always}`).sort();

test("what is held is what may be done", async () => {
  const slice = await loadSlice(await signedSlice(), expect);
  const held = slice.held();
  assert.ok(held.length > 3);
  for (const { object, relation, always } of held) assert.deepEqual([slice.can(relation, object), always], [true, true]);
  for (const action of ["can_read", "can_write"]) {
    const objects = held.filter(({ object, relation }) => relation === action && object.startsWith("doc:"));
    assert.deepEqual(objects.map(({ object }) => object).sort(), slice.listObjects(action, "doc").found);
  }
});

test("of a slice for several kinds of secret, what the kind may exercise is held", async () => {
  const make = () => signed(payload("plain.slice"), { claims: { aud: "slice", scope: "slice", uid: UID } });
  const reads = await loadSlice(await make(), { ...expect, kind: "reads" });
  const full = await loadSlice(await make(), { ...expect, kind: "full" });
  assert.ok(named(reads.held()).length < named(full.held()).length);
  for (const { object, relation } of reads.held()) assert.equal(reads.can(relation, object), true);
});

test("what is held where conditions are met is marked", async () => {
  const slice = await loadFull(await signedSlice("conditions"), expect);
  const conditional = slice.held().filter(({ always }) => !always);
  assert.ok(conditional.length > 0);
  for (const { object, relation } of conditional) assert.notEqual(slice.can(relation, object), "unknown");
});

test("nothing is once the slice has expired", async () => {
  let at = Math.floor(Date.now() / 1000);
  const slice = await loadSlice(await signedSlice(), { ...expect, now: () => at });
  assert.ok(slice.held().length > 0);
  at = slice.expiresAtS;
  assert.deepEqual(slice.held(), []);
});
