// Chromium: this machine's own, driven by playwright-core. TIDEGATE_PLAYWRIGHT names the folder that it is installed in,
// TIDEGATE_CHROMIUM the browser.

import { createRequire } from "node:module";
import { join } from "node:path";

import { serve } from "./serve.mjs";

/** Beside what Playwright gives it, by which it talks to nobody of its own accord. */
const ARGUMENTS = ["--disable-gpu", "--disable-quic"];

/** A browser; the caller closes it. */
export async function launch() {
  const require = createRequire(join(process.env.TIDEGATE_PLAYWRIGHT, "package.json"));
  const { chromium } = require("playwright-core");
  return chromium.launch({ executablePath: process.env.TIDEGATE_CHROMIUM, headless: true, args: ARGUMENTS });
}

export async function inChromium(files, job) {
  const server = await serve(files, job);
  let browser;
  try {
    browser = await launch();
    const page = await browser.newPage();
    const fails = (error) => server.failed(error instanceof Error ? error : new Error(error));
    page.on("pageerror", fails);
    page.on("crash", () => fails("the page has crashed"));
    page.on("requestfailed", (request) => fails(`${request.url()}: ${request.failure()?.errorText}`));
    browser.on("disconnected", () => fails("the browser has gone"));
    await page.goto(`http://127.0.0.1:${server.port}/`);
    return await server.found;
  } finally {
    await browser?.close();
    server.stop();
  }
}
