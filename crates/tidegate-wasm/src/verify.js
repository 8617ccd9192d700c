// Keys and signatures by the host's WebCrypto: the rules of the gateway (crates/tidegate-token/src/jwks.rs, keys.rs),
// for secrets and bundles alike. A bundle whose signature holds is handed back to the engine.
// The only way to `verifiedByHost` goes by a signature that holds: whatever else happens throws.

import { PolicyError } from "./error.js";

/** Signature algorithms (RFC 8037, RFC 7518), each pinned to its keys: as WebCrypto has them. */
const ALGORITHMS = {
  EdDSA: { name: "Ed25519" },
  ES256: { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
};

/** Members that only private and symmetric keys have. */
export const PRIVATE = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];

/** The y of a point of order 8 of Ed25519 (the other's is its negative). */
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

/** Its kind says all. */
const refused = (kind) => new PolicyError(kind, `it does not verify: ${kind}`);
export const badKey = (what) => refused(`key-${what}`);

/** Whether 32 bytes are no canonical y, or one of a point of small order, under which anyone can sign (RFC 8032). */
function isWeak(bytes) {
  // Not asked then, and nothing would hold.
  if (typeof ED25519_INSIDE !== "undefined") return true;
  // What all of them end in: the rest is seldom looked at.
  if (![0x00, 0x05, 0x7a, 0x7f].includes(bytes[31] & 0x7f)) return false;
  let y = 0n;
  for (let at = 31; at >= 0; at -= 1) y = (y << 8n) | BigInt(bytes[at]);
  y &= (1n << 255n) - 1n;
  // Of the field.
  const prime = 2n ** 255n - 19n;
  return y <= 1n || y >= prime - 1n || y === ORDER_8 || y === prime - ORDER_8;
}

/** Strict base64url without padding (RFC 4648 §5): one text for each list of bytes. */
export function fromBase64url(text) {
  // What is left of a last byte is zeros.
  if (!/^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/.test(text)) return undefined;
  const characters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
  return bytes;
}

function coordinate(text) {
  const bytes = typeof text === "string" ? fromBase64url(text) : undefined;
  if (bytes?.length !== 32) throw badKey("not-public");
  return bytes;
}

/** A key that verifies, for secrets or for bundles. With none of the host's, no signature holds under it. */
export async function readKey(jwk) {
  if (PRIVATE.some((name) => jwk[name] !== undefined)) throw badKey("private");
  const { kty, crv, alg, kid, y = null, use, key_ops, tidegate_use } = jwk;
  // The package's build says so where Ed25519 is inside the engine: the host has ES256 alone, and what is for the other
  // is left out.
  const isEd = typeof ED25519_INSIDE === "undefined" && alg === "EdDSA" && kty === "OKP" && crv === "Ed25519" && y === null;
  const isEc = alg === "ES256" && kty === "EC" && crv === "P-256" && y !== null;
  const verifies = (use ?? "sig") === "sig" && [key_ops ?? []].flat().every((op) => op === "verify");
  if (!(isEd || isEc) || !verifies || (tidegate_use ?? "bundle") !== "bundle") throw badKey("unsupported");
  const x = coordinate(jwk.x);
  const bytes = isEd ? x : Uint8Array.of(4, ...x, ...coordinate(y));
  if (!/^[\w.-]{1,64}$/.test(kid ?? "")) throw badKey("id");
  if (isEd && isWeak(x)) throw badKey("weak");
  let key;
  try {
    key = await crypto.subtle.importKey("raw", bytes, ALGORITHMS[alg], false, ["verify"]);
  } catch (cause) {
    // Hosts have words for a point that is not on the curve. Whatever else it is, they cannot verify with it: there is
    // no WebCrypto on pages that came without TLS, and in older browsers none that has Ed25519.
    if (!["DataError", "SyntaxError", "OperationError"].includes(cause?.name)) {
      let message = `this host has no ${ALGORITHMS[alg].name}`;
      if (typeof ED25519_INSIDE === "undefined" && isEd) message += ": @tidegate/policy/ed25519 has it inside";
      throw new PolicyError("crypto-unsupported", message, { cause });
    }
    // Under 32 bytes that are no point of the other curve no signature holds.
    if (isEc) throw badKey("not-public");
  }
  return { algorithm: alg, forSecrets: tidegate_use !== "bundle", key };
}

/** Whether a signature holds. */
export const holds = async ({ algorithm, key }, signature, message) =>
  key !== undefined &&
  signature.length === 64 &&
  (algorithm === "ES256" || !isWeak(signature)) &&
  (await crypto.subtle.verify(ALGORITHMS[algorithm], key, signature, message)) === true;

/**
 * The key of the last bundle, with what it was made of: the next one is mostly of the same, and it is looked at what the
 * key set says then.
 */
let last = { text: "", key: undefined };

async function verified(bundle, keys) {
  const { keyId, algorithm, message, signature, payload } = bundle.parts();
  const known = (keys?.keys ?? []).filter((key) => key.kid === keyId && key.tidegate_use === "bundle");
  if (known.length !== 1) throw refused("head-unknown-key");
  const text = JSON.stringify(known[0]);
  if (text !== last.text) last = { text, key: await readKey(JSON.parse(text)) };
  const { key } = last;
  // The key says which algorithm is used; the head can only agree.
  if (key.algorithm !== algorithm) throw refused("head-algorithm");
  // At once: a host works on both, and each takes as long as to load a change.
  const [isGood, sha256] = await Promise.all([
    holds(key, signature, message),
    crypto.subtle.digest("SHA-256", payload),
  ]);
  if (!isGood) throw refused("head-signature");
  return new Uint8Array(sha256);
}

/** Once it is loaded or refused, a bundle's bytes are not kept until the collector comes by. */
export async function loaded(bundle, keys, expect, what) {
  try {
    return bundle.verifiedByHost(await verified(bundle, keys), expect, what);
  } finally {
    bundle.free();
  }
}
