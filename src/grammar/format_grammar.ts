/**
 * The door to the writers: a grammar in, text in either notation out.
 *
 * @module
 */

import { formatGbnf } from "./gbnf_formatter.ts";
import type { Grammar } from "./grammar_form.ts";
import { formatLark } from "./lark_formatter.ts";
import type { GrammarNotation } from "./notation.ts";

/**
 * Writes a grammar.
 *
 * @param grammar The grammar.
 * @param notation The notation to write it in; it need not be the one that it was read from.
 * @returns The text, which `parseGrammar` reads as a grammar of the same language.
 * @throws {GrammarFormatError} Something in it has no equivalent in the notation.
 *
 * @example From one notation to the other
 * ```ts
 * import { formatGrammar, parseGrammar } from "@espalier/core/grammar";
 *
 * const { grammar } = parseGrammar('root ::= "a" | [0-9]+');
 * console.assert(formatGrammar(grammar, "lark") === 'start: "a" | "0".."9"+\n');
 * ```
 */
export function formatGrammar(grammar: Grammar, notation: GrammarNotation): string {
  switch (notation) {
    case "gbnf":
      return formatGbnf(grammar);
    case "lark":
      return formatLark(grammar);
    default:
      throw new TypeError(`notation must be "gbnf" or "lark", got ${JSON.stringify(notation)}`);
  }
}
