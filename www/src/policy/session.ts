// Who is signed in. The secret lives in this module's closures, for as long as the page: it is written nowhere.

// The smallest build of the engine will do: a control plane writes no tuples with conditions, which it does not have.
import { follow, type Live } from "@tidegate/policy";
import { connect, Refused, told, type Api, type Whoami } from "../api";

export interface Session {
  me: Whoami;
  api: Api;
  /** The own slice, followed. */
  live: Live;
  end(): void;
}

/** A secret is a JWT (RFC 7519) in compact form. */
const FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Signs in. Throws [Refused]. */
export async function signIn(secret: string): Promise<Session> {
  if (!FORM.test(secret)) {
    throw new Refused(400, "That is no secret", "A secret is three runs of letters and figures, with a dot between them.");
  }
  const api = connect(secret);
  let me: Whoami;
  try {
    me = await told(api.GET("/v1/me"));
  } catch (error) {
    throw error instanceof Refused && error.status === 401 ? refused(secret) : error;
  }
  // The server has just taken the secret, so that what it says of its issuer is so.
  const issuer = claimed(secret, "iss");
  const live = follow({ url: location.origin, secret, ...(typeof issuer === "string" ? { issuer } : {}) });
  return { me, api, live, end: () => live.close() };
}

/** The server says the same whatever is wrong with a secret. Whom it is meant for stands in it, for all to read. */
function refused(secret: string): Refused {
  const audience = claimed(secret, "aud");
  const audiences = (Array.isArray(audience) ? audience : [audience]).filter((one) => typeof one === "string");
  if (audiences.length > 0 && !audiences.includes("control")) {
    const detail = `It is for: ${audiences.join(", ")}. Secrets of services never are; take one of a person.`;
    return new Refused(401, "That secret is not for the console", detail);
  }
  return new Refused(401, "That secret does not hold", "It is mistyped, has expired, or was revoked.");
}

/** What a secret says of itself, which is not verified here. */
function claimed(secret: string, name: string): unknown {
  try {
    const payload = (secret.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const claims: unknown = JSON.parse(atob(payload));
    return typeof claims === "object" && claims !== null ? Reflect.get(claims, name) : undefined;
  } catch {
    return undefined;
  }
}
