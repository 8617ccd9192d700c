// The gateway's answers to what it refuses: problem documents (RFC 9457) that no cache keeps.

const PROBLEMS = {
  400: ["ambiguous-path", "The path is ambiguous"],
  query: ["query-not-allowed", "The query is not allowed"],
  401: ["unauthenticated", "A valid secret is needed"],
  403: ["forbidden", "Not allowed"],
  404: ["not-found", "No such route"],
  405: ["method-not-allowed", "The route does not allow this method"],
  414: ["target-too-long", "Path and query are too long"],
  500: ["internal", "Internal error"],
  503: ["unavailable", "Not available now"],
} as const;

/** By its status; of 400 there are two. */
export type Refusal = keyof typeof PROBLEMS;
export type Status = Exclude<Refusal, "query">;

/** `more`: of a 401 the challenge (RFC 6750 §3), of a 405 the methods (RFC 9110 §15.5.6). */
export function problem(refusal: Refusal, more: Readonly<Record<string, string>> = {}): Response {
  const [word, title] = PROBLEMS[refusal];
  const status = refusal === "query" ? 400 : refusal;
  const headers = { "content-type": "application/problem+json", "cache-control": "no-store", ...more };
  const document = { type: `urn:tidegate:problem:${word}`, title, status };
  return new Response(JSON.stringify(document), { status, headers });
}
