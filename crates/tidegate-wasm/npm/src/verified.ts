// Bundles, verified by the host's WebCrypto.

import { type BundleExpectation, type BundleKeys, Engine, Slice, SliceChange } from "./wasm/tidegate_wasm.js";

/** Bytes that claim to be a bundle, whose signatures are believed, and what the bundle must be. */
type Given = [bytes: Uint8Array, keys: BundleKeys, expect: BundleExpectation];

export const engineOf = async (...given: Given): Promise<Engine> => Engine.fromBundle(...given);
export const sliceOf = async (...given: Given): Promise<Slice> => Slice.fromBundle(...given);
export const changeOf = async (...given: Given): Promise<SliceChange> => SliceChange.fromBundle(...given);
