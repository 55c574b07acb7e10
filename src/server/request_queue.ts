/**
 * A bounded queue in front of a model.
 *
 * So many requests are written at a time, so many may wait, and the next one is turned away at once with a hint when to
 * come again: better than a wait that ends in a time-out. First come, first served.
 *
 * @module
 */

import { ApiError } from "./api_error.ts";

/** Limits of a {@link RequestQueue}. */
export interface RequestQueueLimits {
  /** Requests that are written at a time. */
  readonly running: number;
  /** Requests that may wait. */
  readonly waiting: number;
}

/** The queue of one model. */
export class RequestQueue {
  readonly #limits: RequestQueueLimits;
  readonly #waiting: (() => void)[] = [];
  #runningCount = 0;
  /** How long a request takes, roughly: a moving average, milliseconds. */
  #typicalMs = 1000;

  /** @param limits Positive integers. */
  constructor(limits: RequestQueueLimits) {
    this.#limits = limits;
  }

  /** Requests that are being written. */
  get runningCount(): number {
    return this.#runningCount;
  }

  /** Requests that wait. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /**
   * Waits for a turn.
   *
   * @param signal Gives the place up.
   * @returns A lease; its end lets the next one in.
   * @throws {ApiError} 429 where the queue is full.
   */
  async enter(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#runningCount >= this.#limits.running) {
      if (this.#waiting.length >= this.#limits.waiting) throw this.#full();
      await this.#wait(signal);
    } else {
      this.#runningCount++;
    }
    return this.#lease();
  }

  /** A place that becomes free goes to the one that waits longest, so the count stays. */
  async #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      const place = this.#waiting.indexOf(resolve);
      if (place >= 0) this.#waiting.splice(place, 1);
      reject(signal.reason);
    };
    this.#waiting.push(resolve);
    signal.addEventListener("abort", leave, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  #lease(): Disposable {
    const since = performance.now();
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        this.#typicalMs += (performance.now() - since - this.#typicalMs) / 8;
        const next = this.#waiting.shift();
        if (next !== undefined) next();
        else this.#runningCount--;
      },
    };
  }

  #full(): ApiError {
    const waitMs = this.#typicalMs * (this.#waiting.length + 1) / this.#limits.running;
    return new ApiError(429, "queue_full", "the server has as much to do as it can take", {
      headers: { "retry-after": String(Math.min(60, Math.max(1, Math.ceil(waitMs / 1000)))) },
    });
  }
}
