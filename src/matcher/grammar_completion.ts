/**
 * A short way from a place in a context-free grammar to an end of the text.
 *
 * Every column knows about how far it is from the end: the shortest rest of an item, and the distance of the column after it.
 * The way follows the thread, or the item, that is nearest, one lexeme at a time; each is the shortest of its
 * language. Each step brings the end nearer, so the way comes to it.
 *
 * @module
 */

import type { Column } from "./grammar_columns.ts";
import {
  type GrammarSymbol,
  NO_REST,
  type Productions,
  type Rest,
  SYMBOL_LEXEME,
  SYMBOL_RULE,
  SYMBOL_TOKEN,
} from "./grammar_productions.ts";
import type { GrammarState, JsonPosition } from "./grammar_state.ts";
import { shortestLength, shortestText } from "./shortest_text.ts";

/** Longest way that is begun. */
const MAXIMUM_BYTES = 16 * 1024 * 1024;

/** What to write next: bytes, a token, or whatever completes a JSON value. */
export type CompletionStep =
  | { readonly bytes: ArrayLike<number> & Iterable<number> }
  | { readonly token: number }
  | { readonly json: JsonPosition };

/** The next step of a way to the end, from a state in which the text may not end; null where none was found. */
export function completionStep(state: GrammarState): CompletionStep | null {
  const { parser, fresh } = state;
  const { columns, automaton } = parser;
  let best = fresh === null ? Infinity : columns.distance(fresh);
  let path: ArrayLike<number> & Iterable<number> | null = null;
  for (const { lexer, column } of state.threads) {
    // Where a lexeme is complete, what comes after it has been begun.
    if (automaton.store.nullable.at(lexer) === 1) continue;
    if (shortestLength(automaton, lexer) >= best) continue;
    const bytes = shortestText(automaton, lexer, MAXIMUM_BYTES);
    if (bytes === null) continue;
    const end = automaton.run(lexer, Uint8Array.from(bytes));
    const after = columns.afterLexemes(column, automaton.stateInfo(end) >> 1);
    const distance = bytes.length + columns.distance(after);
    if (distance < best) [best, path] = [distance, bytes];
  }
  if (best > MAXIMUM_BYTES && state.json.length === 0) return null;
  if (path !== null) return { bytes: path };
  if (fresh !== null && best < Infinity) return firstStep(state, fresh);
  return state.json.length === 0 ? null : { json: state.json[0]! };
}

function firstStep({ parser }: GrammarState, column: Column): CompletionStep | null {
  const { columns, automaton } = parser;
  const { productions } = columns;
  let best = Infinity, nearest: Rest = NO_REST;
  column.rests.forEach((rest, i) => {
    const length = productions.shortestOf(rest);
    const distance = length + columns.distance(column.after[i]!);
    // What may be empty has been skipped as well.
    if (length > 0 && distance < best) [best, nearest] = [distance, rest];
  });
  const symbol = firstSymbol(productions, nearest);
  if (symbol === null) return null;
  const value = productions.value[symbol]!;
  switch (productions.kind[symbol]) {
    case SYMBOL_LEXEME: {
      const bytes = shortestText(automaton, value, MAXIMUM_BYTES);
      return bytes === null || bytes.length === 0 ? null : { bytes };
    }
    case SYMBOL_TOKEN:
      return { token: parser.tokens.first(value) };
    default: {
      const index = columns.expected(column).json.indexOf(symbol);
      const text = parser.json.before(parser, column)[index]!.closing();
      return text === null ? null : { bytes: new TextEncoder().encode(text) };
    }
  }
}

/** The first symbol of the shortest text of a rest. */
function firstSymbol(productions: Productions, rest: Rest): GrammarSymbol | null {
  while (rest !== NO_REST) {
    const symbol = productions.restSymbol[rest]!;
    if (productions.shortest[symbol] === 0) rest = productions.restNext[rest]!;
    else if (productions.kind[symbol] !== SYMBOL_RULE) return symbol;
    else rest = productions.shortestAlternative[symbol]!;
  }
  return null;
}
