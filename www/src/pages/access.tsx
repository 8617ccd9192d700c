// Who one is, and what one may do: from the slice in the page, as it changes.

import { useId, useState } from "react";
import { Actions } from "../parts/actions";
import { useHeld, type HeldType } from "../policy/held";
import type { Session } from "../policy/session";
import { many, minute, until } from "../units";

/** Objects of a type that are shown at first, and with each more. */
const AT_ONCE = 25;

export function AccessPage({ session, onAsk }: { session: Session; onAsk(action: string, resource: string): void }) {
  const held = useHeld(session.live);
  const [wanted, setWanted] = useState("");
  const filter = useId();
  const words = wanted.trim().toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found = (held ?? []).map(({ type, objects }) => ({
    type,
    objects: objects.filter(({ object, actions, roles, conditional }) => {
      const text = [object, ...actions, ...roles, ...conditional].join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    }),
  }));
  const total = (types: HeldType[]) => types.reduce((sum, { objects }) => sum + objects.length, 0);
  return (
    <>
      <Identity session={session} />
      <section aria-labelledby="may">
        <div className="section-head">
          <h2 id="may">What you may do</h2>
          {held !== undefined && total(held) > 0 && (
            <div className="filter">
              <label htmlFor={filter} className="unseen">
                Filter objects and actions
              </label>
              <input
                id={filter}
                type="search"
                placeholder="Filter: orders, can_read …"
                value={wanted}
                onChange={(event) => setWanted(event.target.value)}
              />
            </div>
          )}
        </div>
        <p className="lead" role="status">
          {held === undefined ? (
            <Absent session={session} />
          ) : total(held) === 0 ? (
            "Nothing yet. What you are granted shows here at once."
          ) : (
            `${many(total(found), "object")} of ${many(held.length, "type")}. Choose an action to see why.`
          )}
        </p>
        {found
          .filter(({ objects }) => objects.length > 0)
          .map((type) => (
            <TypeBlock key={type.type} of={type} onAsk={onAsk} />
          ))}
      </section>
    </>
  );
}

function Absent({ session: { live } }: { session: Session }) {
  if (live.status === "connecting") {
    if (live.error === undefined) return "Your slice is being fetched …";
    return `Your slice cannot be had (${live.error.message}). It is tried again. Ask single questions meanwhile.`;
  }
  if (live.status === "stale") return "The server has not been heard of for a while. What you may do shows again once it is.";
  return `The server gives this secret no slice (${live.error?.message ?? "it does not say why"}). Ask single questions instead.`;
}

function TypeBlock({ of: { type, objects }, onAsk }: { of: HeldType; onAsk(action: string, resource: string): void }) {
  const [most, setMost] = useState(AT_ONCE);
  return (
    <section className="card held" aria-label={type}>
      <h3>
        {type} <span className="tally">{objects.length}</span>
      </h3>
      <ul>
        {objects.slice(0, most).map(({ object, actions, roles, conditional }) => (
          <li key={object}>
            <div className="held-name">
              <span className="mono">{object.slice(type.length + 1)}</span>
              {roles.length > 0 && <span className="roles">{roles.join(", ")}</span>}
            </div>
            <Actions of={object} actions={actions.length > 0 ? actions : roles} conditional={conditional} onAsk={onAsk} />
          </li>
        ))}
      </ul>
      {objects.length > most && (
        <button type="button" className="quiet more" onClick={() => setMost(most + 4 * AT_ONCE)}>
          Show more of {many(objects.length - most, "other")}
        </button>
      )}
    </section>
  );
}

function Identity({ session: { me } }: { session: Session }) {
  const nowS = Date.now() / 1000;
  const expires =
    me.expires_at_s === null || me.expires_at_s === undefined
      ? "never"
      : `${minute(me.expires_at_s)}, ${until(me.expires_at_s, nowS)}`;
  return (
    <section className="identity" aria-labelledby="you">
      <p className="over">Signed in as</p>
      <h1 id="you" tabIndex={-1} className="mono">
        {me.subject}
      </h1>
      <dl>
        <div>
          <dt>Kind of secret</dt>
          <dd>{me.kind}</dd>
        </div>
        <div>
          <dt>Expires</dt>
          <dd>{expires}</dd>
        </div>
        {me.addresses.length > 0 && (
          <div>
            <dt>Proven addresses</dt>
            <dd>{me.addresses.join(", ")}</dd>
          </div>
        )}
        <div>
          <dt>Secret's id</dt>
          <dd className="mono small">{me.jti}</dd>
        </div>
        <div>
          <dt>Your uid</dt>
          <dd className="mono small">{me.uid}</dd>
        </div>
      </dl>
    </section>
  );
}
