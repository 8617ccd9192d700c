// Everything that is measured in a host. A host has the package in two builds (`policy`, `ed25519`), its peers, and the
// files of `worlds` (`json`, `bytes`); `say` tells people how far it is.

import { measureCan } from "./can.mjs";
import { measureChanges } from "./changes.mjs";
import { measureLoad } from "./load.mjs";
import { measureSecrets } from "./secrets.mjs";

const PARTS = { can: measureCan, load: measureLoad, changes: measureChanges, secrets: measureSecrets };

/** The rows of each part; of those alone that are named, where any is. */
export async function measureAll(host, { rounds, parts }) {
  const found = {};
  for (const [name, measure] of Object.entries(PARTS)) {
    if (parts.length === 0 || parts.includes(name)) found[name] = await measure(host, rounds);
  }
  return found;
}
