// Secrets, verified by the Ed25519 that is in the engine; by WebCrypto where a key of ES256 has signed.

import type { KeySet } from "./bundle.js";
import { PolicyError, asPolicyError } from "./error.js";
import { verifierOf } from "./inside.js";
import { readyKeys } from "./keys.js";
import { type Claims, type SecretExpectation, secondsOf, verifySecret as byHost } from "./secret.js";

const hosts = new WeakMap<object, KeySet>();

/**
 * The keys of a set that the host verifies with, and no others: it may have no Ed25519. Whether they are points of P-256
 * is looked at by it, too.
 */
async function ofHost(keySet: KeySet): Promise<KeySet> {
  let found = hosts.get(keySet);
  if (found === undefined) {
    found = { keys: keySet.keys.filter((key) => key.kty === "EC") };
    if (found.keys.length > 0) await readyKeys(found);
    hosts.set(keySet, found);
  }
  return found;
}

/**
 * As `verifySecret` of `@tidegate/policy`. A key set is read once for each object, which is not to be written to
 * afterwards.
 */
export async function verifySecret(secret: string, keySet: KeySet, expect: SecretExpectation): Promise<Claims> {
  const nowS = secondsOf(expect);
  try {
    const verifier = await verifierOf(keySet);
    const hosted = await ofHost(keySet);
    // The bindings take texts alone.
    if (typeof secret !== "string") return await byHost(secret, hosted, expect);
    try {
      return verifier.verifySecret(secret, expect.issuer, expect.audience, nowS);
    } catch (thrown) {
      if (thrown instanceof PolicyError && thrown.kind === "host-verifies") return await byHost(secret, hosted, expect);
      throw thrown;
    }
  } catch (thrown) {
    throw asPolicyError(thrown, "internal");
  }
}
