// What one subject may do, kept up to date.
//
// The control plane tells what changes, line by line (`GET /v1/slice/watch`), and each second that nothing does. What
// is held is answered from while it is confirmed: by such a line within `maxStalenessS`, and by a signature that has
// not expired. Else, and once following has ended, every answer is `"unknown"`.

import { applyChange, type KeySet, loadSlice } from "./bundle.js";
import { at, hostNow, runNow } from "./clock.js";
import { base64, unverifiedClaims } from "./compact.js";
import { PolicyError, asPolicyError } from "./error.js";
import { KeySource } from "./jwks.js";
import { lines } from "./lines.js";
import type { AnyModel, Context, ModelNames, ObjectOf, RelationOf, TypeOf } from "./names.js";
import type { Found, Held, Slice, Verdict } from "./slice.js";

/** Longest wait before it is tried again. */
const LONGEST_WAIT_S = 30;
const FIRST_WAIT_S = 0.5;
/** A stream that has been silent for so long is dead: there is a line each second. */
const SILENCE_S = 15;
/** How old the key set may be. */
const KEYS_AGE_S = 600;
/** How long before a signature expires another is asked for. */
const RENEW_S = 60;

/** `live` while answers are good, `stale` when they are no longer; `connecting` before the first, `ended` after all. */
export type LiveStatus = "connecting" | "live" | "stale" | "ended";

export interface FollowOptions {
  /** Of the control plane. */
  url: string | URL;
  /** The secret, or how to get it: asked for at each connection. */
  secret: string | (() => string | Promise<string>);
  /** Whose signatures are believed [the control plane's key set]. */
  keys?: KeySet | undefined;
  /** Of slices [who has issued the secret]. */
  issuer?: string | undefined;
  /** How long what is held is answered from without a word from the control plane [300]. */
  maxStalenessS?: number | undefined;
  fetch?: typeof fetch | undefined;
}

/**
 * Follows what the holder of a secret may do.
 *
 * A connection that breaks is made again, after half a second at first and 30 at most. It ends with an error of the
 * kind `unauthenticated` or `forbidden` when the secret is refused; kinds of other errors, which are tried again, are
 * those of `loadSlice`, `no-secret`, `keys-unavailable`, `disconnected`, `http` (with its `status`), `line-malformed`, `line-too-long`.
 *
 * @throws {PolicyError} `bad-input` when the control plane's URL is none
 */
export function follow<M extends ModelNames = AnyModel>(options: FollowOptions): Live<M> {
  try {
    return new Live<M>(options);
  } catch (thrown) {
    throw asPolicyError(thrown, "bad-input");
  }
}

/** What one subject may do, kept up to date. */
export class Live<M extends ModelNames = AnyModel> {
  /** Done when there are answers. It fails when following ends before. */
  readonly ready: Promise<void>;
  readonly #options: FollowOptions;
  readonly #base: string;
  readonly #listeners = new Set<() => void>();
  #slice: Slice<never> | undefined;
  #status: LiveStatus = "connecting";
  #error: PolicyError | undefined;
  /** When the last line came that says that what is held is the newest. */
  #confirmedS = 0;
  /** From then on what is held has to be signed anew. */
  #signedUntilS = 0;
  /** From then on what is held is not answered from. */
  #goodUntilS = 0;
  /** The slice is asked for as a whole: what is held cannot be gone on from. */
  #anew = false;
  readonly #source: KeySource | undefined;
  #keys: KeySet = { keys: [] };
  /** What came was signed with a key that was not in the set. */
  #keyIsNew = false;
  #callOff: () => void = () => undefined;
  #wake: () => void = () => undefined;
  #connection: AbortController | undefined;
  #resolve!: () => void;
  #reject!: (error: PolicyError) => void;

  /** @internal Of `follow`. */
  constructor(options: FollowOptions) {
    this.#options = options;
    this.#base = String(options.url).replace(/\/+$/, "");
    if (options.keys === undefined) this.#source = new KeySource({ url: this.#base, fetch: options.fetch });
    this.ready = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who does not wait for it is not to hear of it as a fault of the program.
    this.ready.catch(() => undefined);
    globalThis.addEventListener?.("online", this.#online);
    void this.#run();
  }

  get status(): LiveStatus {
    return this.#status;
  }

  /** Of what is held; 0 while nothing is. */
  get revision(): number {
    return this.#slice?.revision ?? 0;
  }

  /** Whose answers these are; none while nothing is held. */
  get subject(): string | undefined {
    return this.#slice?.subject;
  }

  /** Why it is not connected. */
  get error(): PolicyError | undefined {
    return this.#error;
  }

  /**
   * May the subject do this?
   *
   * @throws {PolicyError} as `Slice.can`
   */
  can<O extends ObjectOf<M>>(action: RelationOf<M, O>, resource: O, context?: Context | undefined): Verdict {
    return this.#good()?.answer(action, resource, context) ?? "unknown";
  }

  /** The objects of a type on which the subject may do an action. */
  listObjects<T extends TypeOf<M>>(action: M[T], type: T, context?: Context | undefined): Found<ObjectOf<M, T>> {
    const found = this.#good()?.list(action, type, context) ?? { found: [], complete: false };
    return found as Found<ObjectOf<M, T>>;
  }

  /** All that the subject has, in no order: for pages that show it. None while nothing is answered. */
  held(): Held[] | undefined {
    return this.#good()?.all();
  }

  /** Calls the listener when answers, status or error may have changed. Returns how to stop that. */
  subscribe(listener: () => void): () => void {
    // One that is given twice is called until both are stopped.
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Ends it. */
  close(): void {
    this.#end(undefined);
  }

  /** What is held, while it may be answered from. */
  #good(): Slice<never> | undefined {
    const now = runNow();
    // A clock that was set back cannot tell how old anything is.
    return now < this.#goodUntilS && now > this.#confirmedS - SILENCE_S ? this.#slice : undefined;
  }

  #online = (): void => this.#wake();

  async #run(): Promise<void> {
    let failures = 0;
    while (this.#status !== "ended") {
      try {
        if (await this.#connected()) failures = 0;
        else failures += 1;
      } catch (thrown) {
        failures += 1;
        this.#failed(asPolicyError(thrown, "disconnected"));
      }
      const waitS = Math.min(FIRST_WAIT_S * 2 ** failures, LONGEST_WAIT_S);
      // Many that lost their connections at once do not come back at once.
      await this.#waited(waitS * (0.5 + Math.random() / 2));
    }
  }

  #failed(error: PolicyError): void {
    if (this.#status === "ended") return;
    if (error.kind === "unauthenticated" || error.kind === "forbidden") return this.#end(error);
    this.#error = error;
    this.#tell();
  }

  #waited(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#status === "ended") return resolve();
      const timer = setTimeout(resolve, seconds * 1000);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** One connection, from its beginning to its end; whether it was a good one. */
  async #connected(): Promise<boolean> {
    const connection = new AbortController();
    this.#connection = connection;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => connection.abort(), SILENCE_S * 1000);
    };
    try {
      heard();
      const text = await this.#secret();
      const body = await this.#stream(text, connection.signal);
      let confirmed = false;
      for await (const line of lines(body)) {
        heard();
        if (this.#status === "ended") return true;
        confirmed = (await this.#line(line, text)) || confirmed;
        if (confirmed && hostNow() > this.#signedUntilS - RENEW_S) return true;
      }
      return confirmed;
    } finally {
      clearTimeout(silence);
      connection.abort();
    }
  }

  async #secret(): Promise<string> {
    const { secret } = this.#options;
    try {
      return typeof secret === "string" ? secret : await secret();
    } catch (thrown) {
      throw asPolicyError(thrown, "no-secret");
    }
  }

  async #stream(secret: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const { sub, uid, kind } = unverifiedClaims(secret);
    const held = this.#slice;
    if (held !== undefined && (held.subject !== sub || held.uid !== uid || !held.kinds.includes(String(kind)))) {
      this.#drop();
    }
    const goesOn = this.#slice !== undefined && !this.#anew && hostNow() < this.#signedUntilS - 2 * RENEW_S;
    const query = goesOn ? `?from=${this.revision}` : "";
    this.#anew = false;
    this.#keys = await this.#keySet();
    const headers = { authorization: `Bearer ${secret}` };
    const response = await this.#fetch(`/v1/slice/watch${query}`, { headers, signal });
    if (response.body === null) throw new PolicyError("disconnected", "the stream has no body");
    return response.body;
  }

  /** Looked after at each connection: a key that is taken away is believed no more. */
  async #keySet(): Promise<KeySet> {
    const source = this.#source;
    if (source === undefined) return this.#options.keys ?? { keys: [] };
    const isNew = this.#keyIsNew;
    this.#keyIsNew = false;
    return isNew ? source.again(hostNow(), KEYS_AGE_S) : source.get(hostNow(), KEYS_AGE_S);
  }

  async #fetch(path: string, options: RequestInit): Promise<Response> {
    const { fetch: ask = fetch } = this.#options;
    // A secret goes where it was meant to and nowhere else.
    const response = await ask(this.#base + path, { ...options, credentials: "omit", redirect: "error", cache: "no-store" });
    if (response.ok) return response;
    await response.body?.cancel();
    const kind = { 401: "unauthenticated", 403: "forbidden" }[response.status] ?? "http";
    const error = new PolicyError(kind, `${path}: HTTP status ${response.status}`);
    throw Object.assign(error, { status: response.status });
  }

  /** Whether it says that what is held is the newest. */
  async #line(text: string, secret: string): Promise<boolean> {
    const line = parsed(text);
    if (line.slice !== undefined) {
      await this.#take(async () => this.#whole(bundleOf(line.slice), secret));
    } else if (line.change !== undefined) {
      await this.#take(async () => this.#changed(bundleOf(line.change), secret));
    } else if (!(this.#slice !== undefined && line.heartbeat?.revision >= this.#slice.revision)) {
      return false;
    }
    this.#confirm(line.heartbeat === undefined);
    return true;
  }

  /** Takes in what is signed; where a key is unknown, it may be a new one. */
  async #take(load: () => Promise<void>): Promise<void> {
    try {
      await load();
    } catch (thrown) {
      this.#anew = true;
      this.#keyIsNew = asPolicyError(thrown, "internal").kind === "head-unknown-key";
      throw thrown;
    }
  }

  async #whole(bytes: Uint8Array, secret: string): Promise<void> {
    const { sub, uid, kind } = unverifiedClaims(secret);
    const slice = await loadSlice<never>(bytes, {
      ...this.#expected(secret),
      subject: String(sub),
      uid: String(uid),
      kind: String(kind),
      heldRevision: this.#slice?.revision,
    });
    if (this.#status === "ended") return slice.free();
    this.#drop();
    this.#slice = slice;
    this.#signedUntilS = slice.expiresAtS;
  }

  async #changed(bytes: Uint8Array, secret: string): Promise<void> {
    const slice = this.#slice;
    if (slice === undefined) throw new PolicyError("not-next", "a change came before the slice");
    this.#signedUntilS = await applyChange(slice, bytes, this.#expected(secret));
  }

  #expected(secret: string): { keys: KeySet; issuer: string } {
    const { iss } = unverifiedClaims(secret);
    return { keys: this.#keys, issuer: this.#options.issuer ?? String(iss) };
  }

  #confirm(isNew: boolean): void {
    if (this.#status === "ended") return;
    this.#confirmedS = hostNow();
    const staleAtS = this.#confirmedS + (this.#options.maxStalenessS ?? 300);
    this.#goodUntilS = Math.min(staleAtS, this.#signedUntilS);
    this.#callOff();
    this.#callOff = at(this.#goodUntilS, hostNow, () => this.#become("stale"));
    const isNews = isNew || this.#status !== "live" || this.#error !== undefined;
    this.#error = undefined;
    if (isNews) this.#become("live");
    this.#resolve();
  }

  #become(status: LiveStatus): void {
    this.#status = status;
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (thrown) {
        // A fault of the page's, which it is to hear of; nobody else is.
        queueMicrotask(() => {
          throw thrown;
        });
      }
    }
  }

  #drop(): void {
    this.#goodUntilS = 0;
    this.#slice?.free();
    this.#slice = undefined;
  }

  #end(error: PolicyError | undefined): void {
    if (this.#status === "ended") return;
    globalThis.removeEventListener?.("online", this.#online);
    this.#error = error;
    this.#drop();
    this.#callOff();
    this.#become("ended");
    this.#connection?.abort();
    this.#wake();
    this.#reject(error ?? new PolicyError("closed", "it was closed"));
  }
}

// What JSON can say is of any shape: whatever is not as expected throws, or is no confirmation.
function parsed(text: string): any {
  try {
    return JSON.parse(text) ?? {};
  } catch (cause) {
    throw new PolicyError("line-malformed", "a line is no JSON", { cause });
  }
}

function bundleOf(line: { bundle?: unknown } | null): Uint8Array<ArrayBuffer> {
  try {
    return base64(String(line?.bundle));
  } catch (cause) {
    throw new PolicyError("line-malformed", "a line holds no base64", { cause });
  }
}
