// Bundles and slices: verified, then loaded.

import { type Now, hostNow } from "./clock.js";
import { unverifiedClaims } from "./compact.js";
import { PolicyError, asPolicyError } from "./error.js";
import { init } from "./module.js";
import type { AnyModel, ModelNames } from "./names.js";
import { Slice } from "./slice.js";
import { Snapshot } from "./snapshot.js";
import { changeOf, engineOf, sliceOf } from "./verified.js";
import type { BundleKeys, Engine, BundleExpectation as WasmExpectation } from "./wasm/tidegate_wasm.js";

/** A JSON Web Key Set (RFC 7517), as `/.well-known/jwks.json` has it. Keys with `tidegate_use: "bundle"` count here. */
export type KeySet = BundleKeys;

/** The audience of slices. */
const SLICE = "slice";
const NEWLINE = 10;
/** Whom a bundle without a subject is for. */
const NOBODY = "nobody:nobody";

/** What a bundle must be to be loaded. */
export interface Expectation {
  /** Whose signatures are believed. */
  keys: KeySet;
  issuer: string;
  /** The revision held already, if one is: an older one is refused. */
  heldRevision?: number | undefined;
  /** Seconds since the epoch, UTC [the host's clock]. */
  now?: Now | undefined;
}

export interface SliceExpectation extends Expectation {
  /** Whom it must be for, `type:id` [whom it says]. */
  subject?: string | undefined;
  /** Of the subject [what it says]. */
  uid?: string | undefined;
  /** The kind of secret to answer for, of a slice that was made for several. */
  kind?: string | undefined;
}

export interface BundleExpectation extends Expectation {
  audience: string;
  /** Whom it must be for: `type:id`. */
  subject: string;
}

/**
 * Verifies the slice of one subject, and loads it.
 *
 * @throws {PolicyError} the first that applies of `no-head`, `too-long`, `head-malformed`, `head-header`, `head-type`,
 * `head-unknown-key`, `head-algorithm`, `head-signature`, `head-claims`, `issuer`, `audience`, `subject`, `uid`,
 * `scope`, `expired`, `issued-ahead`, `older`, `length`, `digest`, `payload-…`; the kinds of a key that is not good, as
 * of `verifySecret`; `bad-input` when it is not given bytes, or nothing to expect; `kind` when it was not made for that
 * kind of secret, or for several and none is named; `module-…` of `init`; `crypto-unsupported`.
 */
export async function loadSlice<M extends ModelNames = AnyModel>(
  bytes: Uint8Array,
  expect: SliceExpectation,
): Promise<Slice<M>> {
  const { subject, expiresAtS } = head(bytes, expect);
  const { keys, now, kind } = expect;
  await init();
  const inner = await verified(() => sliceOf(bytes, keys, wanted(expect, SLICE, expect.subject ?? subject)));
  const kinds = inner.kinds;
  const answersFor = kind ?? (kinds.length === 1 ? kinds[0] : undefined);
  if (answersFor === undefined || !kinds.includes(answersFor)) {
    inner.free();
    throw new PolicyError("kind", `the slice is for secrets of the kinds ${kinds.join(", ")}`);
  }
  inner.kind = answersFor;
  return new Slice<M>(inner, expiresAtS, now);
}

/**
 * Verifies a whole snapshot, and loads it.
 *
 * @throws {PolicyError} as `loadSlice`.
 */
export async function loadBundle<M extends ModelNames = AnyModel>(
  bytes: Uint8Array,
  expect: BundleExpectation,
): Promise<Snapshot<M>> {
  const [engine, expiresAtS] = await loadEngine(bytes, expect);
  return new Snapshot<M>(engine, expiresAtS);
}

export async function loadEngine(bytes: Uint8Array, expect: BundleExpectation): Promise<[Engine, number]> {
  const { expiresAtS } = head(bytes, expect);
  await init();
  const { keys, audience, subject } = expect;
  return [await verified(() => engineOf(bytes, keys, wanted(expect, audience, subject))), expiresAtS];
}

/**
 * Verifies what leads from the revision of a slice to a later one, and takes it in; returns the first second at which
 * that is no longer good.
 *
 * @throws {PolicyError} as `loadSlice`, `not-next` when it starts at another revision, `payload-head`; `change-…`, and
 * nothing is left of the slice where it would be too long.
 */
export async function applyChange(slice: Slice<never>, bytes: Uint8Array, expect: Expectation): Promise<number> {
  const { expiresAtS } = head(bytes, expect);
  const { subject, uid, revision: heldRevision } = slice;
  const expected = { ...expect, uid, heldRevision };
  const change = await verified(() => changeOf(bytes, expect.keys, wanted(expected, SLICE, subject)));
  try {
    slice.apply(change);
  } finally {
    change.free();
  }
  return expiresAtS;
}

/** As the bindings have it. */
function wanted(
  { issuer, uid, heldRevision, now = hostNow }: SliceExpectation,
  audience: string,
  subject: string,
): WasmExpectation {
  return { issuer, audience, subject, uid: uid ?? null, nowS: Math.floor(now()), heldRevision: heldRevision ?? null };
}

/**
 * What the head of these bytes says, for when the engine has verified these bytes: taken before, as who gave them may
 * write to them in the meantime. Of a malformed head it is nothing, and the engine says what is wrong with it.
 *
 * @throws {PolicyError} `bad-input`
 */
function head(bytes: Uint8Array, expect: Expectation): { subject: string; expiresAtS: number } {
  // Bytes of another frame are of another class of this name.
  if (bytes?.[Symbol.toStringTag] !== "Uint8Array" || !expect) throw new PolicyError("bad-input", "no bytes or no expectation");
  const { sub, exp } = unverifiedClaims(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(NEWLINE))));
  return { subject: typeof sub === "string" ? sub : NOBODY, expiresAtS: Number(exp) };
}

async function verified<T>(load: () => T | Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (thrown) {
    throw asPolicyError(thrown, "internal");
  }
}
