// A question, as people type it.

export interface Question {
  subject: string;
  action: string;
  resource: string;
  /** Values of conditions' parameters. */
  context?: Record<string, unknown>;
}

/** Names as the API takes them. */
export function whatIsWrong({ subject, action, resource }: Question): string | undefined {
  const object = /^[^\s:#@*]+:[^\s:#]+$/;
  if (!object.test(subject)) return "Who asks is written type:id, as in user:alice.";
  if (!/^[^\s:#@*]+$/.test(action)) return "What is done is the name of a relation, as in can_read.";
  if (!object.test(resource)) return "What it is done on is written type:id, as in stream:acme/sales/orders.";
  return undefined;
}

export const textOf = (context: Record<string, unknown> | undefined) => (context === undefined ? "" : JSON.stringify(context));

/** None for what is no JSON object. */
export function readContext(text: string): Record<string, unknown> | undefined {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
