// Bundles, verified by the Ed25519 and SHA-256 that are in the engine; by WebCrypto where a key of ES256 has signed.

import { PolicyError } from "./error.js";
import { type Verifier, verifierOf } from "./inside.js";
import {
  type BundleExpectation,
  type BundleKeys,
  Engine,
  Slice,
  SliceChange,
} from "./wasm/tidegate_wasm.js";

type Given = [bytes: Uint8Array, keys: BundleKeys, expect: BundleExpectation];

async function verified<T>(
  keys: BundleKeys,
  inside: (verifier: Verifier) => T,
  byHost: () => T | Promise<T>,
): Promise<T> {
  const verifier = await verifierOf(keys);
  try {
    return inside(verifier);
  } catch (thrown) {
    if (thrown instanceof PolicyError && thrown.kind === "host-verifies") return byHost();
    throw thrown;
  }
}

export const engineOf = (...given: Given): Promise<Engine> =>
  verified(given[1], (verifier) => verifier.loadEngine(given[0], given[2]), () => Engine.fromBundle(...given));
export const sliceOf = (...given: Given): Promise<Slice> =>
  verified(given[1], (verifier) => verifier.loadSlice(given[0], given[2]), () => Slice.fromBundle(...given));
export const changeOf = (...given: Given): Promise<SliceChange> =>
  verified(given[1], (verifier) => verifier.loadChange(given[0], given[2]), () => SliceChange.fromBundle(...given));
