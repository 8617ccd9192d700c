// The packed package, installed into fresh projects and run there. TIDEGATE_WORKERD names the program of workers.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { control, lines } from "./control.mjs";
import { folder } from "./package.mjs";
import { browse, files, json, run, work } from "./programs.mjs";
import { packed, project, projects } from "./projects.mjs";
import { keys, secret, signedChange, signedSlice } from "./signing.mjs";

/** A page that tells nothing is not waited for any longer. */
const BOUNDED = { timeout: 300_000 };

test("it holds what is needed, and no more", () => {
  const names = packed.files.map(({ path }) => path);
  for (const needed of ["README.md", "LICENSE", "package.json", "types/index.d.ts", "dist/core.wasm", "dist/react.js"]) {
    assert.ok(names.includes(needed), needed);
  }
  const odd = names.filter((name) => !/^(README\.md|LICENSE|package\.json|types\/.*\.d\.ts|types\/commonjs\/package\.json|dist\/.*\.(js|mjs|cjs|wasm|map))$/.test(name));
  assert.deepEqual(odd, []);
});

test("in Node, as an ECMAScript module, with types", async () => {
  const into = await project("esm");
  await run("npm", ["test", "--silent"], into);
});

test("in Node, by require", async () => {
  await run("npm", ["test", "--silent"], await project("commonjs"));
});

test("in a worker", BOUNDED, async (context) => {
  assert.ok(process.env.TIDEGATE_WORKERD, "TIDEGATE_WORKERD names no program");
  const into = await project("worker");
  await run("npm", ["test", "--silent"], into);
  const address = await work(context, process.env.TIDEGATE_WORKERD, join(into, "worker.capnp"));
  const bundle = Buffer.from(await signedSlice()).toString("base64");
  const response = await fetch(address, { method: "POST", body: JSON.stringify({ keys, bundle }) });
  assert.deepEqual(await response.json(), [...Array(3).fill([true, false, "issuer"]).flat(), "function"]);
});

test("in a page without tools, under a strict policy for scripts", BOUNDED, async (context) => {
  const into = join(projects, "page");
  await rm(into, { recursive: true, force: true });
  await cp(new URL("projects/page", import.meta.url), into, { recursive: true });
  await cp(folder, join(into, "policy"), { recursive: true });
  await writeFile(join(into, "keys.json"), JSON.stringify(keys));
  await writeFile(join(into, "slice.bin"), await signedSlice());
  const told = new EventEmitter();
  const page = files(into);
  const plane = await control(() => undefined, {
    elsewhere: async (request, response) => {
      if (request.url !== "/told") return page(request, response);
      told.emit("told", await json(request));
      return response.end();
    },
  });
  context.after(plane.stop);
  await writeFile(join(into, "short.wasm"), (await readFile(join(folder, "dist/core.wasm"))).subarray(0, 5000));
  await cp(new URL("../vectors/secrets/verify.json", import.meta.url), join(into, "secrets.json"));
  const found = once(told, "told");
  await browse(context, plane.url);
  const each = ["index", "ed25519", "full"].flatMap((build) => [[build, true, false], "module-malformed"]);
  const [all] = await found;
  assert.deepEqual(all.slice(0, each.length), each);
  // Where the browser has no Ed25519, who has it is told by name.
  const [core, inside, full, ...more] = all.slice(each.length);
  assert.deepEqual([inside, more], [["ed25519", true, true], []]);
  for (const [name, ...refusals] of [core, full]) {
    for (const [kind, message] of refusals) {
      assert.equal(kind, "crypto-unsupported", `${name}: ${message}`);
      assert.match(message, /@tidegate\/policy\/ed25519/);
    }
  }
});

test("in a page that Vite has built, which is drawn again where an answer changes and nowhere else", BOUNDED, async (context) => {
  const into = await project("vite");
  await run("npm", ["test", "--silent"], into);
  const page = files(join(into, "dist"));
  const told = new EventEmitter();
  const told_all = [];
  let stream;
  let refuse = false;
  const plane = await control(
    async (found) => {
      if (refuse) return found.status(401);
      stream = found;
      return stream.tell(lines.slice(await signedSlice()));
    },
    {
      elsewhere: async (request, response) => {
        if (request.url !== "/told") return page(request, response);
        told_all.push(await json(request));
        told.emit("told");
        return response.end();
      },
    },
  );
  context.after(plane.stop);
  const when = async (holds) => {
    while (!told_all.some(holds)) await once(told, "told");
    return told_all.find(holds);
  };
  await browse(context, `${plane.url}/?${new URLSearchParams({ secret: secret() })}`);

  const first = await when(({ status }) => status === "live");
  assert.equal(first.shown, "truetruefalsewriteno");
  const { a, b, c } = first.draws;
  // Nobody has been drawn more than once for an answer: unknown, then this.
  assert.ok(a >= 2 && a === b && b === c, JSON.stringify(first.draws));

  // What says that nothing has changed draws nothing.
  stream.tell(lines.heartbeat(7));
  stream.tell(lines.change(await signedChange()));
  const next = await when(({ revision }) => revision === 8);
  assert.equal(next.shown, "truefalsetruewriteno");
  assert.deepEqual(next.draws, { a, b: b + 1, c: c + 1 });

  refuse = true;
  stream.end();
  const last = await when(({ status }) => status === "ended");
  assert.equal(last.error, "unauthenticated");
  assert.equal(last.shown, "unknownunknownunknownaskingno");
});
