/**
 * A short way from a position to an end of the text.
 *
 * Every position has one; this finds it. Inside a lexeme the shortest path through the automaton, between lexemes what the
 * parser state says closes the innermost value, and so on outwards. It is what a token limit needs: a bound on the
 * tokens that are still to be kept in hand, and the text to write when no more are left.
 *
 * Cost: some microseconds where texts of the goals are known (they are remembered), a search where not.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import { shortestPath } from "../json_schema/mod.ts";
import type { Cursor, TextBytes } from "./cursor.ts";
import { completionStep } from "./grammar_completion.ts";
import { GrammarState } from "./grammar_state.ts";
import { LEXEME, NAME, type NameState, type ParserState, STRUCTURE } from "./parser_state.ts";

/** Most bytes of a completion. */
const MAXIMUM_BYTES = 16 * 1024 * 1024;
/** Longer texts are not followed byte by byte where the state after them is known: each name on the way costs a state. */
const LONGEST_STEPPED = 1024;

const encoder = new TextEncoder();

/** Added to a token id where it stands among bytes: a token that a grammar names, whatever its bytes. */
export const TOKEN = 256;

/**
 * Bytes that complete a text, and tokens where a grammar asks for one by name.
 *
 * @param cursor A position; not changed.
 * @param text The text up to it; the same afterwards.
 * @returns Bytes, and token ids plus {@link TOKEN}. Null where none was found within the limits of the search.
 */
export function completionBytes(cursor: Cursor, text: TextBytes): number[] | null {
  const probe = cursor.clone();
  const { length } = text;
  const bytes: number[] = [];
  try {
    while (!probe.isAccepting(text)) {
      const ended = endOfLexeme(probe, text);
      if (ended !== null) {
        probe.settle(ended);
        continue;
      }
      const part = nextPart(probe, text);
      if (part === null || part.length === 0 || bytes.length > MAXIMUM_BYTES) return null;
      const { state } = probe;
      const after = part.length > LONGEST_STEPPED && state.kind === STRUCTURE
        ? state.afterClosing()
        : null;
      if (after !== null) {
        for (const byte of part) {
          text.push(byte);
          bytes.push(byte);
        }
        probe.settle(after);
        continue;
      }
      for (const byte of part) {
        bytes.push(byte);
        if (byte >= TOKEN) {
          const next = followToken(probe, byte - TOKEN);
          if (next === null) return null;
          probe.settle(next);
          continue;
        }
        if (!probe.step(byte, text)) return null;
        text.push(byte);
      }
    }
    return bytes;
  } catch (error) {
    if (error instanceof LimitExceededError) return null;
    throw error;
  } finally {
    text.length = length;
  }
}

/** The state after a token that a grammar names; null where it is not allowed as such. */
export function followToken({ state }: Cursor, id: number): GrammarState | null {
  return state instanceof GrammarState ? state.parser.afterToken(state, id) : null;
}

/** The state after a lexeme that may end here; null where there is none. */
function endOfLexeme(cursor: Cursor, text: TextBytes): ParserState | null {
  const { state, lexer } = cursor;
  if (state.kind !== LEXEME || state.automaton.store.nullable.at(lexer) !== 1) return null;
  const after = state.end(state.automaton.stateInfo(lexer) >> 1, cursor.lexemeText(text));
  return after !== null && after.kind === STRUCTURE ? after : null;
}

function nextPart(cursor: Cursor, text: TextBytes): Iterable<number> & ArrayLike<number> | null {
  const { state } = cursor;
  switch (state.kind) {
    case STRUCTURE:
      return state instanceof GrammarState ? grammarPart(state) : encoded(state.closing());
    case NAME:
      return restOfName(cursor, state, text);
    case LEXEME: {
      const rest = shortestPath(state.automaton, cursor.lexer);
      if (rest === null || rest.length > 0) return rest;
      const labelSet = state.automaton.stateInfo(cursor.lexer) >> 1;
      const after: ParserState | null = state.end(labelSet, cursor.lexemeText(text));
      if (after instanceof GrammarState) return grammarPart(after);
      return after === null || after.kind !== STRUCTURE ? null : encoded(after.closing());
    }
  }
}

function grammarPart(state: GrammarState): Iterable<number> & ArrayLike<number> | null {
  const step = completionStep(state);
  if (step === null) return null;
  if ("bytes" in step) return step.bytes;
  return "token" in step ? [TOKEN + step.token] : nextPart(step.json.cursor, step.json.text);
}

function encoded(text: string | null): Uint8Array | null {
  return text === null ? null : encoder.encode(text);
}

/** The bytes that complete a name and its quote. */
function restOfName(cursor: Cursor, state: NameState, text: TextBytes): number[] | null {
  const { names, nextAllowed } = state;
  if (cursor.low < cursor.high && nextAllowed[cursor.low]! < cursor.high) {
    if (cursor.pending !== 0) return anyByte(cursor, text);
    const index = nextAllowed[cursor.low]!;
    const rest = encoder.encode(names.text(index)).subarray(cursor.depth);
    if (state.isPlain) return [...rest, 0x22];
    const bytes: number[] = [];
    for (const byte of rest) {
      if (byte === 0x22 || byte === 0x5c) bytes.push(0x5c, byte);
      else if (byte < 0x20) {
        bytes.push(...encoder.encode(`\\u00${byte.toString(16).padStart(2, "0")}`));
      } else bytes.push(byte);
    }
    bytes.push(0x22);
    return bytes;
  }
  return cursor.lexer === 0 ? null : restOfOther(cursor, text);
}

/** A way out of a name on no list. The shortest one may write a listed name, which may not come again. */
function restOfOther(cursor: Cursor, text: TextBytes): number[] | null {
  const { state } = cursor;
  if (state.kind !== NAME) return null;
  const shortest = shortestPath(state.automaton, cursor.lexer);
  if (shortest !== null && canWrite(cursor, text, shortest)) return shortest;
  // One more character leads away from every listed name sooner or later.
  return anyByte(cursor, text);
}

function canWrite(cursor: Cursor, text: TextBytes, bytes: readonly number[]): boolean {
  const probe = cursor.clone();
  const { length } = text;
  let possible = true;
  for (const byte of bytes) {
    if (!(possible = probe.step(byte, text))) break;
    text.push(byte);
  }
  text.length = length;
  return possible;
}

/** Any byte that is allowed, letters and digits first. */
function anyByte(cursor: Cursor, text: TextBytes): number[] | null {
  for (let i = 0; i < 256; i++) {
    const byte = (i + 0x30) & 0xff;
    if (canWrite(cursor, text, [byte])) return [byte];
  }
  return null;
}
