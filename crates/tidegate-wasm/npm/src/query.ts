// Which query parameters pass, as at the gateway (crates/tidegate-gateway/src/query.rs): all of a query or nothing of it.

/** What every secret starts with. */
const SECRET_PREFIX = "eyJ0eXAiOiJ0aWRlZ2F0ZStqd3QiLCJhbGci";

/**
 * Whether a query passes, which stands without its `?` as it is sent on. In a list, names are compared after they are
 * decoded once, and what another reader could split or name otherwise is refused.
 */
export function passes(query: string, listed: "any" | readonly string[]): boolean {
  if (query === "") return true;
  if (query.includes(SECRET_PREFIX) || bytes(query).includes(SECRET_PREFIX)) return false;
  return query.split("&").every((parameter) => {
    const name = nameOf(parameter);
    // RFC 6750 §2.3: where a secret would stand.
    if (name !== undefined && /^access_token$/i.test(name)) return false;
    return listed === "any" || (name !== undefined && !parameter.includes(";") && listed.includes(name));
  });
}

/** What is encoded of it, as a character for each byte. */
const bytes = (text: string): string =>
  text.replace(/%([\da-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));

/** Of one parameter; none where it is not well encoded. */
function nameOf(parameter: string): string | undefined {
  const [raw = ""] = parameter.split("=", 1);
  try {
    return decodeURIComponent(raw.replace(/\+/g, " "));
  } catch {
    return undefined;
  }
}
