/**
 * All that stands somewhere in a text, as an expression: what `%regex {"substring_words": …}` means.
 *
 * The text is cut into chunks; a substring is any number of neighbours. Idea: halve. A substring lies in
 * the left half, or in the right half, or is an end of the left one with a beginning of the right one. So n
 * chunks give O(n log n) nodes, nested O(log n) deep, where a suffix automaton written as nested options
 * would be n deep.
 *
 * @module
 */

import { choiceOf, repeatOf, sequenceOf, textOf } from "./expressions.ts";
import type { Expression } from "./grammar_form.ts";

/** Cuts a text into words and the single characters between them. */
export function wordChunks(text: string): string[] {
  return text.match(/[\p{L}\p{M}\p{N}_]+|[^]/gu) ?? [];
}

/** The texts that some chunks in a row make up, none included. */
export function substringExpression(chunks: readonly string[]): Expression {
  if (chunks.length === 0) return textOf("");
  return repeatOf(inside(chunks), 0, 1);
}

/** At least one chunk. */
function inside(chunks: readonly string[]): Expression {
  if (chunks.length === 1) return textOf(chunks[0]!);
  const [left, right] = halves(chunks);
  return choiceOf([inside(left), inside(right), sequenceOf([endOf(left), beginningOf(right)])]);
}

/** At least the last chunk. */
function endOf(chunks: readonly string[]): Expression {
  if (chunks.length === 1) return textOf(chunks[0]!);
  const [left, right] = halves(chunks);
  return choiceOf([endOf(right), sequenceOf([endOf(left), textOf(right.join(""))])]);
}

/** At least the first chunk. */
function beginningOf(chunks: readonly string[]): Expression {
  if (chunks.length === 1) return textOf(chunks[0]!);
  const [left, right] = halves(chunks);
  return choiceOf([
    beginningOf(left),
    sequenceOf([textOf(left.join("")), beginningOf(right)]),
  ]);
}

function halves(chunks: readonly string[]): [readonly string[], readonly string[]] {
  const middle = chunks.length >> 1;
  return [chunks.slice(0, middle), chunks.slice(middle)];
}
