/**
 * What makes a union smaller: alternatives that say together what one says, or that another one covers.
 *
 * Used by {@link RegexStore.union}. A state of an automaton is mostly a union, of all the places in an expression
 * that a text may have come to, and its size is what a state costs. Two kinds of places multiply:
 *
 * - the encodings of a character class, `a·r | b·r`, which are one byte set before the same rest;
 * - rounds of counted repeats, `x{0,7}·r | x{0,9}·r`. Where a repeat stands in another one, as in
 *   `(x{1,63}y){1,127}`, there are 8,000 pairs of counts, and nearly all of them are covered by one
 *   that has more rounds left of both (the idea behind counting sets: Turoňová et al., "Regex matching with
 *   counting-set automata", OOPSLA 2020).
 *
 * Cover is decided by form, a few heads deep: a "no" may be wrong, a "yes" never is.
 *
 * Cost: linear, but for the comparison of alternatives that begin with a repeat, which is quadratic and therefore
 * left out in large unions.
 *
 * @module
 */

import { ascending, includesSorted } from "./integer_lists.ts";
import type { RegexStore } from "./regex_store.ts";
import { EPSILON, KIND_BYTES, KIND_CONCAT, KIND_REPEAT, type Regex } from "./regex_table.ts";

/** Heads that are compared to find one alternative in another. */
const COVER_DEPTH = 4;
/** Most comparisons of two alternatives of a union. */
const MAXIMUM_COMPARISONS = 4096;

/**
 * Joins byte sets before the same tail, and repeats of one expression before the same tail.
 *
 * @param list Alternatives, ascending, each once; may be changed.
 * @returns Likewise.
 */
export function joinAlternatives(store: RegexStore, list: Regex[]): Regex[] {
  return joinRepeats(store, joinBytes(store, list));
}

/** Drops alternatives of which every text is one of another alternative. */
export function dropCovered(store: RegexStore, list: Regex[]): Regex[] {
  const covering: Regex[] = [];
  for (const child of list) {
    if (store.kind.at(headOf(store, child)) === KIND_REPEAT) covering.push(child);
  }
  if (covering.length === 0 || covering.length * list.length > MAXIMUM_COMPARISONS) return list;
  const dropped = new Set<Regex>();
  for (const wide of covering) {
    if (dropped.has(wide)) continue;
    for (const child of list) {
      if (child !== wide && !dropped.has(child) && isCovered(store, child, wide, COVER_DEPTH)) {
        dropped.add(child);
      }
    }
  }
  return dropped.size === 0 ? list : list.filter((child) => !dropped.has(child));
}

/** Whether the form of two expressions shows that each text of the one is one of the other. */
function isCovered(store: RegexStore, narrow: Regex, wide: Regex, depth: number): boolean {
  if (narrow === wide) return true;
  if (depth === 0 || wide === EPSILON) return false;
  const wideHead = headOf(store, wide), wideTail = tailOf(store, wide);
  const isRepeat = store.kind.at(wideHead) === KIND_REPEAT;
  const [wideMin, wideMax] = isRepeat
    ? [store.repeatMin(wideHead), store.repeatMax(wideHead)]
    : [1, 1];
  if (narrow !== EPSILON) {
    const head = headOf(store, narrow), tail = tailOf(store, narrow);
    const isSame = head === wideHead;
    if (isSame && isCovered(store, tail, wideTail, depth - 1)) return true;
    if (isRepeat && !isSame) {
      const repeated = store.a.at(wideHead);
      const isBounded = store.kind.at(head) === KIND_REPEAT && store.a.at(head) === repeated;
      if (isBounded || head === repeated) {
        const min = isBounded ? store.repeatMin(head) : 1;
        const max = isBounded ? store.repeatMax(head) : 1;
        if (min >= wideMin && max <= wideMax && isCovered(store, tail, wideTail, depth - 1)) {
          return true;
        }
        // Any number of rounds more may come before what is covered already.
        if (wideMax === Infinity && isCovered(store, tail, wide, depth - 1)) return true;
      }
    }
  }
  return isRepeat && wideMin === 0 && isCovered(store, narrow, wideTail, depth - 1);
}

function headOf(store: RegexStore, regex: Regex): Regex {
  return store.kind.at(regex) === KIND_CONCAT ? store.a.at(regex) : regex;
}

function tailOf(store: RegexStore, regex: Regex): Regex {
  return store.kind.at(regex) === KIND_CONCAT ? store.b.at(regex) : EPSILON;
}

/** `a·r | b·r` becomes `[ab]·r`. Without it the encodings of a character class would never become one state. */
function joinBytes(store: RegexStore, list: Regex[]): Regex[] {
  if (list.length < 2) return list;
  const kind = store.kind.data, a = store.a.data, b = store.b.data;
  const byTail = new Map<Regex, Regex[]>();
  let joins = false;
  for (const child of list) {
    const k = kind[child];
    const tail = k === KIND_BYTES
      ? EPSILON
      : k === KIND_CONCAT && kind[a[child]!] === KIND_BYTES
      ? b[child]!
      : -1;
    if (tail < 0) continue;
    const group = byTail.get(tail);
    if (group === undefined) byTail.set(tail, [child]);
    else {
      group.push(child);
      joins = true;
    }
  }
  if (!joins) return list;
  const joined = new Set(list);
  for (const [tail, group] of byTail) {
    if (group.length < 2) continue;
    const ranges: number[] = [];
    for (const child of group) {
      joined.delete(child);
      const head = headOf(store, child);
      const offset = store.a.at(head), count = store.b.at(head);
      for (let i = 0; i < count; i++) ranges.push(store.pool.at(offset + i));
    }
    joined.add(store.keepWithin(store.concat(store.bytes(ranges), tail), group));
  }
  return [...joined].sort(ascending);
}

/** `x{a,b}·r | x{c,d}·r` becomes one repeat where the counts overlap or touch; `x{1,b}·r | r` likewise. */
function joinRepeats(store: RegexStore, list: Regex[]): Regex[] {
  let joined: Set<Regex> | undefined;
  const byForm = new Map<string, Regex>();
  for (const child of list) {
    const head = headOf(store, child);
    if (store.kind.at(head) !== KIND_REPEAT) continue;
    const tail = tailOf(store, child);
    let one = child, min = store.repeatMin(head), max = store.repeatMax(head);
    if (min === 1 && includesSorted(list, tail)) {
      joined ??= new Set(list);
      joined.delete(child);
      joined.delete(tail);
      min = 0;
      one = store.keepWithin(store.concat(store.repeat(store.a.at(head), min, max), tail), [
        child,
        tail,
      ]);
      joined.add(one);
    }
    const form = `${store.a.at(head)} ${tail}`;
    const other = byForm.get(form);
    if (other === undefined) {
      byForm.set(form, one);
      continue;
    }
    const otherHead = headOf(store, other);
    const otherMin = store.repeatMin(otherHead), otherMax = store.repeatMax(otherHead);
    if (min > otherMax + 1 || otherMin > max + 1) continue;
    joined ??= new Set(list);
    joined.delete(one);
    joined.delete(other);
    min = Math.min(min, otherMin);
    max = Math.max(max, otherMax);
    const together = store.concat(store.repeat(store.a.at(head), min, max), tail);
    joined.add(store.keepWithin(together, [one, other]));
    byForm.set(form, together);
  }
  return joined === undefined ? list : [...joined].sort(ascending);
}
