/**
 * What can be wrong with a grammar besides what is wrong with its text.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";

/** No text is a sentence of the grammar. */
export class EmptyGrammarError extends EspalierError {
  /** Stable identifier. */
  readonly code = "empty_grammar";

  /**
   * Makes the error.
   *
   * @param grammar The pattern or grammar, as written.
   */
  constructor(readonly grammar: string) {
    super(`no text matches ${JSON.stringify(grammar.slice(0, 200))}`);
  }
}
