// Whether what the page knows is what is so now.

import type { Live } from "@tidegate/policy";
import { useLive } from "../policy/held";
import { count } from "../units";

const SAYS = {
  connecting: { word: "Connecting", why: "Your slice is being fetched." },
  live: { word: "Live", why: "Each change of what you may do shows here within a second." },
  stale: { word: "Stale", why: "The server has not been heard of for a while: no answer is given from what may be old." },
  ended: { word: "Not live", why: "The server gives this secret no slice: answers come from the server, one by one." },
};

export function LiveSign({ live }: { live: Live }) {
  const { status, revision } = useLive(live);
  const { word, why } = SAYS[status];
  return (
    <span className={`live-sign is-${status}`} title={why} role="status">
      <span className="dot" aria-hidden="true" />
      <span>
        {word}
        {status === "live" && <span className="revision"> · revision {count(revision)}</span>}
      </span>
    </span>
  );
}
