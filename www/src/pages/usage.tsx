// What services, and whoever pays for them, have used of their quotas.

import { useId, useState, type FormEvent } from "react";
import type { Balance } from "../api";
import { Gauge } from "../parts/gauge";
import { Trouble } from "../parts/trouble";
import { UsageChart } from "../parts/usage-chart";
import { useHeld, type HeldType } from "../policy/held";
import type { Session } from "../policy/session";
import { useUsage, type Account } from "../policy/usage";
import { bytes, count, many, minute, percent, until, windowName } from "../units";

/** By convention: whoever holds it on an account may see what it used. */
const VIEW_USAGE = "can_view_usage";
/** Services first: they are what has quotas. */
const FIRST = "service";
const SUGGESTED = 200;

function accountsOf(held: HeldType[], me: string): string[] {
  const seen = held.flatMap(({ objects }) => objects.filter(({ actions }) => actions.includes(VIEW_USAGE)));
  const names = seen.map(({ object }) => object);
  const rank = (name: string) => (name.startsWith(`${FIRST}:`) ? 0 : name === me ? 2 : 1);
  return [...new Set([...names, me])].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

export function UsagePage({ session, onExpired }: { session: Session; onExpired(): void }) {
  const { me, live, api } = session;
  const accounts = accountsOf(useHeld(live) ?? [], me.subject);
  const [chosen, setChosen] = useState<string>();
  const account = chosen ?? accounts[0] ?? me.subject;
  const [typed, setTyped] = useState("");
  const id = useId();

  function open(event: FormEvent) {
    event.preventDefault();
    if (typed.trim() === "") return;
    setChosen(typed.trim());
    setTyped("");
  }
  return (
    <>
      <h1 tabIndex={-1}>Quotas and usage</h1>
      <div className="usage">
        <aside aria-label="Accounts">
          <h2 className="over">Accounts</h2>
          <ul className="accounts">
            {(accounts.includes(account) ? accounts : [account, ...accounts]).slice(0, SUGGESTED).map((name) => (
              <li key={name}>
                <button type="button" aria-pressed={name === account} onClick={() => setChosen(name)}>
                  <span className="account-type">{name.slice(0, name.indexOf(":"))}</span>
                  <span className="mono">{name.slice(name.indexOf(":") + 1)}</span>
                </button>
              </li>
            ))}
          </ul>
          <form onSubmit={open} className="other">
            <label htmlFor={id}>Another account</label>
            <div className="row">
              <input
                id={id}
                className="mono"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                placeholder="service:acme/sales/bot"
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
              />
              <button type="submit">Show</button>
            </div>
          </form>
        </aside>
        <AccountView key={account} api={api} account={account} onExpired={onExpired} />
      </div>
    </>
  );
}

function AccountView({ api, account, onExpired }: { api: Session["api"]; account: string; onExpired(): void }) {
  const [looked, again] = useUsage(api, account, onExpired);
  return (
    <section className="account" aria-labelledby="account">
      <div className="section-head">
        <h2 id="account" className="mono">
          {account}
        </h2>
        <button type="button" className="quiet" onClick={again}>
          Refresh
        </button>
      </div>
      {looked.state === "looking" && <p className="lead">Looking …</p>}
      {looked.state === "refused" && <Trouble of={looked.why} />}
      {looked.state === "seen" && <Seen account={looked.account} />}
    </section>
  );
}

function Seen({ account: { now, windows } }: { account: Account }) {
  const nowS = Date.now() / 1000;
  return (
    <>
      <p className="lead">
        {windowName(now.window_start_s, now.window_end_s)}, in UTC. Starts over {until(now.window_end_s, nowS)}, on{" "}
        {minute(now.window_end_s)}.
      </p>
      <div className="kinds">
        <Kind name="Reads" of={now.read} />
        <Kind name="Writes" of={now.write} />
      </div>
      <UsageChart name="Reads" kind="read" windows={windows} />
      <UsageChart name="Writes" kind="write" windows={windows} />
    </>
  );
}

function Kind({ name, of }: { name: string; of: Balance }) {
  const { spent_bytes, outstanding_bytes, forfeited_bytes, limit_bytes, requests } = of;
  const gone = spent_bytes + forfeited_bytes;
  const limit = limit_bytes ?? undefined;
  return (
    <section className="card kind" aria-label={`${name} in this window`}>
      <h3>{name}</h3>
      <p className="figure">
        <strong>{bytes(spent_bytes)}</strong>
        {limit === undefined ? " used, without a limit" : ` of ${bytes(limit)} · ${percent(gone, limit)}`}
      </p>
      {limit !== undefined && (
        <Gauge name={`${name} used`} spent={spent_bytes} forfeited={forfeited_bytes} held={outstanding_bytes} limit={limit} />
      )}
      <dl className="parts">
        <div>
          <dt>Left</dt>
          <dd>{limit === undefined ? "no limit" : bytes(Math.max(0, limit - gone - outstanding_bytes))}</dd>
        </div>
        <div>
          <dt>Held by gateways</dt>
          <dd>{bytes(outstanding_bytes)}</dd>
        </div>
        {forfeited_bytes > 0 && (
          <div>
            <dt>Forfeited</dt>
            <dd>{bytes(forfeited_bytes)}</dd>
          </div>
        )}
        <div>
          <dt>Charged</dt>
          <dd title={count(requests)}>{many(requests, "request")}</dd>
        </div>
      </dl>
    </section>
  );
}
