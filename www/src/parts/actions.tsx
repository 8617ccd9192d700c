// Actions on an object, each of which leads to the question why.

/** Without the convention's prefix: `can_read` is read as `read`. */
export const actionName = (action: string): string => action.replace(/^can_/, "").replaceAll("_", " ");

export function Actions({
  of,
  actions,
  onAsk,
}: {
  of: string;
  actions: string[];
  onAsk(action: string, resource: string): void;
}) {
  return (
    <ul className="actions" aria-label={`What you may do on ${of}`}>
      {actions.map((action) => (
        <li key={action}>
          <button type="button" title={action} onClick={() => onAsk(action, of)}>
            {actionName(action)}
          </button>
        </li>
      ))}
    </ul>
  );
}
