// Key sets, made ready to verify secrets with: the rules of the gateway (crates/tidegate-token/src/jwks.rs), by WebCrypto.

import type { KeySet } from "./bundle.js";
import { PRIVATE, type ReadyKey, badKey, readKey } from "./wasm/verify.js";

const MAX_KEYS = 64;
const TEXTS = ["crv", "x", "y", "use", "tidegate_use", "alg", "kid"];

interface Ready {
  /** What the set said. */
  text: string;
  keys: Promise<Map<string, ReadyKey>>;
}

const ready = new WeakMap<object, Ready>();

/**
 * The keys of a set by their ids: every one of it, or an error. They are imported once for each object, and again when
 * it says something else.
 *
 * @throws {PolicyError} `key-set` when it is no key set, `key-too-many`, and of the first key that is not good
 * `key-private`, `key-unsupported`, `key-not-public`, `key-id`, `key-weak`, `key-duplicate`; `crypto-unsupported` when
 * the host cannot verify with such keys
 */
export async function readyKeys(set: KeySet): Promise<Map<string, ReadyKey>> {
  const text = textOf(set);
  const known = ready.get(set);
  if (known?.text === text) return known.keys;
  // Taken from the text, as the set may be written to in the meantime.
  const made = { text, keys: imported(JSON.parse(text)) };
  ready.set(set, made);
  // Another time the host may be able to.
  made.keys.catch(() => ready.get(set) === made && ready.delete(set));
  return made.keys;
}

/**
 * All that a key set says.
 *
 * @throws {PolicyError} `key-set` when it is none
 */
export function textOf(set: KeySet): string {
  try {
    const text = JSON.stringify(set);
    if (text[0] === "{") return text;
  } catch {
    // A ring, or nothing.
  }
  throw badKey("set");
}

async function imported(set: KeySet): Promise<Map<string, ReadyKey>> {
  const list: unknown = set?.keys;
  if (!Array.isArray(list) || !list.every(isKey)) throw badKey("set");
  if (list.length > MAX_KEYS) throw badKey("too-many");
  const keys = new Map<string, ReadyKey>();
  for (const jwk of list) {
    const key = await readKey(jwk);
    if (keys.has(jwk["kid"] as string)) throw badKey("duplicate");
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
