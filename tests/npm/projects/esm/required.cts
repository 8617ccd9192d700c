// The types that CommonJS sees.

import policy = require("@tidegate/policy");
import full = require("@tidegate/policy/full");

const slice: Promise<policy.Slice> = policy.loadSlice(new Uint8Array(), { keys: { keys: [] }, issuer: "" });
const model: full.Model = new full.Model("");
export { model, slice };
