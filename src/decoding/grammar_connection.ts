/**
 * One thread of a `GrammarWorker`, and the requests that it has not answered yet.
 *
 * Requests are worked off in their order, so the clock runs for the oldest one. One that takes longer than
 * its time ends the thread, the only way to stop a computation: it fails with a `LimitExceededError`, all behind it with
 * a {@link ThreadEndedError}, after which they can be asked again of a new thread.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import {
  type Answer,
  deserializeError,
  type Reply,
  type Request,
  type RequestBody,
} from "./grammar_worker_protocol.ts";

/** The thread ended for a reason that was not this request's. */
export class ThreadEndedError extends Error {}

interface Pending {
  readonly requestId: number;
  readonly timeoutMs: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread. */
export class GrammarConnection {
  readonly #worker: Worker;
  /** Oldest first. */
  readonly #pending: Pending[] = [];
  #nextRequestId = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasEnded = false;

  /**
   * Starts the thread.
   *
   * @param timeoutMs Time for one request.
   * @param url The thread's module; default `grammar_worker_thread.ts` beside this file.
   */
  constructor(
    readonly timeoutMs: number,
    url: URL = new URL("./grammar_worker_thread.ts", import.meta.url),
  ) {
    this.#worker = new Worker(url, { type: "module", name: "espalier-grammars" });
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.end(new Error(`the grammars' Worker died: ${event.message}`));
    };
  }

  /** Whether no request can be sent any more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Sends a request.
   *
   * @param body What is asked.
   * @param timeoutMs Its time, where that is another one.
   * @throws {LimitExceededError} It took longer than `timeoutMs`.
   * @throws {ThreadEndedError} The thread ended while it waited.
   * @throws What the thread's work throws.
   */
  request(body: RequestBody, timeoutMs = this.timeoutMs): Promise<Answer> {
    if (this.#hasEnded) return Promise.reject(new ThreadEndedError());
    const requestId = this.#nextRequestId++;
    return new Promise((resolve, reject) => {
      this.#worker.postMessage({ ...body, requestId } satisfies Request);
      this.#pending.push({ requestId, timeoutMs, resolve, reject });
      if (this.#pending.length === 1) this.#startClock();
    });
  }

  /**
   * Ends the thread. Idempotent.
   *
   * @param reason Why the request at work fails; all others fail with {@link ThreadEndedError}.
   */
  end(reason: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#worker.terminate();
    const [current, ...others] = this.#pending.splice(0);
    current?.reject(reason);
    for (const { reject } of others) reject(new ThreadEndedError());
  }

  #startClock(): void {
    clearTimeout(this.#timer);
    const oldest = this.#pending[0];
    if (oldest === undefined) return;
    const { timeoutMs } = oldest;
    this.#timer = setTimeout(
      () => this.end(new LimitExceededError("timeoutMs", Infinity, timeoutMs)),
      timeoutMs,
    );
  }

  #receive(reply: Reply): void {
    const pending = this.#pending.shift();
    if (pending === undefined || pending.requestId !== reply.requestId) return;
    this.#startClock();
    if (reply.type === "done") pending.resolve(reply.answer);
    else pending.reject(deserializeError(reply.error));
  }
}
