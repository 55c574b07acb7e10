/**
 * Tokens to text, as they come.
 *
 * A token is bytes and may end in the middle of a character; the bytes of a character that is not complete
 * are held back until it is. Special tokens write nothing. The concatenated pieces are always the decoding
 * of the concatenated bytes (WHATWG Encoding, UTF-8 decode without BOM handling), with U+FFFD for what is
 * not UTF-8. O(bytes).
 *
 * @module
 */

import type { Vocabulary } from "../vocabulary/mod.ts";

/** Decodes one sequence of tokens piece by piece. */
export class TokenTextDecoder {
  readonly #vocabulary: Vocabulary;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /**
   * Starts a text.
   *
   * @param vocabulary Whose token bytes to use.
   */
  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /**
   * Reads a token.
   *
   * @param tokenId The next token.
   * @returns The text that is certain now; may be empty.
   */
  push(tokenId: number): string {
    const bytes = this.#vocabulary.tokenBytes(tokenId);
    return bytes === null ? "" : this.#decoder.decode(bytes, { stream: true });
  }

  /** Ends the text: what was held back comes out as U+FFFD. */
  end(): string {
    return this.#decoder.decode();
  }
}
