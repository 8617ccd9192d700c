// Each entry point, in Node by require.

const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");

const core = require("@tidegate/policy");
const { authorize } = require("@tidegate/policy/edge");
const ed25519 = require("@tidegate/policy/ed25519");
const full = require("@tidegate/policy/full");

async function main() {
  const keys = JSON.parse(readFileSync("keys.json", "utf8"));
  for (const { loadSlice } of [core, ed25519, full]) {
    const slice = await loadSlice(readFileSync("slice.bin"), { keys, issuer: "https://tidegate.example" });
    assert.deepEqual([slice.can("can_read", "doc:a"), slice.can("can_read", "doc:c")], [true, false]);
  }
  await assert.rejects(core.loadSlice(Buffer.from("x"), { keys, issuer: "" }), core.PolicyError);
  assert.equal(typeof authorize, "function");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
