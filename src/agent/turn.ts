/**
 * The model's turn while it is being written: calls one after the other, or an answer.
 *
 * Below `call_tools.ts`, which decides what comes next. Each part is a generation of its own that begins with the prompt and
 * all that was written before; a model with a prompt cache computes only what is new.
 *
 * @module
 */

import {
  ContextLengthError,
  type FinishReason,
  generate,
  type GenerationOptions,
  IncompleteOutputError,
  type LanguageModel,
  type Usage,
} from "../decoding/mod.ts";
import { scoreContinuation } from "./call_probability.ts";
import { CALL_OPENING } from "./call_tags.ts";
import { findJsonValues } from "./json_in_text.ts";
import type { ToolCall } from "./tool_definition.ts";

type Counts = { -readonly [Key in keyof Usage]: number };

/** One turn; grows by {@link Turn.writeCall} and {@link Turn.writeAnswer}. */
export class Turn {
  /** The calls so far, no two the same. */
  readonly calls: ToolCall[] = [];
  /** What was written, without repeated calls. */
  text = "";
  /** How the last part ended. */
  finishReason: FinishReason = "stop";
  /** Of all parts together. */
  readonly usage: Usage;
  readonly #counts: Counts;
  readonly #model: LanguageModel;
  readonly #tokenIds: number[];

  /**
   * @param model A loaded model.
   * @param prompt The conversation, up to where the turn begins.
   * @throws {ContextLengthError} Not even the beginning of a call fits behind it.
   */
  constructor(model: LanguageModel, prompt: readonly number[]) {
    this.#model = model;
    this.#tokenIds = [...prompt];
    this.usage = this.#counts = {
      promptTokens: prompt.length,
      cachedTokens: 0,
      completionTokens: 0,
      forcedTokens: 0,
      draftedTokens: 0,
      acceptedDraftTokens: 0,
      forwardPasses: 0,
    };
    const needed = prompt.length + this.#tag().length, { contextLength } = model.info;
    if (needed > contextLength) throw new ContextLengthError(needed, contextLength, prompt.length);
  }

  /** How probable it is that a call comes next; see `scoreContinuation`. */
  async probabilityOfCall(signal: AbortSignal | undefined): Promise<number> {
    const score = await scoreContinuation(this.#model, this.#tokenIds, this.#tag(), signal);
    this.#countFirst(score.cachedTokens);
    this.#counts.forwardPasses += score.forwardPasses;
    return score.perToken;
  }

  /**
   * Writes a call.
   *
   * @param options With the grammar of a call.
   * @returns False where it is one of those before: it is left out then, because a small model that begins to repeat itself
   *   does not stop.
   */
  async writeCall(options: GenerationOptions): Promise<boolean> {
    const separator = this.calls.length > 0 ? "\n" : "";
    const begin = [...this.#tokenIds, ...this.#encode(separator)];
    const written = await this.#generate(begin, options);
    if (!written.isComplete) {
      throw new IncompleteOutputError(written.text, written.usage.completionTokens);
    }
    const [call] = findJsonValues(written.text) as [ToolCall];
    const json = JSON.stringify(call);
    if (this.calls.some((earlier) => JSON.stringify(earlier) === json)) {
      this.finishReason = "stop"; // whatever ended it is no part of the turn
      return false;
    }
    this.calls.push(call);
    this.text += separator + written.text;
    this.#tokenIds.splice(0, Infinity, ...begin, ...written.tokenIds);
    return true;
  }

  /** Writes an answer in words; it ends where a call would begin. */
  async writeAnswer(options: GenerationOptions): Promise<void> {
    const [first, ...rest] = this.#tag();
    const { sampling } = options;
    // A tag that is a token of its own is kept away; one that is spelled out can only be stopped at.
    const kept = rest.length > 0
      ? sampling
      : { ...sampling, logitBias: { ...sampling?.logitBias, [first!]: -100 } };
    const limits = { ...options, sampling: kept, stop: [CALL_OPENING] };
    this.text = (await this.#generate(this.#tokenIds, limits)).text;
  }

  async #generate(promptTokenIds: readonly number[], options: GenerationOptions) {
    const written = await generate(this.#model, { ...options, promptTokenIds }).result;
    const { promptTokens: _, cachedTokens, ...counted } = written.usage;
    this.#countFirst(cachedTokens);
    for (const [key, count] of Object.entries(counted)) this.#counts[key as keyof Counts] += count;
    this.finishReason = written.finishReason;
    return written;
  }

  /** Only what was known before the turn has been saved; later parts know the earlier ones. */
  #countFirst(cachedTokens: number): void {
    if (this.#counts.forwardPasses === 0) this.#counts.cachedTokens = cachedTokens;
  }

  /** What a call would begin with here. */
  #tag(): number[] {
    return this.#encode((this.calls.length > 0 ? "\n" : "") + CALL_OPENING);
  }

  #encode(text: string): number[] {
    return this.#model.tokenizer.encode(text, { allowSpecial: true });
  }
}
