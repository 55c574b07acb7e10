/**
 * Sets of integer exponents, and what may follow the `e` of a number text.
 *
 * Part of `number_machine.ts`. Once the mantissa is read, the exponents that bring it into one cell of
 * the number set form one interval: the bounds cut off both ends, being a multiple of m holds from some
 * exponent on, not being one holds up to some exponent. So the rest of the text is an integer in a short list of
 * intervals, and exponents need no limit: values beyond the last finite end fall together in one state.
 *
 * Cost: a handful of comparisons a digit.
 *
 * @module
 */

/** Sorted, disjoint, non-adjacent inclusive intervals, flat: `[from0, to0, from1, to1, …]`; ends may be infinite. */
export type ExponentSet = readonly number[];

/** All integers. */
export const ALL_EXPONENTS: ExponentSet = [-Infinity, Infinity];

/** The union of intervals given as pairs `[from, to]`; those with `from > to`, or from Infinity, or to -Infinity, are empty. */
export function exponentSet(intervals: readonly (readonly [number, number])[]): ExponentSet {
  const sorted = intervals.filter(([from, to]) =>
    from <= to && from !== Infinity && to !== -Infinity
  ).sort((a, b) => a[0] - b[0]);
  const result: number[] = [];
  for (const [from, to] of sorted) {
    const last = result.length - 1;
    if (last > 0 && from <= result[last]! + 1) result[last] = Math.max(result[last]!, to);
    else result.push(from, to);
  }
  return result;
}

/** The members that are at least 0. */
export function nonNegativePart(set: ExponentSet): ExponentSet {
  const result: number[] = [];
  for (let i = 0; i < set.length; i += 2) {
    if (set[i + 1]! >= 0) result.push(Math.max(0, set[i]!), set[i + 1]!);
  }
  return result;
}

/** The absolute values of the members that are at most 0. */
export function nonPositivePart(set: ExponentSet): ExponentSet {
  const result: number[] = [];
  for (let i = set.length - 2; i >= 0; i -= 2) {
    if (set[i]! <= 0) result.push(Math.max(0, -set[i + 1]!), -set[i]!);
  }
  return result;
}

/** Whether `value` is a member. */
export function hasExponent(set: ExponentSet, value: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! <= value && value <= set[i + 1]!) return true;
  }
  return false;
}

/**
 * Every value above this one behaves alike, and so do all values when the set is all of 0, 1, 2, …
 *
 * @param set Members at least 0.
 */
export function lastDistinctExponent(set: ExponentSet): number {
  if (set.length === 2 && set[0] === 0 && set[1] === Infinity) return -1;
  let last = 0;
  for (const end of set) if (end !== Infinity && end > last) last = end;
  return last;
}

/**
 * Whether digits read so far can be continued to a member.
 *
 * @param set Members at least 0.
 * @param value The digits' value; above {@link lastDistinctExponent} any value will do.
 */
export function canReachExponent(set: ExponentSet, value: number): boolean {
  if (set.length === 0) return false;
  if (value === 0 || set[set.length - 1] === Infinity) return true;
  const last = set[set.length - 1]!;
  for (let scale = 1; value * scale <= last; scale *= 10) {
    const from = value * scale, to = from + scale - 1;
    for (let i = 0; i < set.length; i += 2) {
      if (set[i]! <= to && from <= set[i + 1]!) return true;
    }
  }
  return false;
}
