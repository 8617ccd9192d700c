// Secrets: the rules of the gateway (crates/tidegate-token/src/verify.rs), in its order, with its words, by WebCrypto.

import type { KeySet } from "./bundle.js";
import { type Now, hostNow } from "./clock.js";
import { PolicyError } from "./error.js";
import { VERIFY, fromBase64url, isWeak, readyKeys } from "./keys.js";

/** What a secret says. Times are seconds since the epoch, UTC. */
export interface Claims {
  /** Issuer. */
  iss: string;
  /** Audiences: `control`, `gateway`, or a named third-party layer. */
  aud: string[];
  /** The principal, `type:id`. */
  sub: string;
  /** The principal's uid. */
  uid: string;
  /** The secret's own id. */
  jti: string;
  /** Issued at. */
  iat: number;
  /** Not before. */
  nbf?: number;
  /** The first second at which it is no longer good. */
  exp?: number;
  /** A name that the system's profile defines. */
  kind: string;
  /** Further limits. */
  narrow?: Narrow;
}

/** Limits of one secret below those of its kind. */
export interface Narrow {
  /** The secrets that it was exchanged from: it dies with each of them. */
  parents?: string[];
  /** Only these actions. */
  actions?: string[];
  /** Only these objects and what lies below them. */
  objects?: string[];
  /** Charged by the gateway. */
  budgets?: { jti: string; bytes: number }[];
}

/** What a verifier expects of a secret. */
export interface SecretExpectation {
  issuer: string;
  audience: string;
  /** Seconds since the epoch, UTC [the host's clock]. */
  now?: Now | number | undefined;
}

/** Why a secret is refused: for the log, never for the caller. */
export type SecretErrorKind =
  | "too_long"
  | "malformed"
  | "header"
  | "type"
  | "unknown_key"
  | "algorithm"
  | "signature"
  | "claims"
  | "issuer"
  | "audience"
  | "expired"
  | "not_yet_valid"
  | "issued_ahead";

const MAX_TOKEN = 4096;
const MAX_NAME = 512;
const MAX_WORD = 128;
const MAX_CLOCK_SKEW_S = 60;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The claims of a secret that holds: of at most 4096 bytes, with exactly the header and the claims that Tidegate
 * writes, signed by a key of the set that is for secrets, of this issuer, for this audience, at this time. Whether its
 * principal is alive and the secret not revoked, a snapshot knows.
 *
 * @throws {PolicyError} the first `SecretErrorKind` that applies; the kinds of a key set that is not good; `bad-input`
 * for a time that is none
 */
export async function verifySecret(secret: string, keySet: KeySet, expect: SecretExpectation): Promise<Claims> {
  const nowS = secondsOf(expect);
  const keys = await readyKeys(keySet);
  if (secret.length > MAX_TOKEN || encoder.encode(secret).length > MAX_TOKEN) throw refused("too_long");
  const last = secret.lastIndexOf(".");
  const first = secret.indexOf(".");
  const message = secret.slice(0, last);
  const header = fromBase64url(secret.slice(0, first));
  const payload = fromBase64url(secret.slice(first + 1, last));
  const signature = fromBase64url(secret.slice(last + 1));
  if (first < 0 || first === last || !header || !payload || !signature) throw refused("malformed");

  const named = json(header, (value) => hasOnly(value, HEADER, []) && Object.values(value).every(isText));
  if (named === undefined) throw refused("header");
  if (named["typ"] !== "tidegate+jwt") throw refused("type");
  const known = keys.get(named["kid"] as string);
  if (!known?.forSecrets) throw refused("unknown_key");
  // The key says which algorithm is used; the secret can only agree.
  if (known.algorithm !== named["alg"]) throw refused("algorithm");
  const holds =
    known.key !== undefined &&
    signature.length === 64 &&
    !(known.algorithm === "EdDSA" && isWeak(signature)) &&
    (await crypto.subtle.verify(VERIFY[known.algorithm], known.key, signature, encoder.encode(message)));
  if (holds !== true) throw refused("signature");

  const found = json(payload, isClaims);
  if (found === undefined) throw refused("claims");
  const claims = found as unknown as Claims;
  if (claims.iss !== expect.issuer) throw refused("issuer");
  if (!claims.aud.includes(expect.audience)) throw refused("audience");
  checkTime(claims, nowS);
  return written(claims);
}

/**
 * Looks at the times again, of claims that were kept.
 *
 * @throws {PolicyError} `expired`, `not_yet_valid`, `issued_ahead`
 */
export function checkTime({ exp, nbf, iat }: Claims, nowS: number): void {
  if (exp !== undefined && nowS >= exp) throw refused("expired");
  if (nbf !== undefined && nowS < nbf) throw refused("not_yet_valid");
  if (iat > nowS + MAX_CLOCK_SKEW_S) throw refused("issued_ahead");
}

/** @throws {PolicyError} `bad-input`: with a time that is none nothing would be over. */
export function secondsOf({ now = hostNow }: { now?: Now | number | undefined }): number {
  const nowS = Math.floor(typeof now === "number" ? now : now());
  if (!(nowS >= 0)) throw new PolicyError("bad-input", "the time is no number of seconds");
  return nowS;
}

function refused(kind: SecretErrorKind): PolicyError {
  return new PolicyError(kind, `the secret does not hold: ${kind}`);
}

type Fields = Record<string, unknown>;

/** A member's name or another text; or a number. */
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.eE+-]*/g;

/** One JSON object of UTF-8 that is as wanted: no member twice, and every number a whole one from 0 to 2^53 - 1. */
function json(bytes: Uint8Array, wanted: (value: Fields) => boolean): Fields | undefined {
  let value: Fields;
  let members = 0;
  try {
    const text = decoder.decode(bytes);
    value = JSON.parse(text);
    for (const [token, isName] of text.matchAll(TOKENS)) {
      if (isName !== undefined) members += 1;
      else if (token[0] !== '"' && !(/^\d+$/.test(token) && Number(token) <= Number.MAX_SAFE_INTEGER)) return undefined;
    }
  } catch {
    return undefined;
  }
  return isObject(value) && wanted(value) && members === count(value) ? value : undefined;
}

/** How many members there are in all. */
function count(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, part) => sum + count(part), own);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasOnly(value: unknown, needed: readonly string[], more: readonly string[]): value is Fields {
  if (!isObject(value)) return false;
  const names = Object.keys(value);
  const all = needed.concat(more);
  return names.every((name) => all.includes(name)) && needed.every((name) => names.includes(name));
}

/** No half of a pair of characters, which is no text. */
const isText = (value: unknown): value is string => typeof value === "string" && !/\p{Surrogate}/u.test(value);
const sized = (most: number) => (value: unknown) =>
  isText(value) && value !== "" && encoder.encode(value).length <= most;
const listed = (most: number, is: (item: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.length <= most && value.every(is);
const isNumber = (value: unknown) => typeof value === "number";
const isName = sized(MAX_NAME);
const isWord = sized(MAX_WORD);

const UUID = /^(?:[\da-f]{32}|(\{|urn:uuid:)?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(\})?)$/i;

/** In one of the forms that are read natively: plain, with hyphens, and these in braces or as a URN. */
function isUuid(value: unknown): value is string {
  if (!isText(value) || value.length > 45) return false;
  const found = UUID.exec(value);
  return found !== null && (found[1] === "{") === (found[2] === "}") && (!found[1] || "{urn:uuid:".includes(found[1]));
}

const HEADER = ["typ", "alg", "kid"];
const NEEDED = ["iss", "aud", "sub", "uid", "jti", "iat", "kind"];
const NARROW = ["parents", "actions", "objects", "budgets"];

function isClaims(value: Fields): boolean {
  const { iss, aud, sub, uid, jti, iat, nbf = 0, exp = 0, kind, narrow = {} } = value;
  return (
    hasOnly(value, NEEDED, ["nbf", "exp", "narrow"]) &&
    isName(iss) &&
    listed(8, isWord)(aud) &&
    (aud as unknown[]).length > 0 &&
    isName(sub) &&
    isUuid(uid) &&
    isUuid(jti) &&
    [iat, nbf, exp].every(isNumber) &&
    isWord(kind) &&
    isNarrow(narrow)
  );
}

function isNarrow(value: unknown): boolean {
  if (!hasOnly(value, [], NARROW)) return false;
  const { parents = [], actions = [], objects = [], budgets = [] } = value;
  return (
    listed(3, isUuid)(parents) &&
    listed(64, isWord)(actions) &&
    listed(64, isName)(objects) &&
    listed(2, (item) => hasOnly(item, ["jti", "bytes"], []) && isUuid(item["jti"]) && isNumber(item["bytes"]))(budgets)
  );
}

/** In the one form, as the gateway writes them. */
function written(claims: Claims): Claims {
  const { iss, aud, sub, uid, jti, iat, nbf, exp, kind, narrow } = claims;
  return {
    iss,
    aud,
    sub,
    uid: plain(uid),
    jti: plain(jti),
    iat,
    ...(nbf === undefined ? {} : { nbf }),
    ...(exp === undefined ? {} : { exp }),
    kind,
    ...(narrow === undefined ? {} : { narrow: writtenNarrow(narrow) }),
  };
}

function writtenNarrow({ parents, actions, objects, budgets }: Narrow): Narrow {
  return {
    ...(parents?.length ? { parents: parents.map(plain) } : {}),
    ...(actions === undefined ? {} : { actions }),
    ...(objects === undefined ? {} : { objects }),
    ...(budgets?.length ? { budgets: budgets.map(({ jti, bytes }) => ({ jti: plain(jti), bytes })) } : {}),
  };
}

/** With hyphens, in small letters. */
function plain(uuid: string): string {
  const digits = uuid.toLowerCase().replace("urn:uuid:", "").replace(/[{}-]/g, "");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
