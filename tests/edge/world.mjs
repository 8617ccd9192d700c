// A control plane that is made up here, its keys and its clock, and a worker's questions before it. `TIDEGATE_NPM` names
// the folder of the assembled package.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const npm = process.env.TIDEGATE_NPM ?? new URL("../../target/npm/policy", import.meta.url).pathname;
export const { authorize } = await import(pathToFileURL(join(npm, "dist/node/edge.mjs")));
const { subtle } = globalThis.crypto;

const ISSUER = "https://tidegate.example";
const payload = readFileSync(new URL("../vectors/bundles/plain.whole.bin", import.meta.url));
export const text = (bytes) => Buffer.from(bytes).toString("base64url");

export async function key(kid, use) {
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
export async function world() {
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
      const head = await sign(self.signer ?? self.keys[1], "tidegate-bundle+jwt", {
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
      const allow = response.headers.get("allow");
      return { status, reason, challenge, allow, problem: await response.json() };
    },
  };
  self.options = {
    url,
    nodeSecret: await self.secret({ sub: "node:edge", aud: ["control"], kind: "node" }),
    route: [{ path: "/{doc}", resource: "doc:{doc}", actions: { GET: "owner" }, query: "any" }],
    fetch: self.fetch,
    now: () => self.now,
    waitUntil: (promise) => self.waiting.push(promise),
  };
  return self;
}
