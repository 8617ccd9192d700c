// What one subject may do.

import { type Now, at, runNow } from "./clock.js";
import { asPolicyError, asked } from "./error.js";
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

/** What two bits say: that it has not been asked, or what the answer is. */
const VERDICTS: readonly (Verdict | undefined)[] = [undefined, false, true, "unknown"];
/** Most resources whose answers are remembered: with more, to look one up takes longer than to ask. */
const REMEMBERED = 32_768;
/** So many actions are asked about together: their answers are one small integer. */
const TOGETHER = 15;
/** Longest resource that is written on the engine's desk, in bytes, and most actions that have numbers there. */
const DESK_BYTES = 512;
const MAX_ACTIONS = 1024;
/** Shorter than the longest name of an object, and of a type. */
const LONGEST = 256;
const LONGEST_TYPE = 64;
/** ASCII: what is seen, and the signs that names have between their parts. */
const [FIRST, LAST, HASH, STAR, COLON, AT] = [33, 126, 35, 42, 58, 64];

/** An action that has been asked about. */
interface Action {
  name: string;
  /** Of the actions that are asked about together with it: which are these, and their answers by resource. */
  group: number;
  answers: Map<string, number>;
  /** Where its two bits are. */
  shift: number;
}

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
  readonly #now: Now;
  #revision: number;
  readonly #actions = new Map<string, Action>();
  readonly #groups = new Map<number, Map<string, number>>();
  #remembered = 0;
  #desk = new Uint8Array();

  /** @internal Slices come of `loadSlice`. */
  constructor(inner: WasmSlice, expiresAtS: number, now: Now = runNow) {
    this.#inner = inner;
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
  can<O extends ObjectOf<M>>(action: RelationOf<M, O>, resource: O, context?: Context | undefined): Verdict {
    if (this.#now() >= this.expiresAtS) return "unknown";
    return this.answer(action, resource, context);
  }

  /** @internal `can`, whatever the time. */
  answer(action: string, resource: string, context?: Context | undefined): Verdict {
    if (context !== undefined) return this.#ask(action, resource, context);
    const known = this.#actions.get(action) ?? this.#number(action);
    if (known === undefined) return this.#ask(action, resource, undefined);
    const bits = known.answers.get(resource);
    const found = bits === undefined ? undefined : VERDICTS[(bits >> known.shift) & 3];
    return found === undefined ? this.#learn(known, resource) : found;
  }

  /** The objects of a type on which the subject may do an action. */
  listObjects<T extends TypeOf<M>>(action: M[T], type: T, context?: Context | undefined): Found<ObjectOf<M, T>> {
    if (this.#now() >= this.expiresAtS) return { found: [], complete: false };
    return this.list(action, type, context) as Found<ObjectOf<M, T>>;
  }

  /** @internal `listObjects`, whatever the time. */
  list(action: string, type: string, context?: Context | undefined): Found {
    return asked(() => this.#inner.listObjects(action, type, context));
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
    // It is somebody else's memory then.
    this.#desk = new Uint8Array();
    asked(() => this.#inner.free());
  }

  #forget(): void {
    this.#actions.clear();
    this.#groups.clear();
    this.#remembered = 0;
  }

  /** None where there are too many. */
  #number(name: string): Action | undefined {
    if (this.#actions.size >= MAX_ACTIONS) return undefined;
    const number = asked(() => this.#inner.action(name));
    const group = Math.floor(number / TOGETHER);
    const answers = this.#groups.get(group) ?? new Map<string, number>();
    this.#groups.set(group, answers);
    const action = { name, group, answers, shift: 2 * (number % TOGETHER) };
    this.#actions.set(name, action);
    return action;
  }

  #learn({ name, group, answers, shift }: Action, resource: string): Verdict {
    let bits = 0;
    try {
      if (this.#writes(resource)) bits = this.#inner.ask(group, resource.length);
    } catch (thrown) {
      throw asPolicyError(thrown, "internal");
    }
    const found = VERDICTS[(bits >> shift) & 3] ?? this.#ask(name, resource, undefined);
    bits |= VERDICTS.indexOf(found) << shift;
    const before = answers.get(resource);
    if (before === undefined) {
      if (this.#remembered >= REMEMBERED) {
        for (const others of this.#groups.values()) others.clear();
        this.#remembered = 0;
      }
      this.#remembered += 1;
    }
    answers.set(resource, bits | (before ?? 0));
    return found;
  }

  /**
   * Writes a resource into the engine's memory: to hand texts over takes longer than to answer. Whatever is not plainly
   * a name is the engine's to look at: that is not written.
   */
  #writes(resource: string): boolean {
    const { length } = resource;
    if (length > LONGEST) return false;
    // A memory that has grown is another buffer, and the view of the old one has no bytes.
    if (this.#desk.length === 0) this.#desk = new Uint8Array(memory.buffer, this.#inner.desk(), DESK_BYTES);
    const desk = this.#desk;
    let colon = 0;
    for (let at = 0; at < length; at += 1) {
      const unit = resource.charCodeAt(at);
      if (unit === COLON && colon === 0) colon = at;
      else if (unit < FIRST || unit > LAST || unit === COLON || unit === HASH || unit === STAR || unit === AT) return false;
      desk[at] = unit;
    }
    return colon !== 0 && colon <= LONGEST_TYPE && colon !== length - 1;
  }

  #ask(action: string, resource: string, context: Context | undefined): Verdict {
    // A number that the engine does not have is no answer.
    return asked(() => VERDICTS[this.#inner.can(action, resource, context) + 1] ?? "unknown");
  }
}
