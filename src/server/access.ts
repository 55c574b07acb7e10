/**
 * Who may use a server.
 *
 * With keys: whoever has one. Without: whoever is on this machine, as far as that can be seen, and nobody else
 * unless the configuration says so. A web page can have its visitor's browser send requests to this machine, so a request
 * for a host name that is not this machine's is refused, too (DNS rebinding).
 *
 * @module
 */

import { ApiError } from "./api_error.ts";
import type { ApiKeyOptions, ApiKeys } from "./api_keys.ts";

/** Where a request came from; null where nobody says, as in a program that embeds the server. */
export type RemoteAddress = string | null;

/** Whoever needs no key. */
const ANONYMOUS: ApiKeyOptions = { name: "anonymous", hash: "" };

/**
 * Whose request it is.
 *
 * @throws {ApiError} 401 or 403.
 */
export function identify(
  request: Request,
  remote: RemoteAddress,
  keys: ApiKeys,
  allowAnonymous: boolean,
): ApiKeyOptions {
  if (!keys.isEmpty) return keys.identify(request.headers.get("authorization") ?? undefined);
  if (allowAnonymous || remote === null) return ANONYMOUS;
  if (!isLoopback(remote)) {
    const message = "this server has no API keys and answers its own machine only";
    throw new ApiError(401, "missing_api_key", message);
  }
  if (!isLoopback(new URL(request.url).hostname)) {
    throw new ApiError(403, "wrong_host", "this server answers under its own machine's name only");
  }
  return ANONYMOUS;
}

/** Whether a host name or address is that of this machine itself. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1").replace(/^::ffff:/, "");
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" ||
    /^127(\.\d{1,3}){3}$/.test(name);
}
