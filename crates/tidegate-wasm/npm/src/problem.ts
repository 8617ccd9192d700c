// The gateway's answers to what it refuses: problem documents (RFC 9457) that no cache keeps.

const PROBLEMS = {
  400: ["bad-request", "Bad request"],
  401: ["unauthenticated", "A valid secret is needed"],
  403: ["forbidden", "Not allowed"],
  404: ["not-found", "Not found"],
  500: ["internal", "Internal error"],
  503: ["unavailable", "Not available now"],
} as const;

export type Refusal = keyof typeof PROBLEMS;

/** `challenge`: of a 401 (RFC 6750 §3). */
export function problem(status: Refusal, challenge?: string): Response {
  const [word, title] = PROBLEMS[status];
  const headers: Record<string, string> = { "content-type": "application/problem+json", "cache-control": "no-store" };
  if (challenge !== undefined) headers["www-authenticate"] = challenge;
  const document = { type: `urn:tidegate:problem:${word}`, title, status };
  return new Response(JSON.stringify(document), { status, headers });
}
