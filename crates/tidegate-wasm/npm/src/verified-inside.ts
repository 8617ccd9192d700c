// Bundles, verified by the Ed25519 and SHA-256 that are in the engine; by WebCrypto where a key of ES256 has signed.

import { PolicyError } from "./error.js";
import { verifierOf } from "./inside.js";
import { type BundleExpectation, type BundleKeys, Engine, Slice, SliceChange } from "./wasm/tidegate_wasm.js";

type Given = [bytes: Uint8Array, keys: BundleKeys, expect: BundleExpectation];

const loader =
  <T>(what: "engine" | "slice" | "change", host: { fromBundle(...given: Given): Promise<T> }) =>
  async (...given: Given): Promise<T> => {
    const [bytes, keys, expect] = given;
    const { verifier } = await verifierOf(keys);
    try {
      return verifier.load(bytes, expect, what) as T;
    } catch (thrown) {
      if (thrown instanceof PolicyError && thrown.kind === "host-verifies") return host.fromBundle(...given);
      throw thrown;
    }
  };

export const engineOf = loader("engine", Engine);
export const sliceOf = loader("slice", Slice);
export const changeOf = loader("change", SliceChange);
