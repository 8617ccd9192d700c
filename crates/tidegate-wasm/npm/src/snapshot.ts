// A whole snapshot: any subject, any question.

import { asked } from "./error.js";
import type { AnyModel, ModelNames, ObjectOf, RelationOf } from "./names.js";
import type { Claims } from "./secret.js";
import type { Answer, Engine, Given, CheckRequest as WasmCheckRequest } from "./wasm/tidegate_wasm.js";

export type { Answer, Given } from "./wasm/tidegate_wasm.js";

/** Who may do what on which resource? */
export interface DecideRequest<M extends ModelNames = AnyModel, O extends ObjectOf<M> = ObjectOf<M>> extends Given {
  /** Without one: a caller without a secret. */
  caller?: { object: ObjectOf<M>; kind: string } | null;
  /** A relation of the resource's type. */
  action: RelationOf<M, O>;
  resource: O;
}

/** Does the subject have the relation to the object? */
export interface CheckRequest<M extends ModelNames = AnyModel, O extends ObjectOf<M> = ObjectOf<M>> extends Given {
  /** `type:id`, `type:id#relation` or `type:*` */
  subject: ObjectOf<M>;
  relation: RelationOf<M, O>;
  object: O;
}

/** Everything that decisions need, at one revision. */
export class Snapshot<M extends ModelNames = AnyModel> {
  /** The first second at which the bundle is no longer good. Seconds since the epoch, UTC. */
  readonly expiresAtS: number;
  /** @internal */
  readonly engine: Engine;

  /** @internal Snapshots come of `loadBundle`. */
  constructor(engine: Engine, expiresAtS: number) {
    this.engine = engine;
    this.expiresAtS = expiresAtS;
  }

  /** The number of the last change. */
  get revision(): number {
    return asked(() => this.engine.revision);
  }

  /**
   * May the caller do the action on the resource? Every doubt is a no, with its reason.
   *
   * @throws {PolicyError} `bad-name`, `bad-input`
   */
  decide<O extends ObjectOf<M>>(request: DecideRequest<M, O>): Answer {
    return asked(() => this.engine.decide(request));
  }

  /**
   * OpenFGA's check.
   *
   * @throws {PolicyError} `bad-name`, `bad-input`
   */
  check<O extends ObjectOf<M>>(request: CheckRequest<M, O>): Answer {
    return asked(() => {
      const { subject, relation, object, ...given } = request;
      return this.engine.check(subject, relation, object, given);
    });
  }

  /**
   * Many checks, in order.
   *
   * @throws {PolicyError} `bad-name`, `bad-input`, for the first that is not good.
   */
  checkMany(requests: readonly CheckRequest<M>[]): Answer[] {
    return asked(() => this.engine.checkMany(requests as unknown as WasmCheckRequest[]));
  }

  /**
   * Does it stand behind a secret of these claims: is its principal alive under its uid, was it issued late enough, is
   * neither it nor one that it was exchanged from revoked? The secret itself is for `verifySecret`.
   *
   * @throws {PolicyError} `bad-input`
   */
  accepts(claims: Claims): Answer {
    return asked(() => this.engine.accepts(claims));
  }

  /**
   * May the holder of a secret of these claims, or a caller without one, do the action on the resource? As `decide`, and
   * also within what the secret was narrowed to; where it is not accepted, nothing.
   *
   * @throws {PolicyError} `bad-name`, `bad-input`
   */
  authorize(claims: Claims | undefined, action: string, resource: string): Answer {
    return asked(() => this.engine.authorize(claims, action, resource));
  }

  /** Gives its memory back. It answers nothing after. */
  free(): void {
    asked(() => this.engine.free());
  }
}
