// Bundles in the JavaScript package: verified by the host, loaded, and answering as the engine that they were made of.

import assert from "node:assert/strict";
import { createHash, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { Engine, Slice, UnverifiedBundle } from "./package.mjs";

const { subtle } = webcrypto;
const vectors = new URL("../vectors/bundles/", import.meta.url);
const file = (name) => readFileSync(new URL(name, vectors));
const world = (name) => JSON.parse(file(`${name}.json`).toString());

const ED25519 = { alg: "EdDSA", key: { name: "Ed25519" }, sign: { name: "Ed25519" } };
const P256 = { alg: "ES256", key: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } };

async function signer(algorithm = ED25519, kid = "bundles-1") {
  const pair = await subtle.generateKey(algorithm.key, true, ["sign", "verify"]);
  const jwk = await subtle.exportKey("jwk", pair.publicKey);
  return { algorithm, kid, pair, jwk: { ...jwk, use: "sig", alg: algorithm.alg, kid, tidegate_use: "bundle" } };
}
const ed25519 = await signer();
const p256 = await signer(P256, "bundles-2");
const keys = { keys: [ed25519.jwk, p256.jwk] };

const UID = world("plain").objects[0].uid;
const expect = { issuer: "https://tidegate.example", audience: "gateway", subject: "user:ann", nowS: 1_700_000_010 };
const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

/** A bundle of a payload, with claims and a header changed. */
async function bundle(payload, { by = ed25519, claims = {}, header = {} } = {}) {
  const head = { typ: "tidegate-bundle+jwt", alg: by.algorithm.alg, kid: by.kid, ...header };
  const all = {
    iss: expect.issuer,
    aud: expect.audience,
    sub: expect.subject,
    scope: "whole",
    revision: 7,
    iat: 1_700_000_000,
    exp: 1_700_000_300,
    sha256: base64url(createHash("sha256").update(payload).digest()),
    length: payload.length,
    ...claims,
  };
  const message = `${base64url(JSON.stringify(head))}.${base64url(JSON.stringify(all))}`;
  const signature = await subtle.sign(by.algorithm.sign, by.pair.privateKey, Buffer.from(message));
  return Buffer.concat([Buffer.from(`${message}.${base64url(new Uint8Array(signature))}\n`), payload]);
}
const SLICE = { scope: "slice", uid: UID };

/** Every question about the world's objects that its callers can ask. */
function* questions(input) {
  const relations = ["owner", "blocked", "viewer", "can_read", "can_write", "no_such"];
  for (const kind of ["full", "reads", "no-such-kind"]) {
    for (const resource of [...input.objects.map(({ object }) => object), "doc:none"]) {
      for (const action of relations) {
        for (const context of [{}, { hour: 12 }, { hour: 20 }]) {
          yield { caller: { object: "user:ann", kind }, action, resource, context };
        }
      }
    }
  }
}

for (const name of ["plain", "conditions"]) {
  test(`${name}: a bundle and a slice answer as the whole`, async () => {
    const input = world(name);
    const whole = new Engine(input);
    const payload = file(`${name}.whole.bin`);
    for (const by of [ed25519, p256]) {
      const loaded = await Engine.fromBundle(await bundle(payload, { by }), keys, expect);
      assert.equal(loaded.revision, 7);
      const signed = await bundle(file(`${name}.slice.bin`), { by, claims: SLICE });
      const slice = await Slice.fromBundle(signed, keys, { ...expect, uid: UID });
      assert.deepEqual([slice.subject, slice.revision], ["user:ann", 7]);
      let allowed = 0;
      for (const question of questions(input)) {
        const expected = whole.decide(question);
        assert.deepEqual(loaded.decide(question), expected, JSON.stringify(question));
        assert.equal(slice.decide(question), expected.allowed, JSON.stringify(question));
        allowed += expected.allowed;
      }
      assert.ok(allowed > 10, `${allowed} allowed`);
      const reads = slice.listObjects({ kind: "reads", action: "can_read", type: "doc", context: { hour: 12 } });
      const docs = name === "plain" ? ["doc:a", "doc:b"] : ["doc:a", "doc:b", "doc:d"];
      assert.deepEqual(reads, { found: docs, complete: true });
    }
  });
}

test("a slice does not answer for others", async () => {
  const signed = await bundle(file("plain.slice.bin"), { claims: SLICE });
  const slice = await Slice.fromBundle(signed, keys, expect);
  const question = { caller: { object: "user:ann", kind: "full" }, action: "can_read", resource: "doc:a" };
  assert.equal(slice.decide(question), true);
  assert.equal(slice.decide({ ...question, caller: { object: "user:bob", kind: "full" } }), "unknown");
  assert.equal(slice.decide({ ...question, caller: null }), "unknown");
  assert.equal(slice.decide({ ...question, contextualTuples: ["doc:c#owner@user:ann"] }), "unknown");
  assert.throws(() => slice.decide({ ...question, resource: "doc" }), { kind: "bad-name" });
});

const whole = file("plain.whole.bin");
const changed = (bytes, at) => bytes.map((byte, place) => (place === at(bytes) ? byte ^ 1 : byte));
const stranger = await signer();
const without = (jwk, field) => Object.fromEntries(Object.entries(jwk).filter(([name]) => name !== field));
// What is wrong, and the kind of the error.
const refused = [
  ["no line", () => Buffer.from("x"), {}, "no-head"],
  ["no signature", () => Buffer.from("a.b\n"), {}, "head-malformed"],
  ["no base64url", () => Buffer.from("a=.b.c\n"), {}, "head-malformed"],
  ["another type", () => bundle(whole, { header: { typ: "tidegate+jwt" } }), {}, "head-type"],
  ["one more header", () => bundle(whole, { header: { crit: [] } }), {}, "head-header"],
  ["an unknown key", () => bundle(whole, { header: { kid: "other" } }), {}, "head-unknown-key"],
  ["another's signature", () => bundle(whole, { by: stranger }), {}, "head-signature"],
  ["another algorithm", () => bundle(whole, { header: { alg: "ES256" } }), {}, "head-algorithm"],
  ["no algorithm", () => bundle(whole, { header: { alg: "none" } }), {}, "head-algorithm"],
  ["an inherited algorithm", () => bundle(whole, { header: { alg: "constructor" } }), {}, "head-algorithm"],
  ["a changed head", async () => changed(await bundle(whole), (bytes) => bytes.indexOf(".") + 20), {}, "head-signature"],
  ["a changed payload", async () => changed(await bundle(whole), (bytes) => bytes.length - 1), {}, "digest"],
  ["a payload cut short", async () => (await bundle(whole)).subarray(0, -1), {}, "length"],
  ["one more claim", () => bundle(whole, { claims: { more: 1 } }), {}, "head-claims"],
  ["a number as text", () => bundle(whole, { claims: { revision: "7" } }), {}, "head-claims"],
  ["a uid without a slice", () => bundle(whole, { claims: { uid: UID } }), {}, "head-claims"],
  ["another issuer", () => bundle(whole), { issuer: "https://other.example" }, "issuer"],
  ["another audience", () => bundle(whole), { audience: "slice" }, "audience"],
  ["another subject", () => bundle(whole), { subject: "user:bob" }, "subject"],
  ["expired", () => bundle(whole), { nowS: 1_700_000_300 }, "expired"],
  ["issued ahead", () => bundle(whole), { nowS: 1_600_000_000 }, "issued-ahead"],
  ["older than what is held", () => bundle(whole), { heldRevision: 8 }, "older"],
  ["a slice", () => bundle(file("plain.slice.bin"), { claims: SLICE }), {}, "scope"],
  ["no payload", () => bundle(Buffer.from("x")), {}, "payload-version"],
  ["no subject expected", () => bundle(whole), { subject: undefined }, "bad-input"],
  ["a misspelled expectation", () => bundle(whole), { heldRevison: 8 }, "bad-input"],
];

test("what is no bundle for this reader is refused", async () => {
  for (const [what, make, change, kind] of refused) {
    const bytes = await make();
    const load = async () => Engine.fromBundle(bytes, keys, { ...expect, ...change });
    await assert.rejects(load, (error) => {
      assert.ok(error instanceof Error, what);
      assert.equal(error.kind, kind, `${what}: ${error.message}`);
      return true;
    });
  }
});

test("keys that are not for bundles, or twice, are none", async () => {
  const bytes = await bundle(whole);
  const sets = [{ keys: [] }, {}, { keys: [without(ed25519.jwk, "tidegate_use")] }, { keys: [ed25519.jwk, ed25519.jwk] }];
  for (const set of sets) {
    await assert.rejects(async () => Engine.fromBundle(bytes, set, expect), { kind: "head-unknown-key" });
  }
});

test("a slice for another of the name, and a whole, are no slice", async () => {
  const bytes = await bundle(file("plain.slice.bin"), { claims: SLICE });
  const other = { ...expect, uid: world("plain").objects[1].uid };
  await assert.rejects(async () => Slice.fromBundle(bytes, keys, other), { kind: "uid" });
  const all = await bundle(whole);
  await assert.rejects(async () => Slice.fromBundle(all, keys, expect), { kind: "scope" });
});

test("a host that verifies by itself", async () => {
  const bytes = await bundle(whole);
  const apart = new UnverifiedBundle(bytes);
  assert.deepEqual([apart.keyId, apart.algorithm], ["bundles-1", "EdDSA"]);
  assert.ok(await subtle.verify(ED25519.sign, ed25519.pair.publicKey, apart.signature, apart.message));
  assert.deepEqual(Buffer.from(apart.payload), whole);
  const sha256 = createHash("sha256").update(apart.payload).digest();
  assert.equal(apart.engineVerifiedByHost(sha256, expect).revision, 7);
  for (const wrong of [sha256.subarray(1), new Uint8Array(32), new Uint8Array(0)]) {
    assert.throws(() => apart.engineVerifiedByHost(wrong, expect), { kind: "digest" });
  }
});

test("the core alone decides as the whole, and refuses conditions that it was built without", async () => {
  const folder = process.env.TIDEGATE_WASM_CORE;
  assert.ok(folder, "TIDEGATE_WASM_CORE names no folder");
  const core = await import(pathToFileURL(resolve(folder, "tidegate_wasm.js")).href);
  core.initSync({ module: readFileSync(join(folder, "tidegate_wasm_bg.wasm")) });
  const expected = new Engine(world("plain"));
  const loaded = await core.Engine.fromBundle(await bundle(whole), keys, expect);
  for (const question of questions(world("plain"))) {
    assert.deepEqual(loaded.decide(question), expected.decide(question), JSON.stringify(question));
  }
  const conditions = await bundle(file("conditions.whole.bin"));
  await assert.rejects(async () => core.Engine.fromBundle(conditions, keys, expect), { kind: "payload-unsupported" });
});
