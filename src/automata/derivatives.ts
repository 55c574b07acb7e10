/**
 * Derivatives of expressions: what may follow after one more byte, for all 256 bytes at once.
 *
 * They are kept as intervals, so the classes of bytes that behave alike come out of the construction (Brzozowski,
 * JACM 1964; symbolic form as in Stanford, Veanes and Bjørner, "Symbolic Boolean derivatives", PLDI 2021) and no
 * alphabet has to be fixed beforehand.
 *
 * Of a union, and of a concatenation that begins with what may be empty, the derivative is that of its **places**:
 * the expressions that begin where the text stands, each once (Antimirov, "Partial derivatives of regular expressions
 * and finite automaton constructions", 1996). So a chain of 20,000 optional parts has 20,000 places, and not a union
 * of unions for each of its tails. Places are found with a list of what is still to be looked at, so a long
 * chain needs no stack; what is descended into recursively is bounded by the store's `expressionDepth`.
 *
 * Cost: each derivative once, in the number of intervals of the parts.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import { combineTargets, type Intervals, mapTargets, pushInterval } from "./interval_lists.ts";
import type { RegexStore } from "./regex_store.ts";
import {
  ALL,
  EMPTY,
  EPSILON,
  KIND_ALL,
  KIND_BYTES,
  KIND_CONCAT,
  KIND_EMPTY,
  KIND_EPSILON,
  KIND_INTERSECT,
  KIND_LABEL,
  KIND_MACHINE,
  KIND_NOT,
  KIND_REPEAT,
  KIND_UNION,
  type Regex,
} from "./regex_table.ts";

const DEAD: Intervals = [255, EMPTY];

/** The derivatives of all expressions of a store, made when they are asked for. */
export class Derivatives {
  readonly #known: (Intervals | undefined)[] = [];
  /** Of concatenations whose head may be empty: the derivative as if it may not. */
  readonly #ofHead = new Map<Regex, Intervals>();
  #intervalCount = 0;
  /** Scratch: the targets of one machine state. */
  readonly #machineRow = new Int32Array(256);

  /** @param maximum Most intervals to keep; the limit `derivativeIntervals`. */
  constructor(readonly store: RegexStore, private readonly maximum: number) {}

  /** The derivative by every byte, as intervals; targets may be empty languages. */
  of(regex: Regex): Intervals {
    return this.#known[regex] ?? (this.#known[regex] = this.#kept(this.#derive(regex)));
  }

  #kept(intervals: Intervals): Intervals {
    this.#intervalCount += intervals.length >> 1;
    if (this.#intervalCount > this.maximum) {
      throw new LimitExceededError("derivativeIntervals", Infinity, this.maximum);
    }
    return intervals;
  }

  #derive(regex: Regex): Intervals {
    const { store } = this;
    const a = store.a.at(regex), b = store.b.at(regex);
    switch (store.kind.at(regex)) {
      case KIND_EMPTY:
      case KIND_EPSILON:
      case KIND_LABEL:
        return DEAD;
      case KIND_ALL:
        return [255, ALL];
      case KIND_BYTES:
        return this.#ofBytes(a, b);
      case KIND_CONCAT:
      case KIND_UNION:
        return combineTargets(
          placesOf(store, regex).map((place) => this.#ofPlace(place)),
          EMPTY,
          (targets) => store.union(targets),
        );
      case KIND_INTERSECT: {
        const parts: Intervals[] = [];
        for (let i = 0; i < b; i++) parts.push(this.of(store.pool.at(a + i)));
        return combineTargets(parts, ALL, (targets) => store.intersect(targets));
      }
      case KIND_NOT:
        return mapTargets(this.of(a), (target) => store.not(target));
      case KIND_REPEAT: {
        const min = store.repeatMin(regex), max = store.repeatMax(regex);
        const rest = store.repeat(a, Math.max(0, min - 1), max - 1);
        return mapTargets(this.of(a), (target) => store.concat(target, rest));
      }
      case KIND_MACHINE:
        return this.#ofMachine(a, b);
      default:
        throw new Error(`unknown expression kind ${store.kind.at(regex)}`);
    }
  }

  /** Of a concatenation its head's, each before the tail; of anything else its derivative. */
  #ofPlace(place: Regex): Intervals {
    const { store } = this;
    if (store.kind.at(place) !== KIND_CONCAT) return this.of(place);
    const head = store.a.at(place), tail = store.b.at(place);
    const isWhole = store.nullable.at(head) === 0;
    const known = isWhole ? this.#known[place] : this.#ofHead.get(place);
    if (known !== undefined) return known;
    const made = this.#kept(mapTargets(this.of(head), (target) => store.concat(target, tail)));
    if (isWhole) this.#known[place] = made;
    else this.#ofHead.set(place, made);
    return made;
  }

  #ofBytes(offset: number, count: number): Intervals {
    const result: number[] = [];
    const { pool } = this.store;
    let next = 0;
    for (let i = 0; i < count; i += 2) {
      const low = pool.at(offset + i), high = pool.at(offset + i + 1);
      if (low > next) result.push(low - 1, EMPTY);
      result.push(high, EPSILON);
      next = high + 1;
    }
    if (next <= 255) result.push(255, EMPTY);
    return result;
  }

  #ofMachine(index: number, state: number): Intervals {
    const { store } = this;
    const machine = store.machines[index]!;
    const row = this.#machineRow;
    if (machine.transitions !== undefined) machine.transitions(state, row);
    else for (let byte = 0; byte < 256; byte++) row[byte] = machine.step(state, byte);
    const result: number[] = [];
    for (let byte = 0; byte < 256; byte++) {
      const next = row[byte]!;
      if (byte < 255 && row[byte + 1] === next) continue;
      pushInterval(result, byte, next < 0 ? EMPTY : store.machineState(index, next));
    }
    return result;
  }
}

/**
 * The expressions that begin where an expression begins: those of a union, and of a concatenation itself and, where
 * its head may be empty, those of its tail. Each once.
 */
export function placesOf(store: RegexStore, regex: Regex): Regex[] {
  const places: Regex[] = [];
  const waiting = [regex];
  const seen = new Set<Regex>();
  while (waiting.length > 0) {
    const one = waiting.pop()!;
    if (seen.has(one)) continue;
    seen.add(one);
    const a = store.a.at(one);
    switch (store.kind.at(one)) {
      case KIND_UNION:
        for (let i = store.b.at(one) - 1; i >= 0; i--) waiting.push(store.pool.at(a + i));
        break;
      case KIND_CONCAT:
        places.push(one);
        if (store.nullable.at(a) === 1) waiting.push(store.b.at(one));
        break;
      default:
        places.push(one);
    }
  }
  return places;
}
