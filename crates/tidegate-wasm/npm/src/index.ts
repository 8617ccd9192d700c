// `@tidegate/policy`: decides on bundles and slices. Signatures are verified by the host's WebCrypto.

export { loadBundle } from "./bundle.js";
export * from "./policy.js";
export { Snapshot } from "./snapshot.js";
