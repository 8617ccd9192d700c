// Chromium, and a page that notes whatever goes wrong in it.

import { EventEmitter, once } from "node:events";

import { chromium } from "playwright-core";

/** Beside what Playwright gives it, by which it talks to nobody of its own accord. */
const ARGUMENTS = ["--disable-gpu", "--disable-quic"];

/** How many times slower than this machine pages run: what waits for too little fails then. */
const SLOWDOWN = Number(process.env.TIDEGATE_SLOWDOWN ?? 1);

export function launch() {
  const executablePath = process.env.TIDEGATE_CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, headless: true, args: ARGUMENTS });
}

/**
 * A page of a profile of its own. `faults` are errors of scripts, refused loads, and breaches of the page's policy, but
 * for those that match what `expects` was told: these come when they come, and can be waited for with `come`.
 */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  if (SLOWDOWN > 1) {
    const session = await context.newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
  }
  const [faults, patterns, expected, news] = [[], [], [], new EventEmitter()];
  const note = (fault) => {
    if (!patterns.some((pattern) => pattern.test(fault))) return faults.push(fault);
    expected.push(fault);
    return news.emit("expected");
  };
  const expects = (...these) => patterns.push(...these);
  /** Done when each of these has come. */
  const come = async (...these) => {
    while (!these.every((pattern) => expected.some((fault) => pattern.test(fault)))) await once(news, "expected");
  };
  page.on("pageerror", (error) => note(`script: ${error}`));
  page.on("console", (message) => {
    // A refused request is said there, too: of those the tests ask the page itself.
    const isRefused = /the server responded with a status of (400|401|403|404)/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !isRefused) note(`console: ${message.text()}`);
  });
  await page.exposeFunction("noteBreach", (what) => note(`policy: ${what}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      window.noteBreach(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return { context, page, faults, expects, come };
}

export async function signIn(page, url, secret) {
  await page.goto(url);
  await page.getByLabel("Secret", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export async function ask(page, { subject, action, resource }) {
  await page.getByRole("link", { name: "Ask" }).click();
  const form = page.locator("form.question");
  if (subject !== undefined) await form.getByLabel("May", { exact: true }).fill(subject);
  await form.getByLabel("do", { exact: true }).fill(action);
  await form.getByLabel("on", { exact: true }).fill(resource);
  await form.getByRole("button", { name: "Ask" }).click();
}
