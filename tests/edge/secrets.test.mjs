// Secrets of `tests/vectors/secrets`, verified by WebCrypto and by the engine's own Ed25519: as natively, the same
// claims and the same words. `TIDEGATE_NPM` names the folder of the assembled package.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { ORDER, forger, little, numberOf, smallPoints } from "../npm/forging.mjs";

const npm = process.env.TIDEGATE_NPM ?? new URL("../../target/npm/policy", import.meta.url).pathname;
const load = (file) => import(pathToFileURL(join(npm, file)));
const BUILDS = {
  WebCrypto: await load("dist/node/index.mjs"),
  "Ed25519 inside": await load("dist/node/ed25519.mjs"),
};
const file = new URL("../vectors/secrets/verify.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8"));

/** Texts of a secret that nobody has signed yet: another in each turn. */
const textOf = (turn) => {
  const id = "00000000-0000-0000-0000-000000000001";
  const claims = { iss: "i", aud: ["gateway"], sub: "user:a", uid: id, jti: id, iat: 1_700_000_000 - turn, kind: "full" };
  const parts = [{ typ: "tidegate+jwt", alg: "EdDSA", kid: "k" }, claims];
  return parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
};

for (const [name, { verifySecret, PolicyError }] of Object.entries(BUILDS)) {
  const answer = async ({ secret, key_set, now_s }) => {
    const { issuer, audience } = vectors;
    try {
      const now = now_s ?? vectors.now_s;
      return { claims: await verifySecret(secret, vectors.key_sets[key_set], { issuer, audience, now }) };
    } catch (thrown) {
      assert.ok(thrown instanceof PolicyError, `${thrown.stack}`);
      return { refused: thrown.kind };
    }
  };

  test(`${name}: every case comes to what it comes to natively`, async () => {
    let count = 0;
    for (const found of vectors.cases) {
      assert.deepEqual(await answer(found), found.answer, found.what);
      count += 1;
    }
    assert.ok(count >= 400, `${count}`);
  });

  test(`${name}: claims are in the order of the gateway's`, async () => {
    const good = vectors.cases.find(({ answer }) => answer.claims?.narrow);
    const { claims } = await answer(good);
    assert.equal(JSON.stringify(Object.keys(claims)), '["iss","aud","sub","uid","jti","iat","nbf","exp","kind","narrow"]');
  });

  test(`${name}: the time is the host's, or given, and no other thing`, async () => {
    const { secret } = vectors.cases.find(({ answer }) => answer.claims?.exp);
    const { issuer, audience, now_s, key_sets } = vectors;
    const at = (now) => verifySecret(secret, key_sets.good, { issuer, audience, now });
    assert.equal((await at(() => now_s + 0.9)).sub, "user:anne");
    await assert.rejects(at(undefined), { kind: "expired" });
    for (const now of [NaN, -1, () => NaN, "1700000000", () => undefined]) {
      await assert.rejects(at(now), { kind: "bad-input" }, `${now}`);
    }
  });

  test(`${name}: what is no text is no secret`, async () => {
    const { issuer, audience, now_s, key_sets } = vectors;
    for (const secret of [undefined, null, 1, {}, []]) {
      const given = verifySecret(secret, key_sets.good, { issuer, audience, now: now_s });
      await assert.rejects(given, { kind: "malformed" }, `${secret}`);
    }
  });

  test(`${name}: an R of small order does not hold, whatever s goes with it`, async () => {
    const expect = { issuer: "i", audience: "gateway", now: 1_700_000_000 };
    const secret = ({ text, signature }) => `${text}.${signature.toString("base64url")}`;
    // Also under keys that have a part of small order: no other look at the key refuses those.
    for (const mixed of [false, true]) {
      const { x, signed } = forger({ mixed });
      const keys = { keys: [{ kty: "OKP", crv: "Ed25519", alg: "EdDSA", kid: "k", x }] };
      const good = signed(textOf, { r: 5n, small: 0 });
      assert.equal((await verifySecret(secret(good), keys, expect)).sub, "user:a");
      const refused = async (found, what) =>
        assert.rejects(verifySecret(secret(found), keys, expect), { kind: "signature" }, `${mixed}: ${what}`);
      for (const small of mixed ? smallPoints.keys() : [0]) await refused(signed(textOf, { r: 0n, small }), small);
      // Other encodings of what is nothing: with a sign, and above the prime by one.
      for (const r of [`01${"00".repeat(30)}80`, `ee${"ff".repeat(30)}7f`]) {
        await refused(signed(textOf, { r: 0n, small: 0, as: Buffer.from(r, "hex") }), r);
      }
      const above = little(numberOf(good.signature.subarray(32)) + ORDER);
      await refused({ text: good.text, signature: Buffer.concat([good.signature.subarray(0, 32), above]) }, "above");
    }
  });

  test(`${name}: the keys that the host verifies with are imported once for what an object says`, async () => {
    const { subtle } = globalThis.crypto;
    const { importKey } = subtle;
    let imported = 0;
    subtle.importKey = function (...rest) {
      imported += 1;
      return importKey.apply(this, rest);
    };
    try {
      const set = structuredClone(vectors.key_sets.good);
      const { issuer, audience, now_s } = vectors;
      const good = vectors.cases.filter(({ answer, now_s }) => answer.claims && now_s === undefined).slice(0, 20);
      for (const { secret } of good) await verifySecret(secret, set, { issuer, audience, now: now_s });
      const hosts = set.keys.filter(({ kty }) => name === "WebCrypto" || kty === "EC");
      assert.ok(hosts.length > 0);
      assert.equal(imported, hosts.length);
      // Without the key that has signed, the same object verifies it no more.
      const { kid } = JSON.parse(Buffer.from(good[0].secret.split(".")[0], "base64url"));
      const key = set.keys.find((key) => key.kid === kid);
      const again = () => verifySecret(good[0].secret, set, { issuer, audience, now: now_s });
      set.keys = set.keys.filter((other) => other !== key);
      await assert.rejects(again(), { kind: "unknown_key" });
      set.keys.push({ ...key, use: "enc" });
      await assert.rejects(again(), { kind: "key-unsupported" });
      set.keys.pop();
      set.keys.push(key);
      await again();
    } finally {
      delete subtle.importKey;
    }
  });
}

test("Ed25519 inside: without WebCrypto, secrets are refused that name a key of the host's, and no others", async (context) => {
  const { verifySecret } = BUILDS["Ed25519 inside"];
  const { issuer, audience, now_s, key_sets } = vectors;
  const algorithm = ({ secret }) => JSON.parse(Buffer.from(secret.split(".")[0], "base64url")).alg;
  const good = vectors.cases.filter(({ answer, now_s, key_set }) => answer.claims && now_s === undefined && key_set === "good");
  const [inside, hosted] = ["EdDSA", "ES256"].map((alg) => good.filter((found) => algorithm(found) === alg));
  assert.ok(inside.length > 0 && hosted.length > 0);
  const verified = ({ secret }) => verifySecret(secret, structuredClone(key_sets.good), { issuer, audience, now: now_s });
  // As on a page without TLS.
  context.mock.getter(globalThis.crypto, "subtle", () => undefined);
  assert.equal(globalThis.crypto.subtle, undefined);
  assert.ok(key_sets.good.keys.some(({ kty }) => kty === "EC"));
  for (const found of inside) assert.deepEqual(await verified(found), found.answer.claims);
  for (const found of hosted) await assert.rejects(verified(found), { kind: "crypto-unsupported" });
  await assert.rejects(verified({ secret: undefined }), { kind: "malformed" });
});
