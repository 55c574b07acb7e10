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
 * idempotence, flattening, merging of byte sets and of alternatives with the same tail, and absorption by
 * a **universe**: a language closed under concatenation, such as all texts in UTF-8, with which a store was
 * told what lies within it. It makes `.*x.*`, once x was read, the one state that any text may follow.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import { Int32Column } from "./growable.ts";
import { ascending, hash3, hashList, includesSorted, keep, mergeRanges } from "./integer_lists.ts";
import type { Machine } from "./machine.ts";

/** Id of an expression; ids 0, 1 and 2 are fixed. */
export type Regex = number;

/** The language with no member. */
export const EMPTY: Regex = 0;
/** The language of the empty text. */
export const EPSILON: Regex = 1;
/** Every text over bytes, well-formed UTF-8 or not. */
export const ALL: Regex = 2;

/** Kind of {@link EMPTY}. */
export const KIND_EMPTY = 0;
/** Kind of {@link EPSILON}. */
export const KIND_EPSILON = 1;
/** Kind of {@link ALL}. */
export const KIND_ALL = 2;
/** One byte out of a set. */
export const KIND_BYTES = 3;
/** One expression, then another. */
export const KIND_CONCAT = 4;
/** Any one of several expressions. */
export const KIND_UNION = 5;
/** All of several expressions at once. */
export const KIND_INTERSECT = 6;
/** Every text over bytes that an expression does not match. */
export const KIND_NOT = 7;
/** An expression several times in a row. */
export const KIND_REPEAT = 8;
/** A state of a hand-written automaton. */
export const KIND_MACHINE = 9;
/** The empty text, and which lexeme is complete. */
export const KIND_LABEL = 10;

/** Largest bound of a repetition that is counted. */
const MAX_COUNT = 0x7fffffff;

/** Bounds of a store; see {@link RegexStore}. */
export interface RegexLimits {
  /** Most expressions a store may hold; default 4,000,000. */
  expressions: number;
}

/** A hash-consed set of regular expressions over bytes. */
export class RegexStore {
  /** What an expression is: one of the `KIND_` constants. */
  readonly kind = new Int32Column(1024);
  /** First operand; see the module's table. */
  readonly a = new Int32Column(1024);
  /** Second operand; see the module's table. */
  readonly b = new Int32Column(1024);
  /** Children of unions and intersections, ranges of byte sets, bounds of repetitions. */
  readonly pool = new Int32Column(4096);
  /** 1 where the expression matches the empty text. */
  readonly nullable = new Int32Column(1024);
  /** The hand-written automata, by the index that MACHINE expressions hold. */
  readonly machines: Machine[] = [];
  /** Bit i: the expression is known to be a subset of the i-th universe. */
  readonly #within = new Int32Column(1024);
  readonly #universes: Regex[] = [];
  readonly #machineIndex = new Map<string, number>();
  /** Open addressing over expression ids + 1; 0 is free. */
  #table = new Int32Array(4096);
  readonly #maximum: number;

  /**
   * Makes a store with the three fixed expressions.
   *
   * @param limits Bounds other than the default ones.
   */
  constructor(limits?: Partial<RegexLimits>) {
    this.#maximum = limits?.expressions ?? 4_000_000;
    this.#add(KIND_EMPTY, 0, 0, 0);
    this.#add(KIND_EPSILON, 0, 0, 1);
    this.#add(KIND_ALL, 0, 0, 1);
    this.#within.data[EMPTY] = -1;
    this.#within.data[EPSILON] = -1;
  }

  /** Expressions in the store. */
  get size(): number {
    return this.kind.length;
  }

  /** One byte out of inclusive ranges `lo, hi, lo, hi, …`, in any order, overlapping or not. */
  bytes(ranges: readonly number[]): Regex {
    const merged = mergeRanges(ranges);
    if (merged.length === 0) return EMPTY;
    return this.#internList(KIND_BYTES, merged, 0, 0);
  }

  /** Exactly this byte. */
  byte(value: number): Regex {
    return this.#internList(KIND_BYTES, [value, value], 0, 0);
  }

  /** Exactly these bytes. */
  literal(bytes: Uint8Array): Regex {
    let result = EPSILON;
    for (let i = bytes.length - 1; i >= 0; i--) {
      result = this.concat(this.byte(bytes[i] as number), result);
    }
    return result;
  }

  /** A match of `left` and then one of `right`; O(heads of `left`). */
  concat(left: Regex, right: Regex): Regex {
    if (left === EMPTY || right === EMPTY) return EMPTY;
    if (left === EPSILON) return right;
    if (right === EPSILON) return left;
    const kind = this.kind.data, a = this.a.data, b = this.b.data;
    if (left === ALL && (right === ALL || (kind[right] === KIND_CONCAT && a[right] === ALL))) {
      return right;
    }
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
        result = this.#internConcat(heads[i] as number, result);
      }
      return result;
    }
    return this.#internConcat(left, right);
  }

  #internConcat(head: Regex, tail: Regex): Regex {
    const nullable = this.nullable.at(head) & this.nullable.at(tail);
    const within = this.#within.at(head) & this.#within.at(tail);
    return this.#intern(KIND_CONCAT, head, tail, nullable, within);
  }

  /** Concatenation of any number of expressions. */
  sequence(parts: readonly Regex[]): Regex {
    let result = EPSILON;
    for (let i = parts.length - 1; i >= 0; i--) result = this.concat(parts[i] as number, result);
    return result;
  }

  /** What any of the parts matches; nothing for no part. */
  union(parts: readonly Regex[]): Regex {
    const children = this.#flatten(KIND_UNION, parts, EMPTY, ALL);
    if (children === null) return ALL;
    for (let i = 0; i < this.#universes.length && children.length > 1; i++) {
      const universe = this.#universes[i] as Regex;
      if (!includesSorted(children, universe)) continue;
      // The universe absorbs its subsets.
      keep(children, (child) => child === universe || (this.#within.at(child) >> i & 1) === 0);
    }
    const merged = this.#mergeAlternatives(children);
    if (merged.length === 0) return EMPTY;
    if (merged.length === 1) return merged[0] as number;
    let nullable = 0, within = -1;
    for (const child of merged) {
      if (child !== EPSILON) nullable |= this.nullable.at(child);
      within &= this.#within.at(child);
    }
    if (merged[0] === EPSILON) {
      // The smallest id, and nothing new where another alternative may be empty.
      if (nullable === 1) merged.shift();
      if (merged.length === 1) return merged[0] as number;
    }
    return this.#internList(KIND_UNION, merged, nullable | (merged[0] === EPSILON ? 1 : 0), within);
  }

  /** What all of the parts match; everything for no part. */
  intersect(parts: readonly Regex[]): Regex {
    const children = this.#flatten(KIND_INTERSECT, parts, ALL, EMPTY);
    if (children === null) return EMPTY;
    if (children.length === 0) return ALL;
    if (children.length === 1) return children[0] as number;
    let nullable = 1, within = 0;
    for (const child of children) {
      nullable &= this.nullable.at(child);
      within |= this.#within.at(child);
    }
    for (const child of children) {
      const kind = this.kind.at(child);
      if (kind === KIND_EPSILON) return nullable === 1 ? EPSILON : EMPTY;
      if (kind === KIND_NOT && this.#impliedBy(this.a.at(child), children)) return EMPTY;
    }
    for (let i = 0; i < this.#universes.length && children.length > 1; i++) {
      if ((within >> i & 1) === 0) continue;
      const universe = this.#universes[i] as Regex;
      for (const child of children) {
        if (this.kind.at(child) === KIND_NOT && this.a.at(child) === universe) return EMPTY;
      }
      if (!includesSorted(children, universe)) continue;
      // The universe adds nothing to its subsets.
      const isBounded = children.some((child) =>
        child !== universe && (this.#within.at(child) >> i & 1) === 1
      );
      if (isBounded) keep(children, (child) => child !== universe);
    }
    if (children.length === 1) return children[0] as number;
    return this.#internList(KIND_INTERSECT, children, nullable, within);
  }

  /** Every text over bytes that `part` does not match. */
  not(part: Regex): Regex {
    if (part === EMPTY) return ALL;
    if (part === ALL) return EMPTY;
    if (this.kind.at(part) === KIND_NOT) return this.a.at(part);
    return this.#intern(KIND_NOT, part, 0, 1 - this.nullable.at(part), 0);
  }

  /**
   * Between `min` and `max` matches in a row.
   *
   * @param min 0 to 2,147,483,647.
   * @param max At least `min`; `Infinity`, or anything over 2,147,483,647, is no bound.
   */
  repeat(part: Regex, min: number, max: number): Regex {
    if (min > MAX_COUNT) throw new LimitExceededError("repeatMinimum", min, MAX_COUNT);
    if (max > MAX_COUNT) max = Infinity;
    if (max === 0 || part === EPSILON) return EPSILON;
    if (part === EMPTY) return min === 0 ? EPSILON : EMPTY;
    if (min === 1 && max === 1) return part;
    if (part === ALL) return ALL;
    if (this.nullable.at(part) === 1) min = 0;
    if (min === 0 && max === 1 && this.nullable.at(part) === 1) return part;
    if (min === 0 && max === Infinity && this.kind.at(part) === KIND_REPEAT) {
      const inner = this.b.at(part);
      if (this.pool.at(inner) <= 1 && this.pool.at(inner + 1) === -1) part = this.a.at(part);
    }
    const bounds = this.#bounds(min, max === Infinity ? -1 : max);
    return this.#intern(KIND_REPEAT, part, bounds, min === 0 ? 1 : 0, this.#within.at(part));
  }

  /** Any number of matches in a row. */
  star(part: Regex): Regex {
    return this.repeat(part, 0, Infinity);
  }

  /** One match or the empty text. */
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
    return this.#intern(KIND_MACHINE, index, state, machine.isAccepting(state) ? 1 : 0, 0);
  }

  /** Matches the empty text and says that the lexeme `number` is complete. */
  label(number: number): Regex {
    return this.#intern(KIND_LABEL, number, 0, 1, 0); // within nothing, so that nothing absorbs it
  }

  /**
   * Makes `part*` a universe, and `part` known to lie within it.
   *
   * @returns The universe.
   * @throws {RangeError} A store has room for 31 universes.
   */
  universe(part: Regex): Regex {
    const universe = this.star(part);
    if (universe !== ALL && !this.#universes.includes(universe)) {
      if (this.#universes.length === 31) throw new RangeError("a store has at most 31 universes");
      this.#universes.push(universe);
    }
    this.declareWithin(part, universe);
    this.declareWithin(universe, universe);
    return universe;
  }

  /**
   * Says that an expression is a subset of a universe; what is made of it afterwards is known to be, too.
   *
   * @param regex What the caller knows to be a subset.
   * @param universe What {@link RegexStore.universe} returned.
   */
  declareWithin(regex: Regex, universe: Regex): void {
    const index = this.#universes.indexOf(universe);
    if (index < 0) return;
    this.#within.data[regex] = this.#within.at(regex) | 1 << index;
    if (this.kind.at(regex) !== KIND_UNION) return;
    const offset = this.a.at(regex), count = this.b.at(regex);
    for (let i = 0; i < count; i++) this.declareWithin(this.pool.at(offset + i), universe);
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
      let within = -1;
      for (const child of group) {
        merged.delete(child);
        within &= this.#within.at(child);
        const head = this.kind.at(child) === KIND_BYTES ? child : this.a.at(child);
        const offset = this.a.at(head), count = this.b.at(head);
        for (let i = 0; i < count; i++) ranges.push(this.pool.at(offset + i));
      }
      const together = this.concat(this.bytes(ranges), tail);
      this.#within.data[together] = this.#within.at(together) | within;
      merged.add(together);
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
    this.#within.push(0);
    if (id * 2 > this.#table.length) this.#rehash();
    return id;
  }

  #intern(kind: number, a: number, b: number, nullable: number, within: number): Regex {
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
    this.#within.data[id] = within;
    if (before !== this.#table) return id; // the rehash has entered it
    this.#table[slot] = id + 1;
    return id;
  }

  #internList(kind: number, list: readonly number[], nullable: number, within: number): Regex {
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
    this.#within.data[id] = within;
    if (before !== this.#table) return id;
    this.#table[slot] = id + 1;
    return id;
  }

  /** Whether an intersection with these (sorted) children is, by its form, a subset of the expression. */
  #impliedBy(regex: Regex, list: readonly Regex[]): boolean {
    if (includesSorted(list, regex)) return true;
    const kind = this.kind.at(regex);
    if (kind !== KIND_UNION && kind !== KIND_INTERSECT) return false;
    const offset = this.a.at(regex), count = this.b.at(regex);
    for (let i = 0; i < count; i++) {
      const isIncluded = includesSorted(list, this.pool.at(offset + i));
      if (isIncluded === (kind === KIND_UNION)) return isIncluded;
    }
    return kind === KIND_INTERSECT;
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
