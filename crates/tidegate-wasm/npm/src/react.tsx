// `@tidegate/policy/react`: shows what the one who looks may do.
//
// A component that asks renders again when its own answer changes, and not for what else does.

import { type ReactNode, createContext, useCallback, useContext, useSyncExternalStore } from "react";

import type { AnyModel, Asked, Context, ModelNames, ObjectOf, Question, RelationOf } from "./names.js";
import type { Verdict } from "./slice.js";

/** What answers: a `Live` or a `Slice` of any of the builds. */
export interface Policy<M extends ModelNames = AnyModel> {
  can<O extends ObjectOf<M>>(action: RelationOf<M, O>, resource: O, context?: Context | undefined): Verdict;
  subscribe(listener: () => void): () => void;
}

const Provided = createContext<Policy | null>(null);

export interface PolicyProviderProps {
  /** None yet: every answer is `"unknown"`. */
  policy: Policy | null | undefined;
  children?: ReactNode;
}

/** Gives the components below it something to ask. */
export function PolicyProvider({ policy, children }: PolicyProviderProps): ReactNode {
  return <Provided.Provider value={policy ?? null}>{children}</Provided.Provider>;
}

/** What the nearest provider has. */
export function usePolicy<M extends ModelNames = AnyModel>(): Policy<M> | null {
  return useContext(Provided) as Policy<M> | null;
}

/**
 * May the one who looks do this? `"unknown"` while nothing is known.
 *
 * @throws {PolicyError} as `Slice.can`
 */
export function useCan<M extends ModelNames = AnyModel>(...[action, resource, context]: Question<M>): Verdict {
  const policy = usePolicy();
  const subscribe = useCallback((listener: () => void) => policy?.subscribe(listener) ?? nothing, [policy]);
  // The answer is what is compared: it is the same value as long as it is the same answer.
  const answer = (): Verdict => policy?.can(action, resource, context) ?? "unknown";
  return useSyncExternalStore(subscribe, answer, answer);
}

const nothing = (): void => undefined;

export type CanProps<M extends ModelNames = AnyModel> = Asked<M> & {
  context?: Context | undefined;
  /** Shown where the answer is yes. */
  children?: ReactNode;
  /** Shown where it is no [nothing]. */
  fallback?: ReactNode;
  /** Shown while it is not known [as a no]. */
  unknown?: ReactNode;
};

/** Shows its children to who may. */
export function Can<M extends ModelNames = AnyModel>(props: CanProps<M>): ReactNode {
  const { action, resource, context, children, fallback = null, unknown = fallback } = props;
  const answer = useCan<AnyModel>(action, resource, context);
  if (answer === true) return children;
  return answer === false ? fallback : unknown;
}
