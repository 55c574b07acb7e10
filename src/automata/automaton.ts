/**
 * The automaton over all expressions of a store, made on demand: a state is an expression, a step is a derivative.
 *
 * The lexer reads *rows*: for a state that was visited, 256 targets in one flat table. In a row a target
 * without any completion is 0 (`EMPTY`), so the lexer never walks into a dead end. Whether there is one is decided by
 * `emptiness.ts` when the row is filled.
 *
 * Cost: a row is 1 KiB; filling one takes 1-20 µs for ordinary expressions, once per state per store.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import { Derivatives, placesOf } from "./derivatives.ts";
import { Emptiness } from "./emptiness.ts";
import { Int32Column } from "./growable.ts";
import type { Intervals } from "./interval_lists.ts";
import type { RegexStore } from "./regex_store.ts";
import {
  EMPTY,
  KIND_ALL,
  KIND_BYTES,
  KIND_EPSILON,
  KIND_LABEL,
  KIND_UNION,
  type Regex,
} from "./regex_table.ts";
import { workClock } from "./time_limit.ts";

/** Bounds of an automaton; see {@link Automaton}. */
export interface AutomatonLimits {
  /** Most states with a row (1 KiB each); default 262,144. */
  rows: number;
  /** Most states visited to decide whether one language is empty; default 50,000. */
  emptinessSearch: number;
  /** Most intervals of all derivatives together; default 16,000,000. */
  derivativeIntervals: number;
  /**
   * Rows to make room for at once; default 64. The room costs address space, not memory, until it is used; growing a
   * table of megabytes costs milliseconds.
   */
  expectedRows: number;
}

/** The lazily built automaton over all expressions of a store. */
export class Automaton {
  /** 256 targets a row; index by `rowOffset.data[state] + byte`. */
  readonly rows: Int32Column;
  /** Where a state's row starts in `rows`, or -1 when it has not been filled. */
  readonly rowOffset = new Int32Column(1024);
  /** `labelSet << 1 | final` of a state, or -1 when not known; final: no byte continues it. */
  readonly info = new Int32Column(1024);
  readonly #derivatives: Derivatives;
  readonly #emptiness: Emptiness;
  readonly #labelSets: number[][] = [[]];
  readonly #labelSetIndex = new Map<string, number>([["", 0]]);
  readonly #maximumRows: number;

  /**
   * Makes an automaton without any row yet.
   *
   * @param store Where the expressions are; new states are added to it.
   * @param limits Bounds other than the default ones.
   */
  constructor(readonly store: RegexStore, limits?: Partial<AutomatonLimits>) {
    this.#maximumRows = limits?.rows ?? 262_144;
    this.#derivatives = new Derivatives(store, limits?.derivativeIntervals ?? 16_000_000);
    this.#emptiness = new Emptiness(this.#derivatives, limits?.emptinessSearch ?? 50_000);
    this.rows = new Int32Column(256 * (limits?.expectedRows ?? 64));
  }

  /** States with a row. */
  get rowCount(): number {
    return this.rows.length >> 8;
  }

  /**
   * Offset of the state's row in `rows.data`, filled if need be. May replace `rows.data`.
   *
   * @throws {LimitExceededError} There are too many states.
   */
  row(state: Regex): number {
    if (state < this.rowOffset.length) {
      const offset = this.rowOffset.at(state);
      if (offset >= 0) return offset;
    }
    return this.#fillRow(state);
  }

  /** The state after one byte, 0 when there is no completion. */
  step(state: Regex, byte: number): Regex {
    const offset = this.row(state); // first, because it may replace `rows.data`
    return this.rows.data[offset + byte]!;
  }

  /** The state after some bytes, 0 when there is no completion. */
  run(state: Regex, bytes: Uint8Array): Regex {
    for (const byte of bytes) {
      if (state === EMPTY) return EMPTY;
      state = this.step(state, byte);
    }
    return state;
  }

  /** Whether the expression matches exactly these bytes. */
  matches(regex: Regex, bytes: Uint8Array): boolean {
    const state = this.run(regex, bytes);
    return state !== EMPTY && this.store.nullable.at(state) === 1;
  }

  /** `labelSet << 1 | final`; see {@link Automaton.labels}. */
  stateInfo(state: Regex): number {
    this.#cover(state);
    let info = this.info.at(state);
    if (info < 0) {
      info = this.#labelSet(state) << 1 | (this.#isFinal(state) ? 1 : 0);
      this.info.data[state] = info;
    }
    return info;
  }

  /** Labels of a label set, ascending. Set 0 is the empty one. */
  labels(labelSet: number): readonly number[] {
    return this.#labelSets[labelSet]!;
  }

  /**
   * Whether any text is left that the expression matches.
   *
   * @throws {LimitExceededError} That is too hard to decide.
   */
  isAlive(regex: Regex): boolean {
    return this.#emptiness.isAlive(regex);
  }

  /** A number of bytes in which some member can be written; `Infinity` where none is known. The expression is alive. */
  distanceBound(regex: Regex): number {
    return this.#emptiness.distanceBound(regex);
  }

  /** Derivative by every byte, as intervals `end, target, …`; targets may be empty languages. */
  derivative(regex: Regex): Intervals {
    return this.#derivatives.of(regex);
  }

  #cover(state: Regex): void {
    while (this.info.length <= state) {
      this.info.push(-1);
      this.rowOffset.push(-1);
    }
  }

  #fillRow(state: Regex): number {
    workClock.check();
    this.#cover(state);
    if (this.rowCount >= this.#maximumRows) {
      throw new LimitExceededError("automatonStates", this.rowCount + 1, this.#maximumRows);
    }
    const intervals = this.derivative(state);
    const targets = new Int32Array(intervals.length >> 1);
    for (let i = 0; i < targets.length; i++) {
      const target = intervals[2 * i + 1]!;
      targets[i] = this.#emptiness.isKnownAlive(target) ? target : EMPTY;
      if (targets[i] !== EMPTY) this.stateInfo(target);
    }
    this.rows.reserve(256);
    const offset = this.rows.length;
    this.rows.length += 256;
    const data = this.rows.data;
    let byte = 0;
    for (let i = 0; i < targets.length; i++) {
      const end = intervals[2 * i]!, target = targets[i]!;
      while (byte <= end) data[offset + byte++] = target;
    }
    this.rowOffset.data[state] = offset;
    return offset;
  }

  /** Number of the set of labels that the empty text has in a state. */
  #labelSet(state: Regex): number {
    const { store } = this;
    if (store.nullable.at(state) === 0) return 0;
    const found = placesOf(store, state)
      .filter((place) => store.kind.at(place) === KIND_LABEL)
      .map((place) => store.a.at(place));
    if (found.length === 0) return 0;
    const sorted = found.sort((x, y) => x - y);
    const key = sorted.join();
    let id = this.#labelSetIndex.get(key);
    if (id === undefined) {
      id = this.#labelSets.length;
      this.#labelSets.push(sorted);
      this.#labelSetIndex.set(key, id);
    }
    return id;
  }

  #isFinal(regex: Regex): boolean {
    const { store } = this;
    // What is alive and does not match the empty text goes on; the derivatives need not be asked.
    if (store.nullable.at(regex) === 0) return !this.isAlive(regex);
    const kind = store.kind.at(regex);
    if (kind === KIND_LABEL || kind === KIND_EPSILON) return true;
    if (kind === KIND_BYTES || kind === KIND_ALL) return false;
    if (kind === KIND_UNION) {
      for (let i = 0; i < store.b.at(regex); i++) {
        if (!this.#isFinal(store.pool.at(store.a.at(regex) + i))) return false;
      }
      return true;
    }
    const intervals = this.derivative(regex);
    for (let i = 1; i < intervals.length; i += 2) if (this.isAlive(intervals[i]!)) return false;
    return true;
  }
}
