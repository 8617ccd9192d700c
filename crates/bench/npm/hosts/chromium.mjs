// Chromium, with a server of its own for page, package, peers and worlds.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

import { chromium } from "playwright-core";

import { Batches } from "../measured/measure.mjs";

/** Beside what Playwright gives it, by which it talks to nobody of its own accord. */
const ARGUMENTS = ["--disable-gpu", "--disable-quic"];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".mjs": "text/javascript", ".wasm": "application/wasm" };
/** Isolated, so that the page's clock has steps of 5 µs and not of 100. */
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** Where a browser finds what the package exports as `name`. */
async function exported(package_, name) {
  const { exports } = JSON.parse(await readFile(join(package_, "package.json"), "utf8"));
  return `/policy/${exports[name].default}`.replace("/./", "/");
}

const page = (imports, script) => `<!doctype html>
<title>measured</title>
<link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module" src="/hosts/${script}.mjs"></script>
`;

async function serve({ here, package_, worlds }) {
  const imports = {
    "@tidegate/policy": await exported(package_, "."),
    "@tidegate/policy/ed25519": await exported(package_, "./ed25519"),
  };
  const folders = { policy: package_, worlds, measured: join(here, "measured"), hosts: join(here, "hosts") };
  const files = {
    "peers.js": join(here, "peers.js"),
    "cedar.wasm": join(here, "node_modules/@cedar-policy/cedar-wasm/web/cedar_wasm_bg.wasm"),
  };
  const answer = async (request, response) => {
    const name = new URL(request.url, "http://localhost").pathname.slice(1);
    const [first, ...rest] = name.split("/");
    if (name === "page.html" || name === "cold.html") {
      response.writeHead(200, { ...ISOLATED, "content-type": "text/html" }).end(page(imports, name.replace(".html", "")));
      return;
    }
    const inFolder = Object.hasOwn(folders, first) && rest.every((part) => /^[\w-][\w.-]*$/.test(part));
    const path = Object.hasOwn(files, name) ? files[name] : inFolder ? join(folders[first], ...rest) : undefined;
    const bytes = path === undefined ? undefined : await readFile(path).catch(() => undefined);
    const type = TYPES[extname(name)] ?? "application/octet-stream";
    response.writeHead(bytes === undefined ? 404 : 200, { ...ISOLATED, "content-type": type }).end(bytes);
  };
  const server = createServer((request, response) => answer(request, response).catch(() => response.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Rejects when the page fails. */
function failure(page) {
  const failed = new Promise((_, reject) => {
    page.on("pageerror", reject);
    page.on("crash", () => reject(new Error("the page has crashed")));
  });
  failed.catch(() => {});
  return failed;
}

async function open(browser, url, say) {
  const page = await browser.newPage();
  page.on("console", (message) => {
    if (message.type() === "log") say(message.text());
  });
  const failed = failure(page);
  const measured = async (what) => {
    await page.goto(url);
    await page.waitForFunction(() => globalThis.measured !== undefined);
    return page.evaluate((what) => globalThis.measured(what), what);
  };
  return { measured: (what) => Promise.race([measured(what), failed]), close: () => page.close() };
}

export async function inChromium({ here, package_, worlds, browser: executablePath, what, say }) {
  const server = await serve({ here, package_, worlds });
  const url = `http://127.0.0.1:${server.address().port}`;
  let browser;
  try {
    browser = await chromium.launch({ executablePath, headless: true, args: ARGUMENTS });
    const page = await open(browser, `${url}/page.html`, say);
    const found = await page.measured(what);
    await page.close();
    if (found.load === undefined) return found;
    const cold = new Batches();
    for (let round = 0; round < Math.max(what.rounds, 3); round += 1) {
      const page = await open(browser, `${url}/cold.html`, say);
      cold.add(await page.measured());
      await page.close();
    }
    return { ...found, cold: cold.figures() };
  } finally {
    await browser?.close();
    server.closeAllConnections();
    server.close();
  }
}
