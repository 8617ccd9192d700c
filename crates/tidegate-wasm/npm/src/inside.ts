// Key sets, made ready for the Ed25519 that is in the engine.

import type { KeySet } from "./bundle.js";
import { init } from "./module.js";
import type { Claims } from "./secret.js";
import * as wasm from "./wasm/tidegate_wasm.js";

/** Of this build alone: the bindings of the others do not have it. */
export interface Verifier {
  verifySecret(secret: string, issuer: string, audience: string, nowS: number): Claims;
  load(bytes: Uint8Array, expect: wasm.BundleExpectation, what: "engine" | "slice" | "change"): unknown;
}

interface Bindings {
  Verifier: new (json: string) => Verifier;
}

const ready = new WeakMap<object, Verifier>();

/** A key set is read once for each object, which is not to be written to afterwards. */
export async function verifierOf(keySet: KeySet): Promise<Verifier> {
  await init();
  const known = ready.get(keySet);
  if (known !== undefined) return known;
  const made = new (wasm as unknown as Bindings).Verifier(JSON.stringify(keySet));
  ready.set(keySet, made);
  return made;
}
