// What the console works out by itself, without a page: proofs held against questions, scales, units, commands.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const WWW = fileURLToPath(new URL("../../www/", import.meta.url));
const typescript = createRequire(`${WWW}package.json`)("typescript");

/** A module of the console that needs no other. */
async function load(path) {
  const text = readFileSync(WWW + path, "utf8");
  const compilerOptions = { module: "ESNext", target: "ES2022", verbatimModuleSyntax: true };
  const { outputText } = typescript.transpileModule(text, { compilerOptions });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

const { examine, readTuple } = await load("src/policy/proof.ts");
const { bytes, percent, isMonth, windowName, until } = await load("src/units.ts");
const { scaleOf } = await load("src/policy/scale.ts");
const { command } = await load("src/policy/commands.ts");

const GOAL = { object: "stream:s", relation: "can_read" };
const tuple = (text, by) => ({ kind: "tuple", tuple: text, ...(by ? { by } : {}) });
const computed = (object, relation, by) => ({ kind: "computed", object, relation, by });
const DIRECT = computed("stream:s", "read", tuple("stream:s#read@user:a"));
const BY_PROJECT = {
  kind: "from",
  tuple: "stream:s#project@project:p",
  relation: "view",
  by: tuple("project:p#view@team:t#member", tuple("team:t#member@user:a")),
};

test("a proof that leads from the question to the subject hangs together", () => {
  for (const [proof, steps] of [
    [DIRECT, 2],
    [BY_PROJECT, 3],
    [{ kind: "union", operand: 1, by: DIRECT }, 2],
    [{ kind: "intersection", all: [DIRECT, BY_PROJECT] }, 4],
    [{ kind: "exclusion", base: DIRECT, subtract: { kind: "no_tuple", object: "stream:s", relation: "banned", usersets: [] } }, 2],
    [computed("stream:s", "read", tuple("stream:s#read@user:*")), 2],
    [computed("stream:s", "read", tuple("stream:s#read@user:a with office {\"from\": \"a with b\"}")), 2],
  ]) {
    const all = examine(proof, "user:a", GOAL, () => true);
    assert.deepEqual(all.flaws, [], JSON.stringify(proof));
    assert.deepEqual([all.steps, all.confirmed], [steps, steps], JSON.stringify(proof));
    // A slice that knows none of it confirms none of it.
    for (const says of [false, "unknown"]) assert.equal(examine(proof, "user:a", GOAL, () => says).confirmed, 0);
  }
});

test("what is hidden is not asked of the slice", () => {
  const hidden = { ...BY_PROJECT, tuple: "stream:s#project@project:(hidden)", by: tuple("project:(hidden)#view@user:a") };
  const asked = [];
  const examined = examine(hidden, "user:a", GOAL, (_, object) => asked.push(object) > 0);
  assert.deepEqual(examined.flaws, []);
  assert.deepEqual(asked, ["stream:s"]);
  assert.deepEqual([examined.steps, examined.confirmed], [2, 1]);
});

test("a proof of anything else does not", () => {
  let deep = DIRECT;
  for (let at = 0; at < 1000; at += 1) deep = { kind: "union", by: deep };
  for (const proof of [
    undefined,
    null,
    7,
    [],
    {},
    { kind: "circle" },
    tuple("stream:s#read@user:a"),
    tuple("stream:s#can_read@user:b"),
    tuple("stream:s#can_read@group:*"),
    tuple("stream:s#can_read@user:a", tuple("team:t#member@user:a")),
    tuple("stream:s#can_read@team:t#member"),
    tuple("stream:s#can_read@team:t#member", tuple("team:u#member@user:a")),
    tuple("stream:s#can_read"),
    tuple(7),
    computed("stream:z", "read", tuple("stream:z#read@user:a")),
    computed("stream:s", "read", tuple("stream:s#write@user:a")),
    { ...BY_PROJECT, tuple: "stream:z#project@project:p" },
    { ...BY_PROJECT, tuple: "stream:s#project@project:q" },
    { ...BY_PROJECT, relation: 7 },
    { kind: "intersection", all: [DIRECT, computed("stream:s", "write", tuple("stream:s#write@user:b"))] },
    { kind: "intersection", all: [] },
    { kind: "intersection" },
    { kind: "exclusion", base: BY_PROJECT },
    { kind: "itself", object: "stream:z", relation: "can_read" },
    deep,
  ]) {
    assert.notDeepEqual(examine(proof, "user:a", GOAL).flaws, [], JSON.stringify(proof)?.slice(0, 200));
  }
});

test("tuples are read", () => {
  for (const [text, read] of [
    ["a:b#c@d:e", { object: "a:b", relation: "c", subject: "d:e" }],
    ["a:x@y#c@d:e#f", { object: "a:x@y", relation: "c", subject: "d:e#f" }],
    ["a:b#c@d:e with f {}", { object: "a:b", relation: "c", subject: "d:e" }],
    ["a:b#c@", undefined],
    ["a:b#@d:e", undefined],
    ["#c@d:e", undefined],
    ["a:b", undefined],
  ]) {
    assert.deepEqual(readTuple(text), read, text);
  }
});

test("bytes are in decimal units, of three figures at most", () => {
  for (const [count, text] of [
    [0, "0 B"], [999, "999 B"], [1000, "1 kB"], [1234, "1.23 kB"], [12_345, "12.3 kB"], [999_499, "999 kB"],
    [999_500, "1 MB"], [100_000_000, "100 MB"], [3_500_000, "3.5 MB"], [1.5e12, "1.5 TB"], [9e18, "9 EB"],
  ]) {
    assert.equal(bytes(count), text);
  }
});

test("a share is nothing or all only when it is", () => {
  for (const [part, whole, text] of [
    [0, 100, "0 %"], [1, 1000, "< 1 %"], [42, 100, "42 %"], [999, 1000, "> 99 %"], [100, 100, "100 %"], [150, 100, "150 %"],
    [0, 0, "0 %"], [1, 0, "over"],
  ]) {
    assert.equal(percent(part, whole), text);
  }
});

test("windows are months, or days", () => {
  const at = (...parts) => Date.UTC(...parts) / 1000;
  assert.ok(isMonth(at(2026, 10, 1), at(2026, 11, 1)));
  assert.ok(!isMonth(at(2026, 10, 2), at(2026, 11, 2)));
  assert.equal(windowName(at(2026, 11, 1), at(2027, 0, 1)), "December 2026");
  assert.equal(windowName(at(2026, 10, 2), at(2026, 10, 9)), "2 Nov 2026 to 8 Nov 2026");
  assert.equal(until(90, 30), "in 1 minute");
  assert.equal(until(10 * 86_400, 0), "in 10 days");
});

test("a scale holds the bars, and the limit where that does not flatten them", () => {
  for (const [highest, limit] of [
    [0, undefined], [42e6, 100e6], [42e6, 20e6], [1, 1e9], [5e5, 1e12], [0, 5e6], [7e17, undefined], [0, 0],
  ]) {
    const { top, ticks } = scaleOf(highest, limit);
    assert.ok(top >= highest && top > 0, `${highest} ${limit}`);
    assert.ok(ticks.length >= 3 && ticks.length <= 7 && ticks[0] === 0 && ticks.at(-1) === top, `${ticks}`);
    if (limit !== undefined && limit <= highest * 12) assert.ok(top >= limit);
    if (limit !== undefined && highest > 0 && limit > highest * 12) assert.ok(top < limit);
  }
});

test("a command is one that a shell takes as it stands", () => {
  const grant = (subject) => ({ tuple: "", grant: { object: "stream:s", relation: "read", subject } });
  for (const [of, change, text] of [
    [grant("user:a"), "add", "tidegate grant stream:s read --to user:a"],
    [grant("user:*"), "add", "tidegate grant stream:s read --to 'user:*'"],
    [grant("team:t#member"), "remove", "tidegate revoke stream:s read --from 'team:t#member'"],
    [grant("user:a';rm"), "add", "tidegate grant stream:s read --to 'user:a'\\'';rm'"],
    [{ tuple: "x" }, "add", undefined],
  ]) {
    assert.equal(command(of, change), text);
  }
});
