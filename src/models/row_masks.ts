/**
 * The rows of a batch that is being generated elsewhere, each followed by a matcher of its own.
 *
 * Under `EspalierLogitsProcessor`. All that a caller shows is the token ids of each row so far, prompt included, and the
 * logits of the next position. A row's matcher is made at the first call, when the row is the prompt; later calls
 * show the tokens that were added since. Nobody says when a new generation begins, so the ids have to: the same
 * array as before is the same generation, and so are rows that are one token longer.
 *
 * Cost a call: a mask a row, one pass over the row's logits (151,936 of them in some 0.2 ms), one comparison an id.
 *
 * @module
 */

import { DeadEndError, TokenTextDecoder } from "../decoding/mod.ts";
import { type CompiledGrammar, Matcher } from "../matcher/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";

/** One row of a batch. */
interface Row {
  readonly matcher: Matcher;
  /** The row's ids at the last call. */
  readonly history: bigint[];
  readonly promptTokenCount: number;
  /** The EOS token that ended it; what follows is padding. */
  endTokenId: number | null;
}

/** Masks for one batch at a time. */
export class RowMasks {
  readonly #grammar: CompiledGrammar;
  readonly #mask: Uint32Array;
  /** EOS tokens that may end a text. */
  readonly #endTokenIds: readonly number[];
  #rows: Row[] = [];
  /** The array of rows of the last call; `generate()` keeps one for as long as it runs. */
  #lastInputIds: unknown = null;

  /**
   * Has no rows yet.
   *
   * @param grammar What every row has to follow.
   * @param endTokenIds The EOS tokens to choose from; a subset of the vocabulary's.
   */
  constructor(grammar: CompiledGrammar, endTokenIds: readonly number[]) {
    this.#grammar = grammar;
    this.#mask = new Uint32Array(grammar.vocabulary.maskWordCount);
    this.#endTokenIds = endTokenIds;
  }

  /** Forgets the rows. */
  reset(): void {
    this.#rows = [];
    this.#lastInputIds = null;
  }

  /**
   * Sets the logits of everything that may not come next to -Infinity.
   *
   * @param inputIds The ids of each row so far.
   * @param logits A row of logits for each, one after the other; changed in place.
   * @throws {RangeError} A token was written that the mask had not allowed.
   * @throws {DeadEndError} Nothing that is allowed has a logit.
   */
  apply(inputIds: bigint[][], logits: Float32Array): void {
    if (!this.#followOn(inputIds)) {
      this.#rows = inputIds.map((ids) => ({
        matcher: new Matcher(this.#grammar),
        history: [...ids],
        promptTokenCount: ids.length,
        endTokenId: null,
      }));
    }
    this.#lastInputIds = inputIds;
    const width = logits.length / inputIds.length;
    for (const [index, row] of this.#rows.entries()) {
      this.#maskRow(row, logits.subarray(index * width, (index + 1) * width));
    }
  }

  /** Takes over what was written since the last call; false where this is another generation. */
  #followOn(inputIds: bigint[][]): boolean {
    const rows = this.#rows, { vocabulary } = this.#grammar;
    const isSameArray = inputIds === this.#lastInputIds;
    if (rows.length !== inputIds.length) return false;
    if (!isSameArray) {
      const grewByOne = (ids: bigint[], index: number) =>
        ids.length === rows[index]!.history.length + 1;
      if (!inputIds.every(grewByOne)) return false;
    }
    for (const [index, row] of rows.entries()) {
      const ids = inputIds[index]!;
      const common = commonLength(row.history, ids);
      if (common < row.promptTokenCount) return false;
      let from = common;
      if (common < row.history.length) { // its history is another's now
        row.matcher.reset();
        row.endTokenId = null;
        from = row.promptTokenCount;
      }
      for (let at = from; at < ids.length; at++) {
        const id = Number(ids[at]);
        if (row.endTokenId !== null) break;
        if (id >= vocabulary.logitsSize || !row.matcher.acceptToken(id)) {
          if (!isSameArray) return false;
          throw new RangeError(
            `token ${id} was written in row ${index} although the mask does not allow it there; ` +
              "no later processor may raise the logits of masked tokens",
          );
        }
        if (vocabulary.eosTokenIds.includes(id)) row.endTokenId = id;
      }
      row.history.length = common;
      for (let at = common; at < ids.length; at++) row.history.push(ids[at]!);
    }
    return true;
  }

  #maskRow(row: Row, logits: Float32Array): void {
    const { vocabulary } = this.#grammar;
    const mask = this.#mask;
    if (row.endTokenId !== null) {
      logits.fill(-Infinity);
      logits[row.endTokenId] = 0;
      return;
    }
    const isAlive = row.matcher.fillMask(mask);
    for (const id of vocabulary.eosTokenIds) {
      if (!this.#endTokenIds.includes(id)) mask[id >>> 5]! &= ~(1 << (id & 31));
    }
    if (!isAlive || !hasBitBelow(mask, logits.length)) {
      throw new DeadEndError(textOf(vocabulary, row));
    }
    if (!applyMask(logits, mask)) {
      // Another processor had forbidden everything that is left. The frame is what was promised.
      for (let id = 0; id < logits.length; id++) if (hasBit(mask, id)) logits[id] = 0;
    }
  }
}

function commonLength(left: readonly bigint[], right: readonly bigint[]): number {
  const end = Math.min(left.length, right.length);
  for (let at = 0; at < end; at++) if (left[at] !== right[at]) return at;
  return end;
}

function hasBit(mask: Uint32Array, id: number): boolean {
  return (mask[id >>> 5]! >>> (id & 31) & 1) === 1;
}

/** Whether one of the first ids is allowed. */
function hasBitBelow(mask: Uint32Array, idCount: number): boolean {
  const words = Math.min(mask.length, idCount >>> 5);
  for (let index = 0; index < words; index++) if (mask[index] !== 0) return true;
  const end = Math.min(idCount, mask.length << 5);
  for (let id = words << 5; id < end; id++) if (hasBit(mask, id)) return true;
  return false;
}

/**
 * Sets what is not allowed to -Infinity, ids beyond the mask included.
 *
 * @returns Whether something allowed is left to choose: neither -Infinity nor NaN.
 */
function applyMask(logits: Float32Array, mask: Uint32Array): boolean {
  const idCount = Math.min(logits.length, mask.length << 5);
  let hasChoice = false;
  for (let first = 0; first < idCount; first += 32) {
    const word = mask[first >>> 5]!;
    const end = Math.min(first + 32, idCount);
    if (word === 0) {
      logits.fill(-Infinity, first, end);
      continue;
    }
    if (hasChoice && word === 0xffff_ffff) continue;
    for (let id = first; id < end; id++) {
      if ((word >>> (id & 31) & 1) === 0) logits[id] = -Infinity;
      else if (logits[id]! > -Infinity) hasChoice = true;
    }
  }
  logits.fill(-Infinity, idCount);
  return hasChoice;
}

/** What a row has written, for an error message. */
function textOf(vocabulary: Vocabulary, { history, promptTokenCount }: Row): string {
  const decoder = new TokenTextDecoder(vocabulary);
  return history.slice(promptTokenCount).map((id) => decoder.push(Number(id))).join("") +
    decoder.end();
}
