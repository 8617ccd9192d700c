// The gate: high water before it, what it lets through behind it. Only to look at.

const BED = 640;

/** Water from one edge to another, with waves of 24 on its surface. */
function Water({ to, bends, y, className }: { to: number; bends: number; y: number; className: string }) {
  const waves = Array.from({ length: bends }, (_, at) => ((bends + at + y) % 2 === 0 ? "q12 -11 24 0" : "q12 11 24 0")).join("");
  return <path className={className} d={`M${to - bends * 24} ${y}${waves}V${BED}H${to - bends * 24}Z`} />;
}

export function GateDrawing() {
  return (
    <svg viewBox="0 0 420 620" preserveAspectRatio="xMidYMax slice" focusable="false">
      <g className="gate-scale">
        {Array.from({ length: 16 }, (_, step) => (
          <path key={step} d={`M150 ${146 + step * 30}h${step % 4 === 0 ? -20 : -10}`} />
        ))}
      </g>
      <Water className="gate-far" to={172} bends={10} y={274} />
      <Water className="gate-near" to={172} bends={10} y={297} />
      <Water className="gate-far" to={530} bends={11} y={392} />
      <Water className="gate-near" to={530} bends={11} y={411} />
      <path className="gate-near" d={`M172 520h94V${BED}h-94z`} />
      <path className="gate-sill" d={`M-60 590h600v${BED - 590}h-600z`} />
      <g className="gate-frame">
        <path d="M172 128v480M266 128v480M154 128h130M154 142h130" />
        <path d="M219 66v62M205 78h28M205 92h28M205 106h28" />
      </g>
      <g className="gate-leaf">
        <rect x="181" y="222" width="76" height="296" rx="2" />
        <path d="M181 264h76M181 306h76M181 348h76M181 390h76M181 432h76M181 474h76M206 222v296M232 222v296" />
      </g>
      <path className="gate-through" d="M186 532h66M198 545h84M210 558h110M228 571h130" />
    </svg>
  );
}
