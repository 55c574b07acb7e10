/**
 * What a grammar leaves no choice about.
 *
 * @module
 */

import { followToken, TOKEN } from "./completion.ts";
import type { Cursor, TextBytes } from "./cursor.ts";
import { GrammarState } from "./grammar_state.ts";

/** Longest run that is looked for. */
const MAXIMUM_BYTES = 4096;

/**
 * The bytes that every continuation of a text begins with, and tokens where a grammar allows nothing but one by name.
 *
 * @param cursor A position; not changed.
 * @param text The text up to it; the same afterwards.
 * @returns Bytes, and token ids plus `TOKEN`.
 */
export function forcedBytes(cursor: Cursor, text: TextBytes): number[] {
  const probe = cursor.clone();
  const trial = cursor.clone();
  const { length } = text;
  const bytes: number[] = [];
  while (bytes.length < MAXIMUM_BYTES && !probe.isAccepting(text)) {
    let only = -1, count = 0;
    for (let byte = 0; byte < 256 && count < 2; byte++) {
      trial.copy(probe);
      if (!trial.step(byte, text)) continue;
      only = byte;
      count++;
    }
    const token = namedToken(probe);
    if (token !== null && count === 0) {
      const next = token < 0 ? null : followToken(probe, token);
      if (next === null) break;
      bytes.push(TOKEN + token);
      probe.settle(next);
      continue;
    }
    if (count !== 1 || token !== null) break;
    probe.step(only, text);
    text.push(only);
    bytes.push(only);
  }
  text.length = length;
  return bytes;
}

/** The only token that a grammar allows by name here; -1 where there are several, null where there is none. */
function namedToken({ state }: Cursor): number | null {
  if (!(state instanceof GrammarState) || state.fresh === null) return null;
  const { columns, tokens } = state.parser;
  const symbols = columns.expected(state.fresh).tokens;
  if (symbols.length === 0) return null;
  return symbols.length > 1 ? -1 : tokens.only(columns.productions.value[symbols[0]!]!);
}
