/**
 * A model that is served: its queue, its grammars, its turns.
 *
 * @module
 */

import {
  type PreparedTurn,
  prepareTurn,
  type TurnEvent,
  type TurnRequest,
  type TurnResult,
  type TurnUsage,
  writeTurn,
} from "../agent/mod.ts";
import type { EventStream, LanguageModel, SamplingOptions } from "../decoding/mod.ts";
import { asApiError, invalidRequest } from "./api_error.ts";
import { GrammarLanes, type GrammarLookup } from "./grammar_lanes.ts";
import { RequestQueue } from "./request_queue.ts";
import type { RequestScope } from "./request_scope.ts";
import type { ServerLimits } from "./server_options.ts";

/** What an answer took. */
export interface TurnReport {
  /** Tokens and passes. */
  readonly usage: TurnUsage;
  /** From the prompt's pass to the end. */
  readonly decodeMs: number;
  /** Of that, for masks and following the grammar. */
  readonly maskMs: number;
}

/** Who is told of what a model does. */
export interface ModelObserver {
  /** An answer is complete. */
  turn(model: string, report: TurnReport): void;
  /** A grammar was asked for. */
  grammar(model: string, result: GrammarLookup): void;
}

/** Parts of a {@link ModelHost}. */
export interface ModelHostOptions {
  /** The name that clients know. */
  readonly id: string;
  /** Not disposed of with the host. */
  readonly model: LanguageModel;
  /** Where a request does not say. */
  readonly sampling: SamplingOptions;
  /** The server's. */
  readonly limits: ServerLimits;
  /** Seconds since 1970. */
  readonly createdAt: number;
  /** Who is told. */
  readonly observer: ModelObserver;
}

/** A model with what belongs to it. */
export class ModelHost implements AsyncDisposable {
  /** The name that clients know. */
  readonly id: string;
  /** The model itself. */
  readonly model: LanguageModel;
  /** Where a request does not say. */
  readonly sampling: SamplingOptions;
  /** Seconds since 1970. */
  readonly createdAt: number;
  /** Requests that are written and wait. */
  readonly queue: RequestQueue;
  /** Where its grammars are compiled. */
  readonly grammars: GrammarLanes;
  readonly #limits: ServerLimits;
  readonly #observer: ModelObserver;

  /** @param options See {@link ModelHostOptions}. */
  constructor({ id, model, sampling, limits, createdAt, observer }: ModelHostOptions) {
    this.id = id;
    this.model = model;
    this.sampling = sampling;
    this.createdAt = createdAt;
    this.#limits = limits;
    this.#observer = observer;
    this.queue = new RequestQueue({
      running: limits.runningRequests,
      waiting: limits.waitingRequests,
    });
    this.grammars = new GrammarLanes(model.vocabulary, {
      timeoutMs: limits.compileMs,
      onLookup: (result) => observer.grammar(id, result),
    });
  }

  /**
   * Looks at all that can be wrong with a turn, before the queue.
   *
   * @throws {ApiError} 400.
   */
  async prepare(request: TurnRequest): Promise<PreparedTurn> {
    const { format, tools = [], maxTokens } = request;
    requireBoundedBiases(request.sampling, this.model.info.logitsSize);
    const hasFormat = format !== undefined && format.type !== "text";
    const param = hasFormat === tools.length > 0 ? null : hasFormat ? "response_format" : "tools";
    try {
      return await prepareTurn(this.model, {
        ...request,
        maxTokens: Math.min(maxTokens ?? Infinity, this.#limits.completionTokens),
      }, this.grammars);
    } catch (error) {
      if (error instanceof TypeError) throw invalidRequest(error.message, param);
      throw request.signal?.aborted ? request.signal.reason : asApiError(error, param);
    }
  }

  /** Writes a turn when the model has time for it. */
  write(turn: PreparedTurn, scope: RequestScope): AsyncGenerator<TurnEvent, TurnResult[]> {
    return this.run(scope, () => writeTurn(this.model, turn), reportOf);
  }

  /**
   * Does something with the model when it has time.
   *
   * @param scope The request that it is for.
   * @param start Begins the work; its events other than `prompt` are tokens.
   * @param report What it took.
   */
  async *run<Event extends { readonly type: string }, Result>(
    scope: RequestScope,
    start: () => EventStream<Event, Result>,
    report: (result: Result) => TurnReport,
  ): AsyncGenerator<Event, Result> {
    const { record, signal } = scope;
    record.model = this.id;
    using _lease = await this.queue.enter(signal);
    try {
      const events = start();
      for await (const event of events) {
        if (event.type !== "prompt") record.timeToFirstTokenMs ??= scope.elapsedMs;
        yield event;
      }
      const result = await events.result;
      const told = report(result);
      record.promptTokens += told.usage.promptTokens;
      record.completionTokens += told.usage.completionTokens;
      this.#observer.turn(this.id, told);
      return result;
    } catch (error) {
      // What an abort comes out as depends on where it hit; its reason is what happened.
      throw signal.aborted ? signal.reason : error;
    }
  }

  /** Ends the grammars' threads. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.grammars[Symbol.asyncDispose]();
  }
}

function requireBoundedBiases(sampling: SamplingOptions | undefined, logitsSize: number): void {
  const ids = Object.keys(sampling?.logitBias ?? {});
  if (ids.length > 1024) throw invalidRequest("logit_bias has over 1,024 entries", "logit_bias");
  for (const id of ids) {
    if (Number(id) >= logitsSize) {
      throw invalidRequest(`logit_bias: ${id} is not a token id below ${logitsSize}`, "logit_bias");
    }
  }
}

/** The samples of a turn share its prompt. */
function reportOf(results: readonly TurnResult[]): TurnReport {
  const sum = (read: (result: TurnResult) => number) =>
    results.reduce((total, result) => total + read(result), 0);
  return {
    usage: {
      promptTokens: results[0]?.usage.promptTokens ?? 0,
      cachedTokens: results[0]?.usage.cachedTokens ?? 0,
      completionTokens: sum(({ usage }) => usage.completionTokens),
      forcedTokens: sum(({ usage }) => usage.forcedTokens),
      forwardPasses: sum(({ usage }) => usage.forwardPasses),
    },
    decodeMs: sum(({ timings }) => timings.decodeMs),
    maskMs: sum(({ timings }) => timings.maskMs),
  };
}
