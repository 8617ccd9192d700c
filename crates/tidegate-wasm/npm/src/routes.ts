// What a request is for, by a table like the gateway's (crates/tidegate-gateway/src/route, path.rs): as there, the most
// specific line decides, whatever methods the others list. tests/vectors/routes/routes.json holds both to it.

import type { Refusal } from "./problem.js";
import { passes } from "./query.js";

/** What is asked of the policy for a request. */
export interface Target {
  /** A relation of the resource's type. */
  action: string;
  /** `type:id` */
  resource: string;
}

/** A line of the table. */
export interface Route {
  /**
   * `/{organization}/{project}/{stream}`: names in braces stand for whole segments, and `{*rest}` at the end for one or
   * more. Where two lines fit, the one with a literal text where the other has a name is meant.
   */
  path: string;
  /** Asked about: `stream:{organization}/{project}/{stream}`. */
  resource: string;
  /** The relation for each method; HEAD is GET's where it is not listed. */
  actions: Readonly<Record<string, string>>;
  /** The query parameters that pass, by their exact names, or all: `"any"`. One that carries a secret never does. */
  query: "any" | readonly string[];
}

/** Why a request has no target. */
export class NoTarget extends Error {
  constructor(
    readonly refusal: Refusal,
    readonly kind: string,
    /** Of a 405: the methods of the path. */
    readonly allow?: string,
  ) {
    super(kind);
  }
}

/** A table that does not say for each path which line is meant: nothing is answered by it. */
export class BadRoutes extends Error {
  readonly kind = "routes";
}

const MAX_SEGMENTS = 64;
/** Of path and query. Bytes. */
const MAX_TARGET = 8192;
/** What a segment of a path is: a text, a name, the rest; the more specific is the lesser. */
const [TEXT, NAME, REST] = [0, 1, 2] as const;

interface Part {
  is: typeof TEXT | typeof NAME | typeof REST;
  text: string;
}

/** Of a path, or of a line's. */
interface Segments<T> {
  parts: T[];
  /** Whether a slash stands behind the last. */
  slash: boolean;
}

interface Line extends Segments<Part> {
  route: Route;
}

/** A table that has been looked through. */
export class Routes {
  readonly #lines: Line[];

  /** @throws {BadRoutes} */
  constructor(routes: readonly Route[]) {
    this.#lines = routes.map(lineOf);
    for (const [at, line] of this.#lines.entries()) {
      for (const other of this.#lines.slice(0, at)) {
        if (order(line, other) === "neither") bad(line.route, `it is not told which is meant, this or ${other.route.path}`);
      }
    }
  }

  /** @throws {NoTarget} */
  target(request: Request): Target {
    const { pathname, search } = new URL(request.url);
    // What the host has made of it is ASCII.
    if (pathname.length + search.length > MAX_TARGET) throw new NoTarget(414, "target-too-long");
    // Decided is on what is sent on: some hosts leave a path as it came, and with it dots and backslashes that are gone
    // here. What is encoded here alone says the same.
    const [, sent] = /^[^/]*\/\/[^/\\?#]*([^?#]*)/.exec(request.url) ?? [];
    if (decoded(sent || "/") !== decoded(pathname)) throw new NoTarget(400, "path");
    const path = segments(pathname, textOf);
    if (path.parts.length > MAX_SEGMENTS) throw new NoTarget(400, "path");
    let line: Line | undefined;
    for (const one of this.#lines) {
      if (fits(one, path) && (line === undefined || order(one, line) === "first")) line = one;
    }
    if (line === undefined) {
      // Another reader could find a line for it.
      if (path.slash || path.parts.some((text) => text.includes("/"))) throw new NoTarget(400, "path");
      throw new NoTarget(404, "no-route");
    }
    const names = captured(line, path);
    const { actions, resource, query } = line.route;
    const { method } = request;
    const listed = Object.hasOwn(actions, method) ? method : "GET";
    if (!Object.hasOwn(actions, listed) || (listed !== method && method !== "HEAD")) {
      throw new NoTarget(405, "method", allowed(actions));
    }
    if (!passes(search.slice(1), query)) throw new NoTarget("query", "query");
    const named = resource.replace(/\{(\w+)\}/g, (_, name: string) => names.get(name) ?? "");
    return { action: String(actions[listed]), resource: named };
  }
}

function allowed(actions: Route["actions"]): string {
  const methods = new Set(Object.keys(actions));
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods].sort().join(", ");
}

/** What stands between the slashes. */
function segments<T>(path: string, read: (text: string) => T): Segments<T> {
  const texts = path.split("/").slice(1);
  const slash = texts.length > 1 && texts.at(-1) === "";
  if (slash || path === "/") texts.pop();
  return { parts: texts.map(read), slash };
}

/** A segment of a request's path, decoded once. */
function textOf(encoded: string): string {
  const text = decoded(encoded);
  if (text === "" || isAmbiguous(text)) throw new NoTarget(400, "path");
  return text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new NoTarget(400, "path");
  }
}

/** A second decoding further on would see another path; some cut `;parameters` off before they resolve dots. */
const isAmbiguous = (text: string): boolean =>
  /[\\%\u0000-\u001f\u007f-\u009f]/.test(text) || text.split("/").some((bit) => /^\.{1,2}(;|$)/.test(bit));

function fits({ parts, slash }: Line, path: Segments<string>): boolean {
  const texts = path.parts;
  const isLong = parts.at(-1)?.is === REST ? texts.length >= parts.length : texts.length === parts.length;
  return isLong && slash === path.slash && parts.every(({ is, text }, at) => is !== TEXT || text === texts[at]);
}

/** Which of two lines is meant by a path that fits both. */
function order(one: Line, other: Line): "first" | "second" | "neither" | "apart" {
  if (one.slash !== other.slash) return "apart";
  let [first, second] = [false, false];
  for (let at = 0; ; at += 1) {
    const [a, b] = [one.parts[at], other.parts[at]];
    if (a === undefined && b === undefined) break;
    if (a === undefined || b === undefined) return "apart";
    if (a.is === TEXT && b.is === TEXT && a.text !== b.text) return "apart";
    first ||= a.is < b.is;
    second ||= b.is < a.is;
    if (a.is === REST || b.is === REST) break;
  }
  if (first === second) return "neither";
  return first ? "first" : "second";
}

function captured({ parts }: Line, path: Segments<string>): Map<string, string> {
  const names = new Map<string, string>();
  for (const [at, text] of path.parts.entries()) {
    const part = parts[Math.min(at, parts.length - 1)];
    if (part === undefined || part.is === TEXT) continue;
    if ((part.is === NAME ? /[/:#@*%]|\p{White_Space}/u : /\//).test(text)) throw new NoTarget(400, "path");
    if (part.is === NAME) names.set(part.text, text);
  }
  return names;
}

/** @throws {BadRoutes} */
function lineOf(route: Route): Line {
  const { path, resource, actions, query } = route;
  if (!path.startsWith("/")) bad(route, "it does not start with a slash");
  const { parts, slash } = segments(path, (text) => partOf(route, text));
  const names = parts.filter(({ is }) => is !== TEXT);
  if (new Set(names.map(({ text }) => text)).size < names.length) bad(route, "a name stands twice in it");
  if (parts.slice(0, -1).some(({ is }) => is === REST)) bad(route, "what is for the rest is its last segment");
  const known = new Set(parts.filter(({ is }) => is === NAME).map(({ text }) => `{${text}}`));
  const left = resource.replace(/\{\w+\}/g, (name) => (known.has(name) ? "" : name));
  if (/[{}]/.test(left)) bad(route, "its resource has names that it has not");
  if (!/^[^:{]+:/.test(resource)) bad(route, "its resource does not start with a type and a colon");
  if (query !== "any" && !Array.isArray(query)) bad(route, "its `query` is neither \"any\" nor a list of names");
  return { route: { path, resource, actions, query }, parts, slash };
}

function partOf(route: Route, text: string): Part {
  const name = /^\{(\*?)(\w+)\}$/.exec(text);
  if (name !== null) return { is: name[1] === "" ? NAME : REST, text: String(name[2]) };
  const never = text === "" || /[{}?#]/.test(text) || isAmbiguous(text);
  if (never) bad(route, "a segment is a text as it is decoded, or a name in braces");
  return { is: TEXT, text };
}

function bad({ path }: Route, what: string): never {
  throw new BadRoutes(`the route ${path}: ${what}`);
}
