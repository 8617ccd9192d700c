// Built into one page and what it loads, each with its digest in its name and compressed beside it. Nothing is inline:
// the server's Content-Security-Policy would refuse it.

import { readFile, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

// Where `npm run dev` finds the API.
const API = process.env.TIDEGATE_URL ?? "http://127.0.0.1:8081";

/** Puts FILE.gz beside each asset that is smaller so. */
function compressed(): Plugin {
  let folder = "";
  return {
    name: "compressed",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir, config.build.assetsDir);
    },
    async closeBundle() {
      for (const name of await readdir(folder)) {
        const bytes = await readFile(join(folder, name));
        const zipped = gzipSync(bytes, { level: 9 });
        if (zipped.length < bytes.length) {
          await writeFile(join(folder, `${name}.gz`), zipped);
        }
      }
    },
  };
}

export default defineConfig({
  build: {
    outDir: "../target/www",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // The engine's package is linked: it is to use the page's React.
  resolve: { preserveSymlinks: true, dedupe: ["react", "react-dom"] },
  server: { proxy: { "/v1": API, "/.well-known": API, "/openapi.json": API } },
  plugins: [compressed()],
});
