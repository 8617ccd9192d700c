// The console in Chromium, as people use it, on a `tidegate serve` of its own.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { ask, launch, open, signIn } from "./browser.mjs";
import { BOT, STREAM, World } from "./world.mjs";

const PATIENCE_MS = 20_000;
/** What waits for anything else ends then. */
const BOUNDED = { timeout: 300_000 };
let world, browser, people;

before(async () => {
  world = await World.start();
  people = await world.example();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await world?.stop();
});

/** Runs with a page, in which nothing may have gone wrong at the end. */
function inPage(name, run) {
  test(name, BOUNDED, async () => {
    const opened = await open(browser, { reducedMotion: "reduce" });
    opened.page.setDefaultTimeout(PATIENCE_MS);
    try {
      await run(opened.page, opened);
      assert.deepEqual(opened.faults, []);
    } finally {
      await opened.context.close();
    }
  });
}

const seen = (locator) => locator.waitFor({ state: "visible", timeout: PATIENCE_MS });
const gone = (locator) => locator.first().waitFor({ state: "detached", timeout: PATIENCE_MS });

describe("signing in", () => {
  inPage("with a secret, by keyboard alone; it is kept in memory and nowhere else", async (page, { context }) => {
    await page.goto(world.url);
    // The field has the focus as soon as it is there, which is after the page has loaded.
    await seen(page.locator("input:focus"));
    await page.keyboard.type(people.alice);
    await page.keyboard.press("Enter");
    await seen(page.getByRole("heading", { level: 1, name: "user:alice" }));
    await seen(page.getByText(/^Live/));
    const kept = await page.evaluate(async () => ({
      local: localStorage.length,
      session: sessionStorage.length,
      cookie: document.cookie,
      databases: (await indexedDB.databases()).length,
      caches: "caches" in window ? (await caches.keys()).length : 0,
      history: JSON.stringify(history.state),
      url: location.href,
      text: document.documentElement.outerHTML,
    }));
    const { url, text, history, ...stores } = kept;
    assert.deepEqual(stores, { local: 0, session: 0, cookie: "", databases: 0, caches: 0 });
    assert.deepEqual(await context.cookies(), []);
    for (const place of [url, text, history]) assert.ok(!place.includes(people.alice.slice(-40)));
    // A reload forgets it.
    await page.reload();
    await seen(page.getByLabel("Secret", { exact: true }));
  });

  inPage("with what is no secret, is somebody else's, or is for something else", async (page) => {
    const tampered = `${people.alice.slice(0, -8)}AAAAAAAA`;
    for (const [secret, said] of [
      ["hello", "That is no secret"],
      [tampered, "That secret does not hold"],
      [people.bot, "That secret is not for the console"],
    ]) {
      await signIn(page, world.url, secret);
      await seen(page.getByRole("alert").getByText(said));
      await seen(page.getByRole("heading", { name: "Sign in with a secret" }));
    }
  });

  inPage("ends when one signs out, and when the secret is revoked", async (page) => {
    const issued = await world.issue(people.alice, "user:alice", { kind: "full" });
    await signIn(page, world.url, issued.secret);
    await seen(page.getByRole("heading", { level: 1, name: "user:alice" }));
    await page.getByRole("button", { name: "Sign out" }).click();
    await seen(page.getByText("The secret is forgotten"));
    await signIn(page, world.url, issued.secret);
    await seen(page.getByText(/^Live/));
    await world.call(people.alice, "DELETE", `/v1/secrets?jti=${issued.jti}`);
    await seen(page.getByText("Your secret does not hold any longer"));
    assert.equal(await page.getByLabel("Secret", { exact: true }).inputValue(), "");
  });
});

describe("the page's policy", () => {
  inPage("lets nothing in that is not the server's", async (page, { expects, come }) => {
    const breached = ["base-uri", "connect-src", "script-src", "script-src-elem", "style-src-elem"];
    const breaches = breached.map((directive) => new RegExp(`^policy: ${directive} `));
    // The browser says so, too.
    expects(...breaches, /^console: .*Content Security Policy/s);
    await page.goto(world.url);
    await seen(page.getByLabel("Secret", { exact: true }));
    const ran = await page.evaluate(async (elsewhere) => {
      const add = (name, set) => document.head.append(Object.assign(document.createElement(name), set));
      add("script", { textContent: "window.inline = true" });
      add("style", { textContent: "body { color: rgb(1, 2, 3) }" });
      add("base", { href: elsewhere });
      const fetched = await fetch(`${elsewhere}/`).then(() => true, () => false);
      const evaluated = await new Promise((done) => {
        addEventListener("securitypolicyviolation", (event) => event.blockedURI === "eval" && done(false));
        setTimeout("window.evaluated = true");
      });
      return {
        inline: window.inline ?? false,
        styled: getComputedStyle(document.body).color === "rgb(1, 2, 3)",
        moved: document.baseURI !== location.href,
        fetched,
        evaluated,
      };
    }, world.gateway);
    assert.deepEqual(ran, { inline: false, styled: false, moved: false, fetched: false, evaluated: false });
    await come(...breaches);
  });
});

describe("what one may do", () => {
  inPage("is listed by type, with the actions", async (page) => {
    await signIn(page, world.url, people.alice);
    const streams = page.getByRole("region", { name: "stream", exact: true });
    await seen(streams);
    const orders = page.getByRole("list", { name: `What you may do on ${STREAM}` });
    await seen(orders);
    const action = (name) => orders.getByRole("button", { name, exact: true });
    for (const name of ["read", "write", "see", "rename"]) await seen(action(name));
    // Nobody granted it.
    assert.equal(await action("admin").count(), 0);
    await page.getByRole("searchbox").fill("orders read");
    await seen(page.getByText("1 object of 1 type").or(page.getByText(/^1 object/)));
    await gone(page.getByText("acme/sales/customers"));
  });

  inPage("changes while one looks", async (page) => {
    await signIn(page, world.url, people.bob);
    await seen(page.getByText(/^Live/));
    const customers = "stream:acme/sales/customers";
    const list = page.getByRole("list", { name: `What you may do on ${customers}` });
    assert.equal(await list.count(), 0);
    await world.grant(people.alice, "project:acme/sales", ["view"], "user:bob");
    await seen(list.getByRole("button", { name: "read", exact: true }));
    await world.call(people.alice, "DELETE", "/v1/grants?object=project:acme/sales&relations=view&subject=user:bob");
    await gone(list);
  });
});

describe("a question", () => {
  inPage("about oneself is answered in the page, with a proof that is looked through there", async (page) => {
    await signIn(page, world.url, people.alice);
    await page.getByRole("list", { name: `What you may do on ${STREAM}` }).getByRole("button", { name: "read", exact: true }).click();
    const answer = page.getByRole("region", { name: "Answer" });
    await seen(answer.getByText("Allowed"));
    await seen(answer.getByText(/Answered in this page, from your signed slice/));
    await seen(answer.getByText(/Checked in this page/));
    const proof = answer.locator(".proof");
    for (const text of [/can_read on stream:acme\/sales\/orders/, /user:alice has view on project:acme\/sales/]) {
      await seen(proof.filter({ hasText: text }));
    }
    await seen(answer.locator(".tag.sure").nth(1));
  });

  inPage("is answered in the page with no server to ask", async (page, { expects, come }) => {
    // The browser says so, too.
    const failed = /^console: Failed to load resource: net::ERR_FAILED$/;
    expects(failed);
    await signIn(page, world.url, people.alice);
    await seen(page.getByText(/^Live/));
    await page.route("**/v1/explain", (route) => route.abort());
    await ask(page, { action: "can_write", resource: STREAM });
    const answer = page.getByRole("region", { name: "Answer" });
    await seen(answer.getByText("Allowed"));
    await seen(answer.getByText("No answer from the server"));
    await come(failed);
  });

  inPage("is not believed when the server's proof is of something else", async (page) => {
    await signIn(page, world.url, people.alice);
    await seen(page.getByText(/^Live/));
    await page.route("**/v1/explain", async (route) => {
      const response = await route.fetch();
      const told = (await response.text()).replaceAll("@user:alice", "@user:mallory");
      await route.fulfill({ response, body: told });
    });
    await ask(page, { action: "can_read", resource: STREAM });
    await seen(page.getByText("does not hold together"));
    await gone(page.locator(".proof"));
  });

  inPage("that is denied says what would turn it, and turns when that is done", async (page) => {
    await signIn(page, world.url, people.bob);
    await seen(page.getByText(/^Live/));
    // To be told about it takes to see it.
    await world.grant(people.alice, "organization:acme", ["create"], "user:bob");
    await ask(page, { action: "can_browse", resource: "project:acme/sales" });
    const answer = page.getByRole("region", { name: "Answer" });
    await seen(answer.getByText("Denied"));
    await seen(answer.locator(".typed code", { hasText: "tidegate grant project:acme/sales view --to user:bob" }));
    await world.grant(people.alice, "project:acme/sales", ["view"], "user:bob");
    await seen(answer.getByText("Allowed"));
    await seen(answer.getByText(/Checked in this page/));
    await world.call(people.alice, "DELETE", "/v1/grants?object=project:acme/sales&relations=view&subject=user:bob");
    await seen(answer.getByText("Denied"));
    await world.call(people.alice, "DELETE", "/v1/grants?object=organization:acme&relations=create&subject=user:bob");
  });

  inPage("about another is for who may view access there", async (page) => {
    await signIn(page, world.url, people.alice);
    await ask(page, { subject: BOT, action: "can_write", resource: STREAM });
    const answer = page.getByRole("region", { name: "Answer" });
    await seen(answer.getByText("Allowed"));
    await seen(answer.getByText(/Answered by the server/));
    await page.getByRole("button", { name: "Sign out" }).click();
    await world.grant(people.alice, "project:acme/sales", ["view"], "user:bob");
    await signIn(page, world.url, people.bob);
    await ask(page, { subject: "user:alice", action: "can_write", resource: STREAM });
    await seen(page.getByText("No answer"));
    await seen(page.getByText(/To ask about others takes/));
    await world.call(people.alice, "DELETE", "/v1/grants?object=project:acme/sales&relations=view&subject=user:bob");
  });

  inPage("with a secret that may do less, or that asks as anybody, is answered for that secret", async (page) => {
    const issue = async (kind) => (await world.issue(people.alice, "user:alice", { kind })).secret;
    const answer = page.getByRole("region", { name: "Answer" });
    const step = async (secret, action, said, checked) => {
      await signIn(page, world.url, secret);
      await seen(page.getByText(/^Live/));
      await ask(page, { action, resource: STREAM });
      await seen(answer.getByText(said, { exact: true }));
      if (checked) await seen(answer.getByText(checked));
      await page.getByRole("button", { name: "Sign out" }).click();
    };
    const reading = await issue("private_read");
    await step(reading, "can_read", "Allowed", /the same of 2 of 3 steps/);
    await step(reading, "can_write", "Denied");
    const open = await issue("public_read");
    await step(open, "can_read", "Denied");
    await world.grant(people.alice, "project:acme/sales", ["public"], "anonymous:*");
    await step(open, "can_read", "Allowed", /Checked in this page/);
    await world.call(people.alice, "DELETE", "/v1/grants?object=project:acme/sales&relations=public&subject=anonymous:*");
  });

  inPage("with a narrowed secret, which has no slice, is answered by the server", async (page) => {
    const { access_token: narrowed } = await world.call(people.alice, "POST", "/v1/token", {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: people.alice,
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      scope: `can_read ${STREAM}`,
    });
    await signIn(page, world.url, narrowed);
    await seen(page.getByText("The server gives this secret no slice", { exact: false }).first());
    await ask(page, { action: "can_read", resource: STREAM });
    const answer = page.getByRole("region", { name: "Answer" });
    await seen(answer.getByText("Allowed"));
    await seen(answer.getByText(/Answered by the server/));
    await ask(page, { action: "can_write", resource: STREAM });
    await seen(answer.getByText("No answer"));
    await gone(page.getByText(/To ask about others takes/));
  });

  inPage("that is none is said to be none", async (page) => {
    await signIn(page, world.url, people.alice);
    for (const [wrong, said] of [
      [{ action: "can_read", resource: "orders" }, "is written type:id"],
      [{ action: "can read", resource: STREAM }, "the name of a relation"],
    ]) {
      await ask(page, wrong);
      await seen(page.getByRole("alert").getByText(said));
      await gone(page.getByRole("region", { name: "Answer" }));
    }
    // What the model does not have is denied, and the server says that it has it not.
    await ask(page, { action: "can_fly", resource: STREAM });
    const answer = page.getByRole("region", { name: "Answer" });
    await seen(answer.getByText("Denied"));
    await seen(answer.locator(".trouble").getByText("can_fly"));
  });
});

describe("quotas", () => {
  inPage("show what was used, in units, below the limit", async (page) => {
    await world.traffic(people.bot, 42_000_000, 3_500_000);
    await signIn(page, world.url, people.alice);
    await page.getByRole("link", { name: "Quotas" }).click();
    await seen(page.getByRole("heading", { name: BOT }));
    await seen(page.getByRole("meter", { name: "Reads used" }));
    const reads = page.getByRole("region", { name: "Reads in this window" });
    await seen(reads.getByText("42 MB"));
    await seen(reads.getByText(/of 100 MB · 42 %/));
    await seen(page.getByRole("region", { name: "Writes in this window" }).getByText("3.5 MB"));
    const chart = page.getByRole("img", { name: /^Reads by window: 42 MB in .*, limit 100 MB$/ });
    await seen(chart);
    const heights = await chart.evaluate((svg) => {
      const bar = svg.querySelector(".is-now .spent").getBoundingClientRect();
      const limit = svg.querySelector(".limit line").getBoundingClientRect();
      return { bar: bar.height, limit: bar.bottom - limit.top };
    });
    assert.ok(Math.abs(heights.bar / heights.limit - 0.42) < 0.02, JSON.stringify(heights));
    // What is used meanwhile shows.
    await world.traffic(people.bot, 10_000_000, 0);
    await page.getByRole("button", { name: "Refresh" }).click();
    await seen(reads.getByText("52 MB"));
  });

  inPage("of others are not shown", async (page) => {
    await signIn(page, world.url, people.bob);
    await page.getByRole("link", { name: "Quotas" }).click();
    await page.getByLabel("Another account").fill(BOT);
    await page.getByRole("button", { name: "Show" }).click();
    await seen(page.locator(".account .trouble"));
  });
});
