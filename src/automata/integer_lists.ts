/**
 * What hash-consing needs to do with lists of integers: sort, search, filter, merge and hash them.
 *
 * Below the expression store; nothing here knows what the integers mean. Hashes are of the multiply-and-shift kind
 * (constants of MurmurHash3's finaliser), good enough for open addressing at half load.
 *
 * @module
 */

/** Filters a list in place. */
export function keep(list: number[], wanted: (item: number) => boolean): void {
  let length = 0;
  for (const item of list) if (wanted(item)) list[length++] = item;
  list.length = length;
}

/** Comparison for sorting. */
export function ascending(x: number, y: number): number {
  return x - y;
}

/** Whether an ascending list holds the value; by binary search. */
export function includesSorted(list: readonly number[], value: number): boolean {
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

/** Hash of an expression with two operands. */
export function hash3(kind: number, a: number, b: number): number {
  let h = Math.imul(kind + 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ a, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h ^ b, 0x27d4eb2f);
  return h ^ (h >>> 13);
}

/** Hash of an expression with a list of operands. */
export function hashList(kind: number, list: ArrayLike<number>): number {
  let h = Math.imul(kind + 0x9e3779b9, 0x85ebca6b) ^ list.length;
  for (let i = 0; i < list.length; i++) {
    h = Math.imul(h ^ (list[i] as number), 0xc2b2ae35);
    h ^= h >>> 15;
  }
  return h ^ (h >>> 13);
}

/** Sorts inclusive ranges and merges those that touch. */
export function mergeRanges(ranges: readonly number[]): number[] {
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
