// How the console looks, light and dark, on a desk and on a telephone: that everybody can read it (axe, by the rules
// of WCAG 2.2 AA), that nothing sticks out, and pictures for people in TIDEGATE_SCREENSHOTS.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { ask, launch, open, signIn } from "./browser.mjs";
import { STREAM, World } from "./world.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const FOLDER = process.env.TIDEGATE_SCREENSHOTS;
let world, browser, people;

before(async () => {
  world = await World.start();
  people = await world.example();
  await world.traffic(people.bot, 42_000_000, 3_500_000);
  await world.grant(people.alice, "organization:acme", ["create"], "user:bob");
  browser = await launch();
  if (FOLDER) await mkdir(FOLDER, { recursive: true });
});
after(async () => {
  await browser?.close();
  await world?.stop();
});

const seen = (locator) => locator.waitFor({ state: "visible" });
const answer = (page) => page.getByRole("region", { name: "Answer" });

/** What is looked at, one after the other: each leads from the one before. */
const VIEWS = [
  ["sign-in", (page) => page.goto(world.url)],
  [
    "sign-in-refused",
    async (page) => {
      await signIn(page, world.url, people.bot);
      await seen(page.getByText("That secret is not for the console"));
      await page.locator("summary").click();
    },
  ],
  [
    "access",
    async (page) => {
      await signIn(page, world.url, people.alice);
      await seen(page.getByRole("region", { name: "stream", exact: true }));
    },
  ],
  [
    "ask",
    async (page) => {
      await page.getByRole("link", { name: "Ask" }).click();
      await seen(page.getByText("The answer, and what it follows from"));
    },
  ],
  [
    "ask-allowed",
    async (page) => {
      await ask(page, { action: "can_write", resource: STREAM });
      await seen(answer(page).getByText(/Checked in this page/));
    },
  ],
  [
    "ask-other",
    async (page) => {
      await ask(page, { subject: "user:bob", action: "can_read", resource: STREAM });
      await seen(answer(page).getByText("Denied"));
      await seen(answer(page).getByText(/would allow it/));
    },
  ],
  [
    "quotas",
    async (page) => {
      await page.getByRole("link", { name: "Quotas" }).click();
      await seen(page.getByRole("img", { name: /^Reads by window: 42 MB/ }));
      await page.locator("summary").first().click();
    },
  ],
  [
    // A year goes by too slowly for a test: earlier windows are told in the server's stead.
    "quotas-months",
    async (page) => {
      await page.route("**/v1/usage?*", earlier);
      await page.route("**/v1/quotas?*", nearlySpent);
      await page.getByRole("button", { name: "Refresh" }).click();
      await seen(page.getByRole("img", { name: /^Reads by window: 91.5 MB/ }));
      const chart = page.locator(".chart").first();
      await seen(chart.locator(".bar .spent").nth(5));
      assert.equal(await chart.locator(".bar .spent").count(), 6);
      assert.equal(await chart.locator(".bar .forfeited").count(), 1);
      await page.unrouteAll();
    },
  ],
  [
    "ask-refused",
    async (page) => {
      await page.getByRole("button", { name: "Sign out" }).click();
      await signIn(page, world.url, people.bob);
      await ask(page, { subject: "user:alice", action: "can_create_stream", resource: "project:acme/sales" });
      await seen(page.getByText(/To ask about others takes/));
    },
  ],
];

const NOTHING = { granted_bytes: 0, spent_bytes: 0, returned_bytes: 0, forfeited_bytes: 0, outstanding_bytes: 0, requests: 0 };

async function earlier(route) {
  const response = await route.fetch();
  const { items } = await response.json();
  const [now] = items;
  const start = new Date(now.window_start_s * 1000);
  const monthS = (back) => Date.UTC(start.getUTCFullYear(), start.getUTCMonth() - back, 1) / 1000;
  for (const [back, read, write, forfeited] of [[1, 88e6, 9e6, 0], [2, 100e6, 14e6, 0], [3, 61e6, 2e6, 12e6], [4, 47e6, 0, 0], [5, 12e6, 4e5, 0]]) {
    items.push({
      ...now,
      window_start_s: monthS(back),
      window_end_s: monthS(back - 1),
      read: { ...NOTHING, limit_bytes: 100e6, spent_bytes: read, forfeited_bytes: forfeited, requests: 1200 * back },
      write: { ...NOTHING, limit_bytes: 20e6, spent_bytes: write, requests: 140 * back },
    });
  }
  await route.fulfill({ response, json: { items } });
}

async function nearlySpent(route) {
  const response = await route.fetch();
  const usage = await response.json();
  usage.read = { ...usage.read, spent_bytes: 91.5e6, outstanding_bytes: 4e6 };
  await route.fulfill({ response, json: usage });
}

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 360]) {
    test(`${colorScheme}, ${width} wide`, async () => {
      const { page, context, faults } = await open(browser, {
        colorScheme,
        viewport: { width, height: width === 360 ? 740 : 860 },
        reducedMotion: "reduce",
      });
      try {
        for (const [name, go] of VIEWS) {
          await go(page);
          if (FOLDER) await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}-${width}.png`), fullPage: true });
          const room = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          assert.ok(room[0] <= room[1], `${name}: ${room[0]} wide in ${room[1]}`);
          await page.evaluate(AXE);
          const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), RULES);
          const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
          assert.deepEqual(found, [], name);
        }
        assert.deepEqual(faults, []);
      } finally {
        await context.close();
      }
    });
  }
}
