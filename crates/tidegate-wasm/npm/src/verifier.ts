// Secrets, verified by the Ed25519 that is in the engine; by WebCrypto where a key of ES256 has signed.

import type { KeySet } from "./bundle.js";
import { PolicyError, asPolicyError } from "./error.js";
import { verifierOf } from "./inside.js";
import { readyKeys } from "./keys.js";
import { type Claims, type SecretExpectation, secondsOf, verifySecret as byHost } from "./secret.js";

const looked = new WeakSet<object>();

/** Points of P-256 are looked at where they are used. */
async function lookedAt(keySet: KeySet): Promise<void> {
  if (looked.has(keySet)) return;
  if (Array.isArray(keySet?.keys) && keySet.keys.some((key) => key?.kty === "EC")) await readyKeys(keySet);
  looked.add(keySet);
}

/**
 * As `verifySecret` of `@tidegate/policy`. A key set is read once for each object, which is not to be written to
 * afterwards.
 */
export async function verifySecret(secret: string, keySet: KeySet, expect: SecretExpectation): Promise<Claims> {
  const nowS = secondsOf(expect);
  // The bindings take texts alone.
  if (typeof secret !== "string") return byHost(secret, keySet, expect);
  try {
    const verifier = await verifierOf(keySet);
    await lookedAt(keySet);
    return verifier.verifySecret(secret, expect.issuer, expect.audience, nowS);
  } catch (thrown) {
    if (thrown instanceof PolicyError && thrown.kind === "host-verifies") return byHost(secret, keySet, expect);
    throw asPolicyError(thrown, "internal");
  }
}
