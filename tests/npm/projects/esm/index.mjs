// Each entry point, in Node as an ECMAScript module.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import * as core from "@tidegate/policy";
import { authorize } from "@tidegate/policy/edge";
import * as ed25519 from "@tidegate/policy/ed25519";
import * as full from "@tidegate/policy/full";

const keys = JSON.parse(readFileSync("keys.json", "utf8"));
const bytes = readFileSync("slice.bin");
for (const { loadSlice } of [core, ed25519, full]) {
  const slice = await loadSlice(bytes, { keys, issuer: "https://tidegate.example" });
  assert.deepEqual([slice.can("can_read", "doc:a"), slice.can("can_read", "doc:c")], [true, false]);
}
await full.init();
assert.equal(new full.Model("model\n  schema 1.1\ntype user\n").schema, "1.1");
assert.equal(typeof authorize, "function");
