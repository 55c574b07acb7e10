/**
 * Functions from bytes to expressions, as lists of intervals: `end0, target0, end1, target1, …`, ends inclusive, the
 * last one 255, neighbours different.
 *
 * What a derivative by all bytes at once is (`derivatives.ts`), and how several are combined: segment by segment of
 * the bytes that none of them tells apart.
 *
 * Cost: of combining, the intervals that matter, plus the calls of the function that is given; a union of 20,000
 * words is 20,000 steps and not 20,000 for each segment, because a target that adds nothing is not looked at.
 *
 * @module
 */

import type { Regex } from "./regex_table.ts";

/** `end, target, …`. Plain arrays: half the memory of small typed ones, and lighter on the garbage collector. */
export type Intervals = readonly number[];

/** Combinations that are remembered while segments are combined: classes of characters repeat the last few. */
const REMEMBERED = 8;

/** Applies a function to the targets and merges neighbours that have become equal. */
export function mapTargets(intervals: Intervals, f: (target: Regex) => Regex): Intervals {
  const result: number[] = [];
  for (let i = 0; i < intervals.length; i += 2) {
    pushInterval(result, intervals[i]!, f(intervals[i + 1]!));
  }
  return result;
}

/**
 * Combines the targets of each segment.
 *
 * @param neutral A target that adds nothing, and what a segment with no other target is.
 * @param f Combines one or more targets.
 */
export function combineTargets(
  lists: readonly Intervals[],
  neutral: Regex,
  f: (targets: readonly Regex[]) => Regex,
): Intervals {
  if (lists.length === 1) return lists[0]!;
  if (lists.length === 2) return combineTwo(lists[0]!, lists[1]!, neutral, f);
  const isEnd = new Uint8Array(256);
  for (const list of lists) for (let i = 0; i < list.length; i += 2) isEnd[list[i]!] = 1;
  /** Number of the segment that a byte is in. */
  const segmentOf = new Uint8Array(256);
  const ends: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    segmentOf[byte] = ends.length;
    if (isEnd[byte] === 1) ends.push(byte);
  }
  const targets: Regex[][] = ends.map(() => []);
  for (const list of lists) {
    for (let i = 0, first = 0; i < list.length; i += 2) {
      const last = segmentOf[list[i]!]!, target = list[i + 1]!;
      if (target !== neutral) { for (let s = first; s <= last; s++) targets[s]!.push(target); }
      first = last + 1;
    }
  }
  const result: number[] = [];
  const known: { readonly targets: readonly Regex[]; readonly combined: Regex }[] = [];
  targets.forEach((here, segment) => {
    let combined = neutral;
    if (here.length > 0) {
      const same = known.find((one) => isSame(one.targets, here));
      combined = same?.combined ?? f(here);
      if (same === undefined) {
        if (known.length === REMEMBERED) known.shift();
        known.push({ targets: here, combined });
      }
    }
    pushInterval(result, ends[segment]!, combined);
  });
  return result;
}

/** {@link combineTargets} of two lists, which is most of them: in step, without a table of the segments. */
function combineTwo(
  x: Intervals,
  y: Intervals,
  neutral: Regex,
  f: (targets: readonly Regex[]) => Regex,
): Intervals {
  const result: number[] = [];
  let lastX = -1, lastY = -1, last = neutral;
  for (let i = 0, j = 0; i < x.length;) {
    const endX = x[i]!, endY = y[j]!, targetX = x[i + 1]!, targetY = y[j + 1]!;
    let combined: Regex;
    if (targetX === neutral || targetX === targetY) combined = targetY;
    else if (targetY === neutral) combined = targetX;
    else if (targetX === lastX && targetY === lastY) combined = last;
    else {
      combined = last = f([targetX, targetY]);
      lastX = targetX;
      lastY = targetY;
    }
    pushInterval(result, Math.min(endX, endY), combined);
    if (endX <= endY) i += 2;
    if (endY <= endX) j += 2;
  }
  return result;
}

/** Appends an interval, or prolongs the last one. */
export function pushInterval(result: number[], end: number, target: Regex): void {
  const { length } = result;
  if (length > 0 && result[length - 1] === target) result[length - 2] = end;
  else result.push(end, target);
}

function isSame(x: readonly number[], y: readonly number[]): boolean {
  if (x.length !== y.length) return false;
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
