/**
 * A request from its first byte to the last one of its answer: what may end it early, and what is told of it afterwards.
 *
 * The middleware of `create_app.ts` makes one for each request. A handler that answers with a stream keeps it open; it ends
 * when the stream does. Whoever holds something for the request (a place under a limit) gives it back then.
 *
 * @module
 */

import type { Context } from "hono";
import { ApiError } from "./api_error.ts";

/** The client has gone: there is nobody to be answered. */
export class ClientGoneError extends Error {
  override readonly name = "ClientGoneError";

  /** Makes the error. */
  constructor() {
    super("the client has gone");
  }
}

/** What is told of a request: to the log, and to metrics. Never a text of it. */
export interface RequestRecord {
  /** In the header `x-request-id`, too. */
  readonly requestId: string;
  /** GET, POST, … */
  readonly method: string;
  /** The route, e.g. `/v1/schemas/:name`; never the path as sent. */
  route: string;
  /** The API key's name; null where none was needed. */
  keyName: string | null;
  /** The model that was asked for. */
  model: string | null;
  /** The HTTP status; 499 where the client hung up. */
  status: number;
  /** The error's code, in the middle of a stream, too. */
  errorCode: string | null;
  /** From the first byte to the last, milliseconds. */
  durationMs: number;
  /** From the first byte to the first token, milliseconds. */
  timeToFirstTokenMs: number | null;
  /** Tokens of the prompt. */
  promptTokens: number;
  /** Tokens written. */
  completionTokens: number;
}

/** A request that is being answered. */
export class RequestScope {
  /** What will be told of it. */
  readonly record: RequestRecord;
  /** An error that is the server's own, for the log. */
  failure: unknown;
  readonly #controller = new AbortController();
  readonly #sources: readonly (readonly [AbortSignal, () => void])[];
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #onEnd: (() => void)[] = [];
  readonly #startedAt = performance.now();
  #isKeptOpen = false;
  #hasEnded = false;

  /**
   * @param method Of the request.
   * @param client Aborted when the client hangs up.
   * @param server Aborted when the server cannot wait any longer.
   * @param timeoutMs The request's time.
   */
  constructor(method: string, client: AbortSignal, server: AbortSignal, timeoutMs: number) {
    this.record = {
      requestId: `req_${crypto.randomUUID().replaceAll("-", "")}`,
      method,
      route: "",
      keyName: null,
      model: null,
      status: 0,
      errorCode: null,
      durationMs: 0,
      timeToFirstTokenMs: null,
      promptTokens: 0,
      completionTokens: 0,
    };
    const onClient = () => this.abort(new ClientGoneError());
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

  /** Milliseconds since the request came. */
  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Ends the work on the request. */
  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Has something done when the request is over. */
  onEnd(action: () => void): void {
    this.#onEnd.push(action);
  }

  /** Says that the answer goes on after the handler has returned; then {@link end} has to be called. */
  keepOpen(): void {
    this.#isKeptOpen = true;
  }

  /** Whether the answer goes on after the handler has returned. */
  get isKeptOpen(): boolean {
    return this.#isKeptOpen;
  }

  /** Says that the answer is complete, or never will be. Idempotent. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    for (const [signal, listener] of this.#sources) signal.removeEventListener("abort", listener);
    this.record.durationMs = this.elapsedMs;
    for (const action of this.#onEnd) action();
  }
}

/** Of a context of this server's app. */
export interface ServerEnv {
  Variables: { scope: RequestScope };
}

/** The context of a request. */
export type ServerRequest = Context<ServerEnv>;
