// The npm package beside its peers, in Node and in Chromium: answers are compared first, then figures are taken.
//
//   node bench.mjs PACKAGE WORLDS CHROMIUM [--rounds N] [--json FILE] [--case PART] [--host node|chromium]
//
// `cargo xtask bench npm` runs it, in a folder where the peers are installed. Figures are medians over batches of all
// rounds, beside what 99 of a hundred batches do not exceed.

import { writeFile } from "node:fs/promises";
import { arch, cpus, release, type } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { inChromium } from "./hosts/chromium.mjs";
import { inNode } from "./hosts/node.mjs";
import { print, rows } from "./table.mjs";

const HOSTS = { node: ["Node", inNode], chromium: ["Chromium", inChromium] };
const PARTS = ["can", "load", "changes", "secrets"];

function wrong(message) {
  console.error(`error: ${message}`);
  process.exit(2);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    json: { type: "string" },
    case: { type: "string", multiple: true, default: [] },
    host: { type: "string", multiple: true, default: [] },
  },
});
const [package_, worlds, browser] = positionals.map((path) => resolve(path));
const rounds = Number(values.rounds);
if (browser === undefined) wrong("usage: node bench.mjs PACKAGE WORLDS CHROMIUM …");
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) wrong("--rounds is a number from 1 to 100");
for (const part of values.case) if (!PARTS.includes(part)) wrong(`--case is one of ${PARTS.join(", ")}`);
for (const host of values.host) if (!Object.hasOwn(HOSTS, host)) wrong(`--host is one of ${Object.keys(HOSTS).join(", ")}`);

const here = dirname(fileURLToPath(import.meta.url));
const all = [];
process.on("uncaughtException", (error) => {
  console.error(`error: ${error.stack}`);
  process.exit(1);
});
for (const [name, [title, measure]] of Object.entries(HOSTS)) {
  if (values.host.length > 0 && !values.host.includes(name)) continue;
  const say = (line) => console.error(`${title}: ${line}`);
  const what = { rounds, parts: values.case };
  all.push(...rows(title, await measure({ here, package_, worlds, browser, what, say })));
}
const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? arch()}, ${type()} ${release()}`;
print(`npm package: ${machine}, Node ${process.version}, ${rounds} rounds`, all);
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(all, null, 2)}\n`);
