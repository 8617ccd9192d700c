// The peers in Node.

import v8 from "node:v8";

import * as casl from "@casl/ability";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import * as casbin from "casbin";
import * as jose from "jose";

/**
 * While cedar-wasm is asked, calls of wasm are not inlined: where one that is returns a reference, as Cedar's does, and
 * the code around it is thrown away meanwhile, Node 20 ends with "unreachable code" (V8 11.3).
 */
async function cedarApart(run) {
  v8.setFlagsFromString("--no-turbo-inline-js-wasm-calls");
  try {
    return await run();
  } finally {
    v8.setFlagsFromString("--turbo-inline-js-wasm-calls");
  }
}

export const peers = async () => ({ casl, cedar, casbin, jose, cedarApart });
