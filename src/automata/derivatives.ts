/**
 * Automata of expressions, made on demand: a state is an expression, a step is a derivative.
 *
 * The derivative of an expression by all 256 bytes at once is kept as intervals
 * `end0, target0, end1, target1, …` (ends inclusive, the last is 255): the classes of bytes that behave
 * alike come out of the construction (Brzozowski, JACM 1964; symbolic form as in Stanford, Veanes and
 * Bjørner, "Symbolic Boolean derivatives", PLDI 2021) and no alphabet has to be fixed beforehand.
 *
 * The lexer reads *rows*: for a state that was visited, 256 targets in one flat table. In a row a target
 * without any completion is 0 (`EMPTY`), so the lexer never walks into a dead end. Emptiness is structural
 * except of an intersection or a complement, where it is decided by a search that stops at the first
 * accepting state.
 *
 * Cost: a row is 1 KiB; filling one takes 1-20 µs for ordinary expressions, once per state per store.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import { Int32Column } from "./growable.ts";
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
  type RegexStore,
} from "./regex_store.ts";
import type { Machine } from "./machine.ts";

const BACKSLASH = 0x5c;

/** Beside 1 (alive) and 2 (dead): the search for a member was given up. */
const UNDECIDED = 3;

/** `end, target, …`. Plain arrays: half the memory of small typed ones, and lighter on the garbage collector. */
type Intervals = readonly number[];

const DEAD_INTERVALS: Intervals = [255, EMPTY];
/** States of the first attempt to decide emptiness, after which the parts are looked at in pairs. */
const SMALL_SEARCH = 400;

/** Bounds of an automaton; see {@link Automaton}. */
export interface AutomatonLimits {
  /** Most states with a row (1 KiB each); default 262,144. */
  rows: number;
  /** Most states visited to decide whether one language is empty; default 50,000. */
  emptinessSearch: number;
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
  readonly #alive = new Int32Column(1024);
  readonly #intervals: (Intervals | undefined)[] = [];
  readonly #labelSets: number[][] = [[]];
  readonly #labelSetIndex = new Map<string, number>([["", 0]]);
  readonly #limits: AutomatonLimits;
  /** Scratch: the targets of one machine state. */
  readonly #machineRow = new Int32Array(256);

  /**
   * Makes an automaton without any row yet.
   *
   * @param store Where the expressions are; new states are added to it.
   * @param limits Bounds other than the default ones.
   */
  constructor(readonly store: RegexStore, limits?: Partial<AutomatonLimits>) {
    this.#limits = {
      rows: limits?.rows ?? 262_144,
      emptinessSearch: limits?.emptinessSearch ?? 50_000,
      expectedRows: limits?.expectedRows ?? 64,
    };
    this.rows = new Int32Column(256 * this.#limits.expectedRows);
  }

  /** States with a row. */
  get rowCount(): number {
    return this.rows.length >> 8;
  }

  /**
   * Offset of the state's row in `rows.data`, filled if need be. May replace `rows.data`.
   *
   * @throws {LimitExceededError} There are too many states, or one's emptiness is too hard to decide.
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
    return this.rows.data[offset + byte] as number;
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
      const found: number[] = [];
      this.#collectLabels(state, found);
      info = this.#internLabels(found) << 1 | (this.#isFinal(state) ? 1 : 0);
      this.info.data[state] = info;
    }
    return info;
  }

  /** Labels of a label set, ascending. Set 0 is the empty one. */
  labels(labelSet: number): readonly number[] {
    return this.#labelSets[labelSet] as number[];
  }

  /** Whether any text is left that the expression matches. */
  isAlive(regex: Regex): boolean {
    this.#cover(regex);
    const known = this.#alive.at(regex);
    if (known === UNDECIDED) throw this.#tooHard();
    if (known !== 0) return known === 1;
    const alive = this.#decideAlive(regex);
    this.#alive.data[regex] = alive ? 1 : 2;
    return alive;
  }

  /** Derivative by every byte, as intervals `end, target, …`; targets may be empty languages. */
  derivative(regex: Regex): readonly number[] {
    const known = this.#intervals[regex];
    if (known !== undefined) return known;
    const result = this.#derive(regex);
    this.#intervals[regex] = result;
    return result;
  }

  #cover(state: Regex): void {
    while (this.info.length <= state) {
      this.info.push(-1);
      this.rowOffset.push(-1);
      this.#alive.push(0);
    }
  }

  #fillRow(state: Regex): number {
    this.#cover(state);
    if (this.rowCount >= this.#limits.rows) {
      throw new LimitExceededError("automatonStates", this.rowCount + 1, this.#limits.rows);
    }
    const intervals = this.derivative(state);
    const targets = new Int32Array(intervals.length >> 1);
    for (let i = 0; i < targets.length; i++) {
      const target = intervals[2 * i + 1] as number;
      targets[i] = target !== EMPTY && this.#isKnownAlive(target) ? target : EMPTY;
      if (targets[i] !== EMPTY) this.stateInfo(target);
    }
    this.rows.reserve(256);
    const offset = this.rows.length;
    this.rows.length += 256;
    const data = this.rows.data;
    let byte = 0;
    for (let i = 0; i < targets.length; i++) {
      const end = intervals[2 * i] as number, target = targets[i] as number;
      while (byte <= end) data[offset + byte++] = target;
    }
    this.rowOffset.data[state] = offset;
    return offset;
  }

  #derive(regex: Regex): Intervals {
    const store = this.store;
    const a = store.a.at(regex), b = store.b.at(regex);
    switch (store.kind.at(regex)) {
      case KIND_EMPTY:
      case KIND_EPSILON:
      case KIND_LABEL:
        return DEAD_INTERVALS;
      case KIND_ALL:
        return [255, ALL];
      case KIND_BYTES: {
        const result: number[] = [];
        let next = 0;
        for (let i = 0; i < b; i += 2) {
          const low = store.pool.at(a + i), high = store.pool.at(a + i + 1);
          if (low > next) result.push(low - 1, EMPTY);
          result.push(high, EPSILON);
          next = high + 1;
        }
        if (next <= 255) result.push(255, EMPTY);
        return result;
      }
      case KIND_CONCAT: {
        const head = this.#map(this.derivative(a), (target) => store.concat(target, b));
        if (store.nullable.at(a) === 0) return head;
        return this.#combine([head, this.derivative(b)], (parts) => store.union(parts));
      }
      case KIND_UNION:
        return this.#combine(this.#childDerivatives(a, b), (parts) => store.union(parts));
      case KIND_INTERSECT:
        return this.#combine(this.#childDerivatives(a, b), (parts) => store.intersect(parts));
      case KIND_NOT:
        return this.#map(this.derivative(a), (target) => store.not(target));
      case KIND_REPEAT: {
        const min = store.repeatMin(regex), max = store.repeatMax(regex);
        const rest = store.repeat(a, Math.max(0, min - 1), max === Infinity ? Infinity : max - 1);
        return this.#map(this.derivative(a), (target) => store.concat(target, rest));
      }
      case KIND_MACHINE: {
        const machine = store.machines[a] as Machine;
        const row = this.#machineRow;
        if (machine.transitions !== undefined) machine.transitions(b, row);
        else for (let byte = 0; byte < 256; byte++) row[byte] = machine.step(b, byte);
        const result: number[] = [];
        let current = row[0] as number;
        for (let byte = 1; byte < 256; byte++) {
          const next = row[byte] as number;
          if (next === current) continue;
          result.push(byte - 1, current < 0 ? EMPTY : store.machineState(a, current));
          current = next;
        }
        result.push(255, current < 0 ? EMPTY : store.machineState(a, current));
        return result;
      }
      default:
        throw new Error(`unknown expression kind ${store.kind.at(regex)}`);
    }
  }

  #childDerivatives(offset: number, count: number): Intervals[] {
    const result: Intervals[] = [];
    for (let i = 0; i < count; i++) result.push(this.derivative(this.store.pool.at(offset + i)));
    return result;
  }

  /** Applies a function to the targets and merges neighbours that have become equal. */
  #map(intervals: Intervals, f: (target: Regex) => Regex): Intervals {
    const result: number[] = [];
    for (let i = 0; i < intervals.length; i += 2) {
      push(result, intervals[i] as number, f(intervals[i + 1] as number));
    }
    return result;
  }

  /** Sweeps several interval lists at once and combines the targets of each common segment. */
  #combine(lists: readonly Intervals[], f: (targets: Regex[]) => Regex): Intervals {
    const result: number[] = [];
    const position = new Int32Array(lists.length);
    const targets: Regex[] = [];
    let previousKey: Regex[] | undefined;
    let previous = EMPTY;
    for (let start = 0; start <= 255;) {
      let end = 255;
      targets.length = 0;
      for (let i = 0; i < lists.length; i++) {
        const list = lists[i] as Intervals;
        const at = position[i] as number;
        const listEnd = list[at] as number;
        if (listEnd < end) end = listEnd;
        targets.push(list[at + 1] as number);
      }
      if (previousKey === undefined || !sameTargets(previousKey, targets)) {
        previousKey = targets.slice();
        previous = f(targets);
      }
      push(result, end, previous);
      for (let i = 0; i < lists.length; i++) {
        if ((lists[i] as Intervals)[position[i] as number] === end) {
          position[i] = (position[i] as number) + 2;
        }
      }
      start = end + 1;
    }
    return result;
  }

  #collectLabels(regex: Regex, found: number[]): void {
    const store = this.store;
    const a = store.a.at(regex), b = store.b.at(regex);
    switch (store.kind.at(regex)) {
      case KIND_LABEL:
        found.push(a);
        return;
      case KIND_CONCAT:
        if (store.nullable.at(a) === 1) this.#collectLabels(b, found);
        return;
      case KIND_UNION:
        for (let i = 0; i < b; i++) this.#collectLabels(store.pool.at(a + i), found);
        return;
    }
  }

  #internLabels(found: number[]): number {
    if (found.length === 0) return 0;
    const sorted = [...new Set(found)].sort((x, y) => x - y);
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
    const store = this.store;
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
    for (let i = 1; i < intervals.length; i += 2) {
      if (intervals[i] !== EMPTY && this.isAlive(intervals[i] as number)) return false;
    }
    return true;
  }

  #decideAlive(regex: Regex): boolean {
    const store = this.store;
    const a = store.a.at(regex), b = store.b.at(regex);
    if (store.nullable.at(regex) === 1) return true;
    switch (store.kind.at(regex)) {
      case KIND_EMPTY:
        return false;
      case KIND_CONCAT: {
        let rest = regex;
        while (store.kind.at(rest) === KIND_CONCAT) {
          // Tails are shared: most are known from the state before.
          const known = rest < this.#alive.length ? this.#alive.at(rest) : 0;
          if (known === 1 || known === 2) return known === 1;
          if (!this.isAlive(store.a.at(rest))) return false;
          rest = store.b.at(rest);
        }
        return this.isAlive(rest);
      }
      case KIND_UNION:
        for (let i = 0; i < b; i++) if (this.#isKnownAlive(store.pool.at(a + i))) return true;
        // Those that could not be decided throw once more.
        for (let i = 0; i < b; i++) if (this.isAlive(store.pool.at(a + i))) return true;
        return false;
      case KIND_REPEAT:
        return this.isAlive(a);
      case KIND_INTERSECT:
      case KIND_NOT:
        return this.#decideAliveBySearch(regex);
      default:
        return true; // EPSILON, ALL, BYTES, LABEL; a MACHINE is alive by its contract
    }
  }

  /** Whether an intersection or a complement has a member; searched for, since its form does not tell. */
  #decideAliveBySearch(regex: Regex): boolean {
    const found = this.#searchAccepting(regex, SMALL_SEARCH);
    if (found !== undefined) return found;
    // What two of many parts rule out takes few states to find out, where all of them take thousands.
    const { store } = this;
    if (store.kind.at(regex) === KIND_INTERSECT && store.b.at(regex) > 2) {
      const parts = store.pool.data.slice(
        store.a.at(regex),
        store.a.at(regex) + store.b.at(regex),
      );
      for (const part of parts) {
        if (store.kind.at(part) !== KIND_NOT) continue;
        for (const other of parts) {
          if (store.kind.at(other) === KIND_NOT) continue;
          const pair = store.intersect([part, other]);
          if (pair === EMPTY || this.#searchAccepting(pair, SMALL_SEARCH) === false) return false;
        }
      }
    }
    const maximum = this.#limits.emptinessSearch;
    const alive = this.#searchAccepting(regex, maximum);
    if (alive === undefined) {
      this.#cover(regex);
      this.#alive.data[regex] = UNDECIDED;
      throw this.#tooHard();
    }
    return alive;
  }

  #tooHard(): LimitExceededError {
    return new LimitExceededError("emptinessSearch", Infinity, this.#limits.emptinessSearch);
  }

  /**
   * Whether a state is alive, as far as that can be decided within the limits. What cannot is left out of rows: a state
   * that is alive was found so by a path, and the states of that path are known to be.
   */
  #isKnownAlive(regex: Regex): boolean {
    try {
      return this.isAlive(regex);
    } catch (error) {
      if (error instanceof LimitExceededError && error.limit === "emptinessSearch") return false;
      throw error;
    }
  }

  /**
   * Searches for an accepting state; what it exhausts without finding one is dead, and the path to one
   * that it finds is alive. Turns between the oldest and the newest open state: breadth first finds the
   * short text that most languages have, depth first the end of a long counted one. Backslashes
   * come last: a text that is spelled plainly is there if any is, and escapes multiply the states.
   *
   * @param maximum Most states to visit.
   * @returns undefined when more would have to be visited.
   */
  #searchAccepting(start: Regex, maximum: number): boolean | undefined {
    if (this.store.nullable.at(start) === 1) return true;
    const origin = new Map<Regex, Regex>([[start, start]]);
    const open = [start];
    const later: Regex[] = [];
    let sawUndecided = false;
    for (let oldest = 0, turn = 0; oldest < open.length || later.length > 0; turn ^= 1) {
      if (oldest >= open.length) open.push(...later.splice(0));
      const state = turn === 0 ? open[oldest++] as Regex : open.pop() as Regex;
      const intervals = this.derivative(state);
      for (let i = 1; i < intervals.length; i += 2) {
        const target = intervals[i] as Regex;
        if (target === EMPTY || origin.has(target)) continue;
        this.#cover(target);
        if (this.#alive.at(target) === 2) continue;
        if (this.#alive.at(target) === UNDECIDED) {
          sawUndecided = true;
          continue;
        }
        const kind = this.store.kind.at(target);
        const needsSearch = kind === KIND_INTERSECT || kind === KIND_NOT;
        if (
          this.#alive.at(target) === 1 || this.store.nullable.at(target) === 1 ||
          !needsSearch && this.#isKnownAlive(target)
        ) {
          for (let at = state; this.#alive.at(at) !== 1; at = origin.get(at) as Regex) {
            this.#alive.data[at] = 1;
          }
          return true;
        }
        if (!needsSearch) {
          if (this.#alive.at(target) !== 2) sawUndecided = true;
          continue;
        }
        if (origin.size >= maximum) return undefined;
        origin.set(target, state);
        const isEscape = intervals[i - 1] === BACKSLASH &&
          (i === 1 ? 0 : intervals[i - 3]! + 1) === BACKSLASH;
        (isEscape ? later : open).push(target);
      }
    }
    if (sawUndecided) return undefined;
    for (const state of origin.keys()) this.#alive.data[state] = 2;
    return false;
  }
}

function push(result: number[], end: number, target: Regex): void {
  const length = result.length;
  if (length > 0 && result[length - 1] === target) result[length - 2] = end;
  else result.push(end, target);
}

function sameTargets(x: readonly number[], y: readonly number[]): boolean {
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
