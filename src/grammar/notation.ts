/**
 * Which notation a grammar's text is in.
 *
 * @module
 */

/** A notation that grammars are read in and written in. */
export type GrammarNotation = "gbnf" | "lark";

/**
 * Tells the notation by the first definition: GBNF's has `::=` behind its name.
 *
 * @param text The grammar.
 */
export function detectNotation(text: string): GrammarNotation {
  return /^\ufeff?(?:\s|#[^\r\n]*(?:[\r\n]|$))*[A-Za-z0-9_-]+[ \t]*::=/.test(text)
    ? "gbnf"
    : "lark";
}
