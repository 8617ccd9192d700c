// Node itself: in this process, with files from the disk.

import { pathToFileURL } from "node:url";

import { work } from "../asked/job.mjs";

export async function inNode(files, job) {
  const load = async (name) => {
    const package_ = await import(pathToFileURL(files.path(`${name}/tidegate_wasm.js`)).href);
    package_.initSync({ module: await files.bytes(`${name}/tidegate_wasm_bg.wasm`) });
    return package_;
  };
  const [whole, core] = [await load("whole"), await load("core")];
  const entry = (name) => import(pathToFileURL(files.path(`policy/dist/node/${name}.mjs`)).href);
  const builds = { index: await entry("index"), ed25519: await entry("ed25519") };
  const bytes = async (name) => new Uint8Array(await files.bytes(name));
  const text = async (name) => (await files.bytes(name)).toString();
  return work({ whole, core, builds, bytes, text }, job);
}
