// A worker that stands before the gateway: it validates secrets and authorizes, and sends on what may go on.

import { authorize } from "./dist/workerd/edge.js";

/** As the gateway has them (tests/it/world.rs). */
const ROUTES = [
  {
    path: "/{organization}/{project}/{stream}",
    resource: "stream:{organization}/{project}/{stream}",
    actions: { GET: "can_read", POST: "can_write" },
    query: "any",
  },
];

export default {
  async fetch(request, env, ctx) {
    const found = await authorize(request, {
      url: env.CONTROL,
      nodeSecret: env.NODE_SECRET,
      route: ROUTES,
      maxStalenessS: env.MAX_STALENESS_S,
      waitUntil: ctx.waitUntil.bind(ctx),
    });
    if (found.allowed) return env.GATEWAY.fetch(request);
    // Whoever runs this would log it; the tests read it here.
    found.response.headers.set("x-edge-refused", found.reason);
    return found.response;
  },
};
