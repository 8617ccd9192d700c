// What an application ships: `node sizes.mjs PACKAGE` prints a line of JSON for each build. Gzipped bytes.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const [folder] = process.argv.slice(2);
const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** What a bundler takes along for these names. */
async function taken(entry, names) {
  const path = join(folder, "dist/browser", `${entry}.js`);
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from ${JSON.stringify(path)};`, resolveDir: dirname(fileURLToPath(import.meta.url)) },
    bundle: true,
    minify: true,
    format: "esm",
    external: ["*.wasm"],
    write: false,
  });
  return gzipped(outputFiles[0].contents);
}

for (const [name, entry] of Object.entries({ core: "index", ed25519: "ed25519", full: "full" })) {
  const sizes = {
    name,
    wasm: gzipped(readFileSync(join(folder, "dist", `${name}.wasm`))),
    // Loading, verifying, asking.
    around: await taken(entry, "init, loadSlice, loadBundle"),
    following: await taken(entry, "init, loadSlice, loadBundle, follow"),
    whole: gzipped(readFileSync(join(folder, "dist/browser", `${entry}.js`))),
  };
  console.log(JSON.stringify(sizes));
}
