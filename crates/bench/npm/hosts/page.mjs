// A page in Chromium that measures everything.

import * as policy from "@tidegate/policy";
import * as ed25519 from "@tidegate/policy/ed25519";

import { measureAll } from "/measured/all.mjs";
import { peers } from "/peers.js";

async function get(name) {
  const response = await fetch(`/${name}`);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response;
}

const host = {
  policy,
  ed25519,
  peers: await peers("/cedar.wasm"),
  bytes: async (name) => new Uint8Array(await (await get(name)).arrayBuffer()),
  json: async (name) => (await get(name)).json(),
  say: (line) => console.log(line),
};
globalThis.measured = (what) => measureAll(host, what);
