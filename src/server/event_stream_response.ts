/**
 * Server-sent events out of a generator (WHATWG HTML, "Server-sent events").
 *
 * The generator runs only as fast as the client reads. A client that hangs up ends it: its `finally` blocks run, and the
 * request's signal is aborted, so a pass that is under way is not waited for. While nothing happens (a long
 * prompt, a slow model), comments keep proxies from cutting the connection.
 *
 * @module
 */

import { asApiError } from "./api_error.ts";
import { ClientGoneError, type RequestScope } from "./request_scope.ts";

/** One event: its data, and its name where it has one. */
export interface ServerEvent {
  /** The line `event:`; left out where there is none. */
  readonly event?: string;
  /** Sent as JSON; a text is sent as it is. */
  readonly data: unknown;
}

/** How an endpoint tells of an error in the middle of its stream; default `data: {"error": …}`. */
export type ErrorEvent = (error: ReturnType<typeof asApiError>) => ServerEvent;

const KEEP_ALIVE_MS = 10_000;
const encoder = new TextEncoder();

/**
 * Answers with events.
 *
 * @param events What to send; started already or not. An error of it is sent as a last event.
 * @param scope The request; it ends with the stream.
 * @param errorEvent See {@link ErrorEvent}.
 */
export function eventStreamResponse(
  events: AsyncGenerator<ServerEvent, void>,
  scope: RequestScope,
  errorEvent: ErrorEvent = ({ body }) => ({ data: body }),
): Response {
  let pending: Promise<IteratorResult<ServerEvent, void>> | undefined;
  scope.keepOpen();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        pending ??= events.next();
        const step = await orKeepAlive(pending);
        if (step === null) return controller.enqueue(encoder.encode(": keep-alive\n\n"));
        pending = undefined;
        if (!step.done) return controller.enqueue(encoder.encode(eventText(step.value)));
      } catch (error) {
        const reason = scope.signal.aborted ? scope.signal.reason : error;
        noteError(scope, reason);
        if (!(reason instanceof ClientGoneError)) {
          controller.enqueue(encoder.encode(eventText(errorEvent(asApiError(reason)))));
        }
      }
      scope.end();
      controller.close();
    },
    async cancel() {
      scope.abort(new ClientGoneError());
      await pending?.catch(() => {});
      await events.return().catch(() => {});
      noteError(scope, scope.signal.reason);
      scope.end();
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

/** Writes down what ended a request. */
export function noteError(scope: RequestScope, error: unknown): void {
  const { record } = scope;
  if (error instanceof ClientGoneError) {
    record.status = 499;
    record.errorCode = "client_gone";
    return;
  }
  const { code, status } = asApiError(error);
  record.errorCode = code;
  if (status === 500) scope.failure = error;
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
