// The scale of a chart.

export interface Scale {
  /** The top. Bytes. */
  top: number;
  /** From 0 to the top, evenly. Bytes. */
  ticks: number[];
}

/** So many times what was used at most, a limit is still drawn where it is: higher up it would flatten the bars. */
const IN_SIGHT = 12;

/** Round figures that hold the highest bar, and the limit where that is in sight. */
export function scaleOf(highest: number, limit: number | undefined): Scale {
  const inSight = limit !== undefined && (highest === 0 || limit <= highest * IN_SIGHT);
  const wanted = Math.max(highest, inSight ? limit : 0, 1000) * 1.08;
  const rough = wanted / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((part) => part * power).find((part) => part >= rough) ?? rough;
  const count = Math.ceil(wanted / step);
  return { top: count * step, ticks: Array.from({ length: count + 1 }, (_, place) => place * step) };
}
