// A page that shows what its reader may do, and tells the test what it has shown, and how often it was drawn.

import { type Live, PolicyError, follow } from "@tidegate/policy";
import { Can, PolicyProvider, useCan } from "@tidegate/policy/react";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const draws: Record<string, number> = {};

function Doc({ name }: { name: string }) {
  draws[name] = (draws[name] ?? 0) + 1;
  const may = useCan("can_read", `doc:${name}`);
  return <li id={name}>{String(may)}</li>;
}

function Page() {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const { issuer, secret } = Object.fromEntries(new URLSearchParams(location.search)) as Record<string, string>;
    const found = follow({ url: location.origin, issuer, secret: async () => secret ?? "" });
    setLive(found);
    const tell = () => setTimeout(() => void report(found), 0);
    const stop = found.subscribe(tell);
    return () => {
      stop();
      found.close();
    };
  }, []);
  return (
    <PolicyProvider policy={live}>
      <ul>
        <Doc name="a" />
        <Doc name="b" />
        <Doc name="c" />
      </ul>
      <Can action="can_write" resource="doc:a" unknown={<p id="asking">asking</p>}>
        <button type="button">write</button>
      </Can>
      <Can action="can_write" resource="doc:b" fallback={<p id="no">no</p>}>
        <button type="button">write</button>
      </Can>
    </PolicyProvider>
  );
}

async function report(live: Live) {
  const found = {
    status: live.status,
    error: live.error instanceof PolicyError ? live.error.kind : null,
    revision: live.revision,
    shown: document.querySelector("#root")?.textContent,
    draws: { ...draws },
  };
  await fetch("/told", { method: "POST", body: JSON.stringify(found) });
}

const root = document.querySelector("#root");
if (root !== null) createRoot(root).render(<Page />);
