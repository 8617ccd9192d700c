// Asks the JavaScript package what its tests ask, in a host: Node, Chromium or workerd.
//
//   node tests/wasm/ask.mjs HOST tests WHOLE CORE POLICY
//   node tests/wasm/ask.mjs HOST suites WHOLE CORE POLICY FOLDER
//   node tests/wasm/ask.mjs HOST generated WHOLE CORE POLICY FILE
//
// WHOLE and CORE are the folders of the engine's bindings, in two builds, POLICY that of the npm package. `tests` prints what each comes to, and counts. `suites` writes
// `NAME.HOST.json` beside each file of cases, with the counts. `generated` prints how many questions of each kind were
// put, and how many answers are wrong. What is wrong goes to standard error. Exits with 1 when anything is.

import { writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import { inChromium } from "./hosts/chromium.mjs";
import { Files } from "./hosts/files.mjs";
import { inNode } from "./hosts/node.mjs";
import { inWorkerd } from "./hosts/workerd.mjs";

const HOSTS = { node: inNode, chromium: inChromium, workerd: inWorkerd };
/** For a host that hangs: far above what any job takes. */
const LONGEST_MS = 20 * 60 * 1000;

const complain = (shown) => shown.forEach((what) => console.error(what));

const jobs = {
  async tests(ask, files) {
    const done = await ask({ what: "tests", vectors: await files.list("vectors/decide", ".json") });
    for (const { name, error } of done) console.log(error === undefined ? `ok - ${name}` : `not ok - ${name}\n  ${error}`);
    const failed = done.filter(({ error }) => error !== undefined).length;
    console.log(`# pass ${done.length - failed}\n# fail ${failed}`);
    return failed === 0;
  },

  async suites(ask, files, { host, cases }) {
    const found = await ask({ what: "suites", files: await files.list("cases", ".jsonl") });
    for (const [file, { passed, total, shown }] of Object.entries(found)) {
      complain(shown.map((what) => `${host}: ${file}: ${what}`));
      const counts = join(cases, `${basename(file, ".jsonl")}.${host}.json`);
      await writeFile(counts, JSON.stringify({ passed, total }));
    }
    return Object.values(found).every(({ passed, total }) => passed === total);
  },

  async generated(ask, _files, { host, file }) {
    const { asked, wrong, shown } = await ask({ what: "generated", file });
    complain(shown.map((what) => `${host}: ${what}`));
    console.log(JSON.stringify({ asked, wrong }));
    return wrong === 0;
  },
};

const [host, what, ...paths] = process.argv.slice(2);
const [whole, core, policy, data] = paths.map((path) => resolve(path));
if (!Object.hasOwn(HOSTS, host) || !Object.hasOwn(jobs, what) || policy === undefined) {
  console.error("usage: node ask.mjs node|chromium|workerd tests|suites|generated WHOLE CORE POLICY [FOLDER|FILE]");
  process.exit(2);
}
const given = what === "generated" ? { cases: dirname(data), file: basename(data) } : { cases: data };
const files = new Files({ whole, core, policy, cases: given.cases });
const ask = async (job) => {
  const limit = AbortSignal.timeout(LONGEST_MS);
  const tooLong = new Promise((_, reject) => limit.addEventListener("abort", () => reject(new Error(`${host} hangs`))));
  return Promise.race([HOSTS[host](files, job), tooLong]);
};
// So that what is started here ends with this process, however it ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
try {
  // Whatever is still running ends with this process.
  process.exit((await jobs[what](ask, files, { host, ...given })) ? 0 : 1);
} catch (error) {
  console.error(`${host}: ${error.stack}${error.cause === undefined ? "" : `\n  ${error.cause}`}`);
  process.exit(1);
}
