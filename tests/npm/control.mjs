// Something that answers as a control plane does: key set, and a stream of lines that the test writes.

import { once } from "node:events";
import { createServer } from "node:http";

import { keys } from "./signing.mjs";

const base64 = (bytes) => Buffer.from(bytes).toString("base64");

export const lines = {
  slice: (bundle) => ({ slice: { bundle: base64(bundle) } }),
  change: (bundle) => ({ change: { bundle: base64(bundle) } }),
  heartbeat: (revision) => ({ heartbeat: { revision, at_s: Math.floor(Date.now() / 1000) } }),
};

/**
 * Answers each stream by `answer(stream, request)`, in which `stream.tell(line)` writes a line. What else is asked for is
 * `elsewhere`'s.
 */
export async function control(answer, { keySet = () => keys, elsewhere } = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    asked.push({ url: request.url, authorization: request.headers.authorization });
    if (request.url === "/.well-known/jwks.json") return response.end(JSON.stringify(keySet()));
    if (elsewhere !== undefined && !request.url.startsWith("/v1/")) return elsewhere(request, response);
    const status = (code) => response.writeHead(code).end();
    const tell = (line) => response.write(typeof line === "string" ? line : `${JSON.stringify(line)}\n`);
    return answer({ tell, status, end: (bytes) => response.end(bytes), break: () => response.destroy() }, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    asked,
    streams: () => asked.filter(({ url }) => url.startsWith("/v1/slice/watch")),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Done when this holds of what is followed. */
export function until(live, holds) {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds()) return;
      stop();
      resolve();
    };
    const stop = live.subscribe(look);
    look();
  });
}
