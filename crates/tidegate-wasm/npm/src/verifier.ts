// Secrets, verified by the Ed25519 that is in the engine; by WebCrypto where a key of ES256 has signed.

import type { KeySet } from "./bundle.js";
import { PolicyError, asPolicyError } from "./error.js";
import { readyKeys } from "./keys.js";
import { init } from "./module.js";
import { type Claims, type SecretExpectation, secondsOf, verifySecret as byHost } from "./secret.js";
import * as wasm from "./wasm/tidegate_wasm.js";

export interface Verifier {
  verifySecret(secret: string, issuer: string, audience: string, nowS: number): Claims;
  loadEngine(bytes: Uint8Array, expect: wasm.BundleExpectation): wasm.Engine;
  loadSlice(bytes: Uint8Array, expect: wasm.BundleExpectation): wasm.Slice;
  loadChange(bytes: Uint8Array, expect: wasm.BundleExpectation): wasm.SliceChange;
}

// Of this build alone.
const { Verifier } = wasm as unknown as { Verifier: new (json: string) => Verifier };

const ready = new WeakMap<object, Verifier>();

/** The key set, made ready to verify with. */
export async function verifierOf(keySet: KeySet): Promise<Verifier> {
  await init();
  const known = ready.get(keySet);
  if (known !== undefined) return known;
  // Points of P-256 are looked at where they are used.
  const hasOthers = Array.isArray(keySet?.keys) && keySet.keys.some((key) => key?.kty === "EC");
  const made = new Verifier(JSON.stringify(keySet));
  if (hasOthers) await readyKeys(keySet);
  ready.set(keySet, made);
  return made;
}

/**
 * As `verifySecret` of `@tidegate/policy`. A key set is read once for each object, which is not to be written to
 * afterwards.
 */
export async function verifySecret(secret: string, keySet: KeySet, expect: SecretExpectation): Promise<Claims> {
  const nowS = secondsOf(expect);
  try {
    return (await verifierOf(keySet)).verifySecret(secret, expect.issuer, expect.audience, nowS);
  } catch (thrown) {
    if (thrown instanceof PolicyError && thrown.kind === "host-verifies") return byHost(secret, keySet, expect);
    throw asPolicyError(thrown, "internal");
  }
}
