/**
 * What a state inside a string looks like, as far as that helps to find its mask.
 *
 * Below `lexeme_masks.ts`. A state is an expression, and from its form one can read that a string is
 * bounded in length and nothing else, that it is a pattern with bounds, or that it is some language without the few texts that
 * a set has taken: all cases in which the mask of a simpler state is nearly the one that is wanted.
 *
 * Cost: linear in the parts of the outermost intersection.
 *
 * @module
 */

import {
  type Automaton,
  EMPTY,
  KIND_CONCAT,
  KIND_INTERSECT,
  KIND_MACHINE,
  KIND_NOT,
  KIND_REPEAT,
  KIND_UNION,
  type Regex,
} from "../automata/mod.ts";

/** Bounds on the number of characters. */
export interface LengthBounds {
  readonly min: number;
  readonly max: number;
}

/** A pattern, and bounds on the length of the texts that match it. */
export interface BoundedPattern extends LengthBounds {
  /** Content of a string, without the quote. */
  readonly pattern: Regex;
}

/** Most heads of a string's content before the quote that are looked at. */
const MANY_HEADS = 64;
/** Operands of a complement that are looked at for a repeat. */
const MANY_OPERANDS = 200;

/** Reads the forms of states inside JSON strings. */
export class StringForms {
  /** Whether an expression is known to match single characters only. */
  readonly #isCharacter = new Map<Regex, boolean>();

  /** @param anyCharacter,quote Expressions of one character of a string's content, and of the closing quote. */
  constructor(
    private readonly automaton: Automaton,
    private readonly anyCharacter: Regex,
    private readonly quote: Regex,
  ) {
    this.#isCharacter.set(anyCharacter, true);
  }

  /** Whether the lexeme is content of a string and an unlabelled quote. */
  isPlainString(state: Regex): boolean {
    const { store } = this.automaton;
    let rest = state;
    for (let i = 0; i < MANY_HEADS && store.kind.at(rest) === KIND_CONCAT; i++) {
      rest = store.b.at(rest);
      if (rest === this.quote) return true;
    }
    return false;
  }

  /** The bounds of a state that takes arbitrary characters and nothing else. */
  lengthBounds(state: Regex): LengthBounds | null {
    const { store } = this.automaton;
    const content = this.#content(state);
    if (content === EMPTY) return null;
    if (content === this.anyCharacter) return { min: 1, max: 1 };
    if (store.kind.at(content) !== KIND_REPEAT || store.a.at(content) !== this.anyCharacter) {
      return null;
    }
    return { min: store.repeatMin(content), max: store.repeatMax(content) };
  }

  /**
   * The state without the complements of lists of texts in its intersection; `EMPTY` when there are none. The values of a
   * set that are taken are such complements, which most tokens lead away from.
   */
  withoutLists(state: Regex): Regex {
    const kept: Regex[] = [this.automaton.store.star(this.anyCharacter)];
    let isSame = true;
    for (const part of this.#parts(state)) {
      if (this.#isListComplement(part)) isSame = false;
      else kept.push(part);
    }
    const { store } = this.automaton;
    return isSame ? EMPTY : store.concat(store.intersect(kept), this.quote);
  }

  /** The pattern and the bounds of a state that is an intersection of both; null for any other. */
  boundedPattern(state: Regex): BoundedPattern | null {
    const { store } = this.automaton;
    // A complement alone would take more than strings.
    const patterns: Regex[] = [store.star(this.anyCharacter)];
    let min = 0, max = Infinity;
    for (const part of this.#parts(state)) {
      if (store.kind.at(part) !== KIND_REPEAT || !this.#isOneCharacter(store.a.at(part))) {
        patterns.push(part);
        continue;
      }
      min = Math.max(min, store.repeatMin(part));
      max = Math.min(max, store.repeatMax(part));
      patterns.push(store.star(store.a.at(part)));
    }
    if (min === 0 && max === Infinity) return null;
    return { pattern: store.intersect(patterns), min, max };
  }

  /** What stands before the quote, if that is one part; else `EMPTY`. */
  #content(state: Regex): Regex {
    const { store } = this.automaton;
    if (store.kind.at(state) !== KIND_CONCAT || store.b.at(state) !== this.quote) return EMPTY;
    return store.a.at(state);
  }

  /** The parts of the intersection before the quote; none if there is no such. */
  #parts(state: Regex): Regex[] {
    const { store } = this.automaton;
    const both = this.#content(state);
    if (store.kind.at(both) !== KIND_INTERSECT) return [];
    const offset = store.a.at(both), count = store.b.at(both);
    return Array.from({ length: count }, (_, i) => store.pool.at(offset + i));
  }

  #isOneCharacter(regex: Regex): boolean {
    let known = this.#isCharacter.get(regex);
    if (known === undefined) {
      const { store } = this.automaton;
      known = !this.automaton.isAlive(
        store.intersect([regex, store.not(this.anyCharacter)]),
      );
      this.#isCharacter.set(regex, known);
    }
    return known;
  }

  /** Whether it is the complement of a list of texts: of a machine, or of what repeats nothing. */
  #isListComplement(regex: Regex): boolean {
    const { store } = this.automaton;
    if (store.kind.at(regex) !== KIND_NOT) return false;
    const waiting = [store.a.at(regex)];
    for (let i = 0; waiting.length > 0; i++) {
      if (i === MANY_OPERANDS) return false;
      const one = waiting.pop()!;
      switch (store.kind.at(one)) {
        case KIND_REPEAT:
        case KIND_INTERSECT:
        case KIND_NOT:
          return false;
        case KIND_MACHINE:
          break;
        case KIND_CONCAT:
          waiting.push(store.a.at(one), store.b.at(one));
          break;
        case KIND_UNION:
          for (let j = 0; j < store.b.at(one); j++) {
            waiting.push(store.pool.at(store.a.at(one) + j));
          }
      }
    }
    return true;
  }
}
