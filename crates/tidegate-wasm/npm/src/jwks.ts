// A key set as the control plane publishes it: fetched, kept, and fetched again when it may have changed.

import type { KeySet } from "./bundle.js";
import { PolicyError } from "./error.js";
import { body, inTime, orLater } from "./fetched.js";

/** Longest key set. Bytes. */
const MAX_BYTES = 256 * 1024;
/** How often it is looked whether there is another. */
const FRESH_S = 60;
/** How often while there is none that is new enough. */
const NONE_AGAIN_S = 1;
/** How often for a key that is not in it. */
const AGAIN_S = 10;
/** How long a fetch may take. */
const PATIENCE_S = 10;

export interface KeySourceOptions {
  /** Of the control plane. */
  url: string | URL;
  fetch?: typeof fetch | undefined;
}

/** A key set that is kept up to date: `/.well-known/jwks.json` of a control plane. */
export class KeySource {
  readonly #url: URL;
  readonly #fetch: typeof fetch;
  #held: KeySet | undefined;
  #loading: Promise<unknown> | undefined;
  #text = "";
  /** Well or not. */
  #askedAtS = -Infinity;
  #fetchedAtS = -Infinity;

  constructor({ url, fetch: given }: KeySourceOptions) {
    this.#url = new URL("/.well-known/jwks.json", url);
    // Called as a function: hosts refuse it as a method of something else.
    this.#fetch = given ?? ((input, init) => fetch(input, init));
  }

  /**
   * The set: the one held, and each minute it is looked whether there is another. The same object as long as nothing
   * in it has changed.
   *
   * @throws {PolicyError} `keys-unavailable` when none has come within so many seconds
   */
  async get(nowS: number, maxAgeS = Infinity): Promise<KeySet> {
    return this.#kept(nowS, maxAgeS, FRESH_S);
  }

  /**
   * The set, for who has met a key that is not in it: it is looked again, but not more than once in ten seconds.
   *
   * @throws {PolicyError} as `get`
   */
  async again(nowS: number, maxAgeS = Infinity): Promise<KeySet> {
    return this.#kept(nowS, maxAgeS, AGAIN_S);
  }

  async #kept(nowS: number, maxAgeS: number, againS: number): Promise<KeySet> {
    const isGood = () => this.#held !== undefined && nowS - this.#fetchedAtS <= maxAgeS;
    let cause: unknown;
    if (nowS - this.#askedAtS >= (isGood() ? Math.min(againS, maxAgeS / 5) : NONE_AGAIN_S)) {
      // A source that is gone is not asked at each request.
      this.#askedAtS = nowS;
      const loading = this.#load(nowS).finally(() => {
        if (this.#loading === loading) this.#loading = undefined;
      });
      this.#loading = loading;
      cause = await loading;
    } else if (!isGood() && this.#loading !== undefined) {
      cause = await orLater(this.#loading, PATIENCE_S);
    }
    if (this.#held === undefined || !isGood()) {
      throw new PolicyError("keys-unavailable", "the key set cannot be fetched", { cause });
    }
    return this.#held;
  }

  /** What has kept it from it. */
  async #load(nowS: number): Promise<unknown> {
    try {
      const text = await inTime(PATIENCE_S, async (signal) => {
        const response = await this.#fetch(this.#url, { signal });
        if (!response.ok) throw new PolicyError("http", `the key set's source answers ${response.status}`);
        return new TextDecoder().decode(await body(response, MAX_BYTES));
      });
      if (text !== this.#text || this.#held === undefined) {
        this.#held = JSON.parse(text) as KeySet;
        this.#text = text;
      }
      this.#fetchedAtS = nowS;
      return undefined;
    } catch (thrown) {
      return thrown;
    }
  }
}
