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
 * Simplifications are those that keep the automata of ordinary expressions small (similarity classes of
 * Owens, Reppy and Turon, "Regular-expression derivatives reexamined", JFP 2009): units and zeros,
 * idempotence, flattening, merging of byte sets and of alternatives with the same tail, and absorption by
 * a **universe**: a language closed under concatenation, such as all texts in UTF-8, with which a store was
 * told what lies within it. It makes `.*x.*`, once x was read, the one state that any text may follow.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import { dropCovered, joinAlternatives } from "./alternatives.ts";
import { ascending, includesSorted, keep, mergeRanges } from "./integer_lists.ts";
import type { Machine } from "./machine.ts";
import {
  ALL,
  EMPTY,
  EPSILON,
  KIND_BYTES,
  KIND_CONCAT,
  KIND_EPSILON,
  KIND_INTERSECT,
  KIND_LABEL,
  KIND_MACHINE,
  KIND_NOT,
  KIND_REPEAT,
  KIND_UNION,
  type Regex,
  RegexTable,
} from "./regex_table.ts";

/** Largest bound of a repetition that is counted. */
const MAX_COUNT = 0x7fffffff;

/** A hash-consed set of regular expressions over bytes. */
export class RegexStore extends RegexTable {
  /** The hand-written automata, by the index that MACHINE expressions hold. */
  readonly machines: Machine[] = [];
  readonly #universes: Regex[] = [];
  readonly #machineIndex = new Map<string, number>();

  /** One byte out of inclusive ranges `lo, hi, lo, hi, …`, in any order, overlapping or not. */
  bytes(ranges: readonly number[]): Regex {
    const merged = mergeRanges(ranges);
    if (merged.length === 0) return EMPTY;
    return this.internList(KIND_BYTES, merged, 0, 0);
  }

  /** Exactly this byte. */
  byte(value: number): Regex {
    return this.internList(KIND_BYTES, [value, value], 0, 0);
  }

  /** Exactly these bytes. */
  literal(bytes: Uint8Array): Regex {
    let result = EPSILON;
    for (let i = bytes.length - 1; i >= 0; i--) {
      result = this.concat(this.byte(bytes[i]!), result);
    }
    return result;
  }

  /** A match of `left` and then one of `right`; O(heads of `left`). */
  concat(left: Regex, right: Regex): Regex {
    if (left === EMPTY || right === EMPTY) return EMPTY;
    if (left === EPSILON) return right;
    if (right === EPSILON) return left;
    if (this.kind.at(left) !== KIND_CONCAT) return this.#join(left, right);
    // Right-nested form: (x · y) · z = x · (y · z). Iterative, because literals are long.
    const heads: Regex[] = [];
    let rest = left;
    while (this.kind.at(rest) === KIND_CONCAT) {
      heads.push(this.a.at(rest));
      rest = this.b.at(rest);
    }
    let result = this.#join(rest, right);
    for (let i = heads.length - 1; i >= 0; i--) result = this.#join(heads[i]!, result);
    return result;
  }

  /**
   * Puts a head that is no concatenation before a tail. A repeat takes in what it repeats: `x{a,b}·x{c,d}` is
   * `x{a+c,b+d}`, and so is `x{a,b}·x`; else `x?x?x?…` would be a state for each way to leave some out.
   */
  #join(head: Regex, tail: Regex): Regex {
    const kind = this.kind.data, a = this.a.data, b = this.b.data;
    const next = kind[tail] === KIND_CONCAT ? a[tail]! : tail;
    if (head === ALL && next === ALL) return tail;
    if (kind[head] !== KIND_REPEAT) return this.#internConcat(head, tail);
    const part = a[head]!;
    let min = this.repeatMin(head), max = this.repeatMax(head), rest = tail;
    // A part that is a list or a repeat itself can be read in two ways, and only one may be chosen.
    const isPlain = kind[part] !== KIND_CONCAT && kind[part] !== KIND_REPEAT;
    while (rest !== EPSILON) {
      const first = kind[rest] === KIND_CONCAT ? a[rest]! : rest;
      const isRepeat = kind[first] === KIND_REPEAT && a[first] === part;
      if (!isRepeat && !(isPlain && first === part)) break;
      const sum = min + (isRepeat ? this.repeatMin(first) : 1);
      if (sum > MAX_COUNT) break;
      min = sum;
      max += isRepeat ? this.repeatMax(first) : 1;
      rest = kind[rest] === KIND_CONCAT ? b[rest]! : EPSILON;
    }
    if (rest === tail) return this.#internConcat(head, tail);
    const together = this.repeat(part, min, max);
    return rest === EPSILON ? together : this.#internConcat(together, rest);
  }

  #internConcat(head: Regex, tail: Regex): Regex {
    const nullable = this.nullable.at(head) & this.nullable.at(tail);
    const within = this.within.at(head) & this.within.at(tail);
    return this.intern(KIND_CONCAT, head, tail, nullable, within);
  }

  /** Concatenation of any number of expressions. */
  sequence(parts: readonly Regex[]): Regex {
    let result = EPSILON;
    for (let i = parts.length - 1; i >= 0; i--) result = this.concat(parts[i]!, result);
    return result;
  }

  /** What any of the parts matches; nothing for no part. */
  union(parts: readonly Regex[]): Regex {
    const children = this.#flatten(KIND_UNION, parts, EMPTY, ALL);
    if (children === null) return ALL;
    for (let i = 0; i < this.#universes.length && children.length > 1; i++) {
      const universe = this.#universes[i]!;
      if (!includesSorted(children, universe)) continue;
      // The universe absorbs its subsets.
      keep(children, (child) => child === universe || (this.within.at(child) >> i & 1) === 0);
    }
    // Before it is joined with a count: what may be empty already stays as it is.
    if (
      children[0] === EPSILON &&
      children.some((one) => one !== EPSILON && this.nullable.at(one) === 1)
    ) {
      children.shift();
    }
    const merged = dropCovered(this, joinAlternatives(this, children));
    if (merged.length === 0) return EMPTY;
    if (merged.length === 1) return merged[0]!;
    let nullable = 0, within = -1;
    for (const child of merged) {
      if (child !== EPSILON) nullable |= this.nullable.at(child);
      within &= this.within.at(child);
    }
    if (merged[0] === EPSILON) {
      // The smallest id, and nothing new where another alternative may be empty.
      if (nullable === 1) merged.shift();
      if (merged.length === 1) return merged[0]!;
    }
    return this.internList(KIND_UNION, merged, nullable | (merged[0] === EPSILON ? 1 : 0), within);
  }

  /** What all of the parts match; everything for no part. */
  intersect(parts: readonly Regex[]): Regex {
    const children = this.#flatten(KIND_INTERSECT, parts, ALL, EMPTY);
    if (children === null) return EMPTY;
    if (children.length === 0) return ALL;
    if (children.length === 1) return children[0]!;
    let nullable = 1, within = 0;
    for (const child of children) {
      nullable &= this.nullable.at(child);
      within |= this.within.at(child);
    }
    for (const child of children) {
      const kind = this.kind.at(child);
      if (kind === KIND_EPSILON) return nullable === 1 ? EPSILON : EMPTY;
      if (kind === KIND_NOT && this.#impliedBy(this.a.at(child), children)) return EMPTY;
    }
    for (let i = 0; i < this.#universes.length && children.length > 1; i++) {
      if ((within >> i & 1) === 0) continue;
      const universe = this.#universes[i]!;
      for (const child of children) {
        if (this.kind.at(child) === KIND_NOT && this.a.at(child) === universe) return EMPTY;
      }
      if (!includesSorted(children, universe)) continue;
      // The universe adds nothing to its subsets.
      const isBounded = children.some((child) =>
        child !== universe && (this.within.at(child) >> i & 1) === 1
      );
      if (isBounded) keep(children, (child) => child !== universe);
    }
    if (children.length === 1) return children[0]!;
    return this.internList(KIND_INTERSECT, children, nullable, within);
  }

  /** Every text over bytes that `part` does not match. */
  not(part: Regex): Regex {
    if (part === EMPTY) return ALL;
    if (part === ALL) return EMPTY;
    if (this.kind.at(part) === KIND_NOT) return this.a.at(part);
    return this.intern(KIND_NOT, part, 0, 1 - this.nullable.at(part), 0);
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
    if (this.kind.at(part) === KIND_REPEAT) {
      const low = this.repeatMin(part), high = this.repeatMax(part);
      // Rounds of rounds are rounds, if no number of them is left out: k·low..k·high, for k from min to max.
      const isGapless = min === max || low <= 1 || min > 0 && min * (high - low) + 1 >= low;
      if (isGapless && min * low <= MAX_COUNT) {
        return this.repeat(this.a.at(part), min * low, max * high);
      }
    }
    const bounds = this.bounds(min, max);
    return this.intern(KIND_REPEAT, part, bounds, min === 0 ? 1 : 0, this.within.at(part));
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
    return this.machineState(index, this.machines[index]!.start);
  }

  /** The rest of a machine's language in one of its states. */
  machineState(index: number, state: number): Regex {
    const machine = this.machines[index]!;
    return this.intern(KIND_MACHINE, index, state, machine.isAccepting(state) ? 1 : 0, 0);
  }

  /** Matches the empty text and says that the lexeme `number` is complete. */
  label(number: number): Regex {
    return this.intern(KIND_LABEL, number, 0, 1, 0); // within nothing, so that nothing absorbs it
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
    this.within.data[regex] = this.within.at(regex) | 1 << index;
    if (this.kind.at(regex) !== KIND_UNION) return;
    const offset = this.a.at(regex), count = this.b.at(regex);
    for (let i = 0; i < count; i++) this.declareWithin(this.pool.at(offset + i), universe);
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
    // Native for long lists: a comparison that is called costs ten times as much.
    if (flat.length > 32) Int32Array.from(flat).sort().forEach((child, i) => flat[i] = child);
    else flat.sort(ascending);
    let length = 1;
    for (let i = 1; i < flat.length; i++) {
      if (flat[i] !== flat[length - 1]) flat[length++] = flat[i]!;
    }
    flat.length = length;
    return flat;
  }

  /** Notes that an expression is a subset of every universe that all of these are subsets of, and returns it. */
  keepWithin(regex: Regex, parts: readonly Regex[]): Regex {
    let within = -1;
    for (const part of parts) within &= this.within.at(part);
    this.within.data[regex] = this.within.at(regex) | within;
    return regex;
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
}
