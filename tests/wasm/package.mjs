// The JavaScript package under test: TIDEGATE_WASM_PKG names its folder, `cargo xtask wasm` makes it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.env.TIDEGATE_WASM_PKG;
assert.ok(folder, "TIDEGATE_WASM_PKG names no folder");
const package_ = await import(pathToFileURL(resolve(folder, "tidegate_wasm.js")).href);
package_.initSync({ module: readFileSync(join(folder, "tidegate_wasm_bg.wasm")) });

export const { Engine, Model, Slice, UnverifiedBundle, isPortableId, parseFgaMod } = package_;
