// The peers in Node.

import * as casl from "@casl/ability";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import * as casbin from "casbin";
import * as jose from "jose";

export const peers = async () => ({ casl, cedar, casbin, jose });
