// The tests of the package, each with its name. A host gives the engine's bindings in two builds, `whole` and `core`, the
// entry points of the npm package that is assembled of them (`builds`), and reads files of `tests/vectors`.

import { bundles } from "./bundles.mjs";
import { decide } from "./decide.mjs";
import { explain } from "./explain.mjs";
import { questions } from "./questions.mjs";
import { secrets } from "./secrets.mjs";

/** Runs them all, one after the other; the error of each that fails. */
export async function runTests(host) {
  const done = [];
  const tests = { ...decide(host), ...questions(host), ...explain(host), ...(await bundles(host)), ...secrets(host) };
  for (const [name, run] of Object.entries(tests)) {
    try {
      await run();
      done.push({ name });
    } catch (error) {
      done.push({ name, error: `${error.stack}` });
    }
  }
  return done;
}
