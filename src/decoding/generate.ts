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
import { CompletionReserve } from "./completion_reserve.ts";
import type { Constraint } from "./constraint.ts";
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
  const constraint = readConstraint(options);
  const reserve = new CompletionReserve(constraint);
  requireRoom(reserve, maxTokens, options.maxTokens, promptTokenIds.length, model);
  const steps = new MaskedSteps(model.vocabulary, constraint);
  const decoder = new TokenTextDecoder(model.vocabulary);
  using eventLoop = new EventLoopYielder();

  const tokenIds: number[] = [];
  let text = "";
  let forwardPasses = 0, sampleMs = 0;
  let prefilledAt = 0, firstTokenAt = 0;
  let finishReason: FinishReason;
  let pending = promptTokenIds;
  const write = (tokenId: number, origin: TokenEvent["origin"]): TokenEvent => {
    const piece = decoder.push(tokenId);
    text += piece;
    const index = tokenIds.push(tokenId) - 1;
    const event: TokenEvent = { type: "token", tokenId, index, text: piece, origin };
    options.onToken?.(event);
    return event;
  };

  const sequence = await model.openSequence();
  try {
    for (;;) {
      const logits = await steps.forward(sequence, pending, signal, text);
      signal?.throwIfAborted();
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
      const tokenId = sampler.sample(logits, steps.mask);
      sampleMs += performance.now() - samplingSince;
      firstTokenAt ||= performance.now();
      steps.accept(tokenId, text);
      if (model.vocabulary.eosTokenIds.includes(tokenId)) {
        finishReason = "stop";
        break;
      }
      if (!reserve.follow(tokenId, maxTokens - tokenIds.length - 1)) {
        steps.takeBack();
        for (const closingId of reserve.rest!) {
          steps.accept(closingId, text);
          yield write(closingId, "closing");
          await eventLoop.maybeYield();
          signal?.throwIfAborted();
        }
        finishReason = "length";
        break;
      }
      yield write(tokenId, "sampled");

      if (steps.mustEnd(text)) {
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
    await sequence.dispose();
  }
  const finishedAt = performance.now();
  return {
    text: text + decoder.end(),
    tokenIds,
    finishReason,
    isComplete: finishReason === "stop" || steps.isAccepting,
    usage: {
      promptTokens: promptTokenIds.length,
      completionTokens: tokenIds.length,
      forwardPasses,
    },
    timings: {
      timeToFirstTokenMs: firstTokenAt - startedAt,
      prefillMs: prefilledAt - startedAt,
      decodeMs: finishedAt - prefilledAt,
      maskMs: steps.maskMs,
      completionMs: reserve.elapsedMs,
      sampleMs,
    },
    seed: sampler.seed,
  };
}

/** Forward passes with the mask of the position that they lead to. */
class MaskedSteps {
  /** What may be drawn at the current position. */
  readonly mask: Uint32Array;
  /** Time spent in the constraint so far. */
  maskMs = 0;
  readonly #constraint: Constraint | null;
  readonly #vocabulary: Vocabulary;
  #isMaskCurrent: boolean;

  constructor(vocabulary: Vocabulary, constraint: Constraint | null) {
    this.#vocabulary = vocabulary;
    this.#constraint = constraint;
    // Without a grammar the mask never changes.
    this.mask = constraint ? new Uint32Array(vocabulary.maskWordCount) : writableTokens(vocabulary);
    this.#isMaskCurrent = constraint === null;
  }

  /** Whether the grammar accepts the text; false for free text. */
  get isAccepting(): boolean {
    return this.#constraint?.isAccepting() ?? false;
  }

  /** Feeds tokens and computes the mask while the model does. */
  async forward(
    sequence: Sequence,
    tokenIds: readonly number[],
    signal: AbortSignal | undefined,
    text: string,
  ): Promise<Float32Array> {
    const pass = sequence.append(tokenIds, { logitCount: 1, signal });
    try {
      this.#fillMask(text);
    } catch (error) {
      await pass.catch(() => {}); // the sequence must be idle before it is disposed
      throw error;
    }
    return await pass;
  }

  /** Tells the grammar; a refusal of a token that the mask allowed is a defect. */
  accept(tokenId: number, text: string): void {
    if (this.#constraint === null) return;
    const since = performance.now();
    if (!this.#constraint.acceptToken(tokenId)) throw new DeadEndError(text);
    this.maskMs += performance.now() - since;
    this.#isMaskCurrent = false;
  }

  /** Undoes the last {@link MaskedSteps.accept}; to be asked of a constraint only. */
  takeBack(): void {
    this.#constraint!.rollback(1);
    this.#isMaskCurrent = false;
  }

  /** Whether the grammar leaves nothing but the end. */
  mustEnd(text: string): boolean {
    if (!this.#constraint?.isAccepting()) return false;
    this.#fillMask(text);
    const { eosTokenIds } = this.#vocabulary;
    for (let index = 0; index < this.mask.length; index++) {
      let word = this.mask[index]!;
      if (word === 0) continue;
      for (const id of eosTokenIds) if (id >>> 5 === index) word &= ~(1 << (id & 31));
      if (word !== 0) return false;
    }
    return true;
  }

  #fillMask(text: string): void {
    if (this.#isMaskCurrent) return;
    const since = performance.now();
    if (!this.#constraint!.fillMask(this.mask)) throw new DeadEndError(text);
    this.maskMs += performance.now() - since;
    this.#isMaskCurrent = true;
  }
}

const writableMasks = new WeakMap<Vocabulary, Uint32Array>();

/** Free text may have every id that exists; rows of logits are often wider than the vocabulary. */
function writableTokens(vocabulary: Vocabulary): Uint32Array {
  let mask = writableMasks.get(vocabulary);
  if (mask === undefined) {
    mask = new Uint32Array(vocabulary.maskWordCount);
    for (let id = 0; id < vocabulary.logitsSize; id++) {
      if (vocabulary.isSpecial(id) || vocabulary.tokenBytes(id) !== null) {
        mask[id >>> 5]! |= 1 << (id & 31);
      }
    }
    writableMasks.set(vocabulary, mask);
  }
  return mask;
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
  { rest }: CompletionReserve,
  maxTokens: number,
  asked: number | undefined,
  promptTokenCount: number,
  model: LanguageModel,
): void {
  if (rest === null || rest.length <= maxTokens) return;
  const { contextLength } = model.info;
  const needed = promptTokenCount + rest.length;
  if (asked === undefined && needed > contextLength) {
    throw new ContextLengthError(needed, contextLength, promptTokenCount);
  }
  throw new TokenLimitTooSmallError(rest.length, maxTokens);
}

function readConstraint(options: GenerationOptions): Constraint | null {
  if (options.grammar !== undefined && options.constraint !== undefined) {
    throw new TypeError("give either grammar or constraint, not both");
  }
  return options.constraint ?? (options.grammar ? new Matcher(options.grammar) : null);
}
