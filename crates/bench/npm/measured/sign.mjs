// Keys, secrets and bundles to measure with, made by the host's WebCrypto.

const ENCODER = new TextEncoder();
const ALGORITHMS = {
  EdDSA: { key: { name: "Ed25519" }, sign: { name: "Ed25519" } },
  ES256: { key: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } },
};
export const ISSUER = "https://tidegate.example";

/** RFC 4648 §5, without padding. */
function base64url(bytes) {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
const json = (value) => base64url(ENCODER.encode(JSON.stringify(value)));

/** A key pair for secrets, or for bundles, and its entry in a key set. */
export async function signer(alg, kid, tidegate_use) {
  const { key, sign } = ALGORITHMS[alg];
  const pair = await crypto.subtle.generateKey(key, true, ["sign", "verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwk = { kty, crv, x, y, use: "sig", alg, kid, tidegate_use };
  return {
    jwk: JSON.parse(JSON.stringify(jwk)),
    async jws(typ, claims) {
      const message = `${json({ typ, alg, kid })}.${json(claims)}`;
      const signature = await crypto.subtle.sign(sign, pair.privateKey, ENCODER.encode(message));
      return `${message}.${base64url(new Uint8Array(signature))}`;
    },
  };
}

/** A bundle of a payload. */
export async function bundle(signer, payload, claims) {
  const sha256 = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", payload)));
  const head = await signer.jws("tidegate-bundle+jwt", { iss: ISSUER, ...claims, sha256, length: payload.length });
  const line = ENCODER.encode(`${head}\n`);
  const all = new Uint8Array(line.length + payload.length);
  all.set(line);
  all.set(payload, line.length);
  return all;
}

/** Seconds since the epoch. */
export const nowS = () => Math.floor(Date.now() / 1000);
