// What the slice in the page says, as React sees it.

import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Live } from "@tidegate/policy";

/** An object, and what the secret's holder has on it. */
export interface HeldObject {
  /** `type:id` */
  object: string;
  /** Actions: relations that are asked for, by convention `can_…`. Sorted. */
  actions: string[];
  /** The other relations. Sorted. */
  roles: string[];
  /** Relations that are held where conditions are met: the context of a request decides. Sorted. */
  conditional: string[];
}

export interface HeldType {
  type: string;
  objects: HeldObject[];
}

/** Renders again when the slice or the connection is another: not with each line that confirms them. */
export function useLive(live: Live): Live {
  const subscribe = useCallback((listener: () => void) => live.subscribe(listener), [live]);
  useSyncExternalStore(subscribe, () => `${live.status} ${live.revision} ${live.error?.kind ?? ""}`);
  return live;
}

/** Everything that is held, by type; none while the page holds no slice that is fresh. */
export function useHeld(live: Live): HeldType[] | undefined {
  const { status, revision } = useLive(live);
  return useMemo(() => (status === "live" ? heldOf(live) : undefined), [live, status, revision]);
}

function heldOf(live: Live): HeldType[] | undefined {
  const all = live.held();
  if (all === undefined) return undefined;
  const objects = new Map<string, HeldObject>();
  for (const { object, relation, always } of all) {
    let found = objects.get(object);
    if (found === undefined) {
      found = { object, actions: [], roles: [], conditional: [] };
      objects.set(object, found);
    }
    if (!always) found.conditional.push(relation);
    else if (relation.startsWith("can_")) found.actions.push(relation);
    else found.roles.push(relation);
  }
  const types = new Map<string, HeldObject[]>();
  for (const found of objects.values()) {
    for (const names of [found.actions, found.roles, found.conditional]) names.sort();
    const type = found.object.slice(0, found.object.indexOf(":"));
    const ofType = types.get(type);
    if (ofType === undefined) types.set(type, [found]);
    else ofType.push(found);
  }
  const byName = (a: string, b: string) => (a < b ? -1 : 1);
  return [...types]
    .map(([type, held]) => ({ type, objects: held.sort((a, b) => byName(a.object, b.object)) }))
    .sort((a, b) => byName(a.type, b.type));
}
