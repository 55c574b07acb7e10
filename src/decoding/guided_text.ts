/**
 * One text while it is being written: the steps of the generation loop.
 *
 * Used by `generate.ts`, which opens the sequences. A step draws a token under the mask, tells the grammar, and takes along
 * the tokens that the grammar forces; then one pass of the model reads them all.
 *
 * @module
 */

import type { Vocabulary } from "../vocabulary/mod.ts";
import { Matcher } from "../matcher/mod.ts";
import { DraftPolicy } from "./draft_policy.ts";
import { DeadEndError } from "./errors.ts";
import { ForcedTokens } from "./forced_tokens.ts";
import type {
  FinishReason,
  GenerationOptions,
  GenerationResult,
  TokenEvent,
} from "./generation.ts";
import { type GenerationRequest, requireRoom } from "./generation_request.ts";
import { WorkerGrammar } from "./grammar_worker.ts";
import { FreeTextGuide, type Guide, LocalGuide } from "./guide.ts";
import type { LanguageModel, Sequence } from "./language_model.ts";
import { type StepProbabilities, stepProbabilities } from "./logprobs.ts";
import { EventLoopYielder } from "./macrotask.ts";
import { type Draft, PromptLookup } from "./prompt_lookup.ts";
import { Sampler, type SamplingOptions } from "./sampling.ts";
import { StopStrings } from "./stop_strings.ts";
import { TokenTextDecoder } from "./token_text.ts";

/** What a pass comes to. */
interface Pass {
  /** A row for the position after the tokens that were fed, and one after each drafted token. */
  readonly logits: Float32Array;
  /** What may follow at each of these positions; null at a dead end. */
  readonly masks: readonly Uint32Array[] | null;
  /** Tokens that were fed though nobody has chosen them yet. */
  readonly draft: Draft | null;
}

/** One text that is being written. */
export class GuidedText {
  readonly #model: LanguageModel;
  readonly #request: GenerationRequest;
  readonly #options: GenerationOptions;
  readonly #sampler: Sampler;
  readonly #guide: Guide;
  readonly #decoder: TokenTextDecoder;
  readonly #stop: StopStrings;
  readonly #forcedTokens: ForcedTokens;
  readonly #lookup: PromptLookup;
  readonly #policy: DraftPolicy;
  /** Width of a row of logits. */
  readonly #width: number;
  readonly #tokenIds: number[] = [];
  /** Tokens that were accepted and not handed out yet, in the order of the text. */
  #events: TokenEvent[] = [];
  #text = "";
  /** Bytes that have to come next. */
  #forced: readonly number[] = [];
  #isAccepting = false;
  /** Whether the model, or the grammar, has ended the text, and not a stop string. */
  #hasEnded = false;
  #finishReason: FinishReason | null = null;
  #forwardPasses = 0;
  #forcedTokenCount = 0;
  #cachedTokenCount = 0;
  #draftedTokenCount = 0;
  #acceptedTokenCount = 0;
  #sampleMs = 0;
  #prefilledAt = 0;
  #firstTokenAt = 0;

  constructor(
    model: LanguageModel,
    request: GenerationRequest,
    options: GenerationOptions,
    sampling: SamplingOptions | undefined,
  ) {
    this.#model = model;
    this.#request = request;
    this.#options = options;
    this.#sampler = new Sampler(sampling);
    this.#guide = openGuide(options, model.vocabulary);
    this.#decoder = new TokenTextDecoder(model.vocabulary);
    this.#stop = new StopStrings(options.stop ?? []);
    this.#forcedTokens = new ForcedTokens(model.tokenizer, model.vocabulary);
    this.#lookup = new PromptLookup(request.promptTokenIds, model.vocabulary);
    this.#policy = new DraftPolicy(model.info.device);
    this.#width = model.info.logitsSize;
  }

  /** Asks the grammar for its first words; before any pass. */
  async start(): Promise<void> {
    const { shortest, forced } = await this.#guide.start();
    this.#options.signal?.throwIfAborted();
    requireRoom(shortest, this.#request, this.#model);
    this.#forced = forced;
    await this.#acceptForced();
  }

  /** Feeds the prompt, and the tokens that every text begins with. */
  async readPrompt(sequence: Sequence): Promise<Pass> {
    const pass = await this.#feed(sequence, this.#request.promptTokenIds, this.#tokenIds);
    this.#cachedTokenCount = sequence.cachedTokenCount ?? 0;
    return pass;
  }

  /** What may come first. */
  async firstMasks(): Promise<readonly Uint32Array[] | null> {
    const mask = await this.#guide.mask();
    return mask && [mask];
  }

  /** Feeds tokens: in one pass, or those that were forced in passes of their own. */
  async #feed(
    sequence: Sequence,
    first: readonly number[],
    forced: readonly number[],
  ): Promise<Pass> {
    if (this.#options.fastForward !== false) return this.#forward(sequence, [...first, ...forced]);
    let pass = await this.#forward(sequence, first);
    for (const tokenId of forced) pass = await this.#forward(sequence, [tokenId]);
    return pass;
  }

  /** One pass, a draft after the tokens; the masks are computed while the model runs. */
  async #forward(sequence: Sequence, tokenIds: readonly number[]): Promise<Pass> {
    const { signal } = this.#options;
    let draft = this.#propose(tokenIds.length);
    let masks: readonly Uint32Array[] | null | undefined;
    if (draft !== null) {
      masks = await this.#guide.draft(draft.tokenIds);
      draft = masks === null || masks.length === 1
        ? null
        : { source: draft.source, tokenIds: draft.tokenIds.slice(0, masks.length - 1) };
    }
    const fed = draft === null ? tokenIds : [...tokenIds, ...draft.tokenIds];
    const logitCount = 1 + (draft?.tokenIds.length ?? 0);
    const pass = sequence.append(fed, { logitCount, signal });
    const idle = pass.then(() => {}, () => {});
    try {
      if (masks === undefined) {
        const mask = await this.#guide.mask();
        masks = mask && [mask];
      }
      const logits = await pass;
      signal?.throwIfAborted();
      this.#forwardPasses++;
      return { logits, masks, draft };
    } finally {
      await idle; // the sequence must be, before it is disposed
    }
  }

  /** What probably comes next, as long as it is worth a wider pass. */
  #propose(pendingCount: number): Draft | null {
    const { drafts, fastForward } = this.#options;
    if (drafts === false || fastForward === false || this.#tokenIds.length === 0) return null;
    const guess = this.#forcedTokens.guess(this.#tokenIds, this.#forced);
    const draft: Draft | null = guess.length > 0
      ? { source: "forced", tokenIds: guess }
      : this.#lookup.find(this.#tokenIds);
    if (draft === null) return null;
    const left = this.#request.maxTokens - this.#tokenIds.length - 1;
    const length = this.#policy.length(
      draft.source,
      Math.min(draft.tokenIds.length, left),
      pendingCount,
    );
    return length === 0
      ? null
      : { source: draft.source, tokenIds: draft.tokenIds.slice(0, length) };
  }

  /** Writes the text, from the pass over the prompt on. */
  async *write(sequence: Sequence, pass: Pass): AsyncGenerator<TokenEvent> {
    using eventLoop = new EventLoopYielder();
    this.#prefilledAt = performance.now();
    yield* this.#handOut(eventLoop); // what was forced at the start
    while (this.#finishReason === null) {
      const { accepted, pending } = await this.#read(pass);
      yield* this.#handOut(eventLoop);
      if (this.#finishReason !== null) break;
      const rejected = (pass.draft?.tokenIds.length ?? 0) - accepted;
      if (rejected > 0) await sequence.truncate(sequence.tokenCount - rejected);
      const [first, ...forced] = pending;
      pass = await this.#feed(sequence, [first!], forced);
    }
    this.#text += this.#stop.push(this.#decoder.end()) + this.#stop.end();
  }

  /**
   * Chooses tokens from the rows of a pass: as many as the draft has guessed, and the one after them.
   *
   * @returns How many tokens of the draft the text has now, and the tokens that the model has not read yet.
   */
  async #read({ logits, masks, draft }: Pass): Promise<{ accepted: number; pending: number[] }> {
    const drafted = draft?.tokenIds ?? [];
    let accepted = 0;
    const pending: number[] = [];
    while (this.#finishReason === null && pending.length === 0) {
      const before = this.#events.length;
      const row = logits.length === this.#width
        ? logits
        : logits.subarray(accepted * this.#width, (accepted + 1) * this.#width);
      await this.#step(row, masks && masks[accepted]!, drafted[accepted]);
      for (const { tokenId } of this.#events.slice(before)) {
        if (pending.length === 0 && drafted[accepted] === tokenId) accepted++;
        else pending.push(tokenId);
      }
    }
    if (draft !== null) {
      this.#policy.observe(draft.source, accepted, drafted.length);
      this.#draftedTokenCount += drafted.length;
      this.#acceptedTokenCount += accepted;
    }
    return { accepted, pending };
  }

  async *#handOut(eventLoop: EventLoopYielder): AsyncGenerator<TokenEvent> {
    const { signal, onToken } = this.#options;
    const events = this.#events;
    this.#events = [];
    for (const event of events) {
      this.#firstTokenAt ||= performance.now();
      onToken?.(event);
      yield event;
      await eventLoop.maybeYield();
      signal?.throwIfAborted();
    }
  }

  /** Chooses a token, and takes those along that have to follow it. */
  async #step(
    logits: Float32Array,
    mask: Uint32Array | null,
    guess: number | undefined,
  ): Promise<void> {
    if (mask === null) throw new DeadEndError(this.#text);
    const since = performance.now();
    this.#firstTokenAt ||= since;
    const isFrame = this.#sampler.hasPenalties && isNarrow(mask, this.#width);
    const tokenId = this.#sampler.sample(logits, mask, isFrame);
    const { logprobs } = this.#options;
    const probabilities = logprobs === undefined
      ? undefined
      : stepProbabilities(logits, mask, tokenId, logprobs);
    this.#sampleMs += performance.now() - since;
    await this.#accept(tokenId, tokenId === guess ? "drafted" : "sampled", probabilities);
    await this.#acceptForced();
  }

  /** Takes along the tokens that have to come next, whatever the model thinks. */
  async #acceptForced(): Promise<void> {
    if (this.#finishReason !== null) return;
    for (const tokenId of this.#forcedTokens.after(this.#tokenIds, this.#forced)) {
      await this.#accept(tokenId, "forced");
      if (this.#finishReason !== null) return;
    }
  }

  /** Goes on by a token; at the end of the text `#finishReason` is set. */
  async #accept(
    tokenId: number,
    origin: TokenEvent["origin"],
    probabilities?: StepProbabilities,
  ): Promise<void> {
    const { maxTokens } = this.#request;
    const answer = this.#guide.accept(tokenId, maxTokens - this.#tokenIds.length - 1);
    const verdict = answer instanceof Promise ? await answer : answer;
    if (!verdict.isAccepted) throw new DeadEndError(this.#text);
    this.#isAccepting = verdict.isAccepting;
    this.#forced = verdict.forced;
    if (this.#model.vocabulary.eosTokenIds.includes(tokenId)) {
      this.#finishReason = "stop";
      this.#hasEnded = true;
      return;
    }
    if (verdict.closing !== null) {
      for (const id of verdict.closing) this.#write(id, "closing");
      this.#finishReason = "length";
      return;
    }
    this.#write(tokenId, origin, probabilities);
    if (origin === "forced") this.#forcedTokenCount++;
    else if (verdict.isContent) this.#sampler.count(tokenId);
    if (verdict.mustEnd || this.#stop.found !== null) this.#finishReason = "stop";
    else if (this.#tokenIds.length >= maxTokens) this.#finishReason = "length";
  }

  #write(tokenId: number, origin: TokenEvent["origin"], probabilities?: StepProbabilities): void {
    const text = this.#stop.push(this.#decoder.push(tokenId));
    this.#text += text;
    const index = this.#tokenIds.push(tokenId) - 1;
    this.#events.push({
      type: "token",
      tokenId,
      index,
      text,
      origin,
      ...(probabilities && { probabilities }),
    });
  }

  /** What the text has come to. */
  result(startedAt: number): GenerationResult {
    return {
      text: this.#text,
      tokenIds: this.#tokenIds,
      finishReason: this.#finishReason!,
      stopString: this.#stop.found,
      isComplete: this.#isAccepting || this.#finishReason === "stop" && this.#hasEnded,
      usage: {
        promptTokens: this.#request.promptTokenIds.length,
        cachedTokens: this.#cachedTokenCount,
        completionTokens: this.#tokenIds.length,
        forcedTokens: this.#forcedTokenCount,
        draftedTokens: this.#draftedTokenCount,
        acceptedDraftTokens: this.#acceptedTokenCount,
        forwardPasses: this.#forwardPasses,
      },
      timings: {
        timeToFirstTokenMs: this.#firstTokenAt - startedAt,
        prefillMs: this.#prefilledAt - startedAt,
        decodeMs: performance.now() - this.#prefilledAt,
        maskMs: this.#guide.maskMs,
        completionMs: this.#guide.completionMs,
        sampleMs: this.#sampleMs,
      },
      seed: this.#sampler.seed,
    };
  }

  dispose(): void {
    this.#guide.dispose();
  }
}

/** Masks of fewer tokens, as a part of all, belong to the frame: numbers, keys, values of an enum. */
const NARROW_SHARE = 1 / 8;

function isNarrow(mask: Uint32Array, logitsSize: number): boolean {
  let rest = logitsSize * NARROW_SHARE;
  for (let index = 0; index < mask.length && rest > 0; index++) {
    for (let word = mask[index]!; word !== 0; word &= word - 1) rest--;
  }
  return rest > 0;
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
