/**
 * The tokens of bytes that the grammar forces, as the tokenizer would have made them.
 *
 * A frame leaves no choice about much of a text: `","name":"` follows whatever the model thinks. Such bytes need no pass of
 * their own, but the model must be shown the tokens that it was trained on, `","` `name` `":"`, and not others that
 * spell the same. Two boundaries are uncertain:
 *
 * - at the start, the last tokens of the text might have merged with the forced bytes. So the end of the text is
 *   encoded together with them, and unless it comes out as it was written, nothing is forced.
 * - at the end, the last piece might merge with what follows. Tokenizers cut a text into pieces (words, punctuation,
 *   digits) and never merge across them; where a piece ends depends on no more than the character after it. So all
 *   tokens of the last piece are left to the model, which then chooses among the ones that the grammar allows, as it
 *   would have without any of this.
 *
 * What is forced is therefore a prefix of what the tokenizer makes of the text, however it goes on.
 *
 * Cost: one encoding of some dozens of characters where something is forced.
 *
 * @module
 */

import type { Vocabulary } from "../vocabulary/mod.ts";
import type { Tokenizer } from "./language_model.ts";

/** Tokens of the text that are encoded again; a piece is rarely longer. */
const TAIL_TOKENS = 16;

/** Finds forced tokens for one model. */
export class ForcedTokens {
  readonly #tokenizer: Tokenizer;
  readonly #vocabulary: Vocabulary;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(tokenizer: Tokenizer, vocabulary: Vocabulary) {
    this.#tokenizer = tokenizer;
    this.#vocabulary = vocabulary;
  }

  /** Whether the tokenizer tells its pieces; without that nothing can be forced. */
  get isSupported(): boolean {
    return this.#tokenizer.encodePieces !== undefined;
  }

  /**
   * The tokens that certainly follow.
   *
   * @param tokenIds The text so far, from where it began: what stands before is never merged with.
   * @param forced The bytes that every continuation begins with.
   * @returns Maybe none; their bytes are a prefix of `forced`.
   */
  after(tokenIds: readonly number[], forced: readonly number[]): readonly number[] {
    return this.#tokens(tokenIds, forced, false);
  }

  /**
   * The tokens that probably follow: as {@link ForcedTokens.after}, with those of the last piece, which may yet merge with
   * what comes after it.
   */
  guess(tokenIds: readonly number[], forced: readonly number[]): readonly number[] {
    return this.#tokens(tokenIds, forced, true);
  }

  #tokens(
    tokenIds: readonly number[],
    forced: readonly number[],
    takesLast: boolean,
  ): readonly number[] {
    if (forced.length === 0 || this.#tokenizer.encodePieces === undefined) return NONE;
    const tail = tokenIds.slice(-TAIL_TOKENS);
    const bytes: number[] = [];
    for (const id of tail) bytes.push(...this.#vocabulary.tokenBytes(id) ?? []);
    const tailLength = bytes.length;
    bytes.push(...forced);
    const text = this.#decode(bytes);
    if (text === null) return NONE;
    const pieces = this.#tokenizer.encodePieces(text);
    if (!takesLast) pieces.pop();
    const stable = pieces.flat();
    if (stable.length <= tail.length) return NONE;
    for (let i = 0; i < tail.length; i++) if (stable[i] !== tail[i]) return NONE;
    const found = stable.slice(tail.length);
    // A tokenizer that normalises may write other bytes than the forced ones.
    let at = tailLength;
    for (const id of found) {
      for (const byte of this.#vocabulary.tokenBytes(id) ?? [-1]) {
        if (byte !== bytes[at++]) return NONE;
      }
    }
    return found;
  }

  /** The longest whole text of the bytes, cut at a character; null where they are no UTF-8. */
  #decode(bytes: readonly number[]): string | null {
    for (let cut = 0; cut < 4; cut++) {
      try {
        return this.#decoder.decode(Uint8Array.from(bytes.slice(0, bytes.length - cut)));
      } catch {
        // In the middle of a character, perhaps.
      }
    }
    return null;
  }
}

const NONE: readonly number[] = [];
