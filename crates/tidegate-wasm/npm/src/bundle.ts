// Bundles and slices: verified, then loaded.

import { type Now, hostNow } from "./clock.js";
import { PolicyError, asPolicyError } from "./error.js";
import { init } from "./module.js";
import type { AnyModel, ModelNames } from "./names.js";
import { Slice } from "./slice.js";
import { Snapshot } from "./snapshot.js";
import { type BundleKeys, Engine, Slice as WasmSlice } from "./wasm/tidegate_wasm.js";

/** A JSON Web Key Set (RFC 7517), as `/.well-known/jwks.json` has it. Keys with `tidegate_use: "bundle"` count here. */
export type KeySet = BundleKeys;

/** The audience of slices. */
const SLICE = "slice";

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

/** What a bundle's head says of itself. */
interface Claims {
  sub: string;
  exp: number;
}

/**
 * Verifies the slice of one subject, and loads it.
 *
 * @throws {PolicyError} the first that applies of `no-head`, `too-long`, `head-malformed`, `head-header`, `head-type`,
 * `head-unknown-key`, `head-algorithm`, `head-signature`, `head-claims`, `issuer`, `audience`, `subject`, `uid`,
 * `scope`, `expired`, `issued-ahead`, `older`, `length`, `digest`, `payload-…`; `kind` when it was not made for that
 * kind of secret, or for several and none is named; `module-…` of `init`; `crypto-unsupported`.
 */
export async function loadSlice<M extends ModelNames = AnyModel>(
  bytes: Uint8Array,
  expect: SliceExpectation,
): Promise<Slice<M>> {
  const { keys, issuer, uid, heldRevision, now, kind } = expect;
  await init();
  const claims = unverifiedClaims(bytes);
  const subject = expect.subject ?? claims.sub;
  const nowS = Math.floor((now ?? hostNow)());
  const wanted = { issuer, audience: SLICE, subject, uid: uid ?? null, nowS, heldRevision: heldRevision ?? null };
  const inner = await verified(WasmSlice.fromBundle(bytes, keys, wanted));
  const kinds = inner.kinds;
  const answersFor = kind ?? (kinds.length === 1 ? kinds[0] : undefined);
  if (answersFor === undefined || !kinds.includes(answersFor)) {
    inner.free();
    throw new PolicyError("kind", `the slice is for secrets of the kinds ${kinds.join(", ")}`);
  }
  inner.kind = answersFor;
  return new Slice<M>(inner, answersFor, claims.exp, now);
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
  const { keys, issuer, audience, subject, heldRevision, now } = expect;
  await init();
  const { exp } = unverifiedClaims(bytes);
  const nowS = Math.floor((now ?? hostNow)());
  const wanted = { issuer, audience, subject, nowS, heldRevision: heldRevision ?? null };
  return [await verified(Engine.fromBundle(bytes, keys, wanted)), exp];
}

/**
 * What the head of these bytes says, for when the engine has verified these bytes: taken before, as who gave them may
 * write to them in the meantime. Of a malformed head it is nothing, and the engine says what is wrong with it.
 */
function unverifiedClaims(bytes: Uint8Array): Claims {
  try {
    const line = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(10)));
    const part = line.split(".")[1] ?? "";
    const text = atob(part.replace(/-/g, "+").replace(/_/g, "/"));
    const { sub, exp } = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (byte) => byte.charCodeAt(0))));
    return { sub: String(sub), exp: Number(exp) };
  } catch {
    return { sub: "unknown:unknown", exp: 0 };
  }
}

async function verified<T>(loading: T | Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (thrown) {
    throw asPolicyError(thrown, "internal");
  }
}
