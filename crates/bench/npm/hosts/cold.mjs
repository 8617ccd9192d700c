// A page in Chromium that has nothing of the package yet: from there to the first answer of a bundle.

import { firstAnswer, whole } from "/measured/load.mjs";

const files = {
  bytes: async (name) => new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer()),
  json: async (name) => (await fetch(`/${name}`)).json(),
};
const of = await whole(files, 10_000);
globalThis.measured = async () => {
  const before = performance.now();
  const policy = await import("@tidegate/policy");
  await firstAnswer({ policy }, of);
  return (performance.now() - before) * 1e6;
};
