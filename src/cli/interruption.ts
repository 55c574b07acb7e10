/**
 * One abort signal for all that may end a command early: SIGINT, SIGTERM, `--timeout`.
 *
 * After the first signal the system's own handling is back, so a second Ctrl+C ends the process at once.
 *
 * @module
 */

import { InterruptedError, TimedOutError } from "./failure.ts";

const SIGNALS = Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const;

/** Listens from its construction to its disposal. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #listeners = SIGNALS.map((name) => ({
    name,
    listener: () => this.#end(new InterruptedError(name)),
  }));
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #isListening = true;

  /** @param timeoutSeconds When to give up; undefined for never. */
  constructor(timeoutSeconds: number | undefined) {
    for (const { name, listener } of this.#listeners) Deno.addSignalListener(name, listener);
    if (timeoutSeconds !== undefined) {
      this.#timer = setTimeout(
        () => this.#end(new TimedOutError(timeoutSeconds)),
        timeoutSeconds * 1000,
      );
    }
  }

  /** Its reason is an {@link InterruptedError} or a {@link TimedOutError}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The work's outcome, or the reason for ending early if that comes first. */
  async race<Result>(work: Promise<Result>): Promise<Result> {
    const { signal } = this;
    const { promise, reject } = Promise.withResolvers<never>();
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([work, promise]);
    } finally {
      signal.removeEventListener("abort", stop);
      work.catch(() => {}); // nobody waits for it any more
    }
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    if (!this.#isListening) return;
    this.#isListening = false;
    for (const { name, listener } of this.#listeners) Deno.removeSignalListener(name, listener);
  }

  #end(reason: Error): void {
    this.#controller.abort(reason);
    this[Symbol.dispose]();
  }
}
