// Secrets, verified by the Ed25519 that is in the engine; by WebCrypto where a key of ES256 has signed.

import type { KeySet } from "./bundle.js";
import { PolicyError, asPolicyError } from "./error.js";
import { verifierOf } from "./inside.js";
import { readyKeys } from "./keys.js";
import { type Claims, type SecretExpectation, secondsOf, verifySecret as byHost } from "./secret.js";

interface Hosted {
  /** What the set said that they are of. */
  text: string;
  keys: KeySet;
}

const hosts = new WeakMap<object, Hosted>();

/**
 * The keys of a set that the host verifies with, and no others: it may have no Ed25519. Whether they are points of P-256
 * is looked at by it, too; where it cannot, secrets that name one of them are refused, and no others.
 */
async function ofHost(keySet: KeySet, text: string): Promise<KeySet> {
  let found = hosts.get(keySet);
  if (found?.text !== text) {
    const { keys } = JSON.parse(text) as KeySet;
    found = { text, keys: { keys: keys.filter((key) => key.kty === "EC") } };
    try {
      await readyKeys(found.keys);
    } catch (thrown) {
      if ((thrown as PolicyError).kind !== "crypto-unsupported") throw thrown;
    }
    hosts.set(keySet, found);
  }
  return found.keys;
}

/** As `verifySecret` of `@tidegate/policy`. */
export async function verifySecret(secret: string, keySet: KeySet, expect: SecretExpectation): Promise<Claims> {
  const nowS = secondsOf(expect);
  try {
    const { verifier, text } = await verifierOf(keySet);
    const hosted = await ofHost(keySet, text);
    // The bindings take texts alone.
    if (typeof secret !== "string") return await byHost(secret, { keys: [] }, expect);
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
