// The worker in workerd. Whatever it fetches comes from the server that has its job.

import coreModule from "../core/tidegate_wasm_bg.wasm";
import * as core from "../core/tidegate_wasm.js";
import wholeModule from "../whole/tidegate_wasm_bg.wasm";
import * as whole from "../whole/tidegate_wasm.js";

import * as ed25519 from "../policy/dist/workerd/ed25519.js";
import * as index from "../policy/dist/workerd/index.js";

import { workFor } from "../asked/job.mjs";

core.initSync({ module: coreModule });
whole.initSync({ module: wholeModule });

export default {
  async fetch(request) {
    await workFor(request.url, { core, whole, builds: { index, ed25519 } });
    return new Response(null, { status: 204 });
  },
};
