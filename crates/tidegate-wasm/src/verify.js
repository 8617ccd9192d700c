// Verifies a bundle's signature by the host's WebCrypto, and hands what it holds back to the engine.
// The only way to `verifiedByHost` goes by a signature that holds: whatever else happens throws.

import { PolicyError } from "./error.js";

/** What bundles may be signed with (RFC 8037, RFC 7518): how a key is imported, and how it verifies. */
const ALGORITHMS = {
  EdDSA: {
    kty: "OKP",
    crv: "Ed25519",
    key: { name: "Ed25519" },
    verify: { name: "Ed25519" },
    elsewhere: ": @tidegate/policy/ed25519 has it inside",
  },
  ES256: {
    kty: "EC",
    crv: "P-256",
    key: { name: "ECDSA", namedCurve: "P-256" },
    verify: { name: "ECDSA", hash: "SHA-256" },
    elsewhere: "",
  },
};

const refused = (kind, message, options) => new PolicyError(kind, message, options);

/**
 * The key of the last bundle, with what it was made of: the next one is mostly of the same, and it is looked at what the
 * key set says then.
 */
let last = { text: "", key: undefined };

/** A key that the host takes, or why there is none. */
async function imported(jwk, algorithm) {
  const text = JSON.stringify(jwk);
  if (text === last.text) return last.key;
  try {
    const key = await crypto.subtle.importKey("jwk", jwk, algorithm.key, false, ["verify"]);
    last = { text, key };
    return key;
  } catch (cause) {
    // There is no WebCrypto on pages that came without TLS, and in older browsers none that has Ed25519.
    const known = cause?.name === "DataError" || cause?.name === "SyntaxError";
    if (known) throw refused("head-unknown-key", "the head's key is malformed", { cause });
    throw refused("crypto-unsupported", `this host has no ${algorithm.key.name}${algorithm.elsewhere}`, { cause });
  }
}

async function verified(bundle, keys) {
  const { keyId, algorithm: named, message, signature, payload } = bundle.parts();
  const known = (keys?.keys ?? []).filter((key) => key.kid === keyId && key.tidegate_use === "bundle");
  if (known.length !== 1) throw refused("head-unknown-key", "the head's key is unknown, or not for bundles");
  const [{ kty, crv, x, y, alg }] = known;
  const algorithm = Object.hasOwn(ALGORITHMS, named) ? ALGORITHMS[named] : undefined;
  // The key says which algorithm is used; the head can only agree.
  if (algorithm === undefined || algorithm.kty !== kty || algorithm.crv !== crv || (alg ?? named) !== named) {
    throw refused("head-algorithm", "the head's algorithm is not its key's");
  }
  const jwk = y === undefined ? { kty, crv, x } : { kty, crv, x, y };
  const key = await imported(jwk, algorithm);
  const { subtle } = crypto;
  // At once: a host works on both, and each takes as long as to load a change.
  const [holds, sha256] = await Promise.all([
    subtle.verify(algorithm.verify, key, signature, message),
    subtle.digest("SHA-256", payload),
  ]);
  if (holds !== true) throw refused("head-signature", "the head's signature does not hold");
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
