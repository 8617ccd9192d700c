// `@tidegate/policy/full`: also models from their texts, conditions, lists and explanations.

import { type BundleExpectation, loadEngine } from "./bundle.js";
import { asked } from "./error.js";
import type { AnyModel, ModelNames } from "./names.js";
import { Snapshot as Base } from "./snapshot.js";
import type { Explanation, Given, ListObjectsRequest, ListUsersRequest, Page } from "./wasm/tidegate_wasm.js";

export * from "./policy.js";
export type {
  Changes,
  EngineInput,
  Explanation,
  FgaMod,
  KnownObject,
  ListObjectsRequest,
  ListUsersRequest,
  ModelFault,
  ModuleFile,
  Page,
  Profile,
  Proof,
  SecretKind,
  Unmet,
} from "./wasm/tidegate_wasm.js";
/** Both are there once `init()` is done. */
export { Engine, Model, isPortableId, parseFgaMod } from "./wasm/tidegate_wasm.js";

/** What is to be explained. */
export interface ExplainRequest extends Given {
  /** `type:id`, `type:id#relation` or `type:*` */
  subject: string;
  relation: string;
  /** `type:id` */
  object: string;
}

/** Everything that decisions, lists and explanations need, at one revision. */
export class Snapshot<M extends ModelNames = AnyModel> extends Base<M> {
  /**
   * The objects of a type to which a subject has a relation, page by page.
   *
   * @throws {PolicyError} `bad-name`, `bad-input`, `unknown-type`, `unknown-relation`, `context`, `too-many-tuples`
   */
  listObjects(request: ListObjectsRequest): Page {
    return asked(() => this.engine.listObjects(request));
  }

  /**
   * The subjects of a kind that have a relation to an object, page by page.
   *
   * @throws {PolicyError} as `listObjects`
   */
  listUsers(request: ListUsersRequest): Page {
    return asked(() => this.engine.listUsers(request));
  }

  /**
   * Why a check comes to its answer, or what would make it a yes.
   *
   * @throws {PolicyError} `bad-name`, `bad-input`, and the kinds of the engine's errors
   */
  explain(request: ExplainRequest): Explanation {
    return asked(() => {
      const { subject, relation, object, ...given } = request;
      return this.engine.explain(subject, relation, object, given);
    });
  }
}

/**
 * Verifies a whole snapshot, and loads it.
 *
 * @throws {PolicyError} as `loadSlice`.
 */
export async function loadBundle<M extends ModelNames = AnyModel>(
  bytes: Uint8Array,
  expect: BundleExpectation,
): Promise<Snapshot<M>> {
  const [engine, expiresAtS] = await loadEngine(bytes, expect);
  return new Snapshot<M>(engine, expiresAtS);
}
