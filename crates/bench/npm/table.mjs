// The figures as rows, each beside its peer's and its goal, for people and for programs.

const NAMES = { casl: "@casl/ability", cedar: "@cedar-policy/cedar-wasm", casbin: "casbin", jose: "jose" };

/** A goal: what `ratio`, or without a peer `value`, should be. */
const atLeast = (bound) => ({ text: `>= ${bound}x`, met: (ratio) => ratio >= bound });
const atMost = (bound) => ({ text: `<= ${bound}x`, met: (ratio) => ratio <= bound });
const under = (bound, unit) => ({ text: `< ${bound} ${unit}`, met: (value) => value < bound });

/** How many times faster than the peer. */
const faster = (name, unit, [value, p99], peer, [peer_value, peer_p99], goal) =>
  row({ name, unit, value, p99, peer: NAMES[peer], peer_value, peer_p99, ratio: peer_value / value }, goal);
/** How many times the peer's. */
const times = (name, unit, [value, p99], peer, [peer_value, peer_p99], goal) =>
  row({ name, unit, value, p99, peer: NAMES[peer], peer_value, peer_p99, ratio: value / peer_value }, goal);
const alone = (name, unit, [value, p99], goal) =>
  row({ name, unit, value, p99, peer: null, peer_value: null, peer_p99: null, ratio: null }, goal);

function row(fields, goal) {
  const of = fields.ratio ?? fields.value;
  return { ...fields, goal: goal?.text ?? null, met: goal?.met(of) ?? null };
}

const in_ = (divisor) => ({ median, p99 }) => [median / divisor, p99 / divisor];
const [ns, us, ms] = [in_(1), in_(1e3), in_(1e6)];

const count = (number) => (number % 1e6 === 0 ? `${number / 1e6} M` : number % 1e3 === 0 ? `${number / 1e3} k` : `${number}`);

const parts = {
  can(found) {
    const rows = [];
    const of = (objects, engine) => found.find((row) => row.objects === objects && row.engine === engine);
    for (const objects of new Set(found.map((row) => row.objects))) {
      const ours = of(objects, "tidegate");
      const casl = of(objects, "casl");
      const name = (what) => `can ${what}, ${count(objects)} objects`;
      rows.push(faster(name("again"), "ns", ns(ours.again), "casl", ns(casl.again), atLeast(1)));
      // The same questions for the first time; and beside what the peer is at its fastest.
      rows.push(faster(name("for the first time"), "ns", ns(ours.fresh), "casl", ns(casl.fresh)));
      rows.push(faster(`${name("for the first time")}, peer again`, "ns", ns(ours.fresh), "casl", ns(casl.again), atLeast(0.1)));
      for (const [peer, bound] of [["cedar", 50], ["casbin", 5]]) {
        const theirs = of(objects, peer);
        if (theirs === undefined) continue;
        rows.push(faster(name("again"), "ns", ns(ours.again), peer, ns(theirs.again)));
        rows.push(faster(name("for the first time"), "ns", ns(ours.fresh), peer, ns(theirs.fresh), atLeast(bound)));
      }
    }
    return rows;
  },
  load(found, host) {
    const goals = { 10_000: under(20, "ms"), 1_000_000: under(1_000, "ms") };
    // The small one is asked for in Chromium.
    const goal = (tuples) => (tuples > 10_000 || host === "Chromium" ? goals[tuples] : undefined);
    return found.map(({ tuples, load }) => alone(`first answer of ${count(tuples)} tuples`, "ms", ms(load), goal(tuples)));
  },
  cold(found) {
    return [alone("first answer of 10 k tuples, module loaded with it", "ms", ms(found), under(20, "ms"))];
  },
  changes(found) {
    return found.map(({ objects, change }) =>
      alone(`a change of a slice of ${count(objects)} objects, by follow`, "ms", ms(change), under(1, "ms")),
    );
  },
  secrets(found) {
    return found.map(({ alg, build, tidegate, jose }) =>
      times(`verifySecret, ${alg}, ${build}`, "µs", us(tidegate), "jose", us(jose), atMost(build === "wasm" ? 2 : 1.2)),
    );
  },
};

/** The rows of a host. */
export function rows(host, found) {
  return Object.entries(found).flatMap(([part, rows]) => parts[part](rows, host).map((row) => ({ host, ...row })));
}

const figure = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

export function print(heading, rows) {
  console.log(heading);
  const lines = [["", "tidegate", "p99", "peer", "", "p99", "ratio", "goal", ""]];
  for (const { host, name, unit, value, p99, peer, peer_value, peer_p99, ratio, goal, met } of rows) {
    const of = (value) => (value === null ? "" : `${figure(value)} ${unit}`);
    const held = met === null ? "" : met ? "met" : "MISSED";
    lines.push([`${host}: ${name}`, of(value), of(p99), peer ?? "", of(peer_value), of(peer_p99), ratio === null ? "" : ratio.toFixed(2), goal ?? "", held]);
  }
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines) {
    console.log(line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ").trimEnd());
  }
}
