// Slices and whole bundles: loaded, asked, and refused where they are not good.

import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

import { forger, smallPoints } from "./forging.mjs";
import { entry, folder } from "./package.mjs";
import { ISSUER, SUBJECT, UID, keys, payload, signed, signedSlice, signer, signers, world } from "./signing.mjs";

const builds = { core: await entry("index"), ed25519: await entry("ed25519"), full: await entry("full") };
const nowS = Math.floor(Date.now() / 1000);
const expect = { keys, issuer: ISSUER };
const whole = { ...expect, audience: "gateway", subject: SUBJECT };

for (const [build, { loadBundle, loadSlice, PolicyError }] of Object.entries(builds)) {
  test(`${build}: a slice answers`, async () => {
    for (const by of Object.values(signers)) {
      const slice = await loadSlice(await signedSlice("plain", { by }), { ...expect, subject: SUBJECT, uid: UID });
      assert.deepEqual(
        [slice.subject, slice.uid, slice.revision, slice.kinds],
        [SUBJECT, UID, 7, ["full"]],
      );
      for (const again of [1, 2]) {
        assert.equal(slice.can("can_read", "doc:a"), true, `${again}`);
        assert.equal(slice.can("can_write", "doc:b"), false, `${again}`);
        assert.equal(slice.can("can_read", "doc:c"), false, `${again}`);
        assert.equal(slice.can("no_such", "doc:a"), false, `${again}`);
        assert.throws(() => slice.can("can_read", "doc"), { name: "PolicyError", kind: "bad-name" });
      }
      assert.equal(slice.can("can_read", "doc:a", { hour: 12 }), true);
      assert.throws(() => slice.can("can_read", "doc:a", []), { kind: "bad-input" });
      assert.throws(() => slice.can("can_read", "doc:a", "hour"), { kind: "bad-input" });
      assert.deepEqual(slice.listObjects("can_read", "doc"), { found: ["doc:a", "doc:b"], complete: true });
      slice.free();
      assert.throws(() => slice.can("can_write", "doc:a"), PolicyError);
    }
  });

  test(`${build}: a whole bundle answers`, async () => {
    const snapshot = await loadBundle(await signed(payload("plain.whole")), whole);
    assert.equal(snapshot.revision, 7);
    const caller = { object: SUBJECT, kind: "full" };
    assert.deepEqual(snapshot.decide({ caller, action: "can_read", resource: "doc:a" }), { allowed: true });
    assert.deepEqual(snapshot.decide({ caller, action: "can_read", resource: "doc:d" }), {
      allowed: false,
      reason: "not-granted",
    });
    const checks = [
      { subject: "user:bob", relation: "owner", object: "doc:d" },
      { subject: "user:ann", relation: "owner", object: "doc:d" },
      { subject: "user:ann", relation: "owner", object: "doc:d", contextualTuples: ["doc:d#owner@user:ann"] },
    ];
    const answers = [true, false, true];
    assert.deepEqual(checks.map((check) => snapshot.check(check).allowed), answers);
    assert.deepEqual(snapshot.checkMany(checks).map(({ allowed }) => allowed), answers);
    assert.throws(() => snapshot.check({ ...checks[0], object: "doc" }), { name: "PolicyError", kind: "bad-name" });
    assert.throws(() => snapshot.checkMany([{ subject: "x" }]), { name: "PolicyError" });
    assert.throws(() => snapshot.decide({ action: "can_read" }), { name: "PolicyError", kind: "bad-input" });
  });

  test(`${build}: an answer is good until the slice expires, remembered or not`, async () => {
    let at = nowS;
    const slice = await loadSlice(await signedSlice(), { ...expect, now: () => at });
    assert.equal(slice.can("can_read", "doc:a"), true);
    at = slice.expiresAtS - 0.001;
    assert.equal(slice.can("can_read", "doc:a"), true);
    at = slice.expiresAtS;
    assert.equal(slice.can("can_read", "doc:a"), "unknown");
    assert.equal(slice.can("can_write", "doc:a"), "unknown");
    assert.deepEqual(slice.listObjects("can_read", "doc"), { found: [], complete: false });
  });
}

const stranger = await signer();

for (const build of Object.keys(builds)) {
  test(`${build}: a key is what the key set says, each time`, async () => {
    const { loadSlice } = builds[build];
    const set = structuredClone(keys);
    const loaded = async () => (await loadSlice(await signedSlice(), { ...expect, keys: set })).revision;
    for (const _ of [1, 2]) assert.equal(await loaded(), 7);
    set.keys[0].x = stranger.jwk.x;
    await assert.rejects(loaded(), { kind: "head-signature" });
    set.keys.shift();
    await assert.rejects(loaded(), { kind: "head-unknown-key" });
    set.keys.unshift(keys.keys[0]);
    assert.equal(await loaded(), 7);
  });
}

const flipped = (bytes, at) => bytes.map((byte, place) => (place === at(bytes) ? byte ^ 1 : byte));
const refused = [
  ["nothing", async () => new Uint8Array(), {}, "no-head"],
  ["no base64url", async () => Buffer.from("a=.b.c\n"), {}, "head-malformed"],
  ["of another type", () => signedSlice("plain", { header: { typ: "tidegate+jwt" } }), {}, "head-type"],
  ["of an unknown key", () => signedSlice("plain", { header: { kid: "other" } }), {}, "head-unknown-key"],
  ["of a wrong key", () => signedSlice("plain", { by: stranger }), {}, "head-signature"],
  ["with no keys", () => signedSlice(), { keys: { keys: [] } }, "head-unknown-key"],
  ["of a secrets' key", () => signedSlice(), { keys: { keys: keys.keys.map(({ tidegate_use, ...key }) => key) } }, "head-unknown-key"],
  ["with another algorithm", () => signedSlice("plain", { header: { alg: "ES256" } }), {}, "head-algorithm"],
  ["without a signature", () => signedSlice("plain", { header: { alg: "none" } }), {}, "head-algorithm"],
  ["with a tampered head", async () => flipped(await signedSlice(), (bytes) => bytes.indexOf(46) + 20), {}, "head-signature"],
  ["with a tampered payload", async () => flipped(await signedSlice(), (bytes) => bytes.length - 1), {}, "digest"],
  ["cut short", async () => (await signedSlice()).subarray(0, -1), {}, "length"],
  ["of another issuer", () => signedSlice("plain", { claims: { iss: "https://other.example" } }), {}, "issuer"],
  ["for another audience", () => signedSlice("plain", { claims: { aud: "gateway" } }), {}, "audience"],
  ["of another subject", () => signedSlice("plain", { claims: { sub: "user:bob" } }), { subject: SUBJECT }, "subject"],
  ["of another object of that name", () => signedSlice(), { uid: UID.replace("1", "2") }, "uid"],
  ["expired", () => signedSlice("plain", { atS: nowS - 600 }), {}, "expired"],
  ["issued ahead", () => signedSlice("plain", { atS: nowS + 600 }), {}, "issued-ahead"],
  ["older than what is held", () => signedSlice(), { heldRevision: 8 }, "older"],
  ["a change", () => signed(payload("plain.change"), { claims: { aud: "slice", scope: "change", uid: UID, from: 7, revision: 8 } }), { heldRevision: 7 }, "scope"],
  ["a whole snapshot", () => signed(payload("plain.whole"), { claims: { aud: "slice" } }), {}, "scope"],
  ["of no version", () => signed(Buffer.from("x"), { claims: { aud: "slice", scope: "slice", uid: UID } }), {}, "payload-version"],
  ["for another kind of secret", () => signedSlice(), { kind: "reads" }, "kind"],
  ["for several kinds", () => signed(payload("plain.slice"), { claims: { aud: "slice", scope: "slice", uid: UID } }), {}, "kind"],
];

for (const [build, { loadSlice, PolicyError }] of Object.entries(builds)) {
  test(`${build}: what is no good slice is refused with a kind`, async () => {
    for (const [what, make, change, kind] of refused) {
      const found = await loadSlice(await make(), { ...expect, ...change }).then(
        () => "loaded",
        (error) => {
          assert.ok(error instanceof PolicyError, `${what}: ${error}`);
          return error.kind;
        },
      );
      assert.equal(found, kind, what);
    }
  });
}

/** A slice with another signature, and what it is a signature of. */
const signedBy = (bytes, signature) => {
  const end = bytes.indexOf(10);
  const text = Buffer.from(bytes.subarray(0, end)).toString().replace(/\.[^.]*$/, "");
  const head = `${text}.${Buffer.from(signature).toString("base64url")}`;
  return { text, bytes: new Uint8Array(Buffer.concat([Buffer.from(head), bytes.subarray(end)])) };
};

for (const [build, { loadSlice, PolicyError }] of Object.entries(builds)) {
  const refuses = async (bytes, jwk, kind) => {
    const error = await loadSlice(bytes, { ...expect, keys: { keys: [jwk] } }).then(() => "loaded", (error) => error);
    assert.ok(error instanceof PolicyError, `${kind}: ${error}`);
    assert.equal(error.kind, kind);
  };

  test(`${build}: a key of small order verifies nothing, whatever the host says`, async () => {
    const nothing = Buffer.concat([smallPoints[0], Buffer.alloc(32)]);
    const { text, bytes } = signedBy(await signedSlice(), nothing);
    for (const point of smallPoints) {
      const jwk = { ...keys.keys[0], x: point.toString("base64url") };
      await refuses(bytes, jwk, "key-weak");
    }
    const neutral = { kty: "OKP", crv: "Ed25519", x: smallPoints[0].toString("base64url") };
    assert.ok(verify(null, Buffer.from(text), createPublicKey({ key: neutral, format: "jwk" }), nothing));
  });

  test(`${build}: an R of small order does not hold, whatever s goes with it`, async () => {
    const slices = await Promise.all(Array.from({ length: 200 }, (_, at) => signedSlice("plain", { atS: nowS - at })));
    const textOf = (turn) => signedBy(slices[turn], []).text;
    for (const [mixed, small] of [[false, 0], [true, 0], [true, 1], [true, 2], [true, 4]]) {
      const { x, signed: forged } = forger({ mixed });
      const jwk = { ...keys.keys[0], x };
      const made = (r, by) => {
        const { text, signature } = forged(textOf, { r, small: by });
        return signedBy(slices.find((bytes) => signedBy(bytes, []).text === text), signature).bytes;
      };
      // The key itself is good.
      assert.equal((await loadSlice(made(5n, 0), { ...expect, keys: { keys: [jwk] } })).revision, 7);
      await refuses(made(0n, small), jwk, "head-signature");
    }
  });

  test(`${build}: a key that is not for signatures, or private, verifies no bundle`, async () => {
    for (const by of Object.values(signers)) {
      const bytes = await signedSlice("plain", { by });
      await refuses(bytes, { ...by.jwk, use: "enc" }, "key-unsupported");
      await refuses(bytes, { ...by.jwk, key_ops: ["verify", "sign"] }, "key-unsupported");
      await refuses(bytes, { ...by.jwk, alg: undefined }, "key-unsupported");
      await refuses(bytes, { ...by.jwk, d: by.jwk.x }, "key-private");
      await refuses(bytes, { ...by.jwk, x: by.jwk.x.slice(1) }, "key-not-public");
    }
  });
}

for (const [build, { follow, loadBundle, loadSlice, verifySecret, PolicyError }] of Object.entries(builds)) {
  test(`${build}: whatever is given, what is thrown is of the one class`, async () => {
    const slice = await signedSlice();
    const bytes = await signed(payload("plain.whole"));
    const freed = async (load) => {
      const found = await load();
      found.free();
      return found;
    };
    const snapshot = () => freed(() => loadBundle(bytes, whole));
    const held = await loadBundle(bytes, whole);
    const ring = { keys: [] };
    ring.keys.push(ring);
    const cases = [
      ["a buffer", () => loadSlice(slice.buffer, expect), "bad-input"],
      ["a buffer of a whole", () => loadBundle(bytes.buffer, whole), "bad-input"],
      ["larger units", () => loadSlice(new Uint16Array(slice), expect), "bad-input"],
      ["no bytes", () => loadSlice(undefined, expect), "bad-input"],
      ["a text", () => loadBundle("x", whole), "bad-input"],
      ["no expectation", () => loadSlice(slice), "bad-input"],
      ["no expectation of a whole", () => loadBundle(bytes, null), "bad-input"],
      ["no issuer", () => loadSlice(slice, { keys }), "bad-input"],
      ["a secret, and no expectation", () => verifySecret("a.b.c", keys), "bad-input"],
      ["a secret, and no keys", () => verifySecret("a.b.c", undefined, { issuer: "i", audience: "a" }), "key-set"],
      ["a secret, and a ring", () => verifySecret("a.b.c", ring, { issuer: "i", audience: "a" }), "key-set"],
      ["a freed snapshot's revision", async () => (await snapshot()).revision, "internal"],
      ["a freed snapshot", async () => (await snapshot()).decide({ action: "a", resource: "doc:a" }), "internal"],
      ["a snapshot freed twice", async () => (await snapshot()).free(), "internal"],
      ["a slice freed twice", async () => (await freed(() => loadSlice(slice, expect))).free(), "internal"],
      ["no question", async () => held.check(), "internal"],
      ["nobody to follow", async () => follow({ url: "nowhere", secret: "" }), "bad-input"],
    ];
    if (held.explain !== undefined) cases.push(["nothing to explain", async () => held.explain(), "internal"]);
    for (const [what, call, kind] of cases) {
      const error = await call().then(() => "nothing", (error) => error);
      assert.ok(error instanceof PolicyError, `${what}: ${error}`);
      assert.equal(error.kind, kind, what);
    }
    // Of another realm.
    const foreign = runInNewContext("Uint8Array.from(bytes)", { bytes: [...slice] });
    assert.equal((await loadSlice(foreign, expect)).revision, 7);
  });
}

test("of a slice for several kinds of secret, one is asked for", async () => {
  const make = () => signed(payload("plain.slice"), { claims: { aud: "slice", scope: "slice", uid: UID } });
  const { loadSlice } = builds.core;
  const full = await loadSlice(await make(), { ...expect, kind: "full" });
  const reads = await loadSlice(await make(), { ...expect, kind: "reads" });
  assert.deepEqual([full.can("can_write", "doc:a"), reads.can("can_write", "doc:a")], [true, false]);
  assert.deepEqual([full.can("can_read", "doc:a"), reads.can("can_read", "doc:a")], [true, true]);
  assert.deepEqual(reads.listObjects("can_write", "doc").found, []);
});

test("conditions are for the full build", async () => {
  for (const build of ["core", "ed25519"]) {
    const { loadBundle, loadSlice } = builds[build];
    await assert.rejects(loadSlice(await signedSlice("conditions"), expect), { kind: "payload-unsupported" });
    await assert.rejects(loadBundle(await signed(payload("conditions.whole")), whole), { kind: "payload-unsupported" });
  }
  const slice = await builds.full.loadSlice(await signedSlice("conditions"), expect);
  const at = (hour) => slice.can("can_read", "doc:d", { hour });
  assert.deepEqual([at(8), at(9), at(16), at(17)], [false, true, true, false]);
  assert.equal(slice.can("can_read", "doc:d"), false);
});

test("the full build lists and explains, and takes models", async () => {
  const { Engine, Model, loadBundle, PolicyError } = builds.full;
  const snapshot = await loadBundle(await signed(payload("plain.whole")), whole);
  assert.deepEqual(snapshot.listObjects({ subject: SUBJECT, relation: "can_read", type: "doc" }).found, ["doc:a", "doc:b"]);
  assert.deepEqual(snapshot.listUsers({ object: "doc:d", relation: "owner", kind: "user" }).found, ["user:bob"]);
  const question = { subject: SUBJECT, relation: "can_read", object: "doc:a" };
  assert.equal(snapshot.explain(question).answer, "allowed");
  assert.throws(() => snapshot.listObjects({ subject: SUBJECT, relation: "x", type: "doc" }), PolicyError);
  assert.equal(new Engine(world("plain")).check(SUBJECT, "can_read", "doc:a").allowed, true);
  assert.throws(() => new Model("model\n  schema 1.1\ntype a\n  relations\n    define b: c\n"), (error) => {
    assert.ok(error instanceof PolicyError);
    assert.equal(error.kind, "bad-model");
    return error.errors.length > 0;
  });
});

test("more questions than are remembered have answers still", async () => {
  const slice = await builds.core.loadSlice(await signedSlice(), expect);
  for (let at = 0; at < 250_000; at += 1) assert.equal(slice.can("can_read", `doc:none${at}`), false);
  assert.equal(slice.can("can_read", "doc:a"), true);
});

test("however many actions there are, each has its own answer", async () => {
  const answers = { can_read: [true, true, false], can_write: [true, false, false] };
  // More than are asked about together, and more than have numbers, before those that have answers.
  for (const others of [0, 1, 14, 15, 31, 1100]) {
    const slice = await builds.core.loadSlice(await signedSlice(), expect);
    for (let at = 0; at < others; at += 1) assert.equal(slice.can(`no_such${at}`, "doc:a"), false, `${others}`);
    for (const again of [1, 2]) {
      for (const [action, expected] of Object.entries(answers)) {
        const found = ["doc:a", "doc:b", "doc:c"].map((resource) => slice.can(action, resource));
        assert.deepEqual(found, expected, `${action}, ${others} others, ${again}`);
      }
    }
  }
});

test("a module that is none is an error, and the right one may come after", async () => {
  const fresh = (name) => import(`${new URL(`file://${join(folder, "dist/node/index.mjs")}`)}?${name}`);
  const module = readFileSync(join(folder, "dist/core.wasm"));
  const { init, loadSlice } = await fresh("module");
  const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
  const typed = (body, type) => new Response(body, { headers: { "content-type": type } });
  const brokenOff = () => {
    let pieces = 0;
    const pull = (stream) => (pieces++ === 0 ? stream.enqueue(module.subarray(0, 1000)) : stream.error(new TypeError("gone")));
    return new ReadableStream({ pull });
  };
  for (const [what, source, kind] of [
    ["cut short", module.subarray(0, module.length / 2), "module-malformed"],
    ["no module", new TextEncoder().encode("<!doctype html>"), "module-malformed"],
    ["another module", empty, "module-malformed"],
    ["cut short as it comes", typed(module.subarray(0, module.length / 2), "application/wasm"), "module-malformed"],
    ["no module as it comes", typed("<!doctype html>", "application/wasm"), "module-malformed"],
    ["another module as it comes", typed(empty, "application/wasm"), "module-malformed"],
    ["a page in its place", typed("<!doctype html>", "text/html"), "module-malformed"],
    ["broken off", new Response(brokenOff()), "module-unavailable"],
    ["broken off as it comes", typed(brokenOff(), "application/wasm"), "module-unavailable"],
    ["not found", new Response("", { status: 404 }), "module-unavailable"],
    ["out of reach", "http://127.0.0.1:9/core.wasm", "module-unavailable"],
  ]) {
    await assert.rejects(init(source), { name: "PolicyError", kind }, what);
  }
  await assert.rejects(init(Promise.reject(new TypeError("offline"))), { kind: "module-unavailable" });
  // By another word the host would not compile it as it comes.
  await (await fresh("octets")).init(typed(module, "application/octet-stream"));
  await (await fresh("stream")).init(typed(module, "application/wasm"));
  await init(new Response(module));
  await init();
  const slice = await loadSlice(await signedSlice(), expect);
  assert.equal(slice.can("can_read", "doc:a"), true);
});
