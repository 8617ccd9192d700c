// What accounts have used, as it grows.

import { useCallback, useEffect, useState } from "react";
import { Refused, told, type Api, type Usage } from "../api";
import { isMonth } from "../units";

/** Between two looks, while the page is seen. */
const LOOK_AGAIN_MS = 10_000;

/** Windows that a chart has. */
export const WINDOWS = 6;

export interface Account {
  /** The window in force, with the limits. */
  now: Usage;
  /** Oldest first; the last is the one in force. */
  windows: Usage[];
}

export type Looked =
  | { state: "looking" }
  | { state: "seen"; account: Account }
  | { state: "refused"; why: Refused };

async function look(api: Api, account: string, signal: AbortSignal): Promise<Account> {
  const [now, page] = await Promise.all([
    told(api.GET("/v1/quotas", { params: { query: { account } }, signal })),
    told(api.GET("/v1/usage", { params: { query: { account, limit: WINDOWS } }, signal })),
  ]);
  return { now, windows: windowsOf(now, page.items) };
}

/** The newest windows, with those in which nothing was used. `items` begins with the newest. */
export function windowsOf(now: Usage, items: Usage[]): Usage[] {
  const earlier = items.filter((item) => item.window_start_s < now.window_start_s);
  const found = new Map(earlier.map((item) => [item.window_start_s, item]));
  const windows = [now];
  for (let end = now.window_start_s; windows.length < WINDOWS; ) {
    const start = startOf(now, end);
    const none = { granted_bytes: 0, spent_bytes: 0, returned_bytes: 0, forfeited_bytes: 0, outstanding_bytes: 0, requests: 0 };
    const empty = { ...now, window_start_s: start, window_end_s: end, read: none, write: none };
    windows.push(found.get(start) ?? empty);
    end = start;
  }
  return windows.reverse();
}

/** Where the window before another begins. */
function startOf(now: Usage, endS: number): number {
  if (!isMonth(now.window_start_s, now.window_end_s)) return endS - (now.window_end_s - now.window_start_s);
  const end = new Date(endS * 1000);
  return Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - 1, 1) / 1000;
}

/** Looks at an account, and again each while; `again` looks at once. */
export function useUsage(api: Api, account: string, onExpired: () => void): [Looked, () => void] {
  const [looked, setLooked] = useState<Looked>({ state: "looking" });
  const [times, setTimes] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const once = () =>
      look(api, account, abort.signal).then(
        (seen) => setLooked({ state: "seen", account: seen }),
        (error: unknown) => {
          if (abort.signal.aborted) return;
          if (error instanceof Refused && error.status === 401) return onExpired();
          const why = error instanceof Refused ? error : new Refused(0, "What was used cannot be read", String(error));
          setLooked({ state: "refused", why });
        },
      );
    void once();
    const timer = setInterval(() => {
      if (!document.hidden) void once();
    }, LOOK_AGAIN_MS);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [api, account, times, onExpired]);
  return [looked, useCallback(() => setTimes((held) => held + 1), [])];
}
