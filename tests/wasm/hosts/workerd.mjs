// workerd, with a configuration of its own. TIDEGATE_WORKERD names the program.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

import { serve } from "./serve.mjs";

/** The worker listens on a port that is free, and reaches nothing but the server. */
const configuration = (modules, port) => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "asked", worker = .asked),
    (name = "server", external = (address = "127.0.0.1:${port}", http = ())),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "asked")],
);

const asked :Workerd.Worker = (
  modules = [
    ${modules.map((name) => `(name = "${name}", ${kind(name)} = embed "${name}")`).join(",\n    ")}
  ],
  compatibilityDate = "2026-04-01",
  globalOutbound = "server",
);
`;
const kind = (name) => (name.endsWith(".wasm") ? "wasm" : "esModule");

/** The first module is where it starts. */
async function modules(files) {
  const names = ["hosts/worker.mjs"];
  for (const [folder, ending] of [["asked", ".mjs"], ["core", ".js"], ["whole", ".js"], ["policy/dist/workerd", ".js"]]) {
    names.push(...(await files.list(folder, ending)).map((name) => `${folder}/${name}`));
  }
  const modules = ["core/tidegate_wasm_bg.wasm", "whole/tidegate_wasm_bg.wasm"];
  return [...names, ...modules, "policy/dist/core.wasm", "policy/dist/ed25519.wasm"];
}

export async function inWorkerd(files, job) {
  const server = await serve(files, job);
  const folder = await mkdtemp(join(tmpdir(), "tidegate-workerd-"));
  const forget = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", forget);
  let workerd;
  try {
    const names = await modules(files);
    for (const name of names) {
      await mkdir(join(folder, dirname(name)), { recursive: true });
      await copyFile(files.path(name), join(folder, name));
    }
    await writeFile(join(folder, "config.capnp"), configuration(names, server.port));
    workerd = start(join(folder, "config.capnp"), server.failed);
    const port = await Promise.race([workerd.port, server.found]);
    // The answer comes when all is done: what counts is what the server was sent.
    const asked = fetch(`http://127.0.0.1:${port}/`);
    asked.then(
      async (response) => response.ok || server.failed(new Error(`${response.status}: ${await response.text()}`)),
      server.failed,
    );
    return await server.found;
  } finally {
    await workerd?.stop();
    server.stop();
    forget();
    process.removeListener("exit", forget);
  }
}

/** The program, and the port that it says it listens on. */
function start(configuration, failed) {
  const child = spawn(process.env.TIDEGATE_WORKERD, ["serve", "--control-fd=3", configuration], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const gone = once(child, "exit").then(
    ([code, signal]) => failed(new Error(`workerd has ended: ${code ?? signal}`)),
    failed,
  );
  const port = (async () => {
    for await (const line of createInterface({ input: child.stdio[3] })) {
      const { event, socket, port } = JSON.parse(line);
      if (event === "listen" && socket === "http") return port;
    }
    throw new Error("workerd names no port");
  })();
  // Whoever waits for it hears of it.
  port.catch(() => {});
  const stop = async () => {
    kill();
    await gone;
    process.removeListener("exit", kill);
  };
  return { port, stop };
}
