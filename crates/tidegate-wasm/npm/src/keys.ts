// Key sets, made ready to verify with: the rules of the gateway (crates/tidegate-token/src/jwks.rs), by WebCrypto.

import type { KeySet } from "./bundle.js";
import { PolicyError } from "./error.js";

/** Signature algorithms, each pinned to its keys. */
export type Algorithm = "EdDSA" | "ES256";

export interface ReadyKey {
  algorithm: Algorithm;
  /** Verifies secrets, and not bundles. */
  forSecrets: boolean;
  /** None: no signature holds under it. */
  key: CryptoKey | undefined;
}

export const VERIFY = {
  EdDSA: { name: "Ed25519" },
  ES256: { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
} as const;

const MAX_KEYS = 64;
const MAX_KID = 64;

/** Members that only private and symmetric keys have. */
const PRIVATE = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];
const TEXTS = ["crv", "x", "y", "use", "tidegate_use", "alg", "kid"];

/** The y of a point of order 8 of Ed25519 (the other's is its negative). */
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

const ready = new WeakMap<object, Promise<Map<string, ReadyKey>>>();

/**
 * The keys of a set by their ids: every one of it, or an error. They are imported once for each object, which is not
 * to be written to afterwards.
 *
 * @throws {PolicyError} `key-set` when it is no key set, `key-too-many`, and of the first key that is not good
 * `key-private`, `key-unsupported`, `key-not-public`, `key-id`, `key-weak`, `key-duplicate`; `crypto-unsupported` when
 * the host cannot verify with such keys
 */
export function readyKeys(set: KeySet): Promise<Map<string, ReadyKey>> {
  if (typeof set !== "object" || set === null) return Promise.reject(bad("set"));
  let keys = ready.get(set);
  if (keys === undefined) {
    keys = imported(set);
    ready.set(set, keys);
    // Another time the host may be able to.
    keys.catch(() => ready.delete(set));
  }
  return keys;
}

async function imported(set: KeySet): Promise<Map<string, ReadyKey>> {
  const list: unknown = set.keys;
  if (!Array.isArray(list) || !list.every(isKey)) throw bad("set");
  if (list.length > MAX_KEYS) throw bad("too-many");
  const keys = new Map<string, ReadyKey>();
  for (const jwk of list) {
    const key = await imports(jwk);
    if (keys.has(jwk["kid"] as string)) throw bad("duplicate");
    keys.set(jwk["kid"] as string, key);
  }
  return keys;
}

type Jwk = Record<string, unknown>;

const isText = (value: unknown): value is string => typeof value === "string";

function isKey(jwk: unknown): jwk is Jwk {
  if (typeof jwk !== "object" || jwk === null || Array.isArray(jwk)) return false;
  const { kty, key_ops } = jwk as Jwk;
  return (
    isText(kty) &&
    TEXTS.every((name) => isText((jwk as Jwk)[name] ?? "")) &&
    ((key_ops ?? undefined) === undefined || (Array.isArray(key_ops) && key_ops.every(isText))) &&
    PRIVATE.filter((name) => (jwk as Jwk)[name] !== undefined).length <= 1
  );
}

async function imports(jwk: Jwk): Promise<ReadyKey> {
  if (PRIVATE.some((name) => jwk[name] !== undefined)) throw bad("private");
  const { kty, crv, alg, y, use, key_ops, tidegate_use } = jwk;
  const hasY = (y ?? undefined) !== undefined;
  const isEd = kty === "OKP" && crv === "Ed25519" && alg === "EdDSA" && !hasY;
  const isEc = kty === "EC" && crv === "P-256" && alg === "ES256" && hasY;
  const verifies = (use ?? "sig") === "sig" && ((key_ops ?? []) as string[]).every((op) => op === "verify");
  if ((!isEd && !isEc) || !verifies || (tidegate_use ?? "bundle") !== "bundle") throw bad("unsupported");
  const x = coordinate(jwk["x"]);
  const bytes = isEd ? x : Uint8Array.of(4, ...x, ...coordinate(y));
  if (!/^[A-Za-z0-9._-]+$/.test(String(jwk["kid"] ?? "")) || (jwk["kid"] as string).length > MAX_KID) throw bad("id");
  if (isEd && isWeak(x)) throw bad("weak");
  const algorithm = isEd ? "EdDSA" : "ES256";
  let key: CryptoKey | undefined;
  try {
    key = await crypto.subtle.importKey("raw", bytes, VERIFY[algorithm], false, ["verify"]);
  } catch (thrown) {
    // Hosts have words for a point that is not on the curve. Whatever else it is, they cannot verify with it.
    if (!["DataError", "SyntaxError", "OperationError"].includes((thrown as Error).name)) {
      const elsewhere = isEd ? ": @tidegate/policy/ed25519 has it inside" : "";
      const message = `the host's WebCrypto has no ${VERIFY[algorithm].name}${elsewhere}`;
      throw new PolicyError("crypto-unsupported", message, { cause: thrown });
    }
    // Under 32 bytes that are no point of the other curve no signature holds.
    if (isEc) throw bad("not-public");
  }
  return { algorithm, forSecrets: (tidegate_use ?? undefined) === undefined, key };
}

function coordinate(text: unknown): Uint8Array<ArrayBuffer> {
  const bytes = isText(text) ? fromBase64url(text) : undefined;
  if (bytes?.length !== 32) throw bad("not-public");
  return bytes;
}

/** Whether 32 bytes are no canonical y, or one of a point of small order, under which anyone can sign (RFC 8032). */
export function isWeak(bytes: Uint8Array): boolean {
  // What all of them end in: the rest is seldom looked at.
  if (![0x00, 0x05, 0x7a, 0x7f].includes((bytes[31] as number) & 0x7f)) return false;
  let y = 0n;
  for (let at = 31; at >= 0; at -= 1) y = (y << 8n) | BigInt(bytes[at] as number);
  y &= (1n << 255n) - 1n;
  // Of the field.
  const prime = 2n ** 255n - 19n;
  return y <= 1n || y >= prime - 1n || y === ORDER_8 || y === prime - ORDER_8;
}

/** Strict base64url without padding (RFC 4648 §5): one text for each list of bytes. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  // What is left of a last byte is zeros.
  if (!/^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/.test(text) || text.endsWith("\n")) return undefined;
  const characters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
  return bytes;
}

function bad(what: string): PolicyError {
  const kind = `key-${what}`;
  return new PolicyError(kind, `the key set does not verify: ${kind}`);
}
