// Each build, in a worker.

import * as core from "@tidegate/policy";
import { authorize } from "@tidegate/policy/edge";
import * as ed25519 from "@tidegate/policy/ed25519";
import * as full from "@tidegate/policy/full";

export default {
  async fetch(request) {
    const { keys, bundle } = await request.json();
    const bytes = Uint8Array.from(atob(bundle), (character) => character.charCodeAt(0));
    const told = [];
    for (const { loadSlice } of [core, ed25519, full]) {
      const slice = await loadSlice(bytes, { keys, issuer: "https://tidegate.example" });
      told.push(slice.can("can_read", "doc:a"), slice.can("can_read", "doc:c"));
      told.push(await loadSlice(bytes.slice(0, -1), { keys, issuer: "" }).catch((error) => error.kind));
    }
    told.push(typeof authorize);
    return Response.json(told);
  },
};
