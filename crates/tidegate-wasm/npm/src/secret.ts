// Secrets: the rules of the gateway (crates/tidegate-token/src/verify.rs), in its order, with its words, by WebCrypto.

import type { KeySet } from "./bundle.js";
import { type Now, hostNow } from "./clock.js";
import { PolicyError } from "./error.js";
import { readyKeys } from "./keys.js";
import { fromBase64url, holds } from "./wasm/verify.js";

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
  if (typeof secret !== "string") throw refused("malformed");
  if (isLonger(secret, MAX_TOKEN)) throw refused("too_long");
  const last = secret.lastIndexOf(".");
  const first = secret.indexOf(".");
  const message = secret.slice(0, last);
  const header = fromBase64url(secret.slice(0, first));
  const payload = fromBase64url(secret.slice(first + 1, last));
  const signature = fromBase64url(secret.slice(last + 1));
  if (first < 0 || first === last || !header || !payload || !signature) throw refused("malformed");

  const named = read(header, "header", reading().header);
  if (named.typ !== "tidegate+jwt") throw refused("type");
  const known = keys.get(named.kid);
  if (!known?.forSecrets) throw refused("unknown_key");
  // The key says which algorithm is used; the secret can only agree.
  if (known.algorithm !== named.alg) throw refused("algorithm");
  if (!(await holds(known, signature, reading().encoder.encode(message)))) throw refused("signature");

  const claims = read(payload, "claims", reading().claims) as unknown as Claims;
  if (claims.iss !== expect.issuer) throw refused("issuer");
  if (!claims.aud.includes(expect.audience)) throw refused("audience");
  checkTime(claims, nowS);
  return claims;
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
export function secondsOf(expect: { now?: Now | number | undefined }): number {
  if (!expect) throw new PolicyError("bad-input", "nothing is expected");
  const { now = hostNow } = expect;
  const given: unknown = typeof now === "function" ? now() : now;
  const nowS = typeof given === "number" ? Math.floor(given) : NaN;
  if (!(nowS >= 0)) throw new PolicyError("bad-input", "the time is no number of seconds");
  return nowS;
}

function refused(kind: SecretErrorKind): PolicyError {
  return new PolicyError(kind, `the secret does not hold: ${kind}`);
}

/** A member's name or another text; or a number. */
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.eE+-]*/g;

/** The value as it is written natively; anything is thrown where it is none. */
type Reader = (value: any) => unknown;
type Members = Record<string, any>;

/** One JSON object of UTF-8 with no member twice, and no number but whole ones from 0 to 2^53 - 1. */
function read(bytes: Uint8Array, kind: SecretErrorKind, reader: Reader): Members {
  try {
    const text = reading().decoder.decode(bytes);
    const value = JSON.parse(text);
    let members = 0;
    for (const [token, isName] of text.matchAll(TOKENS)) {
      if (isName) members += 1;
      else must(token[0] === '"' || (/^\d+$/.test(token) && Number(token) <= Number.MAX_SAFE_INTEGER));
    }
    const found = reader(value) as Members;
    must(members === count(value));
    return found;
  } catch {
    throw refused(kind);
  }
}

/** In UTF-8: at most three bytes for each of its units. */
function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && (text.length > bytes || reading().encoder.encode(text).length > bytes);
}

function must(holds: boolean): void {
  if (!holds) throw 0;
}

/** How many members there are in all. */
function count(value: any): number {
  if (typeof value !== "object") return 0;
  return Object.values(value).reduce((sum: number, part) => sum + count(part), Array.isArray(value) ? 0 : Object.keys(value).length);
}

/** An object of these members and no more, in this order; those of a name with `?` may be left out. */
const object =
  (members: Record<string, Reader>): Reader =>
  (value) => {
    must(typeof value === "object" && value !== null && !Array.isArray(value));
    const left = new Set(Object.keys(value));
    const found: Members = {};
    for (const [named, reader] of Object.entries(members)) {
      const name = named.replace("?", "");
      if (left.delete(name)) {
        const part = reader(value[name]);
        if (part !== undefined) found[name] = part;
      } else {
        must(name !== named);
      }
    }
    must(left.size === 0);
    return found;
  };

/** No half of a pair of characters, which is no text. At most so many bytes, at least so many. */
const text =
  (most = Infinity, least = 1): Reader =>
  (value) => {
    must(typeof value === "string" && !/\p{Surrogate}/u.test(value) && value.length >= least);
    must(!isLonger(value, most));
    return value;
  };

/** At least so many, unless it is left out where there are none. */
const list =
  (most: number, reader: Reader, least = 0, orNone = false): Reader =>
  (value) => {
    must(Array.isArray(value) && value.length <= most && value.length >= least);
    return orNone && value.length === 0 ? undefined : value.map(reader);
  };

const number: Reader = (value) => {
  must(typeof value === "number");
  return value;
};

/** The forms that are read natively. */
const UUID =
  /^([\da-f]{32}|(urn:uuid:)?[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|\{[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\})$/i;

/** With hyphens, in small letters. */
const uuid: Reader = (value) => {
  must(typeof value === "string" && UUID.test(value));
  const digits = value.toLowerCase().replace(/urn:uuid:|[{}-]/g, "");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

interface Reading {
  encoder: TextEncoder;
  decoder: TextDecoder;
  header: Reader;
  claims: Reader;
}

let made: Reading | undefined;

/** Made for the first secret: with it at hand from the start, bundlers would take all of this along for every use. */
function reading(): Reading {
  if (made !== undefined) return made;
  const name = text(MAX_NAME);
  const word = text(MAX_WORD);
  const any = text(Infinity, 0);
  const narrow = object({
    "parents?": list(3, uuid, 0, true),
    "actions?": list(64, word),
    "objects?": list(64, name),
    "budgets?": list(2, object({ jti: uuid, bytes: number }), 0, true),
  });
  made = {
    encoder: new TextEncoder(),
    decoder: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }),
    header: object({ typ: any, alg: any, kid: any }),
    claims: object({
      iss: name,
      aud: list(8, word, 1),
      sub: name,
      uid: uuid,
      jti: uuid,
      iat: number,
      "nbf?": number,
      "exp?": number,
      kind: word,
      "narrow?": narrow,
    }),
  };
  return made;
}
