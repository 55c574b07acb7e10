/**
 * What a generation was asked for, checked before anything runs.
 *
 * @module
 */

import { ContextLengthError, TokenLimitTooSmallError } from "./errors.ts";
import type { GenerationOptions, Prompt } from "./generation.ts";
import type { LanguageModel } from "./language_model.ts";
import { encodeChat } from "./prompt_tokens.ts";

/** Tokens that a generation may write when nobody says how many. */
const DEFAULT_MAX_TOKENS = 1024;

/** A request that was read. */
export interface GenerationRequest {
  readonly promptTokenIds: readonly number[];
  readonly maxTokens: number;
  /** As asked for. */
  readonly askedMaxTokens: number | undefined;
}

/** Reads what was asked for; wrong options throw. */
export function readRequest(
  model: LanguageModel,
  options: Prompt & GenerationOptions,
): GenerationRequest {
  options.signal?.throwIfAborted();
  const { logprobs } = options;
  if (logprobs !== undefined && !(Number.isInteger(logprobs) && logprobs >= 0 && logprobs <= 20)) {
    throw new RangeError(`logprobs must be an integer of 0..20, got ${logprobs}`);
  }
  const promptTokenIds = readPrompt(model, options);
  return {
    promptTokenIds,
    maxTokens: readMaxTokens(options.maxTokens, promptTokenIds.length, model),
    askedMaxTokens: options.maxTokens,
  };
}

function readPrompt(model: LanguageModel, options: Prompt): readonly number[] {
  const { messages, promptTokenIds } = options;
  if ((messages === undefined) === (promptTokenIds === undefined)) {
    throw new TypeError("give either messages or promptTokenIds");
  }
  if (messages !== undefined) {
    if (messages.length === 0) throw new TypeError("messages is empty");
    return encodeChat(model, messages);
  }
  if (promptTokenIds!.length === 0) throw new TypeError("promptTokenIds is empty");
  for (const id of promptTokenIds!) {
    if (!Number.isInteger(id) || id < 0 || id >= model.info.logitsSize) {
      throw new RangeError(
        `promptTokenIds: ${id} is not a token id in 0..${model.info.logitsSize - 1}`,
      );
    }
  }
  return promptTokenIds!;
}

function readMaxTokens(
  asked: number | undefined,
  promptTokenCount: number,
  model: LanguageModel,
): number {
  if (asked !== undefined && (!Number.isInteger(asked) || asked < 1)) {
    throw new RangeError(`maxTokens must be a positive integer, got ${asked}`);
  }
  const { contextLength } = model.info;
  const needed = promptTokenCount + (asked ?? 1);
  if (needed > contextLength) {
    throw new ContextLengthError(needed, contextLength, promptTokenCount);
  }
  return asked ?? Math.min(DEFAULT_MAX_TOKENS, contextLength - promptTokenCount);
}

/** Refuses a limit that not even the completion of the empty text keeps. */
export function requireRoom(
  shortest: readonly number[] | null,
  { maxTokens, askedMaxTokens, promptTokenIds }: GenerationRequest,
  model: LanguageModel,
): void {
  if (shortest === null || shortest.length <= maxTokens) return;
  const { contextLength } = model.info;
  const needed = promptTokenIds.length + shortest.length;
  if (askedMaxTokens === undefined && needed > contextLength) {
    throw new ContextLengthError(needed, contextLength, promptTokenIds.length);
  }
  throw new TokenLimitTooSmallError(shortest.length, maxTokens);
}
