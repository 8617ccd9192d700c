// What is around each page: who is signed in, whether the page is up to date, and the way to the other pages.

import { PolicyProvider } from "@tidegate/policy/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { AccessPage } from "./pages/access";
import { AskPage } from "./pages/ask";
import { UsagePage } from "./pages/usage";
import { Brand } from "./parts/brand";
import { LiveSign } from "./parts/live-sign";
import { useLive } from "./policy/held";
import type { Question } from "./policy/question";
import type { Session } from "./policy/session";

const PAGES = [
  { at: "#/", name: "Access" },
  { at: "#/ask", name: "Ask" },
  { at: "#/usage", name: "Quotas" },
] as const;
type Place = (typeof PAGES)[number]["at"];

const here = (): Place => PAGES.find((page) => page.at === location.hash)?.at ?? "#/";

export function Frame({ session, onEnd }: { session: Session; onEnd(why?: string): void }) {
  const { me, live } = session;
  const [place, setPlace] = useState(here);
  const [question, setQuestion] = useState<Question>({ subject: me.subject, action: "", resource: "" });
  const main = useRef<HTMLElement>(null);
  useLive(live);

  useEffect(() => {
    const moved = () => setPlace(here());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  // Whoever hears the page is told where they are.
  useEffect(() => {
    main.current?.querySelector("h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [place]);
  const ended = useCallback(() => onEnd("Your secret does not hold any longer: it has expired, or was revoked."), [onEnd]);
  useEffect(() => {
    if (live.status === "ended" && live.error?.kind === "unauthenticated") ended();
  });

  const ask = useCallback(
    (action: string, resource: string) => {
      setQuestion({ subject: me.subject, action, resource });
      location.hash = "#/ask";
    },
    [me.subject],
  );

  return (
    <PolicyProvider policy={live}>
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>
        To the content
      </a>
      <header className="top">
        <Brand />
        <nav aria-label="Pages">
          {PAGES.map(({ at, name }) => (
            <a key={at} href={at} aria-current={at === place ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <LiveSign live={live} />
        <div className="whom">
          <span className="mono" title={me.subject}>
            {me.subject}
          </span>
          <button type="button" className="quiet" onClick={() => onEnd("Signed out. The secret is forgotten.")}>
            Sign out
          </button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {place === "#/" && <AccessPage session={session} onAsk={ask} />}
        {place === "#/ask" && <AskPage session={session} question={question} onQuestion={setQuestion} onExpired={ended} />}
        {place === "#/usage" && <UsagePage session={session} onExpired={ended} />}
      </main>
    </PolicyProvider>
  );
}
