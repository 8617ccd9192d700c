// What the server says of an answer, asked for anew when the answer in the page turns.

import { useEffect, useState } from "react";
import { Refused, told, type Api, type Explained } from "../api";
import type { Question } from "./question";

export type Said = { state: "asking" } | { state: "said"; by: Explained } | { state: "refused"; why: Refused };

/** `turn`: whatever makes the explanation that is there an old one. */
export function useExplained(api: Api, question: Question, turn: unknown, onExpired: () => void): Said {
  const [last, setLast] = useState<{ to: unknown; said: Said }>();
  const setSaid = (said: Said) => setLast({ to: turn, said });
  const { subject, action, resource, context } = question;
  useEffect(() => {
    const abort = new AbortController();
    const body = { subject, action, resource, ...(context === undefined ? {} : { context }) };
    told(api.POST("/v1/explain", { body, signal: abort.signal })).then(
      (by) => setSaid({ state: "said", by }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        if (error instanceof Refused && error.status === 401) return onExpired();
        const why = error instanceof Refused ? error : new Refused(0, "The answer cannot be read", String(error));
        setSaid({ state: "refused", why });
      },
    );
    return () => abort.abort();
    // A context is made with its question, once.
  }, [api, subject, action, resource, context, turn, onExpired]);
  // What was said to another answer is not said to this one.
  return last !== undefined && last.to === turn ? last.said : { state: "asking" };
}
