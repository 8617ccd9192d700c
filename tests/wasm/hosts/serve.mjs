// The server that gives a host its job and its files, and takes what was found.

import { once } from "node:events";
import { createServer } from "node:http";
import { extname } from "node:path";
import { text } from "node:stream/consumers";

const TYPES = {
  ".js": "text/javascript",
  ".json": "application/json",
  ".jsonl": "text/plain; charset=utf-8",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
const PAGE = '<!doctype html><title>asked</title><script type="module" src="/hosts/page.mjs"></script>';

/** On a free port of this machine. `found` is what the host has sent. */
export async function serve(files, job) {
  const { promise: found, resolve, reject } = withResolvers();
  const answer = async (request, response) => {
    const name = new URL(request.url, "http://localhost").pathname.slice(1);
    if (request.method === "POST" && name === "found") {
      const done = JSON.parse(await text(request));
      response.writeHead(204).end();
      if (done.error === undefined) resolve(done.found);
      else reject(new Error(done.error));
    } else if (name === "") {
      response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
    } else if (name === "job") {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(job));
    } else if (files.path(name) === undefined) {
      response.writeHead(404).end();
    } else {
      const bytes = await files.bytes(name);
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream" }).end(bytes);
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      reject(error);
      response.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port: server.address().port, found, failed: reject, stop };
}

/** `Promise.withResolvers`, which Node 20 has not. */
export function withResolvers() {
  let resolvers;
  const promise = new Promise((resolve, reject) => (resolvers = { resolve, reject }));
  // Whoever waits hears of it; until then nobody has to.
  promise.catch(() => {});
  return { promise, ...resolvers };
}
