/**
 * The tokens that stay inside any string, by their number of characters.
 *
 * Bounds on lengths concern the long ones, so they come first: a mask near a bound looks at a few of them and stops.
 *
 * Cost: 20-50 ms for 151,000 tokens, once a vocabulary; 6 bytes a token.
 *
 * @module
 */

import type { Vocabulary } from "../vocabulary/mod.ts";
import { countCharacters } from "./string_text.ts";

/** Counts of characters, an upper bound for a token's included. */
const COUNTS = 65_536;

/** Tokens and their numbers of characters, most characters first. */
export class TokensByLength {
  readonly ids: Int32Array;
  /** Characters of the token at the same index; one that is not complete counts. */
  readonly counts: Uint16Array;
  readonly #longest = new WeakMap<Uint32Array, number>();

  /** @param stay The mask of the tokens that stay inside any string. */
  constructor(vocabulary: Vocabulary, stay: Uint32Array) {
    const { tokenCount } = vocabulary;
    const counts = new Uint16Array(tokenCount);
    const starts = new Int32Array(COUNTS + 1);
    let size = 0;
    for (let id = 0; id < tokenCount; id++) {
      if ((stay[id >>> 5]! >>> (id & 31) & 1) === 0) continue;
      const bytes = vocabulary.tokenBytes(id)!;
      const count = countCharacters(bytes, bytes.length);
      counts[id] = count;
      starts[COUNTS - 1 - count]!++;
      size++;
    }
    // Counting sort.
    for (let i = 0, sum = 0; i < starts.length; i++) {
      const here = starts[i]!;
      starts[i] = sum;
      sum += here;
    }
    this.ids = new Int32Array(size);
    for (let id = 0; id < tokenCount; id++) {
      if (counts[id] !== 0) this.ids[starts[COUNTS - 1 - counts[id]!]!++] = id;
    }
    this.counts = Uint16Array.from(this.ids, (id) => counts[id]!);
  }

  /** The most characters of a token of a mask, which is not to be changed afterwards. */
  longest(mask: Uint32Array): number {
    let longest = this.#longest.get(mask);
    if (longest === undefined) {
      const first = this.ids.findIndex((id) => (mask[id >>> 5]! >>> (id & 31) & 1) === 1);
      longest = first < 0 ? 0 : this.counts[first]!;
      this.#longest.set(mask, longest);
    }
    return longest;
  }
}
