/**
 * The keys and values of prompts that were read before, for those that begin like them.
 *
 *     prompt ── longest known beginning ──> fork of its cache ── the rest of the prompt ──> model
 *
 * Requests with one schema share system prompt, outline and examples; a conversation's next turn begins with all
 * turns before it. {@link PromptCachedModel} wraps a model and looks, when a sequence gets its first tokens, for the
 * longest beginning that another sequence had. The model computes the rest only, and what it computes is the
 * same: keys and values of a token depend on the tokens before it and on nothing else.
 *
 * What is kept is bounded in bytes; the least recently used goes first. A history that is the beginning of a longer one is
 * not kept twice.
 *
 * Cost: comparing token ids; a shortened copy of the cache where a beginning is reused (5 ms for 400 tokens of
 * Qwen2.5-0.5B, whose prefill takes seconds).
 *
 * @module
 */

import type {
  AppendOptions,
  LanguageModel,
  ModelInfo,
  Sequence,
  Tokenizer,
} from "../decoding/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { ModelRunError } from "./errors.ts";

/** Beginnings of fewer tokens are computed anew: what they save is less than what they cost. */
const FEWEST_TOKENS = 16;

/** Options of {@link PromptCachedModel}. */
export interface PromptCacheOptions {
  /** Most bytes of keys and values that are kept. */
  maximumBytes: number;
  /** Bytes of a token's keys and values; 24,576 for Qwen2.5-0.5B in 32 bits. */
  bytesPerToken: number;
}

interface Entry {
  readonly tokenIds: readonly number[];
  readonly sequence: Sequence;
}

/** A model whose sequences begin with what others have computed. */
export class PromptCachedModel implements LanguageModel {
  readonly #model: LanguageModel;
  readonly #cache: PromptCache;

  /**
   * Wraps a model; nothing is kept yet.
   *
   * @param model The model; it is disposed of with this one.
   * @param options See {@link PromptCacheOptions}.
   * @throws {RangeError} An option is not a number above 0.
   */
  constructor(model: LanguageModel, options: PromptCacheOptions) {
    this.#model = model;
    this.#cache = new PromptCache(options);
  }

  /** Facts about the model. */
  get info(): ModelInfo {
    return this.#model.info;
  }

  /** The model's. */
  get tokenizer(): Tokenizer {
    return this.#model.tokenizer;
  }

  /** The model's. */
  get vocabulary(): Vocabulary {
    return this.#model.vocabulary;
  }

  /** Opens an empty sequence. */
  async openSequence(): Promise<Sequence> {
    return new CachedSequence(this.#cache, await this.#model.openSequence(), []);
  }

  /** Frees what is kept, and the model. Idempotent. */
  async dispose(): Promise<void> {
    this.#cache.close();
    await this.#model.dispose();
  }

  /** As {@link PromptCachedModel.dispose}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/** The histories that are kept, least recently used first. */
class PromptCache {
  readonly #maximumTokens: number;
  #entries: Entry[] = [];
  #isClosed = false;

  constructor({ maximumBytes, bytesPerToken }: PromptCacheOptions) {
    for (const [name, value] of Object.entries({ maximumBytes, bytesPerToken })) {
      if (!(value > 0)) throw new RangeError(`${name} must be above 0, got ${value}`);
    }
    this.#maximumTokens = Math.floor(maximumBytes / bytesPerToken);
  }

  /** The sequence with the longest common beginning; null where none is worth it. */
  find(tokenIds: readonly number[]): { sequence: Sequence; tokenCount: number } | null {
    let best: Entry | undefined, bestCount = FEWEST_TOKENS - 1;
    for (const entry of this.#entries) {
      const count = commonLength(entry.tokenIds, tokenIds);
      if (count > bestCount) [best, bestCount] = [entry, count];
    }
    if (best === undefined) return null;
    this.#entries = [...this.#entries.filter((entry) => entry !== best), best];
    return { sequence: best.sequence, tokenCount: bestCount };
  }

  /** Whether a history would be kept, and is not the beginning of one that is. */
  wants(tokenIds: readonly number[]): boolean {
    return !this.#isClosed && tokenIds.length >= FEWEST_TOKENS &&
      tokenIds.length <= this.#maximumTokens &&
      !this.#entries.some((entry) => isBeginning(tokenIds, entry.tokenIds));
  }

  /** Keeps a sequence, which is the cache's from now on. */
  put(tokenIds: readonly number[], sequence: Sequence): void {
    this.#drop((entry) => isBeginning(entry.tokenIds, tokenIds));
    this.#entries.push({ tokenIds, sequence });
    let total = this.#entries.reduce((sum, entry) => sum + entry.tokenIds.length, 0);
    while (total > this.#maximumTokens) {
      const [oldest] = this.#entries;
      total -= oldest!.tokenIds.length;
      this.#drop((entry) => entry === oldest);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#drop(() => true);
  }

  #drop(isMeant: (entry: Entry) => boolean): void {
    const dropped = this.#entries.filter(isMeant);
    if (dropped.length === 0) return;
    this.#entries = this.#entries.filter((entry) => !dropped.includes(entry));
    for (const { sequence } of dropped) sequence.dispose().catch(() => {});
  }
}

class CachedSequence implements Sequence {
  cachedTokenCount = 0;
  #tokenIds: number[];
  /** A call waits for the one before, as the sequence's own do. */
  #tail: Promise<unknown> = Promise.resolve();
  #isDisposed = false;

  constructor(
    private readonly cache: PromptCache,
    private sequence: Sequence,
    tokenIds: readonly number[],
  ) {
    this.#tokenIds = [...tokenIds];
  }

  get tokenCount(): number {
    return this.#tokenIds.length;
  }

  append(tokenIds: readonly number[], options: AppendOptions = {}): Promise<Float32Array> {
    return this.#inOrder(async () => {
      if (this.#tokenIds.length > 0) {
        const logits = await this.sequence.append(tokenIds, options);
        this.#tokenIds.push(...tokenIds);
        return logits;
      }
      const logits = await this.#begin(tokenIds, options);
      this.#tokenIds = [...tokenIds];
      if (this.cache.wants(tokenIds)) {
        // A snapshot for requests that come while this one goes on; the tokens to come are not in it.
        this.cache.put([...tokenIds], await this.sequence.fork());
      }
      return logits;
    });
  }

  /** The first tokens: as many as are known from others, and the rest by the model. */
  async #begin(tokenIds: readonly number[], options: AppendOptions): Promise<Float32Array> {
    // The logits that are asked for have to be computed.
    const most = tokenIds.length - Math.max(1, options.logitCount ?? 1);
    const known = options.signal?.aborted ? null : this.cache.find(tokenIds.slice(0, most));
    if (known === null) return await this.sequence.append(tokenIds, options);
    const { tokenCount } = known;
    const beginning = await known.sequence.fork();
    try {
      await beginning.truncate(tokenCount);
      const logits = await beginning.append(tokenIds.slice(tokenCount), options);
      await this.sequence.dispose();
      this.sequence = beginning;
      this.cachedTokenCount = tokenCount;
      return logits;
    } catch (error) {
      await beginning.dispose();
      throw error;
    }
  }

  truncate(tokenCount: number): Promise<void> {
    return this.#inOrder(async () => {
      await this.sequence.truncate(tokenCount);
      this.#tokenIds.length = tokenCount;
    });
  }

  fork(): Promise<Sequence> {
    return this.#inOrder(async () =>
      new CachedSequence(this.cache, await this.sequence.fork(), this.#tokenIds)
    );
  }

  dispose(): Promise<void> {
    if (this.#isDisposed) return this.#tail.then(() => {});
    return this.#inOrder(async () => {
      this.#isDisposed = true;
      if (this.cache.wants(this.#tokenIds)) this.cache.put(this.#tokenIds, this.sequence);
      else await this.sequence.dispose();
    });
  }

  #inOrder<Result>(action: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(() => {
      if (this.#isDisposed) {
        throw new ModelRunError("disposed", "the sequence has been disposed");
      }
      return action();
    });
    this.#tail = result.catch(() => {});
    return result;
  }
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

function isBeginning(a: readonly number[], b: readonly number[]): boolean {
  return a.length <= b.length && commonLength(a, b) === a.length;
}
