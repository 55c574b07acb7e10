/**
 * Sets of code points as regular expressions over the bytes that write them.
 *
 * Below the algebras of texts (`utf8.ts`, `json_string.ts`). Idea: UTF-8, `\uXXXX` and surrogate pairs are
 * all positional notations. A coding lists the places from the most significant one: how many bits a
 * digit has, which byte stands for it, which bytes stand before it. The expression of a set is built by
 * splitting its ranges digit by digit; digits with equal tails are one byte set, tails are hash-consed and
 * full blocks are kept, so an expression has as many nodes as the minimal automaton of the set.
 * Cost: linear in the number of ranges times the places. Source: the splitting is that of Thompson's
 * UTF-8 automata (Plan 9 grep; Cox, "Regular Expression Matching in the Wild", 2010).
 *
 * @module
 */

import type { CodePointSet } from "./language_algebra.ts";
import { type RegexStore } from "./regex_store.ts";
import { EPSILON, type Regex } from "./regex_table.ts";
import { intersectSets } from "./unicode_sets.ts";

/** One place of a positional notation. */
interface Place {
  /** Bits of a digit. */
  readonly bits: number;
  /** The byte of digit 0; "hex": hexadecimal digits of either case. */
  readonly zero: number | "hex";
  /** What hexadecimal digit 0 of this place stands for; 0xC in the second digit of `\uDCxx`. */
  readonly hexOffset: number;
  /** Bytes before the digit, as inclusive ranges for one byte each. */
  readonly before: readonly (readonly number[])[];
}

/** A positional notation for the code points `first..last`. */
interface Coding {
  readonly first: number;
  readonly last: number;
  /** Subtracted from a code point before it is split into digits. */
  readonly base: number;
  readonly places: readonly Place[];
}

const SURROGATE_D = [0x44, 0x44, 0x64, 0x64];

function bytePlace(zero: number): Place {
  return { bits: 6, zero, hexOffset: 0, before: [] };
}

function hexPlace(bits: number, hexOffset = 0, before: readonly (readonly number[])[] = []): Place {
  return { bits, zero: "hex", hexOffset, before };
}

const continuation = bytePlace(0x80);

/** UTF-8 by length. */
const UTF8: readonly Coding[] = [
  {
    first: 0,
    last: 0x7f,
    base: 0,
    places: [{ bits: 7, zero: 0, hexOffset: 0, before: [] }],
  },
  { first: 0x80, last: 0x7ff, base: 0, places: [bytePlace(0xc0), continuation] },
  { first: 0x800, last: 0xffff, base: 0, places: [bytePlace(0xe0), continuation, continuation] },
  {
    first: 0x10000,
    last: 0x10ffff,
    base: 0,
    places: [bytePlace(0xf0), continuation, continuation, continuation],
  },
];

/** What follows `\u`: four hexadecimal digits, or the two surrogates of a pair. */
const HEX: readonly Coding[] = [
  { first: 0, last: 0xffff, base: 0, places: [hexPlace(4), hexPlace(4), hexPlace(4), hexPlace(4)] },
  {
    first: 0x10000,
    last: 0x10ffff,
    base: 0x10000,
    places: [
      hexPlace(2, 8, [SURROGATE_D]),
      hexPlace(4),
      hexPlace(4),
      hexPlace(2, 0xc, [[0x5c, 0x5c], [0x75, 0x75], SURROGATE_D]),
      hexPlace(4),
      hexPlace(4),
    ],
  },
];

/** Splits code point sets into byte expressions of one store. */
export class CharacterCoder {
  /** Expressions of "any digits from this place on", by coding and place. */
  readonly #full = new Map<Coding, Regex[]>();

  /**
   * Makes a coder without any kept block.
   *
   * @param store Where the expressions are made.
   */
  constructor(readonly store: RegexStore) {}

  /** The characters of the set in UTF-8. */
  utf8(set: CodePointSet): Regex {
    return this.#encode(UTF8, set);
  }

  /** What may follow `\u` to write a character of the set. */
  afterBackslashU(set: CodePointSet): Regex {
    return this.#encode(HEX, set);
  }

  #encode(codings: readonly Coding[], set: CodePointSet): Regex {
    const parts: Regex[] = [];
    for (const coding of codings) {
      const { first, last } = coding;
      if (set.length === 0 || set[0]! > last || set[set.length - 1]! < first) continue;
      const ranges = intersectSets(set, [first, last]).map((value) => value - coding.base);
      if (ranges.length > 0) parts.push(this.#split(coding, 0, ranges, 0));
    }
    return parts.length === 1 ? parts[0]! : this.store.union(parts);
  }

  /** The members of `ranges` in the block at `base` that the places from `index` on can write. */
  #split(coding: Coding, index: number, ranges: readonly number[], base: number): Regex {
    const place = coding.places[index];
    if (place === undefined) return EPSILON;
    let shift = 0;
    for (let i = index + 1; i < coding.places.length; i++) shift += coding.places[i]!.bits;
    const end = base + 2 ** (shift + place.bits);
    const byTail = new Map<Regex, number[]>();
    let range = firstRangeEndingAt(ranges, base);
    for (let position = base; position < end;) {
      while (range < ranges.length && ranges[range + 1]! < position) range += 2;
      if (range >= ranges.length || ranges[range]! >= end) break;
      const from = Math.max(ranges[range]!, position), to = ranges[range + 1]!;
      const digit = (from - base) >> shift;
      const block = base + (digit << shift);
      let lastDigit = digit;
      let tail: Regex;
      if (from === block && to >= block + 2 ** shift - 1) {
        lastDigit = ((Math.min(to + 1, end) - base) >> shift) - 1;
        tail = this.#fullTail(coding, index + 1);
      } else tail = this.#split(coding, index + 1, ranges, block);
      position = base + ((lastDigit + 1) << shift);
      const bytes = byTail.get(tail);
      if (bytes === undefined) byTail.set(tail, digitBytes(place, digit, lastDigit));
      else bytes.push(...digitBytes(place, digit, lastDigit));
    }
    const parts: Regex[] = [];
    for (const [tail, bytes] of byTail) {
      parts.push(this.store.concat(this.store.bytes(bytes), tail));
    }
    return this.#withBefore(place, parts.length === 1 ? parts[0]! : this.store.union(parts));
  }

  #withBefore(place: Place, digits: Regex): Regex {
    let result = digits;
    for (let i = place.before.length - 1; i >= 0; i--) {
      result = this.store.concat(this.store.bytes(place.before[i]!), result);
    }
    return result;
  }

  #fullTail(coding: Coding, index: number): Regex {
    let full = this.#full.get(coding);
    if (full === undefined) {
      full = [];
      this.#full.set(coding, full);
    }
    if (full[index] === undefined) {
      const place = coding.places[index];
      full[index] = place === undefined ? EPSILON : this.#withBefore(
        place,
        this.store.concat(
          this.store.bytes(digitBytes(place, 0, 2 ** place.bits - 1)),
          this.#fullTail(coding, index + 1),
        ),
      );
    }
    return full[index]!;
  }
}

function digitBytes(place: Place, first: number, last: number): number[] {
  if (place.zero !== "hex") return [place.zero + first, place.zero + last];
  const low = first + place.hexOffset, high = last + place.hexOffset;
  const bytes: number[] = [];
  if (low <= 9) bytes.push(0x30 + low, 0x30 + Math.min(high, 9));
  if (high >= 10) {
    const letter = Math.max(low, 10) - 10;
    bytes.push(0x41 + letter, 0x41 + high - 10, 0x61 + letter, 0x61 + high - 10);
  }
  return bytes;
}

/** Offset of the first range that does not end before the value. */
function firstRangeEndingAt(ranges: readonly number[], value: number): number {
  let low = 0, high = ranges.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[2 * middle + 1]! < value) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}
