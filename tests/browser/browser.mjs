// Chromium, and a page that notes whatever goes wrong in it.

import { chromium } from "playwright-core";

/** Beside what Playwright gives it, by which it talks to nobody of its own accord. */
const ARGUMENTS = ["--disable-gpu", "--disable-quic"];

export function launch() {
  const executablePath = process.env.TIDEGATE_CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, headless: true, args: ARGUMENTS });
}

/** A page of a profile of its own. `faults` are errors of scripts, refused loads, and breaches of the page's policy. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(`script: ${error}`));
  page.on("console", (message) => {
    // A refused request is said there, too: of those the tests ask the page itself.
    const expected = /the server responded with a status of (400|401|403|404)/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !expected) faults.push(`console: ${message.text()}`);
  });
  await page.exposeFunction("noteBreach", (what) => faults.push(`policy: ${what}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      window.noteBreach(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return { context, page, faults };
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
