// What the package throws: one class, whoever throws.

/** An error with a stable word for its kind. */
export class PolicyError extends Error {
  constructor(kind, message, options) {
    super(message, options);
    this.name = "PolicyError";
    this.kind = kind;
  }
}

export function policyError(kind, message) {
  return new PolicyError(kind, message);
}
