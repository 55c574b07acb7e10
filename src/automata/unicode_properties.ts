/**
 * The code point sets behind `\p{…}`, `\d`, `\s`, `\w`, `.` and case-insensitive matching.
 *
 * Part of the pattern front end. Idea: the JavaScript host already carries the Unicode tables, exactly as
 * ECMA-262 wants them, so a property's set is read off the host's own regular expressions: one string with
 * every code point in order, and the runs that `\p{…}+` finds in it are the ranges.
 * Cost: 10 to 30 ms for the first use of a property, 60 ms for that of case folding, then cached (measured
 * on one 2.5 GHz core); nothing for the others. Source: ECMA-262, 22.2.2.9
 * (CharacterClassEscape) and 22.2.2.7.3 (Canonicalize).
 *
 * @module
 */

import type { CodePointSet } from "./language_algebra.ts";
import { codePointSet, complementOfSet, setHas, unionOfSets } from "./unicode_sets.ts";

/** `\d`. */
export const digitSet: CodePointSet = codePointSet([0x30, 0x39]);
/** `\w` without case folding. */
export const wordSet: CodePointSet = codePointSet([0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]);
/** `\s`: WhiteSpace and LineTerminator. */
export const spaceSet: CodePointSet = codePointSet(
  [9, 13, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029]
    .concat([0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff]),
);
/** The line terminators, which `.` does not match. */
export const lineTerminatorSet: CodePointSet = codePointSet([10, 10, 13, 13, 0x2028, 0x2029]);
/** `.`: every character but the line terminators. */
export const dotSet: CodePointSet = complementOfSet(lineTerminatorSet);

const propertySets = new Map<string, CodePointSet | null>();

/**
 * The set of a Unicode property.
 *
 * @param expression What stands between the braces of `\p{…}`: `Lu`, `Script=Greek`, `Alphabetic`.
 * @returns The set, or null when there is no such property.
 */
export function propertySet(expression: string): CodePointSet | null {
  let set = propertySets.get(expression);
  if (set === undefined) {
    set = readPropertyFromHost(expression);
    if (set !== null) propertySets.set(expression, set);
  }
  return set;
}

function readPropertyFromHost(expression: string): CodePointSet | null {
  // Nothing but names may reach the host's parser.
  if (!/^[A-Za-z0-9_]+(?:=[A-Za-z0-9_]+)?$/.test(expression)) return null;
  let runs: RegExp;
  try {
    // With the gaps matched too, the host scans three times as fast as it searches.
    runs = new RegExp(`(\\p{${expression}}+)|\\P{${expression}}+`, "gu");
  } catch {
    return null;
  }
  const ranges: number[] = [];
  for (let plane = 0; plane <= 0x10; plane++) {
    if (plane === 0) {
      collectRuns(runs, 0, 0xd7ff, ranges);
      collectRuns(runs, 0xe000, 0xffff, ranges);
    } else collectRuns(runs, plane << 16, (plane << 16) | 0xffff, ranges);
  }
  return codePointSet(ranges);
}

function collectRuns(runs: RegExp, from: number, to: number, ranges: number[]): void {
  const unitsPerCodePoint = from > 0xffff ? 2 : 1;
  const text = textOfRange(from, to);
  for (const match of text.matchAll(runs)) {
    if (match[1] === undefined) continue;
    const first = from + match.index / unitsPerCodePoint;
    ranges.push(first, first + match[0].length / unitsPerCodePoint - 1);
  }
}

const decoder = new TextDecoder("utf-16le", { ignoreBOM: true });

/** All characters of a range that lies in one plane; ten times as fast as String.fromCodePoint. */
function textOfRange(from: number, to: number): string {
  const isAstral = from > 0xffff;
  const units = new Uint16Array((to - from + 1) * (isAstral ? 2 : 1));
  for (let i = 0, codePoint = from; codePoint <= to; codePoint++) {
    if (isAstral) {
      units[i++] = 0xd7c0 + (codePoint >> 10);
      units[i++] = 0xdc00 | codePoint & 0x3ff;
    } else units[i++] = codePoint;
  }
  return decoder.decode(units);
}

/** For each code point that folds with others, all members of its class, itself included. */
let foldClasses: Map<number, readonly number[]> | undefined;

/**
 * The host decides which characters fold together, but is only asked about those that some case mapping
 * brings near each other: all pairs of the 2,900 cased characters would take 100 ms.
 */
function getFoldClasses(): Map<number, readonly number[]> {
  if (foldClasses !== undefined) return foldClasses;
  foldClasses = new Map();
  // Only characters that some case mapping changes can fold together.
  const cased = unionOfSets(
    ["Changes_When_Casemapped", "Changes_When_Casefolded"].map((name) => propertySet(name)!),
  );
  const candidates = new Map<string, Set<string>>();
  for (let i = 0; i < cased.length; i += 2) {
    for (const character of textOfRange(cased[i]!, cased[i + 1]!)) {
      const near = new Set([character]);
      for (const other of near) {
        const mapped = [
          other.toLowerCase(),
          other.toUpperCase(),
          other.toUpperCase().toLowerCase(),
        ];
        for (const key of mapped) {
          for (const found of candidates.get(key) ?? []) near.add(found);
        }
        for (const key of mapped) candidates.set(key, near);
      }
    }
  }
  for (const near of new Set(candidates.values())) {
    for (const character of near) {
      const same = new RegExp(`^\\u{${character.codePointAt(0)!.toString(16)}}$`, "iu");
      const members = [...near].filter((other) => same.test(other));
      if (members.length < 2) continue;
      foldClasses.set(character.codePointAt(0)!, members.map((member) => member.codePointAt(0)!));
    }
  }
  return foldClasses;
}

/** Adds to a set every character that equals a member when case is ignored (with the `u` flag). */
export function closeUnderCaseFolding(set: CodePointSet): CodePointSet {
  const classes = getFoldClasses();
  const added: number[] = [];
  let size = 0;
  for (let i = 0; i < set.length; i += 2) size += set[i + 1]! - set[i]! + 1;
  if (size < classes.size) {
    for (let i = 0; i < set.length; i += 2) {
      for (let codePoint = set[i]!; codePoint <= set[i + 1]!; codePoint++) {
        for (const member of classes.get(codePoint) ?? []) added.push(member, member);
      }
    }
  } else {
    for (const [codePoint, members] of classes) {
      if (setHas(set, codePoint)) { for (const member of members) added.push(member, member); }
    }
  }
  return added.length === 0 ? set : codePointSet([...set, ...added]);
}
