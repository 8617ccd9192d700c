// The module's bytes in Node, as an ECMAScript module: read from beside this file.

import { readFile } from "node:fs/promises";

declare const MODULE: string;

export const load = (): Promise<Uint8Array> => readFile(new URL(MODULE, import.meta.url));
