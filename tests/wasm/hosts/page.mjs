// The page in Chromium.

import * as core from "/core/tidegate_wasm.js";
import * as whole from "/whole/tidegate_wasm.js";

import * as ed25519 from "/policy/dist/browser/ed25519.js";
import * as index from "/policy/dist/browser/index.js";

import { workFor } from "/asked/job.mjs";

// By the package's own loading: it fetches the module beside itself.
await Promise.all([core.default(), whole.default()]);
await workFor(location.href, { core, whole, builds: { index, ed25519 } });
