// What would turn a no: the smallest changes first.

import { useState } from "react";
import type { Explained, Remedy, TupleInfo, Unmet } from "../api";
import { command } from "../policy/commands";
import { many } from "../units";

const AT_FIRST = 5;

export function Remedies({ by }: { by: Explained }) {
  const remedies = by.remedies ?? [];
  const conditions = by.conditions ?? [];
  const more = remedies.slice(AT_FIRST);
  return (
    <div className="why">
      {typeof by.reason === "string" && <p>{by.reason}</p>}
      {conditions.length > 0 && (
        <ul className="plain">
          {conditions.map((unmet) => (
            <li key={unmet.tuple}>
              <Condition of={unmet} />
            </li>
          ))}
        </ul>
      )}
      {remedies.length > 0 && (
        <>
          <h2>{remedies.length === 1 ? "This would allow it" : "Any one of these would allow it"}</h2>
          <ol className="remedies">
            {remedies.slice(0, AT_FIRST).map((remedy, place) => (
              <Way key={place} of={remedy} />
            ))}
          </ol>
          {more.length > 0 && (
            <details>
              <summary>{many(more.length, "other way")}</summary>
              <ol className="remedies" start={AT_FIRST + 1}>
                {more.map((remedy, place) => (
                  <Way key={place} of={remedy} />
                ))}
              </ol>
            </details>
          )}
        </>
      )}
      <p className="hint">{ending(by)}</p>
    </div>
  );
}

function ending({ remedies = [], complete, reason }: Explained): string {
  if (typeof reason === "string") return "No grant would change that.";
  if (!complete) return remedies.length > 0 ? "There may be other ways." : "The server does not say what would change that.";
  return remedies.length > 0
    ? "There is no other way with at most three facts to add and three to take away."
    : "No three facts about what there is would change that.";
}

function Way({ of: { add, remove } }: { of: Remedy }) {
  return (
    <li>
      {add.map((tuple) => (
        <Change key={tuple.tuple} of={tuple} change="add" />
      ))}
      {remove.map((tuple) => (
        <Change key={tuple.tuple} of={tuple} change="remove" />
      ))}
    </li>
  );
}

function Change({ of, change }: { of: TupleInfo; change: "add" | "remove" }) {
  const typed = command(of, change);
  return (
    <div className={`change is-${change}`}>
      <p>
        <span className="tag">{change === "add" ? "add" : "take away"}</span> <code>{of.tuple}</code>
      </p>
      {typed !== undefined && (
        <p className="typed">
          <code>{typed}</code>
          <Copy text={typed} />
        </p>
      )}
    </div>
  );
}

/** Only where the browser lets a page copy: over TLS, or on this machine. */
function Copy({ text }: { text: string }) {
  const [said, setSaid] = useState("Copy");
  if (!isSecureContext) return null;
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setSaid("Copied"),
      () => setSaid("Not copied"),
    );
  return (
    <button type="button" className="quiet" onClick={() => void copy()} onBlur={() => setSaid("Copy")}>
      <span aria-live="polite">{said}</span>
      <span className="unseen"> {text}</span>
    </button>
  );
}

function Condition({ of: { tuple, condition, parameters, missing, error } }: { of: Unmet }) {
  const what =
    missing.length > 0
      ? `needs ${missing.join(", ")} in the context`
      : error
        ? `has no answer: ${error}`
        : `is not met (${parameters.join(", ")})`;
  return (
    <>
      Condition <code>{condition}</code> of <code>{tuple}</code> {what}
    </>
  );
}
