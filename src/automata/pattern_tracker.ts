/**
 * Automata that remember what look-arounds need to know about the text on one side of a place.
 *
 * Between `pattern_expression.ts` and `pattern_language.ts`. Idea: the truth of every look-behind at a place
 * depends on the text before it only, and those texts fall into finitely many classes: the states of the
 * product of the look-behinds' automata. Built by derivatives, then minimised, since every state that
 * remains multiplies the work of the translation. Read backwards, the same serves look-aheads.
 * Cost: states × classes derivatives. Source: Brzozowski 1964; Moore 1956 for the minimisation.
 *
 * @module
 */

import type { CodePointSet } from "./language_algebra.ts";
import { type Expression, expressionKey, type ExpressionStore } from "./pattern_expression.ts";
import { unionOfSets } from "./unicode_sets.ts";

/** A total deterministic automaton that follows several languages at once. */
export interface Tracker {
  /** Number of states; the start is state 0. */
  readonly stateCount: number;
  /** Classes of characters that the automaton does not tell apart. */
  readonly classes: readonly CodePointSet[];
  /** `next[state][class]`. */
  readonly next: readonly (readonly number[])[];
  /** `accepts[state][i]`: whether the text read so far is a member of language `i`. */
  readonly accepts: readonly (readonly boolean[])[];
}

/**
 * The minimal automaton that follows all the languages.
 *
 * @param classes A partition of the characters that every set in the languages respects.
 * @param maxStates Most states before minimisation.
 * @returns null when there would be more states.
 */
export function trackLanguages(
  store: ExpressionStore,
  languages: readonly Expression[],
  classes: readonly CodePointSet[],
  maxStates: number,
): Tracker | null {
  const states: (readonly Expression[])[] = [languages];
  const indexOf = new Map([[expressionKey(languages), 0]]);
  const next: number[][] = [];
  for (let state = 0; state < states.length; state++) {
    next.push(classes.map((set) => {
      const target = states[state]!.map((node) => store.derivative(node, set[0]!));
      const key = expressionKey(target);
      let index = indexOf.get(key);
      if (index === undefined) {
        index = states.push(target) - 1;
        indexOf.set(key, index);
      }
      return index;
    }));
    if (states.length > maxStates) return null;
  }
  return minimise(next, states.map((nodes) => nodes.map((node) => node.nullable)), classes);
}

/** Moore's algorithm: split by acceptance, then by successors, until nothing splits. */
function minimise(
  next: readonly (readonly number[])[],
  accepts: readonly (readonly boolean[])[],
  classes: readonly CodePointSet[],
): Tracker {
  const number = (keys: readonly string[]) => {
    const seen = new Map<string, number>();
    const block = keys.map((key) => {
      if (!seen.has(key)) seen.set(key, seen.size);
      return seen.get(key)!;
    });
    return { block, count: seen.size };
  };
  let { block, count } = number(accepts.map((row) => row.join()));
  while (true) {
    const split = number(
      next.map((row, state) => `${block[state]}:${row.map((target) => block[target]).join()}`),
    );
    if (split.count === count) break;
    ({ block, count } = split);
  }
  const first = Array.from({ length: count }, (_, index) => block.indexOf(index));
  return {
    stateCount: count,
    classes: mergeClasses(classes, (i) => first.map((state) => block[next[state]![i]!]!).join()),
    next: first.map((state) => {
      const kept = new Map<string, number>();
      classes.forEach((_, i) => {
        const column = first.map((from) => block[next[from]![i]!]!).join();
        if (!kept.has(column)) kept.set(column, block[next[state]![i]!]!);
      });
      return [...kept.values()];
    }),
    accepts: first.map((state) => accepts[state]!),
  };
}

/** Joins the classes with the same column, in order of first appearance. */
function mergeClasses(
  classes: readonly CodePointSet[],
  column: (index: number) => string,
): CodePointSet[] {
  const merged = new Map<string, CodePointSet[]>();
  classes.forEach((set, index) => {
    const key = column(index);
    merged.set(key, [...(merged.get(key) ?? []), set]);
  });
  return [...merged.values()].map(unionOfSets);
}
