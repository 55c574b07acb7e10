/**
 * A model whose next sequence goes on where the last one ended.
 *
 * Several generations over one conversation (decide, call, call again) share nearly all of their prompt, and each of
 * them opens a sequence of its own. Here they all get the same cache: of a new prompt only the tokens after
 * what it has in common with the old one are fed. One generation at a time.
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

/** One cache, handed from generation to generation; dispose of it when the last one is done. */
export class ContinuedModel implements LanguageModel {
  /** The model's. */
  readonly info: ModelInfo;
  /** The model's. */
  readonly tokenizer: Tokenizer;
  /** The model's. */
  readonly vocabulary: Vocabulary;
  #tokenIds: number[] = [];

  private constructor(model: LanguageModel, private readonly sequence: Sequence) {
    this.info = model.info;
    this.tokenizer = model.tokenizer;
    this.vocabulary = model.vocabulary;
  }

  /** Opens the cache. */
  static async open(model: LanguageModel): Promise<ContinuedModel> {
    return new ContinuedModel(model, await model.openSequence());
  }

  /** A sequence that looks empty; its first `append` keeps what it can of the cache. */
  openSequence(): Promise<Sequence> {
    return Promise.resolve(new ContinuedSequence(this));
  }

  /**
   * Brings the cache to these tokens.
   *
   * @param tokenIds The whole text so far; at least the last one is fed, for its logits.
   * @param options Of the pass.
   * @returns The logits of the last positions.
   */
  async feed(tokenIds: readonly number[], options: AppendOptions = {}): Promise<Float32Array> {
    const { logitCount = 1 } = options;
    const most = Math.min(this.#tokenIds.length, tokenIds.length - Math.max(1, logitCount));
    let shared = 0;
    while (shared < most && this.#tokenIds[shared] === tokenIds[shared]) shared++;
    if (shared < this.#tokenIds.length) {
      await this.sequence.truncate(shared);
      this.#tokenIds.length = shared;
    }
    const logits = await this.sequence.append(tokenIds.slice(shared), options);
    this.#tokenIds = [...tokenIds];
    return logits;
  }

  /** The tokens in the cache. */
  get tokenIds(): readonly number[] {
    return this.#tokenIds;
  }

  /** Of the first prompt, what was not computed. */
  get cachedTokenCount(): number {
    return this.sequence.cachedTokenCount ?? 0;
  }

  /** Frees the cache; the model stays. */
  dispose(): Promise<void> {
    return this.sequence.dispose();
  }

  /** As {@link ContinuedModel.dispose}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/** What a generation sees of the cache. */
class ContinuedSequence implements Sequence {
  #tokenIds: number[] = [];

  constructor(private readonly model: ContinuedModel) {}

  get tokenCount(): number {
    return this.#tokenIds.length;
  }

  get cachedTokenCount(): number {
    return this.model.cachedTokenCount;
  }

  async append(tokenIds: readonly number[], options?: AppendOptions): Promise<Float32Array> {
    const all = [...this.#tokenIds, ...tokenIds];
    const logits = await this.model.feed(all, options);
    this.#tokenIds = all;
    return logits;
  }

  truncate(tokenCount: number): Promise<void> {
    this.#tokenIds.length = Math.min(tokenCount, this.#tokenIds.length);
    return Promise.resolve(); // the cache follows with the next pass
  }

  fork(): Promise<Sequence> {
    return Promise.reject(new TypeError("a continued sequence cannot be forked"));
  }

  dispose(): Promise<void> {
    return Promise.resolve(); // the cache is for the next one
  }
}
