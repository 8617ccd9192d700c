// What went wrong, and what the server says of it.

import type { Refused } from "../api";

export function Trouble({ of }: { of: Refused }) {
  return (
    <div className="trouble">
      <strong>{of.message}</strong>
      {of.detail !== undefined && <p>{of.detail}</p>}
      {of.rule !== undefined && (
        <p>
          Rule: <code>{of.rule}</code>
        </p>
      )}
    </div>
  );
}
