/**
 * The table under the expression store: hash-consed rows of three integers, and the lists that they point into.
 *
 * Below `regex_store.ts`, which knows what simplifies to what; here an expression is only a kind and two operands, and
 * equal ones get the same id. Every way to make one goes through here, so this is also where the bounds are kept: on
 * the number of expressions, on the entries of their lists, and on their nesting, which everything that descends
 * into an expression recursively relies on.
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
 * Cost: 28 bytes an expression and 4 an entry of a list; amortised O(operands) to find or make one.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import { Int32Column } from "./growable.ts";
import { hash3, hashList } from "./integer_lists.ts";

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

/** Bounds of a store; each is a `LimitExceededError` of its name. */
export interface RegexLimits {
  /** Most expressions a store may hold; default 4,000,000. */
  expressions: number;
  /** Most operands of all its unions and intersections together, and ranges of byte sets; default 32,000,000. */
  expressionOperands: number;
  /** Deepest nesting of expressions, where what follows in a concatenation is no deeper; default 600. */
  expressionDepth: number;
}

/** Rows of expressions, equal ones once. */
export abstract class RegexTable {
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
  /** Bit i: the expression is known to be a subset of the i-th universe. */
  protected readonly within = new Int32Column(1024);
  readonly #depth = new Int32Column(1024);
  /** Open addressing over expression ids + 1; 0 is free. */
  #table = new Int32Array(4096);
  readonly #boundIndex = new Map<number, number>();
  readonly #limits: RegexLimits;

  /**
   * Makes an empty table.
   *
   * @param limits Bounds other than the default ones.
   */
  constructor(limits?: Partial<RegexLimits>) {
    this.#limits = {
      expressions: limits?.expressions ?? 4_000_000,
      expressionOperands: limits?.expressionOperands ?? 32_000_000,
      expressionDepth: limits?.expressionDepth ?? 600,
    };
    this.#add(KIND_EMPTY, 0, 0, 0, 0);
    this.#add(KIND_EPSILON, 0, 0, 1, 0);
    this.#add(KIND_ALL, 0, 0, 1, 0);
    this.within.data[EMPTY] = -1;
    this.within.data[EPSILON] = -1;
  }

  /** Expressions in the store. */
  get size(): number {
    return this.kind.length;
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

  /** Offset into `pool` of a pair of bounds. */
  protected bounds(min: number, max: number): number {
    if (max === Infinity) max = -1;
    const key = min * 4294967296 + max;
    let offset = this.#boundIndex.get(key);
    if (offset === undefined) {
      offset = this.pool.push(min);
      this.pool.push(max);
      this.#boundIndex.set(key, offset);
    }
    return offset;
  }

  /** The expression with two operands; `nullable` and `within` are those of a new one. */
  protected intern(kind: number, a: number, b: number, nullable: number, within: number): Regex {
    let slot = hash3(kind, a, b) & (this.#table.length - 1);
    for (;;) {
      const entry = this.#table[slot]!;
      if (entry === 0) break;
      const id = entry - 1;
      if (this.kind.at(id) === kind && this.a.at(id) === a && this.b.at(id) === b) return id;
      slot = (slot + 1) & (this.#table.length - 1);
    }
    const depth = kind === KIND_CONCAT
      ? Math.max(this.#depth.at(a) + 1, this.#depth.at(b))
      : kind === KIND_NOT || kind === KIND_REPEAT
      ? this.#depth.at(a) + 1
      : 0;
    return this.#enter(slot, kind, a, b, depth, nullable, within);
  }

  /** The expression with a list of operands. */
  protected internList(
    kind: number,
    list: readonly number[],
    nullable: number,
    within: number,
  ): Regex {
    let slot = hashList(kind, list) & (this.#table.length - 1);
    for (;;) {
      const entry = this.#table[slot]!;
      if (entry === 0) break;
      const id = entry - 1;
      if (this.kind.at(id) === kind && this.#sameList(id, list)) return id;
      slot = (slot + 1) & (this.#table.length - 1);
    }
    let depth = 0;
    if (kind !== KIND_BYTES) {
      for (const child of list) depth = Math.max(depth, this.#depth.at(child) + 1);
    }
    const offset = this.pool.length;
    const { expressionOperands } = this.#limits;
    if (offset + list.length > expressionOperands) {
      throw new LimitExceededError("expressionOperands", Infinity, expressionOperands);
    }
    this.pool.reserve(list.length);
    for (const item of list) this.pool.push(item);
    return this.#enter(slot, kind, offset, list.length, depth, nullable, within);
  }

  #enter(
    slot: number,
    kind: number,
    a: number,
    b: number,
    depth: number,
    nullable: number,
    within: number,
  ): Regex {
    const before = this.#table;
    const id = this.#add(kind, a, b, nullable, depth);
    this.within.data[id] = within;
    // Else the table was made anew, with this one in it.
    if (before === this.#table) before[slot] = id + 1;
    return id;
  }

  #add(kind: number, a: number, b: number, nullable: number, depth: number): Regex {
    const id = this.kind.length;
    const { expressions, expressionDepth } = this.#limits;
    if (id >= expressions) throw new LimitExceededError("expressions", Infinity, expressions);
    if (depth > expressionDepth) {
      throw new LimitExceededError("expressionDepth", depth, expressionDepth);
    }
    this.kind.push(kind);
    this.a.push(a);
    this.b.push(b);
    this.nullable.push(nullable);
    this.within.push(0);
    this.#depth.push(depth);
    if (id * 2 > this.#table.length) this.#rehash();
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
