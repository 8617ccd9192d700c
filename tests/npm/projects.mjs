// Fresh projects with the packed package in them. TIDEGATE_NPM_PROJECTS names the folder that they are made in.

import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

import { folder } from "./package.mjs";
import { run } from "./programs.mjs";
import { keys, signedSlice } from "./signing.mjs";

const QUIET = ["--no-fund", "--no-audit", "--silent", "--prefer-offline"];
export const projects = resolve(process.env.TIDEGATE_NPM_PROJECTS ?? join(folder, "../projects"));

// Of each file of tests its own: they run at once.
const packs = join(projects, "packed", basename(process.argv[1]));
await mkdir(packs, { recursive: true });
/** What the package holds. */
export const [packed] = JSON.parse(await run("npm", ["pack", folder, "--json", "--silent", "--pack-destination", packs], packs));

/** A fresh project with what its lock file names, and the package. */
export async function project(name, as = name) {
  const into = join(projects, as);
  await rm(into, { recursive: true, force: true });
  await cp(new URL(`projects/${name}`, import.meta.url), into, { recursive: true });
  await writeFile(join(into, "keys.json"), JSON.stringify(keys));
  await writeFile(join(into, "slice.bin"), await signedSlice());
  if (name !== "commonjs") await run("npm", ["ci", ...QUIET], into);
  await run("npm", ["install", "--no-save", "--no-package-lock", ...QUIET, join(packs, packed.filename)], into);
  return into;
}
