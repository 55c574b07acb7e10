/**
 * How much one API key may ask for: requests a minute, and requests at a time.
 *
 * Requests a minute are a bucket that fills steadily, so a burst up to the whole of it is fine and nothing happens at
 * full minutes. The headers are those of OpenAI's API.
 *
 * @module
 */

import { ApiError } from "./api_error.ts";
import type { ApiKeyOptions } from "./api_keys.ts";

interface Account {
  /** Requests that may come at once, as of `at`. */
  credit: number;
  at: number;
  runningCount: number;
}

/** The accounts of all keys. */
export class KeyLimits {
  readonly #accounts = new Map<string, Account>();
  readonly #now: () => number;

  /** @param now A clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Counts a request.
   *
   * @param key Whose.
   * @returns Headers for the answer, and what to call at its end.
   * @throws {ApiError} 429.
   */
  enter(key: ApiKeyOptions): {
    readonly headers: Readonly<Record<string, string>>;
    readonly leave: () => void;
  } {
    const { name, requestsPerMinute = Infinity, concurrentRequests = Infinity } = key;
    const now = this.#now();
    let account = this.#accounts.get(name);
    if (account === undefined) {
      account = { credit: requestsPerMinute, at: now, runningCount: 0 };
      this.#accounts.set(name, account);
    }
    if (account.runningCount >= concurrentRequests) {
      const message = `at most ${concurrentRequests} requests at a time`;
      const headers = { "retry-after": "1" };
      throw new ApiError(429, "concurrency_limit_exceeded", message, { headers });
    }
    const headers: Record<string, string> = {};
    if (requestsPerMinute < Infinity) {
      const perMs = requestsPerMinute / 60_000;
      account.credit = Math.min(
        requestsPerMinute,
        account.credit + (now - account.at) * perMs,
      );
      account.at = now;
      const isAllowed = account.credit >= 1;
      if (isAllowed) account.credit--;
      headers["x-ratelimit-limit-requests"] = String(requestsPerMinute);
      headers["x-ratelimit-remaining-requests"] = String(Math.floor(account.credit));
      const fullMs = (requestsPerMinute - account.credit) / perMs;
      headers["x-ratelimit-reset-requests"] = `${(fullMs / 1000).toFixed(3)}s`;
      if (!isAllowed) {
        const waitSeconds = Math.max(1, Math.ceil((1 - account.credit) / perMs / 1000));
        throw new ApiError(
          429,
          "rate_limit_exceeded",
          `at most ${requestsPerMinute} requests a minute`,
          { headers: { ...headers, "retry-after": String(waitSeconds) } },
        );
      }
    }
    account.runningCount++;
    return { headers, leave: () => account.runningCount-- };
  }
}
