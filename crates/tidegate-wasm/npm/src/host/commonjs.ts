// The module's bytes in Node, as a CommonJS module: read from beside this file.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

declare const MODULE: string;
declare const __dirname: string;

export const load = (): Promise<Uint8Array> => readFile(join(__dirname, MODULE));
