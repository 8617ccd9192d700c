// Actions on an object, each of which leads to the question why.

/** Without the convention's prefix: `can_read` is read as `read`. */
export const actionName = (action: string): string => action.replace(/^can_/, "").replaceAll("_", " ");

export function Actions({
  of,
  actions,
  conditional,
  onAsk,
}: {
  of: string;
  actions: string[];
  conditional: string[];
  onAsk(action: string, resource: string): void;
}) {
  return (
    <ul className="actions" aria-label={`What you may do on ${of}`}>
      {[...actions, ...conditional].map((action, at) => (
        <li key={action} className={at < actions.length ? undefined : "is-conditional"}>
          <button type="button" title={at < actions.length ? action : `${action}, where a condition is met`} onClick={() => onAsk(action, of)}>
            {actionName(action)}
          </button>
        </li>
      ))}
    </ul>
  );
}
