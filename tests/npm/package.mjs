// The package under test: TIDEGATE_NPM names its folder, `cargo xtask npm` makes it.

import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

assert.ok(process.env.TIDEGATE_NPM, "TIDEGATE_NPM names no folder");
export const folder = resolve(process.env.TIDEGATE_NPM);
export const entry = (name) => import(pathToFileURL(join(folder, "dist/node", `${name}.mjs`)).href);
