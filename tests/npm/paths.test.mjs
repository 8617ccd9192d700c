// The modules say where a panic comes from, and nothing of the machine that has built them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const { TIDEGATE_NPM, CARGO_HOME = join(homedir(), ".cargo"), RUSTUP_HOME = join(homedir(), ".rustup") } = process.env;
const root = fileURLToPath(new URL("../..", import.meta.url));

for (const name of ["core", "ed25519", "full"]) {
  test(`${name} holds no folder of this machine`, () => {
    const module = readFileSync(join(TIDEGATE_NPM, "dist", `${name}.wasm`), "latin1");
    assert.match(module, /crates\/tidegate-policy\/src\//);
    // The others have nothing of a dependency that panics.
    if (name === "ed25519") assert.match(module, /\/cargo\/registry\/src\//);
    for (const folder of [homedir(), CARGO_HOME, RUSTUP_HOME, root]) {
      const at = module.indexOf(join(folder, "/"));
      assert.equal(at, -1, module.slice(at, at + 100));
    }
    // Where the toolchain is elsewhere.
    assert.doesNotMatch(module, /rustlib\/src/);
  });
}
