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
  writeTurn,
} from "../agent/mod.ts";
import type { LanguageModel, SamplingOptions } from "../decoding/mod.ts";
import { asApiError, invalidRequest } from "./api_error.ts";
import { GrammarLanes } from "./grammar_lanes.ts";
import { RequestQueue } from "./request_queue.ts";
import type { ServerLimits } from "./server_options.ts";

/** A model with what belongs to it. */
export class ModelHost implements AsyncDisposable {
  /** Requests that are written and wait. */
  readonly queue: RequestQueue;
  /** Where its grammars are compiled. */
  readonly grammars: GrammarLanes;

  /**
   * @param id The name that clients know.
   * @param model Not disposed of with the host.
   * @param sampling Where a request does not say.
   */
  constructor(
    readonly id: string,
    readonly model: LanguageModel,
    readonly sampling: SamplingOptions,
    readonly limits: ServerLimits,
    readonly createdAt: number,
  ) {
    this.queue = new RequestQueue({
      running: limits.runningRequests,
      waiting: limits.waitingRequests,
    });
    this.grammars = new GrammarLanes(model.vocabulary, { timeoutMs: limits.compileMs });
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
        maxTokens: Math.min(maxTokens ?? Infinity, this.limits.completionTokens),
      }, this.grammars);
    } catch (error) {
      if (error instanceof TypeError) throw invalidRequest(error.message, param);
      throw request.signal?.aborted ? request.signal.reason : asApiError(error, param);
    }
  }

  /** Writes a turn when it is its turn. */
  async *write(turn: PreparedTurn, signal: AbortSignal): AsyncGenerator<TurnEvent, TurnResult[]> {
    using _lease = await this.queue.enter(signal);
    try {
      return yield* writeTurn(this.model, turn);
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
