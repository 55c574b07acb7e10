/**
 * Languages of plain texts in UTF-8.
 *
 * The algebra behind constraints on whole outputs (a regular expression, a choice of texts), and the simplest
 * encoding to test front ends with: a text has exactly one, the well-formed UTF-8 of Unicode 16, table 3-7
 * (RFC 3629).
 *
 * @module
 */

import { CharacterCoder } from "./character_coding.ts";
import type { RegexStore } from "./regex_store.ts";
import { TextAlgebra } from "./text_algebra.ts";

/** Builds regular expressions over UTF-8 bytes in a store. */
export class Utf8Algebra extends TextAlgebra {
  /**
   * Makes the algebra.
   *
   * @param store Where the expressions are made.
   */
  constructor(store: RegexStore) {
    const coder = new CharacterCoder(store);
    super(store, (set) => coder.utf8(set));
  }
}
