/** Everything that decisions need, at one revision. */
export interface EngineInput {
  /** The authorization model, in the OpenFGA language or its JSON form, schema 1.1 or 1.2. */
  model: string;
  /** Kinds of secret and their caps: `decide` needs them, `check` and lists do not. */
  profile?: Profile;
  /** Objects that exist: callers and resources of `decide` must be among them. */
  objects?: KnownObject[];
  /** `object#relation@subject`, and ` with NAME {…}` after it where it holds under a condition. */
  tuples?: string[];
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
/** Changes up to one revision. They are made in the order of the fields here, all of them or none. */
export interface Changes {
  /** Above the one held. */
  revision: number;
  /** Takes the place of the model. Tuples that it does not allow stay stored, and count no more. */
  model?: string | null;
  profile?: Profile | null;
  /** Objects to forget with every tuple that names them. */
  forget?: string[];
  put?: KnownObject[];
  /** Tuples to remove. */
  delete?: string[];
  /** Tuples to add. */
  write?: string[];
  /** Secrets that are refused from now on, by their `jti`. */
  revoke?: string[];
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
/** What holds for one question alone. */
export interface Given {
  /** Tuples, written as in `EngineInput`. */
  contextualTuples?: string[] | null;
  /** Values of conditions' parameters, by name. */
  context?: Record<string, unknown> | null;
}
export interface DecideRequest extends Given {
  /** Without one: a caller without a secret. */
  caller?: { object: string; kind: string } | null;
  /** A relation of the resource's type. */
  action: string;
  /** `type:id` */
  resource: string;
}
export interface Answer {
  allowed: boolean;
  /** Why not: a stable word, such as `not-granted`, `unknown-resource`, `condition`, `too-deep`. */
  reason?: string;
}
export interface ListObjectsRequest extends Given {
  /** `type:id`, `type:id#relation` or `type:*` */
  subject: string;
  relation: string;
  /** The type of the objects. */
  type: string;
  /** Only objects after this one: `next` of the page before. */
  after?: string | null;
  /** Most objects to answer [1000]. */
  limit?: number | null;
}
export interface ListUsersRequest extends Given {
  /** `type:id` */
  object: string;
  relation: string;
  /** The kind of subject: `type`, or `type#relation` for usersets. */
  kind: string;
  /** Only subjects after this one: `next` of the page before. */
  after?: string | null;
  /** Most subjects to answer [1000]. */
  limit?: number | null;
}
export interface Page {
  /** Names, sorted. A list of users with `type:*` in it leaves out whom it covers. */
  found: string[];
  /** Where the next page starts after; none at the end. */
  next?: string;
  /** Whether every question behind the page had an answer; if not, something may be missing. */
  complete: boolean;
  /** Why not: a stable word, as in `Answer`. */
  reason?: string;
}
/** One of the checks of `checkMany`. */
export interface CheckRequest extends Given {
  /** `type:id`, `type:id#relation` or `type:*` */
  subject: string;
  relation: string;
  /** `type:id` */
  object: string;
}
/** A JSON Web Key Set (RFC 7517), as `/.well-known/jwks.json` has it: keys with `tidegate_use: "bundle"` count. */
export interface BundleKeys {
  keys: (JsonWebKey & { kid?: string; tidegate_use?: string })[];
}
/** A bundle taken apart: nothing in it may be believed. */
export interface BundleParts {
  /** Which key has signed it: its `kid`. */
  keyId: string;
  /** `EdDSA` or `ES256`, and what the key must be of. */
  algorithm: string;
  /** What is signed. */
  message: Uint8Array;
  /** By which it is signed, as JWS has it (RFC 7518 §3.4, RFC 8037 §3.1). */
  signature: Uint8Array;
  /** What it holds: its SHA-256 is wanted. */
  payload: Uint8Array;
}
/** What a bundle must be to be loaded. */
export interface BundleExpectation {
  issuer: string;
  audience: string;
  /** Whom it is for: `type:id`. */
  subject: string;
  /** The subject's uid, if it is known: of a slice. */
  uid?: string | null;
  /** Seconds since the epoch, UTC. */
  nowS: number;
  /** The revision held already, if one is: an older one is refused. */
  heldRevision?: number | null;
}
export interface SlicePage {
  /** Names, sorted. */
  found: string[];
  /** Whether every object had an answer; if not, some may be missing. */
  complete: boolean;
}
/** Why a check comes to its answer. */
export type Explanation =
  | {
      answer: "allowed";
      /** What it follows from; null when that would be too much. */
      proof: Proof | null;
      complete: boolean;
    }
  | {
      answer: "denied";
      /** Sets of tuples to write and delete together, any of which would make it a yes. */
      remedies: { add: string[]; remove: string[] }[];
      /** Conditions that would have to come out otherwise. */
      conditions: Unmet[];
      /** Whether every remedy and condition has been found. */
      complete: boolean;
    };
/** A node of a proof: one rule of the model that was used. Which other fields there are depends on the kind. */
export interface Proof {
  kind:
    | "itself"
    | "tuple"
    | "computed"
    | "from"
    | "union"
    | "intersection"
    | "exclusion"
    | "no_tuple"
    | "no_from"
    | "no_union"
    | "no_intersection"
    | "no_base"
    | "circle"
    | "too_deep";
  object?: string;
  relation?: string;
  tupleset?: string;
  tuple?: string;
  /** Which operand, from 0. */
  operand?: number;
  by?: Proof;
  all?: Proof[];
  base?: Proof;
  subtract?: Proof;
  usersets?: { tuple: string; by: Proof }[];
  objects?: { tuple: string; by: Proof }[];
}
/** A tuple whose condition keeps the answer from being a yes. */
export interface Unmet {
  tuple: string;
  condition: string;
  parameters: string[];
  /** Parameters that have no value and should. */
  missing: string[];
  /** Why the condition has no answer. */
  error: string | null;
}
/** A file of a modular model. */
export interface ModuleFile {
  /** Its path, with `/` between folders, as `fga.mod` lists it. */
  name: string;
  text: string;
}
/** One thing that is wrong with a model, or only odd. */
export interface ModelFault {
  /** A stable word: OpenFGA's own where its parser has one. */
  kind: string;
  /** Of a modular model. */
  file?: string;
  /** From 1; 0 for a model in JSON form, where the message names the place. */
  line: number;
  /** From 1, in characters; 0 like the line. */
  column: number;
  message: string;
  /** A model that has nothing worse is in order. */
  warning: boolean;
}
export interface FgaMod {
  schema: string;
  contents: string[];
}
/** What is thrown. Of bundles and explanations also the kinds of the engine: `head-signature`, `expired`, `payload-unsupported`, `too-deep` … */
export interface PolicyError extends Error {
  kind:
    | "bad-input"
    | "bad-name"
    | "bad-model"
    | "bad-tuple"
    | "bad-revision"
    | "bad-context"
    | "too-many-tuples"
    | "unknown-type"
    | "unknown-relation"
    | "no-text"
    | (string & {});
  /** Of `bad-model`: all that is wrong, in order of place. */
  errors?: ModelFault[];
  /** Of `unknown-type` and `unknown-relation`: which. */
  type?: string;
  relation?: string;
}
