// The peers in a page; bundled into one file.

import * as casl from "@casl/ability";
import * as cedar from "@cedar-policy/cedar-wasm/web";
import * as casbin from "casbin";
import * as jose from "jose";

export async function peers(cedarWasm) {
  await cedar.default({ module_or_path: cedarWasm });
  return { casl, cedar, casbin, jose };
}
