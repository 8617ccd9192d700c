// An answer, and what it follows from.

import { useCan } from "@tidegate/policy/react";
import { useMemo } from "react";
import type { Explained } from "../api";
import { useLive } from "../policy/held";
import { useExplained, type Said } from "../policy/explained";
import { examine } from "../policy/proof";
import type { Question } from "../policy/question";
import type { Session } from "../policy/session";
import { count } from "../units";
import { ProofTree } from "./proof-tree";
import { Remedies } from "./remedies";
import { Trouble } from "./trouble";

/** Whom public secrets are checked as. */
const ANYBODY = "anonymous:anonymous";

interface Asked {
  session: Session;
  question: Question;
  /** How often it was asked: each time the server is asked again. */
  times: number;
  onExpired(): void;
}

export function Verdict(asked: Asked) {
  return asked.question.subject === asked.session.me.subject ? <OfOneself {...asked} /> : <OfAnother {...asked} />;
}

function OfOneself({ session, question, times, onExpired }: Asked) {
  const { live, api } = session;
  const local = useCan(question.action, question.resource, question.context);
  const said = useExplained(api, question, `${local} ${times}`, onExpired);
  useLive(live);
  if (local === "unknown") return <Answered question={question} answer={decisionOf(said)} said={said} source="server" />;
  const asks = (relation: string, object: string) => live.can(relation, object, question.context);
  return (
    <Answered question={question} answer={local} said={said} source="slice" revision={live.revision} asks={asks} />
  );
}

function OfAnother({ session, question, times, onExpired }: Asked) {
  const said = useExplained(session.api, question, times, onExpired);
  return <Answered question={question} answer={decisionOf(said)} said={said} source="server" ofAnother />;
}

const decisionOf = (said: Said) => (said.state === "said" ? said.by.decision : undefined);

function Answered({
  question,
  answer,
  said,
  source,
  ofAnother = false,
  revision,
  asks,
}: {
  question: Question;
  /** None yet, or none to be had. */
  answer: boolean | undefined;
  said: Said;
  source: "slice" | "server";
  ofAnother?: boolean;
  revision?: number | undefined;
  asks?: (relation: string, object: string) => boolean | "unknown";
}) {
  const { subject, action, resource } = question;
  const tone = answer === undefined ? "open" : answer ? "allowed" : "denied";
  const by = said.state === "said" ? said.by : undefined;
  return (
    <section className={`card verdict is-${tone}`} aria-label="Answer">
      <div className="answer" role="status" aria-live="polite" aria-atomic="true">
        <VerdictSign tone={tone} />
        <div>
          <p className="word">
            {answer === undefined ? (said.state === "refused" ? "No answer" : "Asking …") : answer ? "Allowed" : "Denied"}
          </p>
          <p className="sentence">
            {answer === undefined && "Whether "}
            <b className="mono">{subject}</b> {answer === false ? "does not have" : "has"}{" "}
            <b className="mono">{action}</b> on <b className="mono">{resource}</b>
          </p>
        </div>
      </div>
      {answer !== undefined && (
        <p className="source">
          {source === "slice"
            ? `Answered in this page, from your signed slice at revision ${count(revision ?? 0)}. It turns when that does.`
            : `Answered by the server, at revision ${count(by?.revision ?? 0)}.`}
        </p>
      )}
      <Why said={said} answer={answer} question={question} ofAnother={ofAnother} asks={asks} />
    </section>
  );
}

function Why({
  said,
  answer,
  question,
  ofAnother,
  asks,
}: {
  said: Said;
  answer: boolean | undefined;
  question: Question;
  ofAnother: boolean;
  asks: ((relation: string, object: string) => boolean | "unknown") | undefined;
}) {
  if (said.state === "asking") return <p className="hint">Asking the server why …</p>;
  if (said.state === "refused") {
    const { status } = said.why;
    return (
      <div className="refusal">
        <Trouble of={said.why} />
        {status === 403 && ofAnother && (
          <p className="hint">
            To ask about others takes <code>can_view_access</code> on <code>{question.resource}</code>.
          </p>
        )}
        {status === 404 && <p className="hint">What you may not see does not exist for you.</p>}
      </div>
    );
  }
  if (answer !== undefined && said.by.decision !== answer) {
    return (
      <p className="hint">
        The server's explanation, at revision {count(said.by.revision)}, is of another answer: one of the two is behind.
        Ask again in a moment.
      </p>
    );
  }
  return said.by.decision ? (
    <WhyAllowed by={said.by} question={question} ofAnother={ofAnother} asks={asks} />
  ) : (
    <Remedies by={said.by} />
  );
}

function WhyAllowed({
  by,
  question,
  ofAnother,
  asks,
}: {
  by: Explained;
  question: Question;
  ofAnother: boolean;
  asks: ((relation: string, object: string) => boolean | "unknown") | undefined;
}) {
  const { subject, action, resource } = question;
  // What the slice says turns with the explanation.
  const examined = useMemo(() => {
    if (!by.proof) return undefined;
    const as = (asked: string) => examine(by.proof, asked, { object: resource, relation: action }, asks);
    const own = as(subject);
    if (own.flaws.length === 0 || ofAnother) return own;
    // With a secret that anybody may have seen one asks as anybody.
    const anybody = as(ANYBODY);
    return anybody.flaws.length === 0 ? anybody : own;
  }, [by, subject, action, resource, ofAnother]);
  if (examined === undefined) return <p className="hint">Why takes more than can be shown here.</p>;
  return <ProofTree examined={examined} ofOneself={asks !== undefined} />;
}

/** The gate, let down or drawn up. */
function VerdictSign({ tone }: { tone: "allowed" | "denied" | "open" }) {
  const leaf = tone === "allowed" ? 3 : 18;
  return (
    <svg className="verdict-sign" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      <path className="posts" d="M9 5v38M39 5v38M6 6h36" />
      <path className="leaf" d={`M16 ${leaf}v18M24 ${leaf}v18M32 ${leaf}v18M13 ${leaf + 19}h22`} />
      {tone === "allowed" && <path className="water" d="M2 36c4 0 4-3 7.5-3s4 3 7.5 3 4-3 7.5-3 4 3 7.5 3 4-3 7.5-3 4 3 7 3" />}
      {tone !== "allowed" && <path className="water" d="M1 18c2.5 0 2.5-2 5-2M1 26c2.5 0 2.5-2 5-2M1 34c2.5 0 2.5-2 5-2M1 42c2.5 0 2.5-2 5-2" />}
    </svg>
  );
}
