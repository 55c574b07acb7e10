/**
 * The generation loop: prompt in, text out, every token inside the grammar.
 *
 *     prefill -> mask -> sample -> accept -> forward -> mask -> …
 *
 * The loop ends at an EOS token, where the grammar allows nothing but the end (no pass is spent on hearing
 * the model say so), at `maxTokens`, or with the signal.
 *
 * `maxTokens` does not cut a text that a grammar frames: a token after which the tokens left would not do to
 * complete the text is taken back, and a completion that was known to fit is written in its place, without passes.
 *
 * Tokens that are accepted but not yet in the model's cache are `pending`; one forward pass takes all of
 * them and gives the logits after the last. Today that is one token a pass. The mask of a step is computed
 * while the pass runs, so with a model on another thread it costs no time at all.
 *
 * Cost a step: the pass, plus one walk over the logits, plus the mask and the completion; see `timings`.
 *
 * @module
 */

import { Matcher } from "../matcher/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { ContextLengthError, DeadEndError, TokenLimitTooSmallError } from "./errors.ts";
import { EventStream } from "./event_stream.ts";
import type {
  FinishReason,
  GenerationEvent,
  GenerationOptions,
  GenerationResult,
  Prompt,
  TokenEvent,
} from "./generation.ts";
import { WorkerGrammar } from "./grammar_worker.ts";
import { FreeTextGuide, type Guide, LocalGuide } from "./guide.ts";
import type { LanguageModel, Sequence } from "./language_model.ts";
import { EventLoopYielder } from "./macrotask.ts";
import { encodeChat } from "./prompt_tokens.ts";
import { Sampler } from "./sampling.ts";
import { TokenTextDecoder } from "./token_text.ts";

/** Tokens that a generation may write when nobody says how many. */
const DEFAULT_MAX_TOKENS = 1024;

/**
 * Lets a model continue a prompt, inside a grammar if one is given.
 *
 * Nothing runs before the stream is iterated or its `result` is read. Iterate it for the tokens as they
 * come; await `result` for the text. Leaving the iteration early frees the model's cache.
 *
 * @param model A loaded model; several generations may share it.
 * @param options The prompt, as `messages` or `promptTokenIds`, and {@link GenerationOptions}.
 * @returns Events, and the result. It rejects with {@link ContextLengthError} before any pass if the prompt
 *   and `maxTokens` do not fit, with {@link TokenLimitTooSmallError} if no text of the grammar is known that short
 *   (before any pass, too), with the signal's reason when aborted, with `RangeError` or `TypeError` for a wrong
 *   option, and with whatever the model throws.
 *
 * @example A choice between words
 * ```ts
 * import { generate } from "@espalier/core/decoding";
 * import { scriptedModel } from "@espalier/core/testing";
 * import { compileChoice } from "@espalier/core/matcher";
 *
 * await using model = scriptedModel({ script: "positive" });
 * const { text } = await generate(model, {
 *   messages: [{ role: "user", content: "How do you like it?" }],
 *   grammar: compileChoice(["positive", "negative"], model.vocabulary),
 * }).result;
 * console.assert(text === "positive");
 * ```
 */
export function generate(
  model: LanguageModel,
  options: Prompt & GenerationOptions,
): EventStream<GenerationEvent, GenerationResult> {
  return new EventStream(run(model, options));
}

async function* run(
  model: LanguageModel,
  options: Prompt & GenerationOptions,
): AsyncGenerator<GenerationEvent, GenerationResult> {
  const { signal } = options;
  const startedAt = performance.now();
  signal?.throwIfAborted();
  const sampler = new Sampler(options.sampling);
  const promptTokenIds = readPrompt(model, options);
  const maxTokens = readMaxTokens(options.maxTokens, promptTokenIds.length, model);
  const guide = openGuide(options, model.vocabulary);
  const decoder = new TokenTextDecoder(model.vocabulary);
  using eventLoop = new EventLoopYielder();

  const tokenIds: number[] = [];
  let text = "";
  let forwardPasses = 0, sampleMs = 0;
  let prefilledAt = 0, firstTokenAt = 0;
  let finishReason: FinishReason;
  let isAccepting: boolean;
  let pending = promptTokenIds;
  const write = (tokenId: number, origin: TokenEvent["origin"]): TokenEvent => {
    const piece = decoder.push(tokenId);
    text += piece;
    const index = tokenIds.push(tokenId) - 1;
    const event: TokenEvent = { type: "token", tokenId, index, text: piece, origin };
    options.onToken?.(event);
    return event;
  };

  let sequence: Sequence | undefined;
  try {
    const shortest = await guide.shortestText();
    signal?.throwIfAborted();
    requireRoom(shortest, maxTokens, options.maxTokens, promptTokenIds.length, model);
    sequence = await model.openSequence();
    for (;;) {
      const { logits, mask } = await forward(sequence, pending, guide, signal);
      signal?.throwIfAborted();
      if (mask === null) throw new DeadEndError(text);
      forwardPasses++;
      if (forwardPasses === 1) {
        prefilledAt = performance.now();
        yield {
          type: "prompt",
          promptTokenCount: promptTokenIds.length,
          prefillMs: prefilledAt - startedAt,
        };
      }

      const samplingSince = performance.now();
      const tokenId = sampler.sample(logits, mask);
      sampleMs += performance.now() - samplingSince;
      firstTokenAt ||= performance.now();
      const answer = guide.accept(tokenId, maxTokens - tokenIds.length - 1);
      const verdict = answer instanceof Promise ? await answer : answer;
      if (!verdict.isAccepted) throw new DeadEndError(text);
      isAccepting = verdict.isAccepting;
      if (model.vocabulary.eosTokenIds.includes(tokenId)) {
        finishReason = "stop";
        break;
      }
      if (verdict.closing !== null) {
        for (const closingId of verdict.closing) {
          yield write(closingId, "closing");
          await eventLoop.maybeYield();
          signal?.throwIfAborted();
        }
        finishReason = "length";
        break;
      }
      yield write(tokenId, "sampled");

      if (verdict.mustEnd) {
        finishReason = "stop";
        break;
      }
      if (tokenIds.length >= maxTokens) {
        finishReason = "length";
        break;
      }
      pending = [tokenId];
      await eventLoop.maybeYield();
      signal?.throwIfAborted();
    }
  } finally {
    guide.dispose();
    await sequence?.dispose();
  }
  const finishedAt = performance.now();
  return {
    text: text + decoder.end(),
    tokenIds,
    finishReason,
    isComplete: finishReason === "stop" || isAccepting,
    usage: {
      promptTokens: promptTokenIds.length,
      completionTokens: tokenIds.length,
      forwardPasses,
    },
    timings: {
      timeToFirstTokenMs: firstTokenAt - startedAt,
      prefillMs: prefilledAt - startedAt,
      decodeMs: finishedAt - prefilledAt,
      maskMs: guide.maskMs,
      completionMs: guide.completionMs,
      sampleMs,
    },
    seed: sampler.seed,
  };
}

/** Feeds tokens, and has the mask computed while the model runs. */
async function forward(
  sequence: Sequence,
  tokenIds: readonly number[],
  guide: Guide,
  signal: AbortSignal | undefined,
): Promise<{ logits: Float32Array; mask: Uint32Array | null }> {
  const pass = sequence.append(tokenIds, { logitCount: 1, signal });
  const idle = pass.then(() => {}, () => {});
  try {
    const mask = await guide.mask();
    return { logits: await pass, mask };
  } finally {
    await idle; // the sequence must be, before it is disposed
  }
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
function requireRoom(
  shortest: readonly number[] | null,
  maxTokens: number,
  asked: number | undefined,
  promptTokenCount: number,
  model: LanguageModel,
): void {
  if (shortest === null || shortest.length <= maxTokens) return;
  const { contextLength } = model.info;
  const needed = promptTokenCount + shortest.length;
  if (asked === undefined && needed > contextLength) {
    throw new ContextLengthError(needed, contextLength, promptTokenCount);
  }
  throw new TokenLimitTooSmallError(shortest.length, maxTokens);
}

function openGuide({ grammar, constraint }: GenerationOptions, vocabulary: Vocabulary): Guide {
  if (grammar !== undefined && constraint !== undefined) {
    throw new TypeError("give either grammar or constraint, not both");
  }
  if (constraint !== undefined) return new LocalGuide(vocabulary, constraint);
  if (grammar === undefined) return new FreeTextGuide(vocabulary);
  if (grammar instanceof WorkerGrammar) return grammar.openGuide();
  return new LocalGuide(vocabulary, new Matcher(grammar));
}
