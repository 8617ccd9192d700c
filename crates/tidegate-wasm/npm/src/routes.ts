// What a request is for, by a table like the gateway's (crates/tidegate-gateway/src/route, path.rs).

/** What is asked of the policy for a request. */
export interface Target {
  /** A relation of the resource's type. */
  action: string;
  /** `type:id` */
  resource: string;
}

/** A line of the table. */
export interface Route {
  /** `/{organization}/{project}/{stream}`: names in braces stand for whole segments. */
  path: string;
  /** Asked about: `stream:{organization}/{project}/{stream}`. */
  resource: string;
  /** The relation for each method; HEAD is GET's where it is not listed. */
  actions: Readonly<Record<string, string>>;
}

/** A path that could be read in another way by who comes after. */
export class AmbiguousPath extends Error {}

const MAX_SEGMENTS = 64;
const NAME = /^\{(\w+)\}$/;

/**
 * The target of a request by the first line that fits its path and lists its method; none: there is no such line.
 *
 * @throws {AmbiguousPath} of a path that does not decode to one list of segments
 */
export function targetOf(request: Request, routes: readonly Route[]): Target | undefined {
  const segments = segmentsOf(new URL(request.url).pathname);
  for (const { path, resource, actions } of routes) {
    const captures = captured(path, segments);
    if (captures === undefined) continue;
    const { method } = request;
    const action = own(actions, method) ?? (method === "HEAD" ? own(actions, "GET") : undefined);
    if (action === undefined) continue;
    return { action, resource: resource.replace(/\{(\w+)\}/g, (whole, name: string) => captures.get(name) ?? whole) };
  }
  return undefined;
}

function own(actions: Readonly<Record<string, string>>, method: string): string | undefined {
  return Object.hasOwn(actions, method) ? actions[method] : undefined;
}

function captured(path: string, segments: readonly string[]): Map<string, string> | undefined {
  const wanted = path.split("/").slice(1);
  if (wanted.length !== segments.length) return undefined;
  const captures = new Map<string, string>();
  for (const [at, segment] of segments.entries()) {
    const name = NAME.exec(wanted[at] ?? "")?.[1];
    if (name === undefined) {
      if (wanted[at] !== segment) return undefined;
    } else if (/[/:#@*%\s]/.test(segment)) {
      throw new AmbiguousPath("a name with a character that names cannot hold");
    } else {
      captures.set(name, segment);
    }
  }
  return captures;
}

function segmentsOf(pathname: string): string[] {
  const raw = pathname.split("/").slice(1);
  if (raw.length > MAX_SEGMENTS) throw new AmbiguousPath("too many segments");
  return raw.map((part) => {
    let text: string;
    try {
      text = decodeURIComponent(part);
    } catch {
      throw new AmbiguousPath("a segment that does not decode");
    }
    // A second decoding further on would see another path; some cut `;parameters` off before they resolve dots.
    if (/[\\%\u0000-\u001f\u007f-\u009f]/.test(text) || text.split("/").some((bit) => /^\.{1,2}(;|$)/.test(bit))) {
      throw new AmbiguousPath("a segment that can be read in two ways");
    }
    if (text === "") throw new AmbiguousPath("an empty segment");
    return text;
  });
}
