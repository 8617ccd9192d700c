// How far a quota is used: a level against its limit.

import { bytes } from "../units";

/** In the units of the drawing. */
const WIDTH = 1000;
const HEIGHT = 12;

export function Gauge({
  name,
  spent,
  forfeited,
  held,
  limit,
}: {
  name: string;
  spent: number;
  forfeited: number;
  held: number;
  limit: number;
}) {
  // A limit that was lowered below what was used is all used.
  const whole = Math.max(limit, spent + forfeited + held, 1);
  const length = (part: number) => (part === 0 ? 0 : Math.max(4, (part / whole) * WIDTH));
  const gone = spent + forfeited;
  const level = gone >= limit ? "full" : gone >= limit * 0.8 ? "high" : "low";
  return (
    <svg
      className={`gauge is-${level}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="meter"
      aria-label={name}
      aria-valuemin={0}
      aria-valuemax={limit}
      aria-valuenow={Math.min(gone, limit)}
      aria-valuetext={`${bytes(gone)} of ${bytes(limit)}`}
    >
      <rect className="bed" width={WIDTH} height={HEIGHT} />
      <rect className="held" width={Math.min(WIDTH, length(gone) + length(held))} height={HEIGHT} />
      <rect className="forfeited" width={Math.min(WIDTH, length(gone))} height={HEIGHT} />
      <rect className="spent" width={Math.min(WIDTH, length(spent))} height={HEIGHT} />
    </svg>
  );
}
