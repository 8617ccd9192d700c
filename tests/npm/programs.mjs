// Other programs: run to their end, or until the test is over.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";

/** Runs a program; what it prints is thrown when it does not go well. */
export async function run(program, options, folder, environment = {}) {
  const env = { ...process.env, ...environment };
  const child = spawn(program, options, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (printed += bytes));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${program} ${options.join(" ")}: ${code}\n${printed}`);
  return printed;
}

function stopped(child) {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  child.kill("SIGKILL");
  return once(child, "close");
}

/** A browser that looks at an address until the test is over: TIDEGATE_CHROMIUM, or the system's. */
export async function browse(context, address) {
  const folder = await mkdtemp(join(tmpdir(), "tidegate-chromium-"));
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  const options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", ...quiet];
  // A page that is not on screen has slow timers, unless it is told not to.
  options.push("--disable-renderer-backgrounding", "--remote-debugging-port=0", `--user-data-dir=${folder}`, address);
  const child = spawn(process.env.TIDEGATE_CHROMIUM ?? "chromium", options, { stdio: "ignore" });
  context.after(async () => {
    await stopped(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  await once(child, "spawn");
}

/** workerd with a configuration, until the test is over; returns its address. */
export async function work(context, program, configuration) {
  const child = spawn(program, ["serve", configuration, "--control-fd=3"], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  context.after(() => stopped(child));
  let told = "";
  for await (const bytes of child.stdio[3]) {
    told += bytes;
    const line = told.split("\n").find((line) => line.includes('"listen"'));
    if (line !== undefined) return `http://127.0.0.1:${JSON.parse(line).port}/`;
  }
  throw new Error("workerd does not listen");
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };

/** Answers with the files of a folder, to pages that may run scripts of their own and wasm, and nothing else. */
export function files(folder, scripts = "'self' 'wasm-unsafe-eval'") {
  return async (request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname);
    const name = path === "/" ? "/index.html" : path;
    const bytes = await readFile(join(folder, name)).catch(() => undefined);
    response.writeHead(bytes === undefined ? 404 : 200, {
      "content-type": TYPES[extname(name)] ?? "application/octet-stream",
      "content-security-policy": `default-src 'self'; script-src ${scripts}`,
    });
    response.end(bytes);
  };
}

/** The JSON of a request. */
export async function json(request) {
  let text = "";
  for await (const bytes of request) text += bytes;
  return JSON.parse(text);
}
