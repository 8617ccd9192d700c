// Node: everything in this process.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { measureAll } from "../measured/all.mjs";
import { peers } from "../measured/peers/index-node.mjs";

export async function inNode({ worlds, what, say }) {
  const [policy, ed25519] = await Promise.all([import("@tidegate/policy"), import("@tidegate/policy/ed25519")]);
  const bytes = async (name) => new Uint8Array(await readFile(join(worlds, name.replace("worlds/", ""))));
  const json = async (name) => JSON.parse(await readFile(join(worlds, name.replace("worlds/", ""))));
  return measureAll({ policy, ed25519, peers: await peers(), bytes, json, say }, what);
}
