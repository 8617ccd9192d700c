// Bytes by window, below the limit: bars as water, the limit as the line that it may not pass.

import { useCallback, useState } from "react";
import type { Usage } from "../api";
import { scaleOf } from "../policy/scale";
import { bytes, count, windowName, windowTick } from "../units";

const HEIGHT = 190;
const TOP = 22;
const BOTTOM = 26;
const LEFT = 58;
const RIGHT = 10;
const WIDEST_BAR = 56;
/** Narrower places have no values beside each other. */
const ROOM_FOR_VALUE = 52;

export function UsageChart({ name, kind, windows }: { name: string; kind: "read" | "write"; windows: Usage[] }) {
  const [width, place] = useWidth();
  const last = windows.at(-1);
  if (last === undefined) return null;
  const limit = last[kind].limit_bytes ?? undefined;
  const total = (usage: Usage) => {
    const { spent_bytes, forfeited_bytes, outstanding_bytes } = usage[kind];
    return spent_bytes + forfeited_bytes + outstanding_bytes;
  };
  const { top, ticks } = scaleOf(Math.max(...windows.map(total)), limit);
  const room = Math.max(1, width - LEFT - RIGHT);
  const slot = room / windows.length;
  const bar = Math.min(WIDEST_BAR, slot * 0.6);
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(1, value / top));
  const used = `${bytes(last[kind].spent_bytes)} in ${windowName(last.window_start_s, last.window_end_s)}`;
  const most = limit === undefined ? "no limit" : `limit ${bytes(limit)}`;
  return (
    <figure className="card chart" ref={place}>
      <figcaption>
        <h3>{name} by window</h3>
        <ul className="legend" aria-hidden="true">
          <li className="is-spent">used</li>
          <li className="is-held">held by gateways</li>
          {windows.some((usage) => usage[kind].forfeited_bytes > 0) && <li className="is-forfeited">forfeited</li>}
          {limit !== undefined && <li className="is-limit">limit {bytes(limit)}{limit > top && ", above"}</li>}
        </ul>
      </figcaption>
      <svg width={width} height={HEIGHT} role="img" aria-label={`${name} by window: ${used}, ${most}`}>
        <g className="grid">
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
              <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end">
                {bytes(tick)}
              </text>
            </g>
          ))}
        </g>
        {windows.map((usage, at) => {
          const middle = LEFT + slot * (at + 0.5);
          const { spent_bytes, forfeited_bytes, outstanding_bytes } = usage[kind];
          const isNow = usage === last;
          return (
            <g key={usage.window_start_s} className={isNow ? "bar is-now" : "bar"}>
              <title>{`${windowName(usage.window_start_s, usage.window_end_s)}: ${bytes(spent_bytes)} used`}</title>
              <Part className="spent" x={middle - bar / 2} width={bar} from={y(0)} to={y(spent_bytes)} />
              <Part
                className="forfeited"
                x={middle - bar / 2}
                width={bar}
                from={y(spent_bytes)}
                to={y(spent_bytes + forfeited_bytes)}
              />
              <Part
                className="held"
                x={middle - bar / 2}
                width={bar}
                from={y(spent_bytes + forfeited_bytes)}
                to={y(spent_bytes + forfeited_bytes + outstanding_bytes)}
              />
              <text x={middle} y={HEIGHT - 8} textAnchor="middle">
                {windowTick(usage.window_start_s, usage.window_end_s)}
              </text>
            </g>
          );
        })}
        {limit !== undefined && limit <= top && (
          <g className="limit">
            <line x1={LEFT} x2={width - RIGHT} y1={y(limit)} y2={y(limit)} />
          </g>
        )}
        {windows.map((usage, at) => {
          const { spent_bytes } = usage[kind];
          if (spent_bytes === 0 || (slot < ROOM_FOR_VALUE && usage !== last)) return null;
          return (
            <text
              key={usage.window_start_s}
              className="value"
              x={LEFT + slot * (at + 0.5)}
              y={y(total(usage)) - 5}
              textAnchor="middle"
            >
              {bytes(spent_bytes)}
            </text>
          );
        })}
      </svg>
      <details>
        <summary>As a table</summary>
        <div className="scroll" tabIndex={0} role="region" aria-label={`${name} by window, as a table`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Window</th>
                <th scope="col">Used</th>
                <th scope="col">Held</th>
                <th scope="col">Forfeited</th>
                <th scope="col">Limit</th>
                <th scope="col">Requests</th>
              </tr>
            </thead>
            <tbody>
              {windows.toReversed().map((usage) => {
                const { spent_bytes, outstanding_bytes, forfeited_bytes, limit_bytes, requests } = usage[kind];
                return (
                  <tr key={usage.window_start_s}>
                    <th scope="row">{windowName(usage.window_start_s, usage.window_end_s)}</th>
                    <td>{bytes(spent_bytes)}</td>
                    <td>{bytes(outstanding_bytes)}</td>
                    <td>{bytes(forfeited_bytes)}</td>
                    <td>{limit_bytes === null || limit_bytes === undefined ? "–" : bytes(limit_bytes)}</td>
                    <td>{count(requests)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

/** What is there is seen, however little. */
function Part({ className, x, width, from, to }: { className: string; x: number; width: number; from: number; to: number }) {
  if (to >= from) return null;
  const height = Math.max(1.5, from - to);
  return <rect className={className} x={x} width={width} y={from - height} height={height} />;
}

/** The width that there is, as it changes. */
function useWidth(): [number, (element: HTMLElement | null) => (() => void) | undefined] {
  const [width, setWidth] = useState(600);
  const place = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [width, place];
}
