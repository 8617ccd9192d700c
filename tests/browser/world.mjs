// `tidegate serve` as a user starts it, on free ports, with a data API behind it. All of it ends with `stop`, and
// with this process.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const STREAM = "stream:acme/sales/orders";
export const BOT = "service:acme/sales/bot";

/** The program under test, built with the console. */
function program() {
  const path = process.env.TIDEGATE_BIN;
  if (!path) throw new Error("TIDEGATE_BIN names no program: run `cargo xtask test browser`");
  return path;
}

/** Answers `?size=N` with so many bytes, and takes what is sent. */
async function upstream() {
  const server = createServer((request, response) => {
    const size = Number(new URL(request.url, "http://x").searchParams.get("size") ?? 0);
    request.resume().on("end", () => response.end(Buffer.alloc(size, 120)));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

export class World {
  static async start() {
    const world = new World();
    world.upstream = await upstream();
    world.folder = await mkdtemp(join(tmpdir(), "tidegate-console-"));
    const config = join(world.folder, "tidegate.toml");
    await writeFile(
      config,
      `[control]
listen = "127.0.0.1:0"
store = ${JSON.stringify(`sqlite:${join(world.folder, "tidegate.db")}`)}
system = "beneath"
issuer = "https://tidegate.test"

[gateway]
listen = ["127.0.0.1:0"]
admin_listen = "127.0.0.1:0"

[gateway.upstream.data]
url = "http://127.0.0.1:${world.upstream.address().port}"

[[gateway.route]]
path = "/{organization}/{project}/{stream}"
resource = "stream:{organization}/{project}/{stream}"
upstream = "data"
upstream_path = "/records/{stream}"
actions = { GET = "can_read", POST = "can_write" }
query = "any"
`,
    );
    await world.#serve(config);
    return world;
  }

  async #serve(config) {
    const child = spawn(program(), ["serve", "--config", config, "--log-format", "json", "--until-stdin-ends"]);
    this.child = child;
    this.ended = new Promise((resolve) => child.once("exit", resolve));
    const printed = new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
    const said = [];
    const addresses = {};
    await new Promise((resolve, reject) => {
      createInterface({ input: child.stderr }).on("line", (line) => {
        said.push(line);
        const { fields = {} } = JSON.parse(line);
        if (fields.message === "listening") addresses[fields.listener] = fields.address;
        if (addresses.control && addresses.gateway && addresses.admin) resolve();
      });
      this.ended.then(() => reject(new Error(`tidegate serve ended:\n${said.join("\n")}`)));
    });
    this.url = `http://${addresses.control}`;
    this.gateway = `http://${addresses.gateway}`;
    this.operator = await printed;
  }

  async stop() {
    this.child.stdin.end();
    await this.ended;
    this.upstream.closeAllConnections();
    await new Promise((closed) => this.upstream.close(closed));
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A call of the API that has to go well. */
  async call(secret, method, path, body) {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  create(secret, object, more = {}) {
    return this.call(secret, "POST", "/v1/objects", { object, ...more });
  }

  grant(secret, object, relations, subject) {
    return this.call(secret, "POST", "/v1/grants", { object, relations, subject });
  }

  issue(secret, subject, more = {}) {
    return this.call(secret, "POST", "/v1/secrets", { subject, ...more });
  }

  /** The secret of a new user. */
  async user(name) {
    const created = await this.create(this.operator, `user:${name}`);
    return created.secret.secret;
  }

  /** alice runs acme, whose bot reads and writes a stream within a quota; bob is nobody there yet. */
  async example() {
    const alice = await this.user("alice");
    const bob = await this.user("bob");
    await this.create(this.operator, "organization:acme", { owner: "user:alice" });
    await this.create(alice, "project:acme/sales");
    for (const stream of ["orders", "returns", "customers"]) await this.create(alice, `stream:acme/sales/${stream}`);
    await this.create(alice, BOT);
    const limits = { read: 100_000_000, write: 20_000_000 };
    await this.call(alice, "PATCH", "/v1/quotas", { account: BOT, limits });
    await this.grant(alice, STREAM, ["read", "write"], BOT);
    const bot = (await this.issue(alice, BOT, { description: "nightly export" })).secret;
    return { alice, bob, bot };
  }

  /** Reads and writes through the gateway. */
  async traffic(bot, reads, writes) {
    const headers = { authorization: `Bearer ${bot}` };
    const of = `${this.gateway}/acme/sales/orders`;
    const read = await fetch(`${of}?size=${reads}`, { headers });
    const write = await fetch(of, { method: "POST", headers, body: Buffer.alloc(writes, 120) });
    if (!read.ok || !write.ok) throw new Error(`the gateway answers ${read.status}, ${write.status}`);
    await Promise.all([read.arrayBuffer(), write.arrayBuffer()]);
  }
}
