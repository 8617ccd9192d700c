// A proof as a tree to read: what was asked at the top, stored facts at the ends.

import type { Examined, Line, Piece } from "../policy/proof";
import { many } from "../units";

export function ProofTree({ examined, ofOneself }: { examined: Examined; ofOneself: boolean }) {
  const { root, flaws, steps, confirmed } = examined;
  if (flaws.length > 0) {
    return (
      <div className="trouble" role="alert">
        <strong>The server's explanation does not hold together</strong>
        <p>{flaws.join("; ")}. Do not rely on it.</p>
      </div>
    );
  }
  return (
    <div className="why">
      <h2>Because</h2>
      <ul className="proof">
        <Branch line={root} />
      </ul>
      <p className="checked">
        <span aria-hidden="true">✓ </span>
        Checked in this page: each step leads from the question to a stored fact
        {ofOneself && (confirmed === steps
          ? `, and your signed slice says the same of ${steps === 1 ? "it" : `all ${many(steps, "step")}`}`
          : `, and your signed slice says the same of ${confirmed} of ${many(steps, "step")}`)}
        . The facts themselves are the server's word.
      </p>
    </div>
  );
}

function Branch({ line }: { line: Line }) {
  return (
    <li className={`is-${line.kind}`}>
      <span className="proof-line">
        {line.pieces.map((piece, place) => (
          <PieceOf key={place} piece={piece} />
        ))}
        {line.kind === "tuple" && <span className="tag">fact</span>}
        {line.mark === "confirmed" && (
          <span className="tag sure" title="Your signed slice says so, too">
            in your slice
          </span>
        )}
      </span>
      {line.inner.length > 0 && (
        <ul>
          {line.inner.map((inner, place) => (
            <Branch key={place} line={inner} />
          ))}
        </ul>
      )}
    </li>
  );
}

function PieceOf({ piece }: { piece: Piece }) {
  return typeof piece === "string" ? <>{piece}</> : <code>{piece.name}</code>;
}
