// Key sets, made ready for the Ed25519 that is in the engine.

import type { KeySet } from "./bundle.js";
import { textOf } from "./keys.js";
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

interface Ready {
  /** What the set said. */
  text: string;
  verifier: Verifier;
}

const ready = new WeakMap<object, Ready>();

/** A key set is read once for each object, and again when it says something else. */
export async function verifierOf(keySet: KeySet): Promise<Ready> {
  await init();
  const text = textOf(keySet);
  let known = ready.get(keySet);
  if (known?.text !== text) {
    known = { text, verifier: new (wasm as unknown as Bindings).Verifier(text) };
    ready.set(keySet, known);
  }
  return known;
}
