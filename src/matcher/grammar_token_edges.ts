/**
 * Tokens that a grammar names as such, whatever their bytes.
 *
 * A special token such as `<|im_start|>` has no bytes that a text could hold, so it is no lexeme: it is an edge of the
 * grammar on a token id. "Any other token" is any ordinary token, and none of the special ones.
 *
 * @module
 */

import type { TokenExpression } from "../grammar/mod.ts";
import { UnsupportedGrammarError } from "../grammar/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";

interface TokenSelection {
  readonly mask: Uint32Array;
  /** Some member. */
  readonly first: number;
}

/** The sets of tokens that one grammar names. */
export class TokenEdges {
  readonly #sets: TokenSelection[] = [];
  #ordinary: Uint32Array | undefined;

  constructor(private readonly vocabulary: Vocabulary) {}

  /** Index of the set that an expression names; -1 if it is empty. */
  add(expression: TokenExpression): number {
    const ids = this.#idsOf(expression);
    const mask = new Uint32Array(this.vocabulary.maskWordCount);
    if (expression.isNegated) mask.set(this.#ordinaryTokens());
    for (const id of ids) {
      if (expression.isNegated) mask[id >>> 5]! &= ~(1 << (id & 31));
      else mask[id >>> 5]! |= 1 << (id & 31);
    }
    const word = mask.findIndex((bits) => bits !== 0);
    if (word < 0) return -1;
    const bits = mask[word]!;
    return this.#sets.push({ mask, first: word * 32 + 31 - Math.clz32(bits & -bits) }) - 1;
  }

  /** Whether a token is in a set. */
  has(index: number, id: number): boolean {
    const { mask } = this.#sets[index]!;
    return (mask[id >>> 5]! >>> (id & 31) & 1) === 1;
  }

  /** Some token of a set. */
  first(index: number): number {
    return this.#sets[index]!.first;
  }

  /** The token of a set of one; -1 for any other. */
  only(index: number): number {
    const { mask, first } = this.#sets[index]!;
    const isOnly = mask.every((bits, word) =>
      bits === (word === first >>> 5 ? (1 << (first & 31)) >>> 0 : 0)
    );
    return isOnly ? first : -1;
  }

  /** Adds the tokens of a set to a mask. */
  allow(index: number, out: Uint32Array): void {
    const { mask } = this.#sets[index]!;
    for (let i = 0; i < out.length; i++) out[i]! |= mask[i]!;
  }

  #ordinaryTokens(): Uint32Array {
    if (this.#ordinary === undefined) {
      this.#ordinary = new Uint32Array(this.vocabulary.maskWordCount);
      for (const id of this.vocabulary.trie.tokens) {
        this.#ordinary[id >>> 5]! |= 1 << (id & 31);
      }
    }
    return this.#ordinary;
  }

  #idsOf({ token, position }: TokenExpression): number[] {
    const { vocabulary } = this;
    if (typeof token === "number") {
      if (Number.isInteger(token) && token >= 0 && token < vocabulary.tokenCount) return [token];
    } else {
      const bytes = new TextEncoder().encode(token);
      const ids: number[] = [];
      for (let id = 0; id < vocabulary.tokenCount; id++) {
        if (vocabulary.isSpecial(id)) {
          if (vocabulary.addedTokenName(id) === token) ids.push(id);
        } else if (isSame(vocabulary.tokenBytes(id), bytes)) ids.push(id);
      }
      if (ids.length > 0) return ids;
    }
    throw new UnsupportedGrammarError(
      `token ${JSON.stringify(token)}`,
      "the vocabulary has no such token",
      position ?? { line: 1, column: 1 },
    );
  }
}

function isSame(one: Uint8Array | null, other: Uint8Array): boolean {
  return one !== null && one.length === other.length && one.every((byte, i) => byte === other[i]);
}
