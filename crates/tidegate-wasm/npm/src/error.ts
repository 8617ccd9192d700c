// What the package throws. The class itself is the bindings' own, so that whatever they throw is one of them.

export { PolicyError } from "./wasm/error.js";

import { PolicyError } from "./wasm/error.js";

/** What was thrown, as a `PolicyError`: what is of no kind comes of a fault, not of an answer. */
export function asPolicyError(thrown: unknown, kind: string): PolicyError {
  if (thrown instanceof PolicyError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new PolicyError(kind, message, { cause: thrown });
}

/** What the engine answers; what it throws is a `PolicyError`. */
export function asked<T>(ask: () => T): T {
  try {
    return ask();
  } catch (thrown) {
    throw asPolicyError(thrown, "internal");
  }
}
