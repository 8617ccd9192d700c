// The worker in workerd. Whatever it fetches comes from the server that has its job.

import coreModule from "../core/tidegate_wasm_bg.wasm";
import * as core from "../core/tidegate_wasm.js";
import wholeModule from "../whole/tidegate_wasm_bg.wasm";
import * as whole from "../whole/tidegate_wasm.js";

import { workFor } from "../asked/job.mjs";

core.initSync({ module: coreModule });
whole.initSync({ module: wholeModule });

export default {
  async fetch(request) {
    await workFor(request.url, { core, whole });
    return new Response(null, { status: 204 });
  },
};
