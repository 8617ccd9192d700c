// Bundles, verified by the Ed25519 and SHA-256 that are in the engine; by WebCrypto where a key of ES256 has signed.

import { PolicyError } from "./error.js";
import { type Verifier, verifierOf } from "./inside.js";
import { type BundleExpectation, type BundleKeys, Engine, Slice, SliceChange } from "./wasm/tidegate_wasm.js";

type Given = [bytes: Uint8Array, keys: BundleKeys, expect: BundleExpectation];
type Inside<T> = (verifier: Verifier, bytes: Uint8Array, expect: BundleExpectation) => T;

const loader =
  <T>(inside: Inside<T>, host: { fromBundle(...given: Given): Promise<T> }) =>
  async (...given: Given): Promise<T> => {
    const [bytes, keys, expect] = given;
    const verifier = await verifierOf(keys);
    try {
      return inside(verifier, bytes, expect);
    } catch (thrown) {
      if (thrown instanceof PolicyError && thrown.kind === "host-verifies") return host.fromBundle(...given);
      throw thrown;
    }
  };

export const engineOf = loader((verifier, ...given) => verifier.loadEngine(...given), Engine);
export const sliceOf = loader((verifier, ...given) => verifier.loadSlice(...given), Slice);
export const changeOf = loader((verifier, ...given) => verifier.loadChange(...given), SliceChange);
