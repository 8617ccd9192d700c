// `@tidegate/policy/ed25519`: the same, for hosts whose WebCrypto has no Ed25519.

export * from "./index.js";
export { verifySecret } from "./verifier.js";
