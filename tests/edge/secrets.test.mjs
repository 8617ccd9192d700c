// Secrets of `tests/vectors/secrets`, verified by WebCrypto and by the engine's own Ed25519: as natively, the same
// claims and the same words. `TIDEGATE_NPM` names the folder of the assembled package.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const npm = process.env.TIDEGATE_NPM ?? new URL("../../target/npm/policy", import.meta.url).pathname;
const load = (file) => import(pathToFileURL(join(npm, file)));
const BUILDS = {
  WebCrypto: await load("dist/node/index.mjs"),
  "Ed25519 inside": await load("dist/node/ed25519.mjs"),
};
const file = new URL("../vectors/secrets/verify.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8"));

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

  test(`${name}: the keys that the host verifies with are imported once for each object`, async () => {
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
    } finally {
      delete subtle.importKey;
    }
  });
}
