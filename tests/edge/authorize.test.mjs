// `authorize` of `@tidegate/policy/edge` before a control plane that is made up here: when it asks, what it keeps, and
// that every doubt is a refusal. Under workerd, before the real one: `tests/it/edge.rs`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { authorize, key, text, world } from "./world.mjs";

const vectors = JSON.parse(readFileSync(new URL("../vectors/routes/routes.json", import.meta.url), "utf8"));

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
    ["/a", "POST", 405],
    ["/a/b", "GET", 404],
    ["/a/", "GET", 400],
    ["/%61", "GET", 200],
    ["/a?x=/../b", "GET", 200],
    // Captured, and no name of an object.
    [`/${"a".repeat(2000)}`, "GET", 400],
    [`/${"a".repeat(9000)}`, "GET", 414],
    [`/a?${"a".repeat(9000)}`, "GET", 414],
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

test("routes: a path that the host has left as it came is decided on as it is sent, or not at all", async () => {
  const at = await world();
  const secret = await at.secret();
  const { headers } = new Request(at.url, { headers: { authorization: `Bearer ${secret}` } });
  const route = [...at.options.route, { path: "/", resource: "doc:a", actions: { GET: "owner" }, query: "any" }];
  const cases = [
    ["https://edge.example/a", 200],
    ["https://edge.example/a?x=/../b'", 200],
    ["https://EDGE.example:443/a", 200],
    ["https://edge.example", 200],
    ["https://edge.example?x=1", 200],
    ["https://edge.example/%61", 200],
    // Encoded or not, it is one text.
    ['https://edge.example/a"^{', 403],
    ["https://edge.example/b/../a", 400],
    ["https://edge.example/b/%2e%2E/a", 400],
    ["https://edge.example/./a", 400],
    ["https://edge.example\\a", 400],
    ["https://edge.example/b\\..\\a", 400],
    ["https://edge.example/b\\..\\..\\a?x", 400],
    ["https://edge.example/\ta", 400],
    ["https:/\\edge.example/a", 400],
    ["https:edge.example/a", 400],
  ];
  for (const [url, expected] of cases) {
    const found = await authorize({ url, method: "GET", headers }, { ...at.options, route });
    assert.equal(found.allowed ? 200 : found.status, expected, url);
  }
});

/** A refusal as the vectors have it. */
function told({ status, allow, problem }) {
  const word = problem.type.replace(/^.*:/, "");
  if (word === "query-not-allowed") return { status, problem: word };
  return allow === null ? { status } : { status, allow };
}

test("routes: as the gateway reads them", async () => {
  const at = await world();
  const secret = await at.secret();
  let count = 0;
  for (const { routes: route, cases } of vectors.tables) {
    // Whatever the order they are written in.
    for (let turn = 0; turn < route.length; turn += 1) {
      for (const [method, path, expected] of cases) {
        const found = await at.ask(secret, path, method, { route });
        assert.deepEqual(found.allowed ? found.target : told(found), expected, `${method} ${path}`);
        count += 1;
      }
      route.push(route.shift());
    }
  }
  assert.ok(count > 300, `${count}`);
  // By a table that cannot be read nothing is allowed.
  const actions = { GET: "owner" };
  const query = "any";
  const lines = (paths) => paths.map((path) => ({ path, resource: "doc:a", actions, query }));
  const tables = [...vectors.ambiguous.map(lines), ...vectors.malformed_paths.map((path) => lines([path]))];
  const { path, resources } = vectors.malformed_resources;
  tables.push(...resources.map((resource) => [{ path, resource, actions, query }]));
  tables.push(...[undefined, null, "all", "", 1, {}].map((query) => [{ path: "/a", resource: "doc:a", actions, query }]));
  for (const route of tables) refused(await at.ask(secret, "/a", "GET", { route }), 500, "routes");
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
  for (let turn = 1; turn <= 9; turn += 1) {
    at.now += 60;
    assert.equal((await at.ask(secret)).allowed, true);
    await Promise.all(at.waiting);
    assert.equal(at.told, turn);
  }
  // Its signature is good no longer: it is fetched, newly signed, and then good for as long again.
  for (const told of [9, 10]) {
    at.now += 60;
    assert.equal((await at.ask(secret)).allowed, true);
    await Promise.all(at.waiting);
    assert.equal(at.told, told);
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

test("a bundle is held against the keys of today, newest or not", async () => {
  const at = await world();
  const secret = await at.secret();
  at.tag = '"7-a"';
  const fetched = () => at.asked.filter((path) => path === "/v1/bundle").length;
  assert.equal((await at.ask(secret)).allowed, true);
  const [ofSecrets, ofBundles] = at.keys;
  const next = await key("bundles-2", { tidegate_use: "bundle" });
  // Signed by the new key: it is the same bundle, and not told to be.
  at.keys = [ofSecrets, next];
  at.now += 60;
  assert.equal((await at.ask(secret)).allowed, true);
  await Promise.all(at.waiting);
  assert.deepEqual([at.told, fetched()], [0, 2]);
  at.now += 60;
  assert.equal((await at.ask(secret)).allowed, true);
  await Promise.all(at.waiting);
  assert.deepEqual([at.told, fetched()], [1, 3]);
  // Signed by a key that is not in the set any more, it is renewed by nothing.
  at.keys = [ofSecrets];
  at.signer = ofBundles;
  for (let turn = 0; turn < 5; turn += 1) {
    at.now += 60;
    assert.equal((await at.ask(secret)).allowed, true);
    await Promise.all(at.waiting);
  }
  assert.equal(at.told, 1);
  at.now += 1;
  refused(await at.ask(secret), 503, "head-unknown-key");
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

test("keys that are given are the ones believed, and nobody else's snapshot is decided by", async () => {
  const at = await world();
  const secret = await at.secret();
  const own = { keys: at.keys.map(({ jwk }) => jwk) };
  const strangers = { keys: (await world()).keys.map(({ jwk }) => jwk) };
  const bundles = () => at.asked.filter((path) => path === "/v1/bundle").length;
  for (const keys of [undefined, own, structuredClone(own)]) {
    assert.equal((await at.ask(secret, "/a", "GET", { keys })).allowed, true);
  }
  assert.equal(bundles(), 2);
  refused(await at.ask(secret, "/a", "GET", { keys: strangers }), 503, "signature");
  refused(await at.ask(secret, "/a", "GET", { keys: { keys: [] } }), 503, "unknown_key");
  // Written to, they are others.
  own.keys.shift();
  refused(await at.ask(secret, "/a", "GET", { keys: own }), 503, "unknown_key");
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
