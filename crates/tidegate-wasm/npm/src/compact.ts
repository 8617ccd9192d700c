// The compact form of a JWS (RFC 7515 §7.1), as far as it has to be looked into before it is verified.

import { fromBase64url } from "./wasm/verify.js";

/** What it claims; nothing where it is malformed. Nothing in it may be believed. */
export function unverifiedClaims(compact: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(fromBase64url(compact.split(".")[1] ?? "")));
    return claims !== null && typeof claims === "object" ? { ...claims } : {};
  } catch {
    return {};
  }
}

/** The bytes of a base64 text (RFC 4648 §4); throws where it is none. */
export function base64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
