// Where the files are that a host reads, by the first part of their names.

import { readFile, readdir } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const TESTS = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export class Files {
  #folders;

  /** The folders of the bindings, of the npm package and of the cases. */
  constructor({ whole, core, policy, cases }) {
    const asked = join(TESTS, "wasm/asked");
    const hosts = join(TESTS, "wasm/hosts");
    this.#folders = { whole, core, policy, cases, asked, hosts, vectors: join(TESTS, "vectors") };
  }

  /** Where a file is; undefined when no host may read it. */
  path(name) {
    const [first, ...rest] = name.split("/");
    const good = Object.hasOwn(this.#folders, first) && rest.length > 0 && rest.every((part) => /^[\w-][\w.-]*$/.test(part));
    const folder = good ? this.#folders[first] : undefined;
    return folder === undefined ? undefined : join(folder, ...rest);
  }

  async bytes(name) {
    const path = this.path(name);
    if (path === undefined) throw new Error(`${name} is not for hosts`);
    return readFile(path);
  }

  /** The files of a folder that end so, sorted. */
  async list(folder, ending) {
    const names = await readdir(this.#folders[folder] ?? this.path(folder), { recursive: true });
    return names.filter((name) => extname(name) === ending).sort();
  }
}
