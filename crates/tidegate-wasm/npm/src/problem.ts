// The gateway's answers to what it refuses: problem documents (RFC 9457) that no cache keeps.

const PROBLEMS = {
  400: ["ambiguous-path", "The path is ambiguous"],
  401: ["unauthenticated", "A valid secret is needed"],
  403: ["forbidden", "Not allowed"],
  404: ["not-found", "No such route"],
  405: ["method-not-allowed", "The route does not allow this method"],
  414: ["target-too-long", "Path and query are too long"],
  500: ["internal", "Internal error"],
  503: ["unavailable", "Not available now"],
} as const;

export type Refusal = keyof typeof PROBLEMS;

/** `more`: of a 401 the challenge (RFC 6750 §3), of a 405 the methods (RFC 9110 §15.5.6). */
export function problem(status: Refusal, more: Readonly<Record<string, string>> = {}): Response {
  const [word, title] = PROBLEMS[status];
  const headers = { "content-type": "application/problem+json", "cache-control": "no-store", ...more };
  const document = { type: `urn:tidegate:problem:${word}`, title, status };
  return new Response(JSON.stringify(document), { status, headers });
}
