// The page in Chromium.

import * as core from "/core/tidegate_wasm.js";
import * as whole from "/whole/tidegate_wasm.js";

import { workFor } from "/asked/job.mjs";

// By the package's own loading: it fetches the module beside itself.
await Promise.all([core.default(), whole.default()]);
await workFor(location.href, { core, whole });
