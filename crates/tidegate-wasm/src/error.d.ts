import type { ModelFault } from "./tidegate_wasm.js";

/** What is thrown: an error with a stable word for its kind. */
export class PolicyError extends Error {
  constructor(kind: string, message: string, options?: ErrorOptions);
  readonly kind: string;
  /** Of `bad-model`: all that is wrong, in order of place. */
  readonly errors?: ModelFault[];
  /** Of `unknown-type` and `unknown-relation`: which. */
  readonly type?: string;
  readonly relation?: string;
  /** Of an answer of the control plane. */
  readonly status?: number;
}
