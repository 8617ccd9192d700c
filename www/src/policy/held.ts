// What the slice in the page says, as React sees it.

import { useEffect, useMemo, useReducer } from "react";
import type { Live } from "@tidegate/policy";

/** An object, and what the secret's holder has on it. */
export interface HeldObject {
  /** `type:id` */
  object: string;
  /** Actions: relations that are asked for, by convention `can_…`. Sorted. */
  actions: string[];
  /** The other relations. Sorted. */
  roles: string[];
}

export interface HeldType {
  type: string;
  objects: HeldObject[];
}

/** Renders again with each change of the slice or of the connection. */
export function useLive(live: Live): Live {
  const [, look] = useReducer((times: number) => times + 1, 0);
  useEffect(() => {
    const stop = live.subscribe(look);
    // What came between the first rendering and now.
    look();
    return stop;
  }, [live]);
  return live;
}

/** Everything that is held, by type; none while the page holds no slice that is fresh. */
export function useHeld(live: Live): HeldType[] | undefined {
  const { status, revision } = useLive(live);
  return useMemo(() => (status === "live" ? held(live) : undefined), [live, status, revision]);
}

function held(live: Live): HeldType[] | undefined {
  const entries = live.entries();
  if (entries === undefined) return undefined;
  const types = new Map<string, HeldObject[]>();
  for (const { object, relations } of entries) {
    const type = object.slice(0, object.indexOf(":"));
    const actions = relations.filter((name) => name.startsWith("can_"));
    const roles = relations.filter((name) => !name.startsWith("can_"));
    const objects = types.get(type) ?? [];
    objects.push({ object, actions, roles });
    types.set(type, objects);
  }
  return [...types].map(([type, objects]) => ({ type, objects })).sort((a, b) => (a.type < b.type ? -1 : 1));
}
