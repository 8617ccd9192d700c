// What a host is told to do, and does. A host has the engine's bindings in two builds (`whole`, `core`), entry points of
// the npm package (`builds`), and reads files by their names (`text`, `bytes`); everything else here is the same in all
// of them.

import { answerGenerated } from "./generated.mjs";
import { answerSuite } from "./suites.mjs";
import { runTests } from "./tests.mjs";

/**
 * Does a job: `{ what: "tests", vectors }`, `{ what: "suites", files }` or `{ what: "generated", file }`, and returns what
 * was found.
 */
export async function work(host, job) {
  switch (job.what) {
    case "tests":
      return runTests({ ...host, vectors: job.vectors });
    case "suites": {
      const found = {};
      for (const file of job.files) found[file] = await answerSuite(host.whole, await host.text(`cases/${file}`));
      return found;
    }
    case "generated":
      return answerGenerated(host.whole, await host.text(`cases/${job.file}`));
    default:
      throw new Error(`no such job: ${JSON.stringify(job)}`);
  }
}

/** Does the job of the server that `at` is of, and sends back what comes of it. */
export async function workFor(at, packages) {
  const get = async (path) => {
    const response = await fetch(new URL(path, at));
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response;
  };
  const host = {
    ...packages,
    text: async (path) => (await get(path)).text(),
    bytes: async (path) => new Uint8Array(await (await get(path)).arrayBuffer()),
  };
  let done;
  try {
    done = { found: await work(host, await (await get("job")).json()) };
  } catch (error) {
    done = { error: `${error.stack}` };
  }
  await fetch(new URL("found", at), { method: "POST", body: JSON.stringify(done) });
}
