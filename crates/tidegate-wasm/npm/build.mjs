// Assembles the package: `node build.mjs OUT CORE ED25519 FULL`, the last three being folders of bound modules.
// `cargo xtask npm` runs it.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const [out, core, ed25519, full] = process.argv.slice(2).map((path) => resolve(path));
const BUILDS = { core, ed25519, full };
/** Entry points, and the build of the engine that each is for. */
const ENTRIES = { index: "core", edge: "core", ed25519: "ed25519", full: "full" };
const HOSTS = [
  { host: "browser", folder: "browser", format: "esm", extension: ".js", platform: "browser" },
  { host: "node", folder: "node", format: "esm", extension: ".mjs", platform: "node" },
  { host: "commonjs", folder: "node", format: "cjs", extension: ".cjs", platform: "node" },
  { host: "workerd", folder: "workerd", format: "esm", extension: ".js", platform: "browser" },
];
const COMMON = {
  bundle: true,
  minify: true,
  sourcemap: true,
  target: "es2022",
  absWorkingDir: here,
  logLevel: "warning",
  // The bindings can fetch the module themselves: that is left out, as nothing calls it.
  logOverride: { "empty-import-meta": "silent" },
};

/** What the sources name and only the build knows. */
function resolved(entry, { host, extension }) {
  const engine = ENTRIES[entry];
  const is = (path) => ({ path });
  const outside = (path) => ({ path, external: true });
  return {
    name: "tidegate",
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /\/tidegate_wasm\.js$/ }, ({ path }) => ({ contents: slim(readFileSync(path, "utf8")) }));
      onResolve({ filter: /^policy-host$/ }, () => is(join(here, "src/host", `${host}.ts`)));
      onResolve({ filter: /^policy-module$/ }, () => outside(`../${engine}.wasm`));
      onResolve({ filter: /\/wasm\/tidegate_wasm\.js$/ }, () => is(join(BUILDS[engine], "tidegate_wasm.js")));
      // One class of errors, for the bindings and for what is around them.
      onResolve({ filter: /\/error\.js$/ }, ({ path, importer }) =>
        path.includes("/wasm/") || !importer.startsWith(join(here, "src"))
          ? is(join(here, "../src/error.js"))
          : undefined,
      );
      // What the bindings verify with, secrets are verified with, too.
      onResolve({ filter: /\/verify\.js$/ }, () => is(join(here, "../src/verify.js")));
      if (entry === "ed25519") {
        onResolve({ filter: /\/verified\.js$/ }, () => is(join(here, "src/verified-inside.ts")));
      }
      // The edge works with the engine of the main entry point, not with one more.
      if (entry === "edge") {
        onResolve({ filter: /^\.\/(index|policy)\.js$/ }, () => outside(`./index${extension}`));
      }
    },
  };
}

/** The bindings without what is there for hosts that are older than their syntax, for `using`, and for older callers. */
const slim = (bindings) =>
  bindings
    .replace(/(?<=^function initSync\(module\) \{).*?(?=    const imports)/ms, "\n    if (wasm !== undefined) return wasm;\n")
    .replace(/^    if \(!\(module instanceof WebAssembly\.Module\)\) \{.*?^    \}\n/ms, "")
    .replace(/\(typeof FinalizationRegistry === 'undefined'\)\s*\? \{[^\n]*\}\s*: new/g, "/* @__PURE__ */ new")
    .replace(/^if \(Symbol\.dispose\) .*$/gm, "");

/** The types of the bindings, for the compiler. */
function bindTypes() {
  const wasm = join(here, "src/wasm");
  mkdirSync(wasm, { recursive: true });
  const declared = readFileSync(join(full, "tidegate_wasm.d.ts"), "utf8");
  // For compilers that know no `using` yet.
  writeFileSync(join(wasm, "tidegate_wasm.d.ts"), declared.replace(/^ *\[Symbol\.dispose\]\(\): void;\n/gm, ""));
  for (const file of ["error.d.ts", "verify.d.ts"]) cpSync(join(here, "../src", file), join(wasm, file));
}

const exportsOf = (engine) =>
  WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(join(BUILDS[engine], "tidegate_wasm_bg.wasm")))).length;

async function bundle() {
  for (const host of HOSTS) {
    for (const [entry, engine] of Object.entries(ENTRIES)) {
      if (!existsSync(join(here, "src", `${entry}.ts`))) continue;
      await build({
        ...COMMON,
        entryPoints: [join("src", `${entry}.ts`)],
        outfile: join(out, "dist", host.folder, entry + host.extension),
        format: host.format,
        platform: host.platform,
        define: {
          MODULE: JSON.stringify(`../${engine}.wasm`),
          EXPORTS: String(exportsOf(engine)),
          ED25519_INSIDE: entry === "ed25519" ? "true" : "undefined",
        },
        plugins: [resolved(entry, host)],
      });
    }
  }
  if (!existsSync(join(here, "src/react.tsx"))) return;
  for (const [format, extension] of [["esm", ".js"], ["cjs", ".cjs"]]) {
    await build({
      ...COMMON,
      entryPoints: ["src/react.tsx"],
      outfile: join(out, "dist", `react${extension}`),
      format,
      external: ["react", "react/jsx-runtime"],
      // Frameworks that render on a server take hooks only where this stands first.
      banner: { js: '"use client";' },
    });
  }
}

/** Once for ECMAScript modules and once for CommonJS: what is imported has to be told the same way. */
function types() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const into = join(out, "types");
  const options = ["--noEmit", "false", "--emitDeclarationOnly", "--stripInternal", "--outDir", into];
  execFileSync(process.execPath, [tsc, "-p", here, ...options], { stdio: "inherit" });
  cpSync(join(here, "src/wasm"), join(into, "wasm"), { recursive: true });
  rmSync(join(into, "host"), { recursive: true });
  const files = readdirSync(into);
  mkdirSync(join(into, "commonjs"));
  for (const file of files) cpSync(join(into, file), join(into, "commonjs", file), { recursive: true });
  writeFileSync(join(into, "commonjs/package.json"), '{ "type": "commonjs" }\n');
}

/** The manifest without what only its making needs. */
function manifest() {
  const { scripts: _, devDependencies: __, private: ___, ...kept } = JSON.parse(readFileSync(join(here, "package.json")));
  writeFileSync(join(out, "package.json"), `${JSON.stringify(kept, null, 2)}\n`);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "dist"), { recursive: true });
bindTypes();
await bundle();
types();
manifest();
for (const [name, folder] of Object.entries(BUILDS)) {
  cpSync(join(folder, "tidegate_wasm_bg.wasm"), join(out, "dist", `${name}.wasm`));
}
if (existsSync(join(here, "README.md"))) cpSync(join(here, "README.md"), join(out, "README.md"));
cpSync(join(here, "../../../LICENSE"), join(out, "LICENSE"));
