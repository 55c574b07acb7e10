/**
 * Regular expressions over bytes, hash-consed: equal expressions are the same integer.
 *
 * Every lexeme of every grammar is an expression in a store. Expressions are closed under union,
 * concatenation, counted repetition, intersection and complement, and may have hand-written
 * {@link Machine}s as leaves. The automaton of an expression is made of its derivatives
 * (`derivatives.ts`), so an expression id *is* an automaton state, and two grammars that meet in the
 * same expression share all that was ever computed for it.
 *
 * A **label** is a leaf that matches the empty text and tells which lexeme of a union has matched:
 * the lexer's expression is `L0 · label(0) | L1 · label(1) | …`. Labels never stand below an
 * intersection, a complement or on the left of a concatenation.
 *
 * Layout: one row of three columns an expression.
 *
 *     kind      a                     b
 *     EMPTY     -                     -               no text at all
 *     EPSILON   -                     -               the empty text
 *     ALL       -                     -               every text over bytes
 *     BYTES     offset into `pool`    range count     one byte out of ranges lo, hi, lo, hi, …
 *     CONCAT    head (not a CONCAT)   tail
 *     UNION     offset into `pool`    child count     children sorted by id, at least two
 *     INTERSECT offset into `pool`    child count     likewise
 *     NOT       child                 -
 *     REPEAT    child                 offset into `pool` of min, max (-1: no bound)
 *     MACHINE   index of the machine  state
 *     LABEL     label number          -
 *
 * Simplifications are those that keep the automata of ordinary expressions small (similarity classes of
 * Owens, Reppy and Turon, "Regular-expression derivatives reexamined", JFP 2009): units and zeros,
 * idempotence, flattening, merging of byte sets and of alternatives with the same tail.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import { Int32Column } from "./growable.ts";
import type { Machine } from "./machine.ts";

/** Id of an expression; ids 0, 1 and 2 are fixed. */
export type Regex = number;

export const EMPTY: Regex = 0;
export const EPSILON: Regex = 1;
export const ALL: Regex = 2;

export const KIND_EMPTY = 0;
export const KIND_EPSILON = 1;
export const KIND_ALL = 2;
export const KIND_BYTES = 3;
export const KIND_CONCAT = 4;
export const KIND_UNION = 5;
export const KIND_INTERSECT = 6;
export const KIND_NOT = 7;
export const KIND_REPEAT = 8;
export const KIND_MACHINE = 9;
export const KIND_LABEL = 10;

/** Bounds of a store; see {@link RegexStore}. */
export interface RegexLimits {
  /** Most expressions a store may hold; default 4,000,000. */
  expressions: number;
}

/** A hash-consed set of regular expressions over bytes. */
export class RegexStore {
  readonly kind = new Int32Column(1024);
  readonly a = new Int32Column(1024);
  readonly b = new Int32Column(1024);
  /** Children of unions and intersections, ranges of byte sets, bounds of repetitions. */
  readonly pool = new Int32Column(4096);
  /** 1 where the expression matches the empty text. */
  readonly nullable = new Int32Column(1024);
  readonly machines: Machine[] = [];
  readonly #machineIndex = new Map<string, number>();
  /** Open addressing over expression ids + 1; 0 is free. */
  #table = new Int32Array(4096);
  readonly #maximum: number;

  constructor(limits?: Partial<RegexLimits>) {
    this.#maximum = limits?.expressions ?? 4_000_000;
    this.#add(KIND_EMPTY, 0, 0, 0);
    this.#add(KIND_EPSILON, 0, 0, 1);
    this.#add(KIND_ALL, 0, 0, 1);
  }

  /** Expressions in the store. */
  get size(): number {
    return this.kind.length;
  }

  /** One byte out of inclusive ranges `lo, hi, lo, hi, …`, in any order, overlapping or not. */
  bytes(ranges: readonly number[]): Regex {
    const merged = mergeRanges(ranges);
    if (merged.length === 0) return EMPTY;
    return this.#internList(KIND_BYTES, merged, 0);
  }

  /** Exactly this byte. */
  byte(value: number): Regex {
    return this.#internList(KIND_BYTES, [value, value], 0);
  }

  /** Exactly these bytes. */
  literal(bytes: Uint8Array): Regex {
    let result = EPSILON;
    for (let i = bytes.length - 1; i >= 0; i--) {
      result = this.concat(this.byte(bytes[i] as number), result);
    }
    return result;
  }

  concat(left: Regex, right: Regex): Regex {
    if (left === EMPTY || right === EMPTY) return EMPTY;
    if (left === EPSILON) return right;
    if (right === EPSILON) return left;
    if (left === ALL && right === ALL) return ALL;
    const kind = this.kind.data, a = this.a.data, b = this.b.data;
    if (kind[left] === KIND_CONCAT) {
      // Right-nested form: (x · y) · z = x · (y · z). Iterative, because literals are long.
      const heads: number[] = [];
      let rest = left;
      while (kind[rest] === KIND_CONCAT) {
        heads.push(a[rest] as number);
        rest = b[rest] as number;
      }
      let result = this.concat(rest, right);
      for (let i = heads.length - 1; i >= 0; i--) {
        result = this.#intern(KIND_CONCAT, heads[i] as number, result, 0);
        const head = heads[i] as number;
        this.nullable.data[result] = this.nullable.at(head) &
          this.nullable.at(this.b.at(result));
      }
      return result;
    }
    return this.#intern(
      KIND_CONCAT,
      left,
      right,
      this.nullable.at(left) & this.nullable.at(right),
    );
  }

  /** Concatenation of any number of expressions. */
  sequence(parts: readonly Regex[]): Regex {
    let result = EPSILON;
    for (let i = parts.length - 1; i >= 0; i--) result = this.concat(parts[i] as number, result);
    return result;
  }

  union(parts: readonly Regex[]): Regex {
    const children = this.#flatten(KIND_UNION, parts, EMPTY, ALL);
    if (children === null) return ALL;
    const merged = this.#mergeAlternatives(children);
    if (merged.length === 0) return EMPTY;
    if (merged.length === 1) return merged[0] as number;
    let nullable = 0;
    for (const child of merged) nullable |= this.nullable.at(child);
    return this.#internList(KIND_UNION, merged, nullable);
  }

  intersect(parts: readonly Regex[]): Regex {
    const children = this.#flatten(KIND_INTERSECT, parts, ALL, EMPTY);
    if (children === null) return EMPTY;
    if (children.length === 0) return ALL;
    if (children.length === 1) return children[0] as number;
    let nullable = 1;
    for (const child of children) nullable &= this.nullable.at(child);
    for (const child of children) {
      const kind = this.kind.at(child);
      if (kind === KIND_EPSILON) return nullable === 1 ? EPSILON : EMPTY;
      if (kind === KIND_NOT && includesSorted(children, this.a.at(child))) return EMPTY;
    }
    return this.#internList(KIND_INTERSECT, children, nullable);
  }

  not(part: Regex): Regex {
    if (part === EMPTY) return ALL;
    if (part === ALL) return EMPTY;
    if (this.kind.at(part) === KIND_NOT) return this.a.at(part);
    return this.#intern(KIND_NOT, part, 0, 1 - this.nullable.at(part));
  }

  /** Between `min` and `max` matches in a row; `max` may be `Infinity`. */
  repeat(part: Regex, min: number, max: number): Regex {
    if (max === 0 || part === EPSILON) return EPSILON;
    if (part === EMPTY) return min === 0 ? EPSILON : EMPTY;
    if (min === 1 && max === 1) return part;
    if (part === ALL) return ALL;
    if (this.nullable.at(part) === 1) min = 0;
    if (min === 0 && max === Infinity && this.kind.at(part) === KIND_REPEAT) {
      const inner = this.b.at(part);
      if (this.pool.at(inner) <= 1 && this.pool.at(inner + 1) === -1) part = this.a.at(part);
    }
    const bounds = this.#bounds(min, max === Infinity ? -1 : max);
    return this.#intern(KIND_REPEAT, part, bounds, min === 0 ? 1 : 0);
  }

  star(part: Regex): Regex {
    return this.repeat(part, 0, Infinity);
  }

  optional(part: Regex): Regex {
    return this.repeat(part, 0, 1);
  }

  /** The language of a hand-written automaton. */
  machine(machine: Machine): Regex {
    if (machine.start < 0) return EMPTY;
    let index = this.#machineIndex.get(machine.key);
    if (index === undefined) {
      index = this.machines.length;
      this.machines.push(machine);
      this.#machineIndex.set(machine.key, index);
    }
    return this.machineState(index, (this.machines[index] as Machine).start);
  }

  /** The rest of a machine's language in one of its states. */
  machineState(index: number, state: number): Regex {
    const machine = this.machines[index] as Machine;
    return this.#intern(KIND_MACHINE, index, state, machine.isAccepting(state) ? 1 : 0);
  }

  /** Matches the empty text and says that the lexeme `number` is complete. */
  label(number: number): Regex {
    return this.#intern(KIND_LABEL, number, 0, 1);
  }

  /** Lower bound of a REPEAT. */
  repeatMin(regex: Regex): number {
    return this.pool.at(this.b.at(regex));
  }

  /** Upper bound of a REPEAT, `Infinity` when there is none. */
  repeatMax(regex: Regex): number {
    const max = this.pool.at(this.b.at(regex) + 1);
    return max < 0 ? Infinity : max;
  }

  readonly #boundIndex = new Map<number, number>();

  #bounds(min: number, max: number): number {
    const key = min * 4294967296 + max;
    let offset = this.#boundIndex.get(key);
    if (offset === undefined) {
      offset = this.pool.push(min);
      this.pool.push(max);
      this.#boundIndex.set(key, offset);
    }
    return offset;
  }

  /** Flattens nested nodes of the same kind, drops the unit, sorts, removes duplicates; null: the zero. */
  #flatten(kind: number, parts: readonly Regex[], unit: Regex, zero: Regex): Regex[] | null {
    const flat: number[] = [];
    const kinds = this.kind.data;
    for (const part of parts) {
      if (part === zero) return null;
      if (part === unit) continue;
      if (kinds[part] === kind) {
        const offset = this.a.at(part), count = this.b.at(part);
        for (let i = 0; i < count; i++) flat.push(this.pool.at(offset + i));
      } else flat.push(part);
    }
    if (flat.length < 2) return flat;
    flat.sort(ascending);
    let length = 1;
    for (let i = 1; i < flat.length; i++) {
      if (flat[i] !== flat[length - 1]) flat[length++] = flat[i] as number;
    }
    flat.length = length;
    return flat;
  }

  /**
   * Merges byte sets, and byte sets before the same tail: `a·r | b·r` becomes `[ab]·r`. Keeps the
   * children sorted. Without it the encodings of a character class would never collapse to one state.
   */
  #mergeAlternatives(list: Regex[]): Regex[] {
    if (list.length < 2) return list;
    const kind = this.kind.data, a = this.a.data, b = this.b.data;
    let candidates = 0;
    for (const child of list) {
      const k = kind[child];
      if (k === KIND_BYTES || (k === KIND_CONCAT && kind[a[child] as number] === KIND_BYTES)) {
        candidates++;
      }
    }
    if (candidates < 2) return list;
    const byTail = new Map<number, number[]>();
    let merges = false;
    for (const child of list) {
      const k = kind[child];
      const tail = k === KIND_BYTES
        ? EPSILON
        : k === KIND_CONCAT && kind[a[child] as number] === KIND_BYTES
        ? b[child] as number
        : -1;
      if (tail < 0) continue;
      const group = byTail.get(tail);
      if (group === undefined) byTail.set(tail, [child]);
      else {
        group.push(child);
        merges = true;
      }
    }
    if (!merges) return list;
    const merged = new Set(list);
    for (const [tail, group] of byTail) {
      if (group.length < 2) continue;
      const ranges: number[] = [];
      for (const child of group) {
        merged.delete(child);
        const head = this.kind.at(child) === KIND_BYTES ? child : this.a.at(child);
        const offset = this.a.at(head), count = this.b.at(head);
        for (let i = 0; i < count; i++) ranges.push(this.pool.at(offset + i));
      }
      merged.add(this.concat(this.bytes(ranges), tail));
    }
    return [...merged].sort(ascending);
  }

  #add(kind: number, a: number, b: number, nullable: number): Regex {
    const id = this.kind.length;
    if (id >= this.#maximum) throw new LimitExceededError("expressions", Infinity, this.#maximum);
    this.kind.push(kind);
    this.a.push(a);
    this.b.push(b);
    this.nullable.push(nullable);
    if (id * 2 > this.#table.length) this.#rehash();
    return id;
  }

  #intern(kind: number, a: number, b: number, nullable: number): Regex {
    let slot = hash3(kind, a, b) & (this.#table.length - 1);
    for (;;) {
      const entry = this.#table[slot] as number;
      if (entry === 0) break;
      const id = entry - 1;
      if (this.kind.at(id) === kind && this.a.at(id) === a && this.b.at(id) === b) return id;
      slot = (slot + 1) & (this.#table.length - 1);
    }
    const before = this.#table;
    const id = this.#add(kind, a, b, nullable);
    if (before !== this.#table) return id; // the rehash has entered it
    this.#table[slot] = id + 1;
    return id;
  }

  #internList(kind: number, list: readonly number[], nullable: number): Regex {
    let slot = hashList(kind, list) & (this.#table.length - 1);
    for (;;) {
      const entry = this.#table[slot] as number;
      if (entry === 0) break;
      const id = entry - 1;
      if (this.kind.at(id) === kind && this.#sameList(id, list)) return id;
      slot = (slot + 1) & (this.#table.length - 1);
    }
    const offset = this.pool.length;
    this.pool.reserve(list.length);
    for (const item of list) this.pool.push(item);
    const before = this.#table;
    const id = this.#add(kind, offset, list.length, nullable);
    if (before !== this.#table) return id;
    this.#table[slot] = id + 1;
    return id;
  }

  #sameList(id: Regex, list: readonly number[]): boolean {
    if (this.b.at(id) !== list.length) return false;
    const offset = this.a.at(id), pool = this.pool.data;
    for (let i = 0; i < list.length; i++) if (pool[offset + i] !== list[i]) return false;
    return true;
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2);
    for (let id = 0; id < this.kind.length; id++) {
      const kind = this.kind.at(id), a = this.a.at(id), b = this.b.at(id);
      const isList = kind === KIND_BYTES || kind === KIND_UNION || kind === KIND_INTERSECT;
      let slot = (isList ? hashList(kind, this.pool.data.subarray(a, a + b)) : hash3(kind, a, b)) &
        (table.length - 1);
      while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1);
      table[slot] = id + 1;
    }
    this.#table = table;
  }
}

function ascending(x: number, y: number): number {
  return x - y;
}

function includesSorted(list: readonly number[], value: number): boolean {
  let low = 0, high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const item = list[middle] as number;
    if (item === value) return true;
    if (item < value) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

function hash3(kind: number, a: number, b: number): number {
  let h = Math.imul(kind + 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ a, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h ^ b, 0x27d4eb2f);
  return h ^ (h >>> 13);
}

function hashList(kind: number, list: ArrayLike<number>): number {
  let h = Math.imul(kind + 0x9e3779b9, 0x85ebca6b) ^ list.length;
  for (let i = 0; i < list.length; i++) {
    h = Math.imul(h ^ (list[i] as number), 0xc2b2ae35);
    h ^= h >>> 15;
  }
  return h ^ (h >>> 13);
}

/** Sorts inclusive ranges and merges those that touch. */
function mergeRanges(ranges: readonly number[]): number[] {
  if (ranges.length <= 2) {
    return ranges.length === 2 && (ranges[0] as number) <= (ranges[1] as number)
      ? [ranges[0] as number, ranges[1] as number]
      : [];
  }
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const low = ranges[i] as number, high = ranges[i + 1] as number;
    if (low <= high) pairs.push([low, high]);
  }
  pairs.sort((x, y) => x[0] - y[0]);
  const merged: number[] = [];
  for (const [low, high] of pairs) {
    const last = merged.length - 1;
    if (last > 0 && low <= (merged[last] as number) + 1) {
      if (high > (merged[last] as number)) merged[last] = high;
    } else merged.push(low, high);
  }
  return merged;
}
