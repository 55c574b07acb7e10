/**
 * One signal for all that may end a request early: its client hangs up, its time is over, the server stops.
 *
 * @module
 */

import { ApiError } from "./api_error.ts";

/** The client has gone: there is nobody to be answered. */
export class ClientGoneError extends Error {
  override readonly name = "ClientGoneError";
}

/** Listens from its construction to its disposal. */
export class RequestAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #sources: readonly (readonly [AbortSignal, () => void])[];
  readonly #timer: ReturnType<typeof setTimeout>;

  /**
   * @param client Aborted when the client hangs up.
   * @param server Aborted when the server cannot wait any longer.
   * @param timeoutMs The request's time.
   */
  constructor(client: AbortSignal, server: AbortSignal, timeoutMs: number) {
    const onClient = () => this.abort(new ClientGoneError("the client has gone"));
    const onServer = () =>
      this.abort(new ApiError(503, "shutting_down", "the server is shutting down"));
    this.#sources = [[client, onClient], [server, onServer]];
    for (const [signal, listener] of this.#sources) {
      if (signal.aborted) listener();
      else signal.addEventListener("abort", listener, { once: true });
    }
    const seconds = timeoutMs / 1000;
    this.#timer = setTimeout(
      () => this.abort(new ApiError(504, "timeout", `the request took longer than ${seconds} s`)),
      timeoutMs,
    );
  }

  /** Its reason is an {@link ApiError} or a {@link ClientGoneError}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the request. */
  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const [signal, listener] of this.#sources) signal.removeEventListener("abort", listener);
  }
}
