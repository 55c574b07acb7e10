/**
 * What every endpoint of a server can reach.
 *
 * @module
 */

import type { PreparedTurn, TurnEvent, TurnRequest, TurnResult } from "../agent/mod.ts";
import { type ErrorEvent, eventStreamResponse, type ServerEvent } from "./event_stream_response.ts";
import type { ModelHost } from "./model_host.ts";
import type { ModelRegistry } from "./model_registry.ts";
import type { NamedSchemas } from "./named_schemas.ts";
import type { ServerRequest } from "./request_scope.ts";
import type { ServerLimits } from "./server_options.ts";

/** The parts of a server. */
export interface ServerContext {
  /** By name. */
  readonly models: ModelRegistry;
  /** By name. */
  readonly schemas: NamedSchemas;
  /** Complete. */
  readonly limits: ServerLimits;
}

/** How a turn is answered. */
export interface TurnAnswer {
  /** The whole answer as JSON. */
  whole(results: readonly TurnResult[], turn: PreparedTurn): object;
  /** The answer in pieces; null where it was not asked for. */
  readonly pieces: ((events: AsyncIterable<TurnEvent>) => AsyncGenerator<ServerEvent, void>) | null;
  /** How an error in the middle of them is told. */
  readonly errorEvent?: ErrorEvent;
}

/**
 * Prepares a turn, waits for the model, and answers, at once or in pieces.
 *
 * Before the first byte of a stream goes out, the prompt has been read: what can fail up to there is an HTTP error.
 *
 * @param c The request's context.
 * @param host The model that was asked for.
 * @param request The turn.
 * @param answer How to answer.
 */
export async function answerTurn(
  c: ServerRequest,
  host: ModelHost,
  request: TurnRequest,
  answer: TurnAnswer,
): Promise<Response> {
  const scope = c.get("scope");
  const turn = await host.prepare({ ...request, signal: scope.signal });
  const events = host.write(turn, scope);
  if (answer.pieces === null) {
    for (;;) {
      const step = await events.next();
      if (step.done) return c.json(answer.whole(step.value, turn));
    }
  }
  const first = await events.next();
  return eventStreamResponse(answer.pieces(startingWith(first, events)), scope, answer.errorEvent);
}

/** Events of which the first has been taken already. */
async function* startingWith(
  first: IteratorResult<TurnEvent>,
  rest: AsyncGenerator<TurnEvent>,
): AsyncGenerator<TurnEvent> {
  try {
    if (first.done) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
