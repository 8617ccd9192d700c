// The gate: high water before it, what it lets through behind it. Only to look at.

const WAVE = "c12 0 12-7 24-7s12 7 24 7 12-7 24-7 12 7 24 7 12-7 24-7 12 7 24 7";

/** A surface that begins at `x` and has six bends, closed below. */
function Water({ x, y, width, className }: { x: number; y: number; width: number; className: string }) {
  return <path className={className} d={`M${x} ${y}${WAVE}V620H${x + width - 168}H${x}Z`} />;
}

export function GateDrawing() {
  return (
    <svg viewBox="0 0 420 620" preserveAspectRatio="xMidYMax slice" focusable="false">
      <g className="gate-scale">
        {Array.from({ length: 13 }, (_, step) => (
          <path key={step} d={`M20 ${150 + step * 30}h${step % 4 === 0 ? 20 : 10}`} />
        ))}
      </g>
      <Water className="gate-sea far" x={-20} y={286} width={216} />
      <Water className="gate-sea near" x={-40} y={304} width={216} />
      <Water className="gate-land far" x={262} y={452} width={216} />
      <Water className="gate-land near" x={256} y={466} width={216} />
      <g className="gate-frame">
        <path d="M176 120v500M262 120v500M160 120h118M160 132h118" />
        <path d="M219 60v60M207 72h24M207 84h24M207 96h24" />
      </g>
      <g className="gate-leaf">
        <rect x="184" y="236" width="70" height="268" rx="2" />
        <path d="M184 276h70M184 316h70M184 356h70M184 396h70M184 436h70M184 476h70M207 236v268M231 236v268" />
      </g>
      <path className="gate-through" d="M184 520h70M190 534h62M196 548h60M188 562h74" />
    </svg>
  );
}
