/**
 * API keys: who may use a server, and how much of it.
 *
 * A key is 32 random bytes, so a fast hash does: nobody guesses it, and whoever reads the configuration cannot use what is
 * there. The key is looked up by its hash; what that takes says nothing about the key.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import { ApiError } from "./api_error.ts";

/** A key that is accepted. */
export interface ApiKeyOptions {
  /** Whose it is; in logs and metrics. */
  readonly name: string;
  /** Made by {@link hashApiKey}: `sha256:` and 64 hexadecimal digits. */
  readonly hash: string;
  /** Most requests a minute; default any number. */
  readonly requestsPerMinute?: number;
  /** Most requests at a time; default any number. */
  readonly concurrentRequests?: number;
}

/** Makes a key. Show it once; keep its hash. */
export function createApiKey(): { readonly key: string; readonly hash: string } {
  const key = `esp-${randomBytes(32).toString("base64url")}`;
  return { key, hash: hashApiKey(key) };
}

/** What is kept of a key. */
export function hashApiKey(key: string): string {
  return `sha256:${createHash("sha256").update(key).digest("hex")}`;
}

/** The keys of a server. */
export class ApiKeys {
  readonly #keys = new Map<string, ApiKeyOptions>();

  /** @throws {TypeError} Two keys of one name, or something that is no hash. */
  constructor(keys: readonly ApiKeyOptions[]) {
    const names = new Set<string>();
    for (const key of keys) {
      if (!/^sha256:[0-9a-f]{64}$/.test(key.hash)) {
        throw new TypeError(`the hash of the API key ${JSON.stringify(key.name)} is none`);
      }
      if (names.has(key.name)) throw new TypeError(`two API keys have the name "${key.name}"`);
      names.add(key.name);
      this.#keys.set(key.hash, key);
    }
  }

  /** Whether there are any. */
  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  /**
   * Whose request it is.
   *
   * @param authorization The header.
   * @throws {ApiError} 401.
   */
  identify(authorization: string | undefined): ApiKeyOptions {
    const key = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? "")?.[1];
    const found = key === undefined ? undefined : this.#keys.get(hashApiKey(key));
    if (found !== undefined) return found;
    const [code, message] = key === undefined
      ? ["missing_api_key", "send an API key: Authorization: Bearer …"]
      : ["invalid_api_key", "the API key is not known here"];
    throw new ApiError(401, code!, message!, { headers: { "www-authenticate": "Bearer" } });
  }
}
