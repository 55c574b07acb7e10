/**
 * A notation for grammars of formats: the ABNF of the RFCs as function calls.
 *
 * Every `format_*.ts` is written against it. Idea: parts are languages or plain strings, so that a rule reads
 * like the RFC's; sets are written as in a character class (`"A-Za-z0-9-"`) and parsed once a process.
 * It is used instead of patterns because a format is built while a schema is compiled: `date` takes 0.06 ms
 * here and 0.15 ms as a pattern (median once warm; 1 and 8 ms the first time in a process).
 *
 * @module
 */

import {
  type CodePointSet,
  codePointSet,
  complementOfSet,
  intersectSets,
  type LanguageAlgebra,
} from "../automata/mod.ts";
/** How formats are to be. */
export interface FormatOptions {
  /** Which leap seconds a time may have: all that there can be (the default), or those written in UTC. */
  readonly leapSeconds?: "any" | "utc";
}

/** A language, or the language of one text. */
export type Part<T> = T | string;

const sets = new Map<string, CodePointSet>();

/** The set that `ranges` lists: single characters and `a-z`; a hyphen stands first or last. */
export function characterSet(ranges: string): CodePointSet {
  let set = sets.get(ranges);
  if (set === undefined) {
    const characters = Array.from(ranges, (character) => character.codePointAt(0)!);
    const flat: number[] = [];
    for (let i = 0; i < characters.length; i++) {
      const from = characters[i]!;
      const isRange = characters[i + 1] === 0x2d && i + 2 < characters.length;
      flat.push(from, isRange ? characters[i + 2]! : from);
      if (isRange) i += 2;
    }
    set = codePointSet(flat);
    sets.set(ranges, set);
  }
  return set;
}

/** The members of `set` that are not members of `other`. */
export function without(set: CodePointSet, other: CodePointSet): CodePointSet {
  return intersectSets(set, complementOfSet(other));
}

/** Combinators over one algebra. `T` must not be a string. */
export class FormatBuilder<T> {
  /** One ASCII digit. */
  readonly digit: T;
  /** One hexadecimal digit of either case. */
  readonly hexDigit: T;

  /**
   * Makes the combinators.
   *
   * @param algebra Where the languages are made.
   * @param options How they are to be.
   */
  constructor(readonly algebra: LanguageAlgebra<T>, readonly options: FormatOptions = {}) {
    this.digit = this.oneOf("0-9");
    this.hexDigit = this.oneOf("0-9A-Fa-f");
  }

  /** One character out of a set, written as for {@link characterSet}. */
  oneOf(set: string | CodePointSet): T {
    return this.algebra.characters(typeof set === "string" ? characterSet(set) : set);
  }

  /** The parts one after the other. */
  seq(...parts: readonly Part<T>[]): T {
    return this.algebra.concat(parts.map((part) => this.part(part)));
  }

  /** Any one of the parts. */
  either(...parts: readonly Part<T>[]): T {
    return this.algebra.union(parts.map((part) => this.part(part)));
  }

  /** Between `min` and `max` times the part. */
  times(part: Part<T>, min: number, max = min): T {
    return this.algebra.repeat(this.part(part), min, max);
  }

  /** The parts one after the other, or nothing. */
  maybe(...parts: readonly Part<T>[]): T {
    return this.times(this.seq(...parts), 0, 1);
  }

  /** Any number of times. */
  any(part: Part<T>): T {
    return this.times(part, 0, Infinity);
  }

  /** At least once. */
  some(part: Part<T>): T {
    return this.times(part, 1, Infinity);
  }

  /** At least one part, with separators between them. */
  list(part: Part<T>, separator: Part<T>): T {
    return this.seq(part, this.any(this.seq(separator, part)));
  }

  /** A part as a language. */
  part(part: Part<T>): T {
    return typeof part === "string" ? this.algebra.literal(part) : part;
  }
}
