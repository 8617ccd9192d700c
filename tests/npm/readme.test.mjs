// The README's starts, as they stand in it: taken out, put into projects with what they need around them, and run before
// something that answers as `https://tidegate.example` would. TIDEGATE_WORKERD names the program of workers.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { control, lines } from "./control.mjs";
import { folder } from "./package.mjs";
import { browse, files, json, run, work } from "./programs.mjs";
import { project, projects } from "./projects.mjs";
import { keys, ofSecrets, payload, secret, signed, signedChange, signedSecret, signedSlice } from "./signing.mjs";

/** A page that tells nothing is not waited for any longer. */
const BOUNDED = { timeout: 300_000 };
const readme = await readFile(join(folder, "README.md"), "utf8");
const keySet = { keys: [...keys.keys, ofSecrets.jwk] };

/** The one block of a language in a section. */
function block(section, language) {
  const text = readme.split(/^## /m).find((part) => part.startsWith(`${section}\n`));
  const blocks = [...(text ?? "").matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, found]) => found === language);
  assert.equal(blocks.length, 1, `${section}: blocks of ${language}`);
  return blocks[0][2];
}

/** What stands for the reader's surroundings: `https://tidegate.example` is the server of the page. */
const AROUND = `(() => {
  const { fetch } = globalThis;
  const at = (url) => String(url).replace("https://tidegate.example", location.origin);
  globalThis.fetch = (input, init) => fetch(at(input), init);
  globalThis.signedInUser = { secret: async () => (await fetch("/session/secret")).text() };
  let told;
  const tell = () => {
    const shown = [...document.querySelectorAll("button, p")].filter((one) => !one.hidden).map((one) => one.textContent).join();
    if (shown !== told) fetch("/told", { method: "POST", body: JSON.stringify((told = shown)) });
  };
  const all = { attributes: true, characterData: true, childList: true, subtree: true };
  addEventListener("DOMContentLoaded", () => (new MutationObserver(tell).observe(document.body, all), tell()));
})();
`;

/** A page of these files before a control plane; what it shows, and how to take what it showed away. */
async function shown(context, answer) {
  const told = new EventEmitter();
  const all = [];
  let stream;
  const plane = await control(
    async (found) => {
      stream = found;
      stream.tell(lines.slice(await signedSlice("streams")));
    },
    {
      elsewhere: async (request, response) => {
        if (request.url === "/session/secret") return response.end(secret());
        if (request.url !== "/told") return answer(request, response);
        all.push(await json(request));
        told.emit("told");
        return response.end();
      },
    },
  );
  context.after(plane.stop);
  await browse(context, plane.url);
  return {
    until: async (text) => {
      while (all.at(-1) !== text) await once(told, "told");
    },
    change: async () => stream.tell(lines.change(await signedChange("streams"))),
  };
}

test("React", BOUNDED, async (context) => {
  const into = await project("vite", "readme-react");
  await rm(join(into, "src"), { recursive: true });
  await mkdir(join(into, "src"));
  await mkdir(join(into, "public"));
  await writeFile(join(into, "src/main.tsx"), block("React", "tsx"));
  await writeFile(join(into, "src/around.d.ts"), "declare const signedInUser: { secret(): Promise<string> };\n");
  await writeFile(join(into, "public/around.js"), AROUND);
  const index = await readFile(join(into, "index.html"), "utf8");
  const within = index.replace("</title>", '</title><script src="/around.js"></script>');
  await writeFile(join(into, "index.html"), within);
  await run("npm", ["test", "--silent"], into);
  const page = await shown(context, files(join(into, "dist")));
  await page.until("Write");
  await page.change();
  await page.until("Read only.");
});

test("plain HTML", BOUNDED, async (context) => {
  const into = join(projects, "readme-html");
  await rm(into, { recursive: true, force: true });
  await mkdir(into, { recursive: true });
  await cp(join(folder, "dist"), join(into, "policy/dist"), { recursive: true });
  await writeFile(join(into, "around.js"), AROUND);
  const head = '<!doctype html><meta charset="utf-8"><title>A page</title><script src="around.js"></script>';
  await writeFile(join(into, "index.html"), `${head}\n${block("Plain HTML", "html")}`);
  const page = await shown(context, files(into, "'self' 'unsafe-inline' 'wasm-unsafe-eval'"));
  await page.until("Write");
  await page.change();
  await page.until("");
});

test("Node, and the types of a model", async (context) => {
  const into = await project("esm", "readme-node");
  const plane = await control(async (found, { url, headers }) => {
    const isHers = url === "/v1/slice" && headers.authorization === `Bearer ${secret()}`;
    return isHers ? found.end(await signedSlice("streams")) : found.status(404);
  });
  context.after(plane.stop);
  await writeFile(join(into, "start.mjs"), block("Node", "js"));
  const at = `(url) => url.replace("https://tidegate.example", ${JSON.stringify(plane.url)})`;
  await writeFile(join(into, "around.mjs"), `const { fetch } = globalThis;\nconst at = ${at};\nglobalThis.fetch = (url, init) => fetch(at(url), init);\n`);
  const printed = await run(process.execPath, ["--import", "./around.mjs", "start.mjs"], into, { TIDEGATE_SECRET: secret() });
  assert.equal(printed, "user:ann true\n[ 'stream:acme/sales/orders', 'stream:acme/sales/returns' ]\n");

  const types = block("Types of your model", "ts");
  const around = "declare const [bytes, keys, issuer]: [Uint8Array, import(\"@tidegate/policy\").KeySet, string];\n";
  await rm(join(into, "types.ts"));
  await writeFile(join(into, "around.d.ts"), around);
  await writeFile(join(into, "start.ts"), types);
  const found = await run("npx", ["tsc", "-p", ".", "--pretty", "false"], into).then(() => "", (error) => error.message);
  const wrong = [...found.matchAll(/^(\S+\.ts)\((\d+),\d+\): error/gm)].map(([, file, line]) => [file, Number(line)]);
  const marked = types.split("\n").findIndex((line) => line.includes("// an error of the compiler")) + 1;
  assert.deepEqual(wrong, [["start.ts", marked]], found);
});

test("Cloudflare Workers", BOUNDED, async (context) => {
  assert.ok(process.env.TIDEGATE_WORKERD, "TIDEGATE_WORKERD names no program");
  const into = await project("worker", "readme-worker");
  const node = await signedSecret({ sub: "node:edge", aud: ["control"], kind: "node" });
  const plane = await control(
    async (found, { url, headers }) => {
      if (url !== "/v1/bundle" || headers.authorization !== `Bearer ${node}`) return found.status(404);
      return found.end(await signed(payload("streams.whole"), { claims: { sub: "node:edge" } }));
    },
    // Everything that the worker asks for comes here, so this is the origin, too.
    { keySet: () => keySet, elsewhere: (request, response) => response.end(`the origin's ${request.url}`) },
  );
  context.after(plane.stop);
  await writeFile(join(into, "worker.mjs"), block("Cloudflare Workers", "js"));
  await run("npm", ["test", "--silent"], into);
  const { host } = new URL(plane.url);
  const bindings = `(name = "TIDEGATE_URL", text = "${plane.url}"), (name = "TIDEGATE_NODE_SECRET", text = "${node}")`;
  const configuration = join(into, "worker.capnp");
  const plain = await readFile(configuration, "utf8");
  const within = plain
    .replace(/^ *\(name = "(ed25519|full)\.wasm".*\n/gm, "")
    .replace("services = [", `services = [(name = "outside", external = (address = "${host}", http = ())), `)
    .replace("compatibilityDate", `bindings = [${bindings}],\n  globalOutbound = "outside",\n  compatibilityDate`);
  await writeFile(configuration, within);
  const address = await work(context, process.env.TIDEGATE_WORKERD, configuration);
  const ask = async (path, method, bearer) => {
    const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const response = await fetch(new URL(path, address), { method, headers });
    return [response.status, response.ok ? await response.text() : response.headers.get("allow")];
  };
  const ann = await signedSecret();
  for (const [path, method, bearer, expected] of [
    ["/orders", "GET", ann, [200, "the origin's /orders"]],
    ["/orders", "POST", ann, [200, "the origin's /orders"]],
    ["/returns", "GET", ann, [200, "the origin's /returns"]],
    ["/returns", "POST", ann, [403, null]],
    ["/orders", "GET", undefined, [401, null]],
    ["/orders", "GET", node, [401, null]],
    ["/orders", "DELETE", ann, [405, "GET, HEAD, POST"]],
    ["/a/b", "GET", ann, [404, null]],
  ]) {
    assert.deepEqual(await ask(path, method, bearer), expected, `${method} ${path}`);
  }
});
