/**
 * Names in classes: those that every pattern of a schema treats alike.
 *
 * @module
 */

import type { Regex } from "../automata/mod.ts";
import { LimitExceededError } from "../errors.ts";
import type { GoalQueries } from "./goal_queries.ts";

/** Most classes of unmentioned names. */
const MAXIMUM_NAME_CLASSES = 256;

/** A class of names with the languages that it lies in. */
export interface SplitClass {
  readonly language: Regex;
  isIn(language: Regex): boolean;
}

/** Splits a language by others into classes that each lie inside or outside of every one. */
export function splitByLanguages(
  whole: Regex,
  splitters: readonly Regex[],
  { languages: { strings, automaton } }: Pick<GoalQueries, "languages">,
): SplitClass[] {
  let classes: { language: Regex; inside: readonly Regex[] }[] = [{ language: whole, inside: [] }];
  for (const splitter of splitters) {
    const next: typeof classes = [];
    const outside = strings.complement(splitter);
    for (const { language, inside } of classes) {
      const within = strings.intersect([language, splitter]);
      if (automaton.isAlive(within)) next.push({ language: within, inside: [...inside, splitter] });
      const without = strings.intersect([language, outside]);
      if (automaton.isAlive(without)) next.push({ language: without, inside });
    }
    classes = next;
    if (classes.length > MAXIMUM_NAME_CLASSES) {
      throw new LimitExceededError("nameClasses", classes.length, MAXIMUM_NAME_CLASSES);
    }
  }
  return classes.map(({ language, inside }) => ({
    language,
    isIn: (other) => other === strings.all || inside.includes(other),
  }));
}
