// A stream of lines.

import { PolicyError } from "./error.js";

/** Longest line: that of the longest slice that is followed, and room. Characters. */
const LONGEST = 96 << 20;

/**
 * The lines of a body, as they come.
 *
 * @throws {PolicyError} `line-too-long`
 */
export async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const pieces = decoder.decode(value, { stream: true }).split("\n");
      const last = pieces.pop() ?? "";
      for (const piece of pieces) {
        parts.push(piece);
        const line = parts.join("");
        [parts, length] = [[], 0];
        yield line;
      }
      parts.push(last);
      length += last.length;
      if (length > LONGEST) throw new PolicyError("line-too-long", `a line is longer than ${LONGEST} characters`);
    }
  } finally {
    // Whoever stops reading has no use for the rest; that it is gone already is as well.
    reader.cancel().catch(() => undefined);
  }
}
