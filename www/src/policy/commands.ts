// What to type: the command line that makes a change of a remedy.

import type { TupleInfo } from "../api";

/** A shell would take a star for files' names, a number sign for a remark, and so on. */
const quoted = (word: string) => (/^[A-Za-z0-9_:@/.,+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** None for what the system writes itself, and where a name is hidden. */
export function command({ grant }: TupleInfo, change: "add" | "remove"): string | undefined {
  if (!grant) return undefined;
  const [verb, toward] = change === "add" ? ["grant", "--to"] : ["revoke", "--from"];
  return ["tidegate", verb, quoted(grant.object), quoted(grant.relation), toward, quoted(grant.subject)].join(" ");
}
