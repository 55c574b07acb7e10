/**
 * What the generation loop asks of a grammar, step by step, on this thread or another.
 *
 *     loop ── accept(token) ──> guide ── mask() ──> loop
 *
 * A guide holds the state of one text: the matcher, the mask of the current position, and the end that is kept in hand for
 * the token limit (`completion_reserve.ts`). {@link LocalGuide} answers at once; the guide of a grammar that lives in a Worker
 * (`grammar_worker.ts`) answers in promises, and the loop awaits only those.
 *
 * @module
 */

import type { Vocabulary } from "../vocabulary/mod.ts";
import { CompletionReserve } from "./completion_reserve.ts";
import type { Constraint } from "./constraint.ts";

/** A value, or the promise of one. */
export type Awaitable<T> = T | Promise<T>;

/** What became of a token. */
export interface Verdict {
  /** False where the grammar refused a token that its mask allowed: a defect. Nothing has changed then. */
  readonly isAccepted: boolean;
  /**
   * Not null: after the token there would be no end within the limit. It was taken back, and these tokens, which lead to
   * the end, were accepted in its place.
   */
  readonly closing: readonly number[] | null;
  /** Whether the text may end here. */
  readonly isAccepting: boolean;
  /** Whether the text has to end here. */
  readonly mustEnd: boolean;
  /** The bytes that every continuation begins with. */
  readonly forced: readonly number[];
  /** Whether the token is the model's own words and not part of the frame. */
  readonly isContent: boolean;
}

/** What is known before the first token. */
export interface TextStart {
  /** The tokens of a short text of the grammar; null where none is known. */
  readonly shortest: readonly number[] | null;
  /** The bytes that every text begins with. */
  readonly forced: readonly number[];
}

/** The state of one text, as the loop sees it. */
export interface Guide {
  /** Time spent so far: on masks and following the grammar, and on keeping an end in hand; milliseconds. */
  readonly maskMs: number;
  readonly completionMs: number;
  /** Asked once, first. */
  start(): Awaitable<TextStart>;
  /**
   * The mask of the current position, to be read before the next token is accepted; null at a dead end, which
   * must never happen.
   */
  mask(): Awaitable<Uint32Array | null>;
  /**
   * The masks of the current position and of those after each token of a draft, as far as the grammar takes the
   * draft; the text stays where it is. Asked for right before tokens are fed.
   *
   * @returns At least one, copies; null at a dead end.
   */
  draft(tokenIds: readonly number[]): Awaitable<readonly Uint32Array[] | null>;
  /**
   * Goes on by a token.
   *
   * @param tokensLeft How many more there may be after it.
   */
  accept(tokenId: number, tokensLeft: number): Awaitable<Verdict>;
  /** Gives back what the guide holds; it is not asked any more. */
  dispose(): void;
}

/** A guide on this thread. */
export class LocalGuide implements Guide {
  maskMs = 0;
  readonly #vocabulary: Vocabulary;
  readonly #constraint: Constraint;
  readonly #reserve: CompletionReserve;
  readonly #mask: Uint32Array;
  /** Whether `#mask` is that of the current position. */
  #isMaskCurrent = false;

  /** @param constraint At the position where the text begins. */
  constructor(vocabulary: Vocabulary, constraint: Constraint) {
    this.#vocabulary = vocabulary;
    this.#constraint = constraint;
    this.#reserve = new CompletionReserve(constraint);
    this.#mask = new Uint32Array(vocabulary.maskWordCount);
  }

  get completionMs(): number {
    return this.#reserve.elapsedMs;
  }

  start(): TextStart {
    return { shortest: this.#reserve.rest, forced: this.#constraint.forcedBytes?.() ?? [] };
  }

  mask(): Uint32Array | null {
    if (this.#isMaskCurrent) return this.#mask;
    const since = performance.now();
    const isAlive = this.#constraint.fillMask(this.#mask);
    this.maskMs += performance.now() - since;
    this.#isMaskCurrent = isAlive;
    return isAlive ? this.#mask : null;
  }

  draft(tokenIds: readonly number[]): readonly Uint32Array[] | null {
    const current = this.mask();
    if (current === null) return null;
    const masks = [current.slice()];
    for (const id of tokenIds) {
      if ((masks.at(-1)![id >>> 5]! >>> (id & 31) & 1) === 0) break;
      if (this.#vocabulary.eosTokenIds.includes(id) || !this.#step(id)) break;
      const next = this.mask();
      if (next === null) break; // the text would end here
      masks.push(next.slice());
    }
    const count = masks.length - 1;
    if (count > 0) {
      this.#constraint.rollback(count);
      this.#mask.set(masks[0]!);
      this.#isMaskCurrent = true;
    }
    return masks;
  }

  accept(tokenId: number, tokensLeft: number): Verdict {
    if (!this.#step(tokenId)) return this.#verdict(false, null);
    if (this.#vocabulary.eosTokenIds.includes(tokenId)) return this.#verdict(true, null);
    if (this.#reserve.follow(tokenId, tokensLeft)) return this.#verdict(true, null);
    this.#constraint.rollback(1);
    const closing = this.#reserve.rest!;
    for (const id of closing) if (!this.#step(id)) return this.#verdict(false, null);
    return this.#verdict(true, closing);
  }

  dispose(): void {}

  #step(tokenId: number): boolean {
    const since = performance.now();
    const isAccepted = this.#constraint.acceptToken(tokenId);
    this.maskMs += performance.now() - since;
    this.#isMaskCurrent = false;
    return isAccepted;
  }

  #verdict(isAccepted: boolean, closing: readonly number[] | null): Verdict {
    const isAccepting = this.#constraint.isAccepting();
    const goesOn = isAccepted && closing === null && !isAccepting;
    return {
      isAccepted,
      closing,
      isAccepting,
      mustEnd: isAccepting && this.#mustEnd(),
      forced: goesOn ? this.#constraint.forcedBytes?.() ?? NONE : NONE,
      isContent: this.#constraint.isLastTokenContent ?? true,
    };
  }

  /** Whether the mask allows nothing but EOS. */
  #mustEnd(): boolean {
    const mask = this.mask();
    if (mask === null) return false;
    const { eosTokenIds } = this.#vocabulary;
    for (let index = 0; index < mask.length; index++) {
      let word = mask[index]!;
      if (word === 0) continue;
      for (const id of eosTokenIds) if (id >>> 5 === index) word &= ~(1 << (id & 31));
      if (word !== 0) return false;
    }
    return true;
  }
}

const NONE: readonly number[] = [];

const FREE: Verdict = {
  isAccepted: true,
  closing: null,
  isAccepting: false,
  mustEnd: false,
  forced: NONE,
  isContent: true,
};

/** The guide of free text: any token that exists, no end that has to come. */
export class FreeTextGuide implements Guide {
  readonly maskMs = 0;
  readonly completionMs = 0;
  readonly #mask: Uint32Array;

  constructor(vocabulary: Vocabulary) {
    this.#mask = writableTokens(vocabulary);
  }

  start(): TextStart {
    return { shortest: null, forced: NONE };
  }

  mask(): Uint32Array {
    return this.#mask;
  }

  draft(tokenIds: readonly number[]): readonly Uint32Array[] {
    return [this.#mask, ...tokenIds.map(() => this.#mask)];
  }

  accept(): Verdict {
    return FREE;
  }

  dispose(): void {}
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
