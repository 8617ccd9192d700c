// The first thing to see: a secret, please.

import { useId, useState, type FormEvent } from "react";
import { Refused } from "../api";
import { Brand } from "../parts/brand";
import { GateDrawing } from "../parts/gate";
import { Trouble } from "../parts/trouble";
import { signIn, type Session } from "../policy/session";

export function SignIn({ onSession, notice }: { onSession(session: Session): void; notice: string | undefined }) {
  const [secret, setSecret] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Refused>();
  const ids = { field: useId(), hint: useId(), trouble: useId() };

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setTrouble(undefined);
    try {
      const session = await signIn(secret.trim());
      setSecret("");
      onSession(session);
    } catch (error) {
      setTrouble(error instanceof Refused ? error : new Refused(0, "Signing in failed", String(error)));
      setBusy(false);
    }
  }

  return (
    <div className="entry">
      <div className="entry-picture" aria-hidden="true">
        <GateDrawing />
      </div>
      <main className="entry-form">
        <Brand />
        <h1>Sign in with a secret</h1>
        <p className="lead">See who you are, what you may do and why, and how much of your quota is used.</p>
        <div role="status">{notice !== undefined && <p className="notice">{notice}</p>}</div>
        <form onSubmit={submit} noValidate>
          <label htmlFor={ids.field}>Secret</label>
          <input
            id={ids.field}
            type="password"
            className="mono"
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            autoFocus
            required
            placeholder="eyJ0eXAiOiJ0aWRlZ2F0ZStqd3Qi…"
            aria-describedby={`${ids.hint} ${ids.trouble}`}
            aria-invalid={trouble !== undefined}
          />
          <p id={ids.hint} className="hint">
            Kept in this page's memory only: gone when you reload or close it.
          </p>
          <div id={ids.trouble} role="alert">
            {trouble !== undefined && <Trouble of={trouble} />}
          </div>
          <button type="submit" className="primary" disabled={busy || secret.trim() === ""}>
            {busy ? "Signing in…" : "Sign in"}
          </button>
        </form>
        <details className="where">
          <summary>Where do I get one?</summary>
          <ul>
            <li>
              You have one already: issue another with <code>tidegate secret issue user:you</code>
            </li>
            <li>You are new: whoever runs this server creates you, and is shown your first secret once.</li>
            <li>
              You run it: <code>tidegate serve</code> printed the operator's secret at its first start, and{" "}
              <code>tidegate admin secret user:you</code> makes one by hand.
            </li>
          </ul>
        </details>
      </main>
    </div>
  );
}
