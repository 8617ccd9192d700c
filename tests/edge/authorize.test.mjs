// `authorize` of `@tidegate/policy/edge` before a control plane that is made up here: when it asks, what it keeps, and
// that every doubt is a refusal. Under workerd, before the real one: `tests/it/edge.rs`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const npm = process.env.TIDEGATE_NPM ?? new URL("../../target/npm/policy", import.meta.url).pathname;
const { authorize } = await import(pathToFileURL(join(npm, "dist/node/edge.mjs")));
const { subtle } = globalThis.crypto;

const ISSUER = "https://tidegate.example";
const payload = readFileSync(new URL("../vectors/bundles/plain.whole.bin", import.meta.url));
const text = (bytes) => Buffer.from(bytes).toString("base64url");

async function key(kid, use) {
  const { privateKey, publicKey } = await subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
  const { kty, crv, x } = await subtle.exportKey("jwk", publicKey);
  return { kid, privateKey, jwk: { kty, crv, x, use: "sig", alg: "EdDSA", kid, ...use } };
}

async function sign({ kid, privateKey }, typ, claims) {
  const message = `${text(JSON.stringify({ typ, alg: "EdDSA", kid }))}.${text(JSON.stringify(claims))}`;
  const signature = await subtle.sign({ name: "Ed25519" }, privateKey, Buffer.from(message));
  return `${message}.${text(signature)}`;
}

let places = 0;

/** A control plane, its keys, and a clock. */
async function world() {
  places += 1;
  const url = `https://control-${places}.example`;
  const keys = [await key("secrets-1", {}), await key("bundles-1", { tidegate_use: "bundle" })];
  const sum = text(await subtle.digest("SHA-256", payload));
  const self = {
    now: 1_700_000_000,
    asked: [],
    gone: false,
    /** What is changed of the bundle's head. */
    head: {},
    status: 200,
    url,
    keys,
    async secret(changes = {}, by = keys[0]) {
      const claims = {
        iss: ISSUER,
        aud: ["gateway"],
        sub: "user:ann",
        uid: "00000000-0000-0000-0000-000000000001",
        jti: "00000000-0000-0000-0000-0000000000aa",
        iat: 1_600_000_000,
        kind: "full",
        ...changes,
      };
      return sign(by, "tidegate+jwt", claims);
    },
    async fetch(input, init) {
      const { pathname } = new URL(input);
      self.asked.push(pathname);
      if (self.gone || (self.withoutKeys && pathname !== "/v1/bundle")) throw new TypeError("fetch failed");
      if (pathname === "/.well-known/jwks.json") return Response.json({ keys: self.keys.map(({ jwk }) => jwk) });
      assert.equal(pathname, "/v1/bundle");
      assert.equal(init.headers.authorization, `Bearer ${self.options.nodeSecret}`);
      const head = await sign(self.keys[1], "tidegate-bundle+jwt", {
        iss: ISSUER,
        aud: "gateway",
        sub: "node:edge",
        scope: "whole",
        revision: 7,
        iat: self.now,
        exp: self.now + 600,
        sha256: sum,
        length: payload.length,
        ...self.head,
      });
      if (self.tag !== undefined && init.headers["if-none-match"] === self.tag) {
        self.told += 1;
        return new Response(null, { status: 304, headers: { etag: self.tag } });
      }
      const headers = self.tag === undefined ? {} : { etag: self.tag };
      return new Response(Buffer.concat([Buffer.from(`${head}\n`), payload]), { status: self.status, headers });
    },
    waiting: [],
    /** How often it has told that nothing is new. */
    told: 0,
    async ask(secret, path = "/a", method = "GET", more = {}) {
      const headers = secret === undefined ? {} : { authorization: secret.includes(" ") ? secret : `Bearer ${secret}` };
      const request = new Request(`https://edge.example${path}`, { method, headers });
      const found = await authorize(request, { ...self.options, ...more });
      if (found.allowed) return found;
      const { status, response, reason } = found;
      assert.equal(response.status, status);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.equal(response.headers.get("cache-control"), "no-store");
      const challenge = response.headers.get("www-authenticate");
      return { status, reason, challenge, problem: await response.json() };
    },
  };
  self.options = {
    url,
    nodeSecret: await self.secret({ sub: "node:edge", aud: ["control"], kind: "node" }),
    route: [{ path: "/{doc}", resource: "doc:{doc}", actions: { GET: "owner" } }],
    fetch: self.fetch,
    now: () => self.now,
    waitUntil: (promise) => self.waiting.push(promise),
  };
  return self;
}

function refused(found, status, reason) {
  assert.deepEqual([found.status, found.reason], [status, reason]);
}

test("allows with an identity, and asks the control plane once", async () => {
  const at = await world();
  const secret = await at.secret();
  for (let turn = 0; turn < 3; turn += 1) {
    const found = await at.ask(secret);
    assert.equal(found.allowed, true);
    assert.deepEqual(found.target, { action: "owner", resource: "doc:a" });
    assert.equal(found.revision, 7);
    assert.equal(found.identity.subject, "user:ann");
    assert.equal(found.identity.kind, "full");
  }
  assert.deepEqual(at.asked, ["/.well-known/jwks.json", "/v1/bundle"]);
});

test("refuses with one answer for each status", async () => {
  const at = await world();
  const other = await key("secrets-2", {});
  const uid = "00000000-0000-0000-0000-0000000000ff";
  const cases = [
    [undefined, 401, "no-anonymous"],
    ["x", 401, "malformed"],
    ["Basic eDp5", 401, "scheme"],
    [`Bearer ${await at.secret()}, Bearer x`, 401, "malformed"],
    [await at.secret({}, other), 401, "unknown_key"],
    [await at.secret({}, { ...other, kid: "secrets-1" }), 401, "signature"],
    [await at.secret({}, at.keys[1]), 401, "unknown_key"],
    [await at.secret({ exp: at.now }), 401, "expired"],
    [await at.secret({ nbf: at.now + 1 }), 401, "not_yet_valid"],
    [await at.secret({ iat: at.now + 61 }), 401, "issued_ahead"],
    [await at.secret({ iss: "https://other.example" }), 401, "issuer"],
    [await at.secret({ aud: ["control"] }), 401, "audience"],
    [await at.secret({ uid }), 401, "other-uid"],
    [await at.secret({ sub: "user:nobody" }), 401, "unknown-principal"],
    [await at.secret({ sub: "nobody" }), 401, "subject"],
    [await at.secret({ narrow: { objects: ["nowhere"] } }), 401, "narrow"],
    [await at.secret({ kind: "none" }), 403, "unknown-kind"],
    [await at.secret({ narrow: { actions: ["blocked"] } }), 403, "scope-action"],
    [await at.secret({ narrow: { objects: ["doc:b"] } }), 403, "scope-object"],
    [await at.secret({ narrow: { actions: [] } }), 403, "scope-action"],
  ];
  const answers = new Map();
  for (const [secret, status, reason] of cases) {
    const found = await at.ask(secret);
    refused(found, status, reason);
    if (secret === undefined) assert.equal(found.challenge, 'Bearer realm="tidegate"');
    const { challenge, problem } = found;
    const answer = JSON.stringify([secret === undefined, challenge, problem]);
    answers.set(`${status} ${secret === undefined}`, (answers.get(`${status} ${secret === undefined}`) ?? new Set()).add(answer));
  }
  for (const [status, found] of answers) assert.equal(found.size, 1, status);
  const narrowed = await at.secret({ narrow: { actions: ["owner"], objects: ["doc:a"] } });
  assert.equal((await at.ask(narrowed)).allowed, true);
});

test("routes: by a table, or by a function; what is ambiguous is refused", async () => {
  const at = await world();
  const secret = await at.secret();
  const cases = [
    ["/a", "HEAD", 200],
    ["/a", "POST", 404],
    ["/a", "constructor", 404],
    ["/", "GET", 400],
    ["/a/", "GET", 400],
    ["/a/b", "GET", 404],
    ["//a", "GET", 400],
    ["/a%2Fb", "GET", 400],
    ["/a%252Fb", "GET", 400],
    ["/a%5Cb", "GET", 400],
    ["/a%00", "GET", 400],
    ["/%ff", "GET", 400],
    ["/..;/a", "GET", 400],
    ["/a:b", "GET", 400],
    ["/a%20b", "GET", 400],
    ["/%61", "GET", 200],
    ["/a?x=/../b", "GET", 200],
  ];
  for (const [path, method, expected] of cases) {
    const found = await at.ask(secret, path, method);
    assert.equal(found.allowed ? 200 : found.status, expected, `${method} ${path}`);
  }
  const route = async (request) => (request.method === "GET" ? { action: "owner", resource: "doc:a" } : undefined);
  assert.equal((await at.ask(secret, "/x/y/z", "GET", { route })).allowed, true);
  refused(await at.ask(secret, "/x", "POST", { route }), 404, "no-route");
  const bad = [() => ({ action: "owner", resource: "doc" }), () => ({}), () => { throw new Error("x"); }];
  for (const wrong of bad) assert.equal((await at.ask(secret, "/a", "GET", { route: wrong })).status, 500);
});

test("the bundle is renewed in time, used no longer than it may be, and never without its signature", async () => {
  const at = await world();
  const secret = await at.secret();
  const bundles = () => at.asked.filter((path) => path === "/v1/bundle").length;
  assert.equal((await at.ask(secret)).allowed, true);
  at.now += 59;
  assert.equal((await at.ask(secret)).allowed, true);
  assert.equal(bundles(), 1);
  // Renewed behind the request that finds it a minute old.
  at.now += 1;
  assert.equal((await at.ask(secret)).allowed, true);
  await Promise.all(at.waiting);
  assert.equal(bundles(), 2);
  at.gone = true;
  for (const later of [60, 100, 140]) {
    at.now += later;
    assert.equal((await at.ask(secret)).allowed, true);
    await Promise.all(at.waiting);
  }
  at.now += 1;
  refused(await at.ask(secret), 503, "keys-unavailable");
  // One failure is enough for a second.
  const before = at.asked.length;
  refused(await at.ask(secret), 503, "keys-unavailable");
  assert.equal(at.asked.length, before);
  at.gone = false;
  at.now += 1;
  assert.equal((await at.ask(secret)).allowed, true);

  const wrong = [
    [{ iss: "https://other.example" }, "issuer"],
    [{ sub: "node:other" }, "subject"],
    [{ aud: "slice" }, "audience"],
    [{ scope: "slice", uid: "00000000-0000-0000-0000-000000000001" }, "scope"],
    [{ exp: 1, iat: 0 }, "expired"],
    [{ sha256: text(new Uint8Array(32)) }, "digest"],
    [{ length: 1 }, "length"],
    [{ revision: -1 }, "head-claims"],
  ];
  for (const [head, reason] of wrong) {
    const other = await world();
    other.head = head;
    refused(await other.ask(await other.secret()), 503, reason);
    other.head = {};
    other.now += 1;
    assert.equal((await other.ask(await other.secret())).allowed, true);
  }
  // One that was signed long ago counts from then on, and not from when it came.
  const replayed = await world();
  replayed.head = { iat: replayed.now - 361, exp: replayed.now + 100 };
  assert.equal((await replayed.ask(await replayed.secret())).status, 503);
});

test("an older bundle is refused while a newer one is in force", async () => {
  const at = await world();
  const secret = await at.secret();
  at.head = { revision: 8 };
  assert.equal((await at.ask(secret)).revision, 8);
  at.head = { revision: 7 };
  at.now += 100;
  assert.equal((await at.ask(secret)).revision, 8);
  await Promise.all(at.waiting);
  assert.equal((await at.ask(secret)).revision, 8);
});

test("a control plane of other keys, or that refuses, is not believed", async () => {
  const at = await world();
  const strangers = await world();
  at.keys = strangers.keys;
  refused(await at.ask(await at.secret()), 503, "signature");
  const refusing = await world();
  refusing.status = 401;
  refused(await refusing.ask(await refusing.secret()), 503, "bundle-http-401");
  const large = await world();
  refused(await large.ask(await large.secret(), "/a", "GET", { maxBundleBytes: 100 }), 503, "too-long");
});

test("keys: one that is new is fetched, seldom; one that is gone verifies no more", async () => {
  const at = await world();
  const old = await at.secret();
  assert.equal((await at.ask(old)).allowed, true);
  const sets = () => at.asked.filter((path) => path.endsWith("jwks.json")).length;
  const next = await key("secrets-2", {});
  at.keys = [at.keys[0], at.keys[1], next];
  const fresh = await at.secret({}, next);
  refused(await at.ask(fresh), 401, "unknown_key");
  at.now += 10;
  assert.equal((await at.ask(fresh)).allowed, true);
  assert.equal(sets(), 2);
  // However often an unknown one is named.
  const unknown = await at.secret({}, { ...next, kid: "secrets-3" });
  for (let turn = 0; turn < 20; turn += 1) refused(await at.ask(unknown), 401, "unknown_key");
  assert.equal(sets(), 2);
  at.keys = [next, at.keys[1]];
  at.now += 60;
  // It is looked behind a request, and holds for the next.
  await at.ask(fresh);
  await Promise.all(at.waiting);
  refused(await at.ask(old), 401, "unknown_key");
});

test("a bundle that is still the newest is not fetched again", async () => {
  const at = await world();
  const secret = await at.secret();
  at.tag = '"7-a"';
  assert.equal((await at.ask(secret)).allowed, true);
  for (let turn = 1; turn <= 10; turn += 1) {
    at.now += 60;
    assert.equal((await at.ask(secret)).allowed, true);
    await Promise.all(at.waiting);
    assert.equal(at.told, turn);
  }
  at.tag = '"8-a"';
  at.head = { revision: 8 };
  at.now += 60;
  await at.ask(secret);
  await Promise.all(at.waiting);
  assert.equal((await at.ask(secret)).revision, 8);
  // Nobody has asked whether there is another where none is in force.
  at.now += 1000;
  assert.equal((await at.ask(secret)).allowed, true);
  assert.equal(at.told, 10);
});

test("keys are used no longer than the bundle may be", async () => {
  const at = await world();
  const secret = await at.secret();
  assert.equal((await at.ask(secret)).allowed, true);
  at.withoutKeys = true;
  for (const later of [100, 100, 100]) {
    at.now += later;
    assert.equal((await at.ask(secret)).allowed, true);
    await Promise.all(at.waiting);
  }
  at.now += 1;
  refused(await at.ask(secret), 503, "keys-unavailable");
  at.withoutKeys = false;
  at.now += 60;
  assert.equal((await at.ask(secret)).allowed, true);
});

test("a secret that was verified is held against the clock again", async () => {
  const at = await world();
  const secret = await at.secret({ exp: at.now + 10, nbf: at.now - 10 });
  assert.equal((await at.ask(secret)).allowed, true);
  at.now += 9;
  assert.equal((await at.ask(secret)).allowed, true);
  at.now += 1;
  refused(await at.ask(secret), 401, "expired");
  const { nodeSecret: _, ...options } = at.options;
  const found = await authorize(new Request("https://edge.example/a"), { ...options, nodeSecret: "x" });
  assert.equal(found.status, 503);
});

test("at the start, requests wait for one bundle", async () => {
  const at = await world();
  const secret = await at.secret();
  const found = await Promise.all(Array.from({ length: 20 }, () => at.ask(secret)));
  assert.ok(found.every(({ allowed }) => allowed));
  assert.deepEqual(at.asked, ["/.well-known/jwks.json", "/v1/bundle"]);
});
