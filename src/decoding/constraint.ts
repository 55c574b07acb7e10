/**
 * What the loop needs of a grammar's matcher.
 *
 * The engine's `Matcher` is one; a test's few lines may be another. The loop owns the mask buffer and
 * calls, for every token, `fillMask` and then `acceptToken` with the id it chose.
 *
 * @module
 */

/** The state of one constrained text. `Matcher` of `src/matcher` satisfies it. */
export interface Constraint {
  /**
   * Writes the allowed tokens: bit `id % 32` of word `id / 32`, EOS bits where the text may end.
   *
   * @param out `vocabulary.maskWordCount` words, overwritten whole.
   * @returns False at a dead end, which must never happen.
   */
  fillMask(out: Uint32Array): boolean;
  /**
   * Moves on by one token.
   *
   * @param tokenId The token that was chosen; EOS ends the matcher.
   * @returns False when it is not allowed; the state is then unchanged.
   */
  acceptToken(tokenId: number): boolean;
  /** Whether the text may end here. */
  isAccepting(): boolean;
  /** Takes back the last tokens. */
  rollback(tokenCount: number): void;
  /**
   * The tokens of a short text that completes what was written, EOS left out; null where none was found. With
   * it a token limit never leaves a text incomplete; without it the text is cut.
   */
  completionTokens?(): number[] | null;
  /** The bytes that every continuation begins with; without it the loop asks the model for each token. */
  forcedBytes?(): readonly number[];
  /** Whether the last token is content (of a string, a number) and not part of the frame; penalties are for content. */
  readonly isLastTokenContent?: boolean;
}
