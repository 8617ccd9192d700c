// Signed in or not.

import { useCallback, useState } from "react";
import { Frame } from "./frame";
import { SignIn } from "./pages/sign-in";
import type { Session } from "./policy/session";

export function App() {
  const [session, setSession] = useState<Session>();
  const [notice, setNotice] = useState<string>();
  const end = useCallback((why?: string) => {
    setSession((held) => {
      held?.end();
      return undefined;
    });
    setNotice(why);
  }, []);
  if (session === undefined) return <SignIn onSession={setSession} notice={notice} />;
  return <Frame key={session.me.jti} session={session} onEnd={end} />;
}
