/**
 * Server-sent events out of a generator (WHATWG HTML, "Server-sent events").
 *
 * The generator runs only as fast as the client reads. A client that hangs up ends it: its `finally` blocks run, and the
 * signal that it was given is aborted, so a pass that is under way is not waited for. While nothing happens
 * (a long prompt, a queue), comments keep proxies from cutting the connection.
 *
 * @module
 */

import { asApiError } from "./api_error.ts";
import { ClientGoneError, type RequestAbort } from "./request_abort.ts";

/** One event: its data, and its name where it has one. */
export interface ServerEvent {
  /** The line `event:`; left out where there is none. */
  readonly event?: string;
  /** Sent as JSON; a text is sent as it is. */
  readonly data: unknown;
}

const KEEP_ALIVE_MS = 10_000;
const encoder = new TextEncoder();

/**
 * Answers with events.
 *
 * @param events What to send; started already or not. An error of it is sent as a last event.
 * @param abort Of the request; disposed of at the end.
 * @param onError Told of errors that end the stream.
 */
export function eventStreamResponse(
  events: AsyncGenerator<ServerEvent, void>,
  abort: RequestAbort,
  onError: (error: unknown) => void = () => {},
): Response {
  let pending: Promise<IteratorResult<ServerEvent, void>> | undefined;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        pending ??= events.next();
        const step = await orKeepAlive(pending);
        if (step === null) return controller.enqueue(encoder.encode(": keep-alive\n\n"));
        pending = undefined;
        if (!step.done) return controller.enqueue(encoder.encode(eventText(step.value)));
      } catch (error) {
        onError(error);
        if (!(error instanceof ClientGoneError)) {
          controller.enqueue(encoder.encode(eventText({ data: asApiError(error).body })));
        }
      }
      abort[Symbol.dispose]();
      controller.close();
    },
    async cancel() {
      abort.abort(new ClientGoneError("the client has gone"));
      await pending?.catch(() => {});
      await events.return().catch(() => {});
      abort[Symbol.dispose]();
      onError(abort.signal.reason);
    },
  }, { highWaterMark: 1 });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
    },
  });
}

function eventText({ event, data }: ServerEvent): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`;
}

async function orKeepAlive<T>(step: Promise<T>): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), KEEP_ALIVE_MS);
  try {
    return await Promise.race([step, promise]);
  } finally {
    clearTimeout(timer);
  }
}
