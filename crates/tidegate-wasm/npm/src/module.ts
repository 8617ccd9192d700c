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
  let kind = "module-unavailable";
  try {
    const given = await (source ?? load());
    const found = typeof given === "string" || given instanceof URL ? await fetch(given) : given;
    const module = found instanceof Response ? await received(found) : found;
    kind = "module-malformed";
    const compiled = module instanceof WebAssembly.Module ? module : await WebAssembly.compile(module);
    // Another build's would be found out at the first question only.
    if (WebAssembly.Module.exports(compiled).length !== EXPORTS) throw new TypeError("it is another module");
    ({ memory } = initSync(compiled));
  } catch (thrown) {
    throw asPolicyError(thrown, thrown instanceof WebAssembly.CompileError ? "module-malformed" : kind);
  }
}

/** Compiled while it comes, where the server says what it is: hosts refuse to by another word. */
async function received(response: Response): Promise<WebAssembly.Module | ArrayBuffer> {
  if (!response.ok) throw new PolicyError("module-unavailable", `the module: HTTP status ${response.status}`);
  return response.headers.get("content-type") === "application/wasm"
    ? WebAssembly.compileStreaming(response)
    : response.arrayBuffer();
}
