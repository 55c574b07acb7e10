/**
 * What every endpoint of a server can reach, and the way of a turn from a request to an answer.
 *
 * @module
 */

import type { PreparedTurn, TurnEvent, TurnRequest, TurnResult } from "../agent/mod.ts";
import { type ErrorEvent, eventStreamResponse, type ServerEvent } from "./event_stream_response.ts";
import type { ModelHost } from "./model_host.ts";
import type { ModelRegistry } from "./model_registry.ts";
import type { NamedSchemas } from "./named_schemas.ts";
import type { RequestScope, ServerRequest } from "./request_scope.ts";
import type { ResponseStore } from "./response_store.ts";
import type { ServerLimits } from "./server_options.ts";

/** The parts of a server. */
export interface ServerContext {
  /** By name. */
  readonly models: ModelRegistry;
  /** By name. */
  readonly schemas: NamedSchemas;
  /** Answers of `/v1/responses` that clients may refer to. */
  readonly responses: ResponseStore;
  /** Complete. */
  readonly limits: ServerLimits;
}

/** How turns are answered. */
export interface TurnAnswer {
  /** The whole answer as JSON. */
  whole(results: readonly TurnResult[]): object;
  /** The answer in pieces; null where it was not asked for. */
  readonly pieces: ((events: AsyncIterable<TurnEvent>) => AsyncGenerator<ServerEvent, void>) | null;
  /** How an error in the middle of them is told. */
  readonly errorEvent?: ErrorEvent;
}

/**
 * Prepares turns, waits for the model, and answers, at once or in pieces.
 *
 * Before the first byte of a stream goes out, the first prompt has been read: what can fail up to there is an HTTP error.
 *
 * @param c The request's context.
 * @param host The model that was asked for.
 * @param requests The turns, written one after the other; samples are counted through.
 * @param answer How to answer.
 */
export async function answerTurns(
  c: ServerRequest,
  host: ModelHost,
  requests: readonly TurnRequest[],
  answer: TurnAnswer,
): Promise<Response> {
  const scope = c.get("scope");
  const turns: PreparedTurn[] = [];
  for (const request of requests) {
    turns.push(await host.prepare({ ...request, signal: scope.signal }));
  }
  const events = writeAll(host, turns, scope);
  const first = await events.next();
  if (answer.pieces !== null) {
    const pieces = answer.pieces(startingWith(first, events));
    return eventStreamResponse(pieces, scope, answer.errorEvent);
  }
  let step = first;
  while (!step.done) step = await events.next();
  return c.json(answer.whole(step.value));
}

async function* writeAll(
  host: ModelHost,
  turns: readonly PreparedTurn[],
  scope: RequestScope,
): AsyncGenerator<TurnEvent, TurnResult[]> {
  const results: TurnResult[] = [];
  for (const turn of turns) {
    const before = results.length;
    const events = host.write(turn, scope);
    try {
      let step = await events.next();
      for (; !step.done; step = await events.next()) {
        yield { ...step.value, sampleIndex: before + step.value.sampleIndex };
      }
      results.push(...step.value);
    } finally {
      await events.return([]);
    }
  }
  return results;
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
