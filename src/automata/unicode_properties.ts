/**
 * The code point sets behind `\p{…}`, `\d`, `\s`, `\w`, `.` and case-insensitive matching.
 *
 * Part of the pattern front end. Idea: the JavaScript host already carries the Unicode tables, exactly as
 * ECMA-262 wants them, so a property's set is read off the host's own regular expressions: one string with
 * every code point in order, and the runs that `\p{…}+` finds in it are the ranges.
 * Cost: 5 to 15 ms for the first use of a property, then cached. Source: ECMA-262, 22.2.2.9
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
    runs = new RegExp(`\\p{${expression}}+`, "gu");
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
    const first = from + match.index / unitsPerCodePoint;
    ranges.push(first, first + match[0].length / unitsPerCodePoint - 1);
  }
}

function textOfRange(from: number, to: number): string {
  let text = "";
  const chunk: number[] = [];
  for (let codePoint = from; codePoint <= to; codePoint++) {
    chunk.push(codePoint);
    if (chunk.length === 0x1000 || codePoint === to) {
      text += String.fromCodePoint(...chunk);
      chunk.length = 0;
    }
  }
  return text;
}

/** For each code point that folds with others, all members of its class, itself included. */
let foldClasses: Map<number, readonly number[]> | undefined;

function getFoldClasses(): Map<number, readonly number[]> {
  if (foldClasses !== undefined) return foldClasses;
  foldClasses = new Map();
  // Only characters that some case mapping changes can fold together.
  const cased = unionOfSets(
    ["Changes_When_Casemapped", "Changes_When_Casefolded"].map((name) => propertySet(name)!),
  );
  let everyCased = "";
  for (let i = 0; i < cased.length; i += 2) everyCased += textOfRange(cased[i]!, cased[i + 1]!);
  for (const character of everyCased) {
    const codePoint = character.codePointAt(0)!;
    if (foldClasses.has(codePoint)) continue;
    const same = new RegExp(`\\u{${codePoint.toString(16)}}`, "giu");
    const members = [...everyCased.matchAll(same)].map((match) => match[0].codePointAt(0)!);
    if (members.length < 2) continue;
    for (const member of members) foldClasses.set(member, members);
  }
  return foldClasses;
}

/** Adds to a set every character that equals a member when case is ignored (with the `u` flag). */
export function closeUnderCaseFolding(set: CodePointSet): CodePointSet {
  const added: number[] = [];
  for (const [codePoint, members] of getFoldClasses()) {
    if (setHas(set, codePoint)) { for (const member of members) added.push(member, member); }
  }
  return added.length === 0 ? set : codePointSet([...set, ...added]);
}
