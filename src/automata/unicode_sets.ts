/**
 * Set operations on {@link CodePointSet}, the flat range lists that patterns and formats are made of.
 *
 * Lowest part of the pattern front end. Idea: inclusive ranges `[from0, to0, from1, to1, …]`, sorted,
 * disjoint and non-adjacent, so that equal sets are equal arrays; surrogates are never members, because
 * texts are sequences of Unicode scalar values. Every operation is linear in the number of ranges, but for
 * {@link codePointSet}, which sorts.
 *
 * @module
 */

import type { CodePointSet } from "./language_algebra.ts";

const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;
const LAST_CODE_POINT = 0x10ffff;

/** The set with no member. */
export const emptySet: CodePointSet = [];

/** Every Unicode scalar value. */
export const everyCodePoint: CodePointSet = [
  0,
  FIRST_SURROGATE - 1,
  LAST_SURROGATE + 1,
  LAST_CODE_POINT,
];

/**
 * Puts ranges given in any order into the normal form.
 *
 * @param ranges Inclusive ranges `[from0, to0, …]` in any order, overlapping or not; surrogates are dropped.
 */
export function codePointSet(ranges: readonly number[]): CodePointSet {
  const pairs: [number, number][] = [];
  for (let i = 0; i + 1 < ranges.length; i += 2) {
    const from = ranges[i]!, to = ranges[i + 1]!;
    if (from > to) continue;
    if (from < FIRST_SURROGATE) pairs.push([from, Math.min(to, FIRST_SURROGATE - 1)]);
    if (to > LAST_SURROGATE) pairs.push([Math.max(from, LAST_SURROGATE + 1), to]);
  }
  pairs.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [from, to] of pairs) {
    const last = out.length - 1;
    // U+D7FF and U+E000 are neighbours among the scalar values, but stay two ranges.
    if (last > 0 && from <= out[last]! + 1) out[last] = Math.max(out[last]!, to);
    else out.push(from, to);
  }
  return out;
}

/** The members of any of the sets. */
export function unionOfSets(sets: readonly CodePointSet[]): CodePointSet {
  if (sets.length === 1) return sets[0]!;
  return codePointSet(sets.flat());
}

/** The scalar values that are not members. */
export function complementOfSet(set: CodePointSet): CodePointSet {
  const out: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > next) out.push(next, set[i]! - 1);
    next = set[i + 1]! + 1;
  }
  if (next <= LAST_CODE_POINT) out.push(next, LAST_CODE_POINT);
  return codePointSet(out);
}

/** The members of both sets. */
export function intersectSets(a: CodePointSet, b: CodePointSet): CodePointSet {
  const out: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const from = Math.max(a[i]!, b[j]!), to = Math.min(a[i + 1]!, b[j + 1]!);
    if (from <= to) out.push(from, to);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return out;
}

/** The members of `a` that are not members of `b`. */
export function subtractSets(a: CodePointSet, b: CodePointSet): CodePointSet {
  return intersectSets(a, complementOfSet(b));
}

/** Whether the code point is a member; by binary search. */
export function setHas(set: CodePointSet, codePoint: number): boolean {
  let low = 0, high = set.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (set[2 * middle + 1]! < codePoint) low = middle + 1;
    else high = middle;
  }
  return 2 * low < set.length && set[2 * low]! <= codePoint;
}

/**
 * Cuts the code points into the coarsest classes that no set tells apart.
 *
 * @returns Non-empty disjoint sets whose union is every scalar value; each given set is a union of some.
 */
export function partitionBySets(sets: Iterable<CodePointSet>): CodePointSet[] {
  let classes: CodePointSet[] = [everyCodePoint];
  for (const set of sets) {
    const outside = complementOfSet(set);
    classes = classes.flatMap((part) =>
      [intersectSets(part, set), intersectSets(part, outside)].filter((piece) => piece.length > 0)
    );
  }
  return classes;
}
