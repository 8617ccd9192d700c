/** Everything that decisions need, at one revision. */
export interface EngineInput {
  /** The authorization model, in the OpenFGA language, schema 1.1. */
  model: string;
  /** Kinds of secret and their caps. */
  profile: Profile;
  /** Objects that exist: callers and resources must be among them. */
  objects: KnownObject[];
  /** `object#relation@subject` */
  tuples: string[];
  /** The number of the last change, from 1. */
  revision: number;
}
export interface KnownObject {
  /** `type:id` */
  object: string;
  /** A UUIDv7 that is never used again. */
  uid: string;
  /** Secrets issued before are refused. Seconds since the epoch, UTC. */
  validFromS: number;
}
/** The fields are named as in a system's `system.toml`. */
export interface Profile {
  kinds?: Record<string, SecretKind>;
  metered?: Record<string, "read" | "write">;
  payer?: Record<string, string[]>;
}
export interface SecretKind {
  /** Types of principal that may hold this kind. */
  principals: string[];
  /** Actions that it may exercise; none means all. */
  actions?: string[] | null;
  /** Checked as `anonymous` instead of its principal. */
  anonymous?: boolean;
  audiences: string[];
  default_life_s?: number | null;
}
export interface DecideRequest {
  /** Without one: a caller without a secret. */
  caller?: { object: string; kind: string } | null;
  /** A relation of the resource's type. */
  action: string;
  /** `type:id` */
  resource: string;
  /** Tuples that hold for this question alone. */
  context?: string[] | null;
}
export interface Answer {
  allowed: boolean;
  /** Why not: a stable word, such as `not-granted`, `unknown-resource`, `too-deep`. */
  reason?: string;
}
