// What one subject may do.

import { type Now, at, runNow } from "./clock.js";
import { asked } from "./error.js";
import { memory } from "./module.js";
import type { AnyModel, Context, ModelNames, ObjectOf, RelationOf, TypeOf } from "./names.js";
import type { SliceChange, Slice as WasmSlice } from "./wasm/tidegate_wasm.js";

/** Yes, no, or that this has to be asked of the whole snapshot. */
export type Verdict = boolean | "unknown";

/** Objects of a list. */
export interface Found<O extends string = string> {
  /** `type:id`, sorted. */
  found: O[];
  /** Whether every object had an answer; if not, some may be missing. */
  complete: boolean;
}

/** A relation that the subject has on an object. */
export interface Held {
  /** `type:id` */
  object: string;
  relation: string;
  /** Whether it has it whatever the context is; if not, where conditions are met. */
  always: boolean;
}

const VERDICTS: readonly Verdict[] = [false, true, "unknown"];
/** Most answers that are remembered: with more, to look one up takes longer than to ask. */
const REMEMBERED = 32_768;
/** Longest resource that is written on the engine's desk, in bytes, and most actions that have numbers there. */
const DESK_BYTES = 512;
const MAX_ACTIONS = 1024;
/** Shorter than the longest name of an object, and of a type. */
const LONGEST = 256;
const LONGEST_TYPE = 64;
/** ASCII: what is seen, and the signs that names have between their parts. */
const [FIRST, LAST, HASH, STAR, COLON, AT] = [33, 126, 35, 42, 58, 64];
/** What the engine says where it has to be asked in words. */
const ELSEWHERE = 3;

/** What one subject may do, at one revision. Its answers are good until it expires: then they are `"unknown"`. */
export class Slice<M extends ModelNames = AnyModel> {
  /** Whose it is: `type:id`. */
  readonly subject: string;
  /** The subject's uid. */
  readonly uid: string;
  /** The kinds of secret that it was made for. */
  readonly kinds: readonly string[];
  /** The first second at which it is no longer good. Seconds since the epoch, UTC. */
  readonly expiresAtS: number;
  readonly #inner: WasmSlice;
  readonly #kind: string;
  readonly #now: Now;
  #revision: number;
  /** Answers, by action and resource. */
  readonly #answers = new Map<string, Map<string, Verdict>>();
  #remembered = 0;
  readonly #actions = new Map<string, number>();
  #desk = new Uint8Array();

  /** @internal Slices come of `loadSlice`. */
  constructor(inner: WasmSlice, kind: string, expiresAtS: number, now: Now = runNow) {
    this.#inner = inner;
    this.#kind = kind;
    this.#now = now;
    this.#revision = inner.revision;
    this.subject = inner.subject;
    this.uid = inner.uid;
    this.kinds = inner.kinds;
    this.expiresAtS = expiresAtS;
  }

  /** Of the snapshot that it was made from. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * May the subject do this? Conditions of the model get the context's values.
   *
   * @throws {PolicyError} `bad-name` when the resource is not `type:id`, `bad-input` when the context is no object
   * that JSON can hold.
   */
  can<O extends ObjectOf<M>>(action: RelationOf<M, O>, resource: O, context?: Context): Verdict {
    if (this.#now() >= this.expiresAtS) return "unknown";
    return this.answer(action, resource, context);
  }

  /** @internal `can`, whatever the time. */
  answer(action: string, resource: string, context?: Context): Verdict {
    if (context !== undefined) return this.#ask(action, resource, context);
    const known = this.#answers.get(action)?.get(resource);
    return known === undefined ? this.#learn(action, resource) : known;
  }

  /** The objects of a type on which the subject may do an action. */
  listObjects<T extends TypeOf<M>>(action: M[T], type: T, context?: Context): Found<ObjectOf<M, T>> {
    if (this.#now() >= this.expiresAtS) return { found: [], complete: false };
    return this.list(action, type, context) as Found<ObjectOf<M, T>>;
  }

  /** @internal `listObjects`, whatever the time. */
  list(action: string, type: string, context?: Context): Found {
    return asked(() => this.#inner.listObjects({ kind: this.#kind, action, type, context: context ?? null }));
  }

  /** All that the subject has, in no order: for pages that show it. None once the slice has expired. */
  held(): Held[] {
    return this.#now() >= this.expiresAtS ? [] : this.all();
  }

  /** @internal `held`, whatever the time. */
  all(): Held[] {
    const flat = asked(() => this.#inner.held());
    return Array.from({ length: flat.length / 3 }, (_, at) => ({
      object: String(flat[3 * at]),
      relation: String(flat[3 * at + 1]),
      always: flat[3 * at + 2] === true,
    }));
  }

  /** @internal Takes in a change. */
  apply(change: SliceChange): void {
    this.#forget();
    this.#actions.clear();
    try {
      asked(() => this.#inner.apply(change));
    } finally {
      this.#revision = this.#inner.revision;
    }
  }

  /** Calls the listener when answers may have changed: when the slice expires. Returns how to stop that. */
  subscribe(listener: () => void): () => void {
    return at(this.expiresAtS, this.#now, listener);
  }

  /** Gives its memory back. It answers nothing after. */
  free(): void {
    this.#forget();
    this.#actions.clear();
    // It is somebody else's memory then.
    this.#desk = new Uint8Array();
    this.#inner.free();
  }

  #forget(): void {
    this.#answers.clear();
    this.#remembered = 0;
  }

  #learn(action: string, resource: string): Verdict {
    const answer = this.#askShort(action, resource) ?? this.#ask(action, resource, undefined);
    if (this.#remembered >= REMEMBERED) this.#forget();
    let of = this.#answers.get(action);
    if (of === undefined) {
      of = new Map();
      this.#answers.set(action, of);
    }
    of.set(resource, answer);
    this.#remembered += 1;
    return answer;
  }

  /** By a number and what is written into the engine's memory: to hand texts over takes longer than to answer. */
  #askShort(action: string, resource: string): Verdict | undefined {
    const length = resource.length;
    let number = this.#actions.get(action);
    if (number === undefined) {
      if (this.#actions.size >= MAX_ACTIONS) return undefined;
      number = asked(() => this.#inner.action(action));
      this.#actions.set(action, number);
    }
    // A memory that has grown is another buffer, and the view of the old one has no bytes.
    if (this.#desk.length === 0) this.#desk = new Uint8Array(memory.buffer, asked(() => this.#inner.desk()), DESK_BYTES);
    if (length > LONGEST) return undefined;
    const desk = this.#desk;
    let colon = 0;
    for (let at = 0; at < length; at += 1) {
      const unit = resource.charCodeAt(at);
      if (unit === COLON && colon === 0) colon = at;
      // Whatever is not plainly a name is the engine's to look at.
      else if (unit < FIRST || unit > LAST || unit === COLON || unit === HASH || unit === STAR || unit === AT) return undefined;
      desk[at] = unit;
    }
    if (colon === 0 || colon > LONGEST_TYPE || colon === length - 1) return undefined;
    const asking = number;
    const answer = asked(() => this.#inner.ask(asking, length));
    return answer === ELSEWHERE ? undefined : VERDICTS[answer];
  }

  #ask(action: string, resource: string, context: Context | undefined): Verdict {
    // A number that the engine does not have is no answer.
    return asked(() => VERDICTS[this.#inner.can(action, resource, context)] ?? "unknown");
  }
}
