// May S do A on R? About oneself the page answers from its slice, and goes on answering as that changes; the server
// says why. About others the server answers, to whom may view access there.

import { useId, useState, type FormEvent } from "react";
import { Verdict } from "../parts/verdict";
import { useHeld } from "../policy/held";
import { readContext, textOf, whatIsWrong, type Question } from "../policy/question";
import type { Session } from "../policy/session";

/** Suggestions of a field at most: browsers show them all. */
const SUGGESTED = 200;

export function AskPage({
  session,
  question,
  onQuestion,
  onExpired,
}: {
  session: Session;
  question: Question;
  onQuestion(question: Question): void;
  onExpired(): void;
}) {
  const { me, live } = session;
  const [draft, setDraft] = useState({ ...question, context: textOf(question.context) });
  const [times, setTimes] = useState(0);
  const [wrong, setWrong] = useState<string>();
  const held = useHeld(live) ?? [];
  const id = useId();

  const type = draft.resource.slice(0, Math.max(0, draft.resource.indexOf(":")));
  const objects = held.flatMap((one) => one.objects);
  const ofType = type === "" ? objects : objects.filter(({ object }) => object.startsWith(`${type}:`));
  const actions = [...new Set(ofType.flatMap(({ actions, roles }) => [...actions, ...roles]))].sort();
  const isAsked = question.action !== "" && question.resource !== "";

  function submit(event: FormEvent) {
    event.preventDefault();
    const { subject, action, resource, context } = draft;
    const names = { subject: subject.trim() || me.subject, action: action.trim(), resource: resource.trim() };
    const given = readContext(context);
    const found =
      whatIsWrong(names) ?? (given === undefined ? "The context is no JSON object, as in {\"hour\": 9}." : undefined);
    setWrong(found);
    if (found !== undefined || given === undefined) return;
    setDraft({ ...names, context });
    setTimes(times + 1);
    onQuestion(Object.keys(given).length > 0 ? { ...names, context: given } : names);
  }
  const field = (name: keyof typeof draft) => ({
    id: `${id}-${name}`,
    value: draft[name],
    onChange: (event: { target: { value: string } }) => setDraft({ ...draft, [name]: event.target.value }),
    autoComplete: "off",
    autoCapitalize: "off",
    spellCheck: false,
    className: "mono",
  });

  return (
    <>
      <h1 tabIndex={-1}>Who may do what?</h1>
      <p className="lead">
        About yourself the page answers at once, from your slice. About others the server does, where you may view
        access.
      </p>
      <form className="card question" onSubmit={submit} noValidate aria-describedby={`${id}-wrong`}>
        <div className="field">
          <label htmlFor={`${id}-subject`}>May</label>
          <input {...field("subject")} placeholder={me.subject} list={`${id}-subjects`} />
          <datalist id={`${id}-subjects`}>
            <option value={me.subject} />
          </datalist>
        </div>
        <div className="field">
          <label htmlFor={`${id}-action`}>do</label>
          <input {...field("action")} placeholder="can_read" list={`${id}-actions`} required />
          <datalist id={`${id}-actions`}>
            {actions.slice(0, SUGGESTED).map((action) => (
              <option key={action} value={action} />
            ))}
          </datalist>
        </div>
        <div className="field wide">
          <label htmlFor={`${id}-resource`}>on</label>
          <input {...field("resource")} placeholder="stream:acme/sales/orders" list={`${id}-resources`} required />
          <datalist id={`${id}-resources`}>
            {objects.slice(0, SUGGESTED).map(({ object }) => (
              <option key={object} value={object} />
            ))}
          </datalist>
        </div>
        <button type="submit" className="primary">
          Ask
        </button>
        <details className="context" open={draft.context !== "" ? true : undefined}>
          <summary>Context of the request</summary>
          <label htmlFor={`${id}-context`}>Values of conditions' parameters, as a JSON object</label>
          <textarea {...field("context")} rows={2} placeholder='{"hour": 9}' />
        </details>
        <p id={`${id}-wrong`} className="wrong" role="alert">
          {wrong}
        </p>
      </form>
      {isAsked ? (
        <Verdict
          key={[question.subject, question.action, question.resource, textOf(question.context)].join("\n")}
          session={session}
          question={question}
          times={times}
          onExpired={onExpired}
        />
      ) : (
        <p className="empty">The answer, and what it follows from, shows here.</p>
      )}
    </>
  );
}
