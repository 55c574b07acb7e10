/**
 * States of an automaton that no short text tells apart.
 *
 * A lexeme such as `[a-z]{1,63}` has a state for every letter that is still allowed, and each would need a mask of its own. But a
 * token has few bytes: whether 60 or 40 more letters may come makes no difference to any token of 20. So counts that
 * a text of so many bytes cannot reach are taken for no bound at all, and most states become one.
 *
 * Only counts outside of intersections and complements are changed: there, what is out of reach may still decide whether
 * anything is left.
 *
 * Cost: linear in the expression, once for each expression and length.
 *
 * @module
 */

import {
  KIND_CONCAT,
  KIND_REPEAT,
  KIND_UNION,
  type Regex,
  type RegexStore,
} from "../automata/mod.ts";

/** Looks at expressions of one store. */
export class ReachableCounts {
  /** Largest count in an expression. */
  readonly #largest = new Map<Regex, number>();
  readonly #within = new Map<number, Map<Regex, Regex>>();

  constructor(private readonly store: RegexStore) {}

  /** Forgets what was found out. */
  clear(): void {
    this.#largest.clear();
    this.#within.clear();
  }

  /** An expression that matches, and can be continued after, the same texts of at most so many bytes. */
  within(regex: Regex, byteCount: number): Regex {
    if (this.#largestIn(regex) <= byteCount) return regex;
    let known = this.#within.get(byteCount);
    if (known === undefined) this.#within.set(byteCount, known = new Map());
    let result = known.get(regex);
    if (result === undefined) {
      result = this.#rewrite(regex, byteCount);
      known.set(regex, result);
    }
    return result;
  }

  #rewrite(regex: Regex, byteCount: number): Regex {
    const { store } = this;
    const a = store.a.at(regex), b = store.b.at(regex);
    switch (store.kind.at(regex)) {
      case KIND_CONCAT: {
        const heads: Regex[] = [];
        let rest = regex;
        while (store.kind.at(rest) === KIND_CONCAT && this.#largestIn(rest) > byteCount) {
          heads.push(this.within(store.a.at(rest), byteCount));
          rest = store.b.at(rest);
        }
        if (store.kind.at(rest) !== KIND_CONCAT) rest = this.within(rest, byteCount);
        for (let i = heads.length - 1; i >= 0; i--) rest = store.concat(heads[i]!, rest);
        return rest;
      }
      case KIND_UNION: {
        const parts: Regex[] = [];
        for (let i = 0; i < b; i++) parts.push(this.within(store.pool.at(a + i), byteCount));
        return store.union(parts);
      }
      case KIND_REPEAT: {
        const min = Math.min(store.repeatMin(regex), byteCount + 1);
        const max = store.repeatMax(regex);
        return store.repeat(
          this.within(a, byteCount),
          min,
          max > byteCount ? Infinity : max,
        );
      }
      default:
        return regex;
    }
  }

  /** The largest bound of a count outside of intersections and complements; 0 where there is none. */
  #largestIn(regex: Regex): number {
    const known = this.#largest.get(regex);
    if (known !== undefined) return known;
    const { store } = this;
    let largest = 0;
    // Tails of a sequence are sequences: from the last one to the first.
    const sequence: Regex[] = [];
    let rest = regex;
    while (store.kind.at(rest) === KIND_CONCAT && !this.#largest.has(rest)) {
      sequence.push(rest);
      rest = store.b.at(rest);
    }
    if (sequence.length > 0) {
      largest = this.#largestIn(rest);
      for (let i = sequence.length - 1; i >= 0; i--) {
        largest = Math.max(largest, this.#largestIn(store.a.at(sequence[i]!)));
        this.#largest.set(sequence[i]!, largest);
      }
      return largest;
    }
    const a = store.a.at(regex), b = store.b.at(regex);
    switch (store.kind.at(regex)) {
      case KIND_UNION:
        for (let i = 0; i < b; i++) {
          largest = Math.max(largest, this.#largestIn(store.pool.at(a + i)));
        }
        break;
      case KIND_REPEAT: {
        const max = store.repeatMax(regex);
        largest = Math.max(
          this.#largestIn(a),
          store.repeatMin(regex),
          max === Infinity ? 0 : max,
        );
      }
    }
    this.#largest.set(regex, largest);
    return largest;
  }
}
