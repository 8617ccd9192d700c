/** A key, made ready to verify with. */
export interface ReadyKey {
  algorithm: "EdDSA" | "ES256";
  /** Verifies secrets, and not bundles. */
  forSecrets: boolean;
  /** None: no signature holds under it. */
  key: CryptoKey | undefined;
}

/** Members that only private and symmetric keys have. */
export const PRIVATE: readonly string[];
/** Of a key set that does not verify: the kind is `key-` and the word. */
export function badKey(what: string): Error;
/** Strict base64url without padding (RFC 4648 §5): one text for each list of bytes. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined;
/** Takes one key of a set; throws where it is not good, or the host cannot verify with it. */
export function readKey(jwk: Record<string, unknown>): Promise<ReadyKey>;
/** Whether a signature holds. */
export function holds(key: ReadyKey, signature: Uint8Array, message: Uint8Array): Promise<boolean>;
