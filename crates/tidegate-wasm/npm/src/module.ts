// The compiled engine: loaded once, at the first call that needs it.

import { load } from "policy-host";
import { PolicyError, asPolicyError } from "./error.js";
import { initSync } from "./wasm/tidegate_wasm.js";

/** Where the engine's module comes from. */
export type ModuleSource = WebAssembly.Module | BufferSource | Response | URL | string;

/** How many names the module that this code is for gives away: the build counts them. */
declare const EXPORTS: number;

/** The module's: there once it is loaded. */
export let memory: WebAssembly.Memory;

let loading: Promise<void> | undefined;

/**
 * Loads the engine's module, from beside the package's code or from where it is told. Every function that returns a
 * promise does it by itself: call it to load earlier, or from elsewhere. Once it has gone well, it does nothing more.
 *
 * @throws {PolicyError} `module-unavailable` when it cannot be fetched or read, `module-malformed` when what came is
 * not the module. It may be called again then.
 */
export function init(source?: ModuleSource | Promise<ModuleSource>): Promise<void> {
  loading ??= start(source).catch((thrown: unknown) => {
    loading = undefined;
    throw thrown;
  });
  return loading;
}

async function start(source?: ModuleSource | Promise<ModuleSource>): Promise<void> {
  let given: WebAssembly.Module | BufferSource;
  try {
    given = await bytes(await (source ?? load()));
  } catch (thrown) {
    throw asPolicyError(thrown, "module-unavailable");
  }
  try {
    const module = given instanceof WebAssembly.Module ? given : await WebAssembly.compile(given);
    // Another build's would be found out at the first question only.
    if (WebAssembly.Module.exports(module).length !== EXPORTS) throw new TypeError("it is another module");
    ({ memory } = initSync({ module }));
  } catch (thrown) {
    throw asPolicyError(thrown, "module-malformed");
  }
}

async function bytes(source: ModuleSource): Promise<WebAssembly.Module | BufferSource> {
  const found = typeof source === "string" || source instanceof URL ? await fetch(source) : source;
  if (typeof Response === "undefined" || !(found instanceof Response)) return found as BufferSource;
  if (!found.ok) throw new PolicyError("module-unavailable", `the module: HTTP status ${found.status}`);
  return found.arrayBuffer();
}
