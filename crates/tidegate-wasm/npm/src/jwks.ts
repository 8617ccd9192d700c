// A key set as the control plane publishes it: fetched, kept, and fetched again when it may have changed.

import type { KeySet } from "./bundle.js";
import { PolicyError } from "./error.js";
import { body, inTime } from "./fetched.js";

/** Longest key set. Bytes. */
const MAX_BYTES = 256 * 1024;
/** How long a key set is good without a look at its source. */
const FRESH_S = 60;
/** How often it may be fetched because a key is not in it. */
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
  #text = "";
  #fetchedAtS = -Infinity;

  constructor({ url, fetch: given }: KeySourceOptions) {
    this.#url = new URL("/.well-known/jwks.json", url);
    // Called as a function: hosts refuse it as a method of something else.
    this.#fetch = given ?? ((input, init) => fetch(input, init));
  }

  /** The set that is held, however old; none before the first `get`. */
  get held(): KeySet | undefined {
    return this.#held;
  }

  /**
   * The set, fetched where the one held is older than a minute: at every other time, and where the source does not
   * answer and one is held, no fetch is waited for twice. The same object as long as nothing in it has changed.
   *
   * @throws {PolicyError} `keys-unavailable`
   */
  async get(nowS: number): Promise<KeySet> {
    if (this.#held !== undefined && nowS - this.#fetchedAtS < FRESH_S) return this.#held;
    return this.#load(nowS);
  }

  /**
   * The set, for who has met a key that is not in it: fetched again, but not more than once in ten seconds.
   *
   * @throws {PolicyError} `keys-unavailable`
   */
  async again(nowS: number): Promise<KeySet> {
    if (this.#held !== undefined && nowS - this.#fetchedAtS < AGAIN_S) return this.#held;
    return this.#load(nowS);
  }

  async #load(nowS: number): Promise<KeySet> {
    // Also when it fails: a source that is gone is not asked at each request.
    this.#fetchedAtS = nowS;
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
    } catch (thrown) {
      if (this.#held === undefined) {
        throw new PolicyError("keys-unavailable", "the key set cannot be fetched", { cause: thrown });
      }
    }
    return this.#held;
  }
}
