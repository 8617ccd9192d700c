// `@tidegate/policy/edge`: refuses before the origin is reached.
//
// The only ways to pass: a secret that holds, of a principal that the policy in force lets do what the request is for,
// or no secret where the policy lets anybody do it. Everything else, and every fault, is refused with the gateway's
// answer. Nothing is decided before there is a verified bundle, nor when the newest is older than `maxStalenessS`.
//
// Nothing is charged here: quotas, and the budgets of narrowed secrets, are the gateway's.

import { body, inTime, orLater } from "./fetched.js";
import { type Answer, type Claims, type KeySet, type Now, type Snapshot, loadBundle, verifySecret } from "./index.js";
import { KeySource } from "./jwks.js";
import { problem, type Refusal, type Status } from "./problem.js";
import { NoTarget, type Route, Routes, type Target } from "./routes.js";

export type { Route, Target } from "./routes.js";

export interface AuthorizeOptions {
  /** Of the control plane. */
  url: string | URL;
  /** The secret of a node (`tidegate secret issue node:edge`), which may fetch the bundle. */
  nodeSecret: string;
  /**
   * What a request is for: the gateway's table, or a function; none: 404, or 400 for a path that two readers could read
   * as two and for a query that its line does not let pass. A table that is ambiguous is answered by 500. A function has
   * the whole request, query and all, to itself.
   */
  route: readonly Route[] | ((request: Request) => Target | undefined | Promise<Target | undefined>);
  /** What secrets have to be for [`gateway`]. */
  audience?: string | undefined;
  /** Who issues secrets and bundles [who has issued the node's secret]. */
  issuer?: string | undefined;
  /** Whose signatures are believed [the control plane's key set, kept up to date]. */
  keys?: KeySet | undefined;
  /** How old the bundle may be, and with it what is known of grants and revocations. Seconds [300]. */
  maxStalenessS?: number | undefined;
  /** Largest bundle. Bytes [64 MiB]. */
  maxBundleBytes?: number | undefined;
  /** Keeps a worker alive until the bundle is refreshed: `ctx.waitUntil.bind(ctx)`. */
  waitUntil?: ((refreshing: Promise<unknown>) => void) | undefined;
  fetch?: typeof fetch | undefined;
  /** Seconds since the epoch, UTC [the host's clock]. */
  now?: Now | undefined;
}

/** Who asks. */
export type Identity =
  | { anonymous: true }
  | { anonymous: false; subject: string; uid: string; kind: string; jti: string; claims: Claims };

export type Authorized =
  | {
      allowed: true;
      identity: Identity;
      target: Target;
      /** On which revision it was decided. */
      revision: number;
    }
  | {
      allowed: false;
      status: Status;
      /** For the caller: a problem document, the same for every cause of a status; of 400, for path and for query. */
      response: Response;
      /** For the log: a stable word. */
      reason: string;
    };

/** Whom bundles are for that gateways load. */
const BUNDLE_AUDIENCE = "gateway";
const CONTROL = "control";
const MAX_CLOCK_SKEW_S = 60;
const MAX_STALENESS_S = 300;
const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;
/** A refresh starts when this part of `maxStalenessS` is over. */
const REFRESH_AT = 1 / 5;
/** How often the control plane is asked, at the most. Seconds. */
const AGAIN_S = 1;
/** How long a bundle may take. Seconds. */
const PATIENCE_S = 10;
/** Secrets that are kept verified: at most about 10 KB each. */
const MAX_VERIFIED = 1000;
const MAX_GATES = 16;
/** There are no keys that are new enough. */
const UNAVAILABLE = "keys-unavailable";

const CHALLENGE = { "www-authenticate": 'Bearer realm="tidegate"' };
const INVALID = { "www-authenticate": 'Bearer realm="tidegate", error="invalid_token"' };

const gates = new Map<string, Gate>();

/**
 * May this request go on?
 *
 * Keys, bundle and verified secrets are kept in the memory of this isolate, by `url`, `nodeSecret`, `issuer`, `audience`
 * and what `keys` says: the options may be made anew for each request. It does not throw.
 */
export async function authorize(request: Request, options: AuthorizeOptions): Promise<Authorized> {
  try {
    return await gateOf(options).authorize(request, options);
  } catch (thrown) {
    return refused(500, kindOf(thrown));
  }
}

function gateOf(options: AuthorizeOptions): Gate {
  const { url, nodeSecret, issuer = "", audience = "", keys = null } = options;
  const name = JSON.stringify([String(url), nodeSecret, issuer, audience, keys]);
  let gate = gates.get(name);
  if (gate === undefined) {
    gate = new Gate(options);
    gates.set(name, gate);
    if (gates.size > MAX_GATES) forgetFirst(gates);
  }
  return gate;
}

interface Held {
  snapshot: Snapshot;
  /** When what it says was so, by this clock. */
  freshAtS: number;
  /** By which the control plane tells it from others. */
  tag: string | null;
  /** What the key set said that it was verified with. */
  by: string;
}

class Gate {
  readonly #source: KeySource;
  readonly #given: KeySet | undefined;
  readonly #node: { iss: string; sub: string };
  readonly #verified = new Map<string, { claims: Claims; keys: KeySet }>();
  #held: Held | undefined;
  #askedAtS = -Infinity;
  #loading: Promise<void> | undefined;
  #fault = "no-snapshot";
  #routes: { text: string; routes: Routes } | undefined;

  constructor({ url, nodeSecret, keys, fetch: given }: AuthorizeOptions) {
    // As they are now: whoever gave them may write to them.
    if (keys !== undefined && keys !== null) this.#given = JSON.parse(JSON.stringify(keys)) as KeySet;
    this.#source = new KeySource({ url, fetch: given });
    this.#node = nameOf(nodeSecret);
  }

  async authorize(request: Request, options: AuthorizeOptions): Promise<Authorized> {
    const nowS = Math.floor(options.now?.() ?? Date.now() / 1000);
    if (!(await this.#ready(options, nowS))) return refused(503, this.#fault);
    const header = request.headers.get("authorization");
    let claims: Claims | undefined;
    if (header !== null) {
      try {
        claims = await this.#verify(header, options, nowS);
      } catch (thrown) {
        const kind = kindOf(thrown);
        return kind === UNAVAILABLE ? refused(503, kind) : refused(401, kind, INVALID);
      }
    }
    const { route } = options;
    const given = typeof route === "function" ? await route(request) : undefined;
    // What follows waits for nothing, so that it is of one snapshot.
    const held = this.#usable(options, nowS);
    if (held === undefined) return refused(503, this.#fault);
    const { snapshot } = held;
    if (claims !== undefined) {
      const { allowed, reason } = snapshot.accepts(claims);
      if (!allowed) return refused(401, reason ?? "refused", INVALID);
    }
    let target: Target | undefined;
    try {
      target = typeof route === "function" ? given : this.#routesOf(route).target(request);
    } catch (thrown) {
      if (!(thrown instanceof NoTarget)) throw thrown;
      const { refusal, kind, allow } = thrown;
      return refused(refusal, kind, allow === undefined ? undefined : { allow });
    }
    if (target === undefined) return refused(404, "no-route");
    let answer: Answer;
    try {
      answer = snapshot.authorize(claims, target.action, target.resource);
    } catch (thrown) {
      // What the path captured makes no name.
      if (kindOf(thrown) === "bad-name" && typeof route !== "function") return refused(400, "path");
      throw thrown;
    }
    const { allowed, reason } = answer;
    if (allowed !== true) {
      const why = reason ?? "denied";
      return claims === undefined ? refused(401, why, CHALLENGE) : refused(403, why);
    }
    return { allowed: true, identity: identityOf(claims), target, revision: snapshot.revision };
  }

  /** A table is looked through once for what it says: it may be made anew for each request. */
  #routesOf(table: readonly Route[]): Routes {
    const text = JSON.stringify(table);
    if (this.#routes?.text !== text) this.#routes = { text, routes: new Routes(table) };
    return this.#routes.routes;
  }

  /** The claims of the one bearer secret (RFC 6750 §2.1). */
  async #verify(header: string, options: AuthorizeOptions, nowS: number): Promise<Claims> {
    const [, scheme, secret = ""] = /^([^ ]*) (.*)$/s.exec(header) ?? [];
    if (scheme?.toLowerCase() !== "bearer") throw new Unfit("scheme");
    const keys = this.#given ?? (await this.#source.get(nowS, options.maxStalenessS ?? MAX_STALENESS_S));
    const kept = this.#verified.get(secret);
    if (kept !== undefined && kept.keys === keys) {
      const { iat, nbf = 0, exp = Infinity } = kept.claims;
      if (!(nowS < exp && nowS >= nbf && iat <= nowS + MAX_CLOCK_SKEW_S)) throw new Unfit("expired");
      return kept.claims;
    }
    const expect = { issuer: options.issuer ?? this.#node.iss, audience: options.audience ?? "gateway", now: nowS };
    let by = keys;
    let claims: Claims;
    try {
      claims = await verifySecret(secret, by, expect);
    } catch (thrown) {
      if (kindOf(thrown) !== "unknown_key" || this.#given !== undefined) throw thrown;
      // It may be of a key that is new.
      by = await this.#source.again(nowS, options.maxStalenessS ?? MAX_STALENESS_S);
      if (by === keys) throw thrown;
      claims = await verifySecret(secret, by, expect);
    }
    this.#verified.delete(secret);
    this.#verified.set(secret, { claims, keys: by });
    if (this.#verified.size > MAX_VERIFIED) forgetFirst(this.#verified);
    return claims;
  }

  #usable({ maxStalenessS = MAX_STALENESS_S }: AuthorizeOptions, nowS: number): Held | undefined {
    const held = this.#held;
    return held !== undefined && nowS - held.freshAtS <= maxStalenessS ? held : undefined;
  }

  /** Whether there is a bundle to decide with. A refresh is begun in time, and waited for where there is none. */
  async #ready(options: AuthorizeOptions, nowS: number): Promise<boolean> {
    const { maxStalenessS = MAX_STALENESS_S, waitUntil } = options;
    const held = this.#usable(options, nowS);
    if (held !== undefined && nowS - held.freshAtS < maxStalenessS * REFRESH_AT) return true;
    if (nowS - this.#askedAtS >= AGAIN_S) {
      this.#askedAtS = nowS;
      const loading = this.#load(options, nowS).finally(() => {
        if (this.#loading === loading) this.#loading = undefined;
      });
      this.#loading = loading;
      waitUntil?.(loading);
    }
    if (held !== undefined) return true;
    if (this.#loading !== undefined) await orLater(this.#loading, PATIENCE_S);
    return this.#usable(options, nowS) !== undefined;
  }

  /** Puts the newest bundle in force, or says why not. */
  async #load(options: AuthorizeOptions, nowS: number): Promise<void> {
    const { url, nodeSecret, issuer = this.#node.iss, maxBundleBytes = MAX_BUNDLE_BYTES } = options;
    try {
      const keys = this.#given ?? (await this.#source.get(nowS, options.maxStalenessS ?? MAX_STALENESS_S));
      // Keys of someone else do not stand behind it.
      await verifySecret(nodeSecret, keys, { issuer, audience: CONTROL, now: nowS });
      const call = options.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => fetch(input, init));
      const before = this.#usable(options, nowS);
      // What is not in force any more is as good as not held: a control plane that was restored may be behind it.
      const heldRevision = before?.snapshot.revision;
      const by = JSON.stringify(keys);
      // Nothing but another signature tells that keys of today stand behind it, or that it is good for longer.
      const tagged = before !== undefined && before.by === by && nowS < before.snapshot.expiresAtS ? before : undefined;
      const [bytes, tag] = await inTime(PATIENCE_S, async (signal): Promise<[Uint8Array | undefined, string | null]> => {
        const headers: Record<string, string> = { authorization: `Bearer ${nodeSecret}` };
        if (tagged?.tag) headers["if-none-match"] = tagged.tag;
        const asked = call(new URL("/v1/bundle", url), { headers, signal, redirect: "manual" });
        const response = await asked.catch(() => {
          throw new Unfit("bundle-unavailable");
        });
        const named = response.headers.get("etag");
        if (response.status === 304 && tagged?.tag && named === tagged.tag) return [undefined, named];
        if (response.status !== 200) throw new Unfit(`bundle-http-${response.status}`);
        return [await body(response, maxBundleBytes), named];
      });
      if (bytes === undefined) {
        if (tagged !== undefined) tagged.freshAtS = nowS;
        return;
      }
      const snapshot = await loadBundle(bytes, {
        keys,
        issuer,
        audience: BUNDLE_AUDIENCE,
        subject: this.#node.sub,
        heldRevision,
        now: () => nowS,
      });
      const last = this.#held;
      // It tells how things stood when it was signed.
      this.#held = { snapshot, freshAtS: Math.min(nowS, issuedAt(bytes) + MAX_CLOCK_SKEW_S), tag, by };
      last?.snapshot.free();
    } catch (thrown) {
      this.#fault = kindOf(thrown);
    }
  }
}

/** A word for the log. */
class Unfit extends Error {
  constructor(readonly kind: string) {
    super(kind);
  }
}

function kindOf(thrown: unknown): string {
  const kind = (thrown as { kind?: unknown } | null)?.kind;
  return typeof kind === "string" ? kind : "internal";
}

function refused(refusal: Refusal, reason: string, headers?: Record<string, string>): Authorized {
  const response = problem(refusal, headers);
  return { allowed: false, status: response.status as Status, response, reason };
}

function identityOf(claims: Claims | undefined): Identity {
  if (claims === undefined) return { anonymous: true };
  const { sub, uid, kind, jti } = claims;
  return { anonymous: false, subject: sub, uid, kind, jti, claims };
}

function forgetFirst(map: Map<string, unknown>): void {
  for (const name of map.keys()) {
    map.delete(name);
    return;
  }
}

/** Who the node is: read and not verified, as whoever runs this has chosen it. Keys are held against it later. */
function nameOf(secret: string): { iss: string; sub: string } {
  const { iss, sub } = segment(secret);
  return { iss: String(iss), sub: String(sub) };
}

/** Of a bundle that was verified. */
function issuedAt(bundle: Uint8Array): number {
  const { iat } = segment(new TextDecoder().decode(bundle.subarray(0, bundle.indexOf(10))));
  return typeof iat === "number" ? iat : 0;
}

/** The claims of a compact JWS. */
function segment(text: string): Record<string, unknown> {
  const part = (text.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (byte) => byte.charCodeAt(0))));
  } catch {
    return {};
  }
}
