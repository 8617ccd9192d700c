// Keys of a control plane, and what it signs with them.

import { createHash, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";

const { subtle } = webcrypto;
const vectors = new URL("../vectors/bundles/", import.meta.url);
const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

export const ISSUER = "https://tidegate.example";
export const SUBJECT = "user:ann";
export const UID = "00000000-0000-0000-0000-000000000001";

/** A payload of `tests/vectors/bundles`. */
export const payload = (name) => readFileSync(new URL(`${name}.bin`, vectors));
export const world = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, vectors), "utf8"));

const ED25519 = { alg: "EdDSA", key: { name: "Ed25519" }, sign: { name: "Ed25519" } };
const P256 = { alg: "ES256", key: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } };

export async function signer(kid = "bundles-1", algorithm = ED25519, purpose = { tidegate_use: "bundle" }) {
  const pair = await subtle.generateKey(algorithm.key, true, ["sign", "verify"]);
  const jwk = await subtle.exportKey("jwk", pair.publicKey);
  return { algorithm, kid, pair, jwk: { ...jwk, use: "sig", alg: algorithm.alg, kid, ...purpose } };
}

export const signers = { ed25519: await signer(), p256: await signer("bundles-2", P256) };
export const keys = { keys: Object.values(signers).map(({ jwk }) => jwk) };

const nowS = () => Math.floor(Date.now() / 1000);

/** A bundle of a payload; claims and header may be others. */
export async function signed(body, { by = signers.ed25519, claims = {}, header = {}, atS = nowS() } = {}) {
  const head = { typ: "tidegate-bundle+jwt", alg: by.algorithm.alg, kid: by.kid, ...header };
  const all = {
    iss: ISSUER,
    aud: "gateway",
    sub: SUBJECT,
    scope: "whole",
    revision: 7,
    iat: atS,
    exp: atS + 600,
    sha256: base64url(createHash("sha256").update(body).digest()),
    length: body.length,
    ...claims,
  };
  return new Uint8Array(Buffer.concat([Buffer.from(`${await jws(by, head, all)}\n`), body]));
}

async function jws({ algorithm, pair }, header, claims) {
  const message = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  const signature = await subtle.sign(algorithm.sign, pair.privateKey, Buffer.from(message));
  return `${message}.${base64url(new Uint8Array(signature))}`;
}

/** Whose signatures of secrets are believed. */
export const ofSecrets = await signer("secrets-1", ED25519, {});

/** A secret that holds under that key. */
export const signedSecret = (claims = {}) =>
  jws(ofSecrets, { typ: "tidegate+jwt", alg: "EdDSA", kid: ofSecrets.kid }, {
    iss: ISSUER,
    aud: ["gateway"],
    sub: SUBJECT,
    uid: UID,
    jti: "00000000-0000-0000-0000-0000000000aa",
    iat: nowS(),
    kind: "full",
    ...claims,
  });

/** The slice of `user:ann`, for her secrets of the kind `full`. */
export const signedSlice = (name = "plain", { claims = {}, ...more } = {}) =>
  signed(payload(`${name}.full`), { ...more, claims: { aud: "slice", scope: "slice", uid: UID, ...claims } });

/** What leads from it to the next revision. */
export const signedChange = (name = "plain", { claims = {}, ...more } = {}) =>
  signed(payload(`${name}.change`), {
    ...more,
    claims: { aud: "slice", scope: "change", uid: UID, from: 7, revision: 8, ...claims },
  });

/** What a secret of hers looks like to who holds it; nobody here asks whether it is one. */
export function secret(claims = {}) {
  const all = { iss: ISSUER, sub: SUBJECT, uid: UID, kind: "full", ...claims };
  return `${base64url('{"typ":"tidegate+jwt"}')}.${base64url(JSON.stringify(all))}.`;
}
