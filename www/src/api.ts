// The HTTP API, by the types of its OpenAPI document. The secret is in the client's memory and nowhere else.

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "../generated/api";

type Schemas = components["schemas"];
export type Whoami = Schemas["Whoami"];
export type Explained = Schemas["Explained"];
export type Remedy = Schemas["RemedyInfo"];
export type TupleInfo = Schemas["TupleInfo"];
export type Unmet = Schemas["UnmetInfo"];
export type Usage = Schemas["Usage"];
export type Balance = Schemas["Balance"];
export type Api = Client<paths>;

export function connect(secret: string): Api {
  return createClient<paths>({
    baseUrl: location.origin,
    headers: { Authorization: `Bearer ${secret}` },
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
  });
}

/** An answer that is none: a problem document (RFC 9457), or what stands for one. */
export class Refused extends Error {
  constructor(
    /** 0: no answer came. */
    readonly status: number,
    message: string,
    readonly detail?: string,
    /** The rule that was broken, as the system names it. */
    readonly rule?: string,
  ) {
    super(message);
    this.name = "Refused";
  }
}

interface Reply<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** What was answered. Throws [Refused]. */
export async function told<T>(asked: Promise<Reply<T>>): Promise<T> {
  let reply: Reply<T>;
  try {
    reply = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(0, "No answer from the server", "It may be down, or the network is.");
  }
  if (reply.response.ok && reply.data !== undefined) return reply.data;
  const { status } = reply.response;
  const problem = typeof reply.error === "object" && reply.error !== null ? reply.error : {};
  const text = (name: string): string | undefined => {
    const value: unknown = Reflect.get(problem, name);
    return typeof value === "string" ? value : undefined;
  };
  throw new Refused(status, text("title") ?? `The server answered ${status}`, text("detail"), text("rule"));
}
