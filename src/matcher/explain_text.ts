/**
 * How far a text stays inside a grammar, and what could have come where it leaves it: for people who write grammars.
 *
 * Follows the text byte by byte, so it needs a vocabulary that has all single bytes. What could come next is found by trying every
 * character that a text may have, but only as far as bytes tell them apart.
 *
 * @module
 */

import type { CompiledGrammar } from "./compiled_grammar.ts";
import { Matcher } from "./matcher.ts";

/** What {@link explainText} finds. */
export interface TextExplanation {
  /** Whether the whole text is a sentence of the grammar. */
  readonly isSentence: boolean;
  /** How much of the text is the beginning of a sentence, in UTF-16 code units, up to a whole character. */
  readonly fittingLength: number;
  /** What could come there, as ranges of code points, ascending. */
  readonly nextCharacters: readonly (readonly [first: number, last: number])[];
  /** Whether the text could end there. */
  readonly mayEnd: boolean;
  /** The bytes that would have to come there, as far as there is no choice; as text. */
  readonly forced: string;
  /** A short text that would complete what fits; null where none was found. */
  readonly completion: string | null;
}

const encoder = new TextEncoder();

/**
 * Follows a text as far as it fits.
 *
 * @param grammar Compiled for a vocabulary that has a token for every byte; other tokens do not matter.
 * @param text Any text.
 * @throws {TypeError} The vocabulary lacks a byte.
 *
 * @example
 * ```ts
 * import { compileRegex, explainText } from "@espalier/core/matcher";
 * import { Vocabulary } from "@espalier/core/vocabulary";
 *
 * const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
 * const vocabulary = Vocabulary.fromBytes([...bytes, null], { eosTokenIds: [256] });
 * const { fittingLength, nextCharacters } = explainText(compileRegex("ab[0-9]+", vocabulary), "abx");
 * console.assert(fittingLength === 2 && nextCharacters[0]?.join() === "48,57");
 * ```
 */
export function explainText(grammar: CompiledGrammar, text: string): TextExplanation {
  const { vocabulary } = grammar;
  const byteIds = new Int32Array(256).fill(-1);
  for (let id = 0; id < vocabulary.tokenCount; id++) {
    const bytes = vocabulary.tokenBytes(id);
    if (bytes?.length === 1) byteIds[bytes[0]!] = id;
  }
  const missing = byteIds.indexOf(-1);
  if (missing >= 0) throw new TypeError(`the vocabulary has no token for the byte ${missing}`);
  const matcher = new Matcher(grammar);
  const step = (byte: number) => matcher.acceptToken(byteIds[byte]!);

  let fittingLength = 0;
  for (const character of text) {
    const bytes = encoder.encode(character);
    let count = 0;
    while (count < bytes.length && step(bytes[count]!)) count++;
    if (count < bytes.length) {
      matcher.rollback(count);
      break;
    }
    fittingLength += character.length;
  }
  const mayEnd = matcher.isAccepting();
  const completion = matcher.completionTokens();
  const decode = (bytes: readonly number[]) => new TextDecoder().decode(Uint8Array.from(bytes));
  return {
    isSentence: mayEnd && fittingLength === text.length,
    fittingLength,
    nextCharacters: nextCharacters(matcher, step),
    mayEnd,
    forced: decode(matcher.forcedBytes()),
    completion: completion === null
      ? null
      : decode(completion.flatMap((id) => [...vocabulary.tokenBytes(id)!])),
  };
}

/** Bytes that a character of each length begins with, and the code points of such characters. */
const LENGTHS = [
  { first: 0x00, last: 0x7f, bits: 7, more: 0, least: 0 },
  { first: 0xc2, last: 0xdf, bits: 5, more: 1, least: 0x80 },
  { first: 0xe0, last: 0xef, bits: 4, more: 2, least: 0x800 },
  { first: 0xf0, last: 0xf4, bits: 3, more: 3, least: 0x10000 },
] as const;

function nextCharacters(
  matcher: Matcher,
  step: (byte: number) => boolean,
): (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  const add = (first: number, last: number) => {
    const before = ranges.at(-1);
    if (before !== undefined && before[1] === first - 1) before[1] = last;
    else ranges.push([first, last]);
  };
  const follow = (prefix: number, more: number, least: number): void => {
    if (more === 0) return add(prefix, prefix);
    for (let byte = 0x80; byte <= 0xbf; byte++) {
      const next = prefix << 6 | byte & 0x3f;
      // The first byte after the lead tells overlong forms apart.
      if ((next + 1) << 6 * (more - 1) <= least || !step(byte)) continue;
      follow(next, more - 1, least);
      matcher.rollback(1);
    }
  };
  for (const { first, last, bits, more, least } of LENGTHS) {
    for (let byte = first; byte <= last; byte++) {
      if (!step(byte)) continue;
      follow(byte & (1 << bits) - 1, more, least);
      matcher.rollback(1);
    }
  }
  return ranges;
}
