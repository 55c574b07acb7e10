/**
 * Names for rules that a notation allows, when a grammar is written in it.
 *
 * The notations differ in what a name may be (Lark's tell rules from terminals by their case), and each has
 * its own name for the rule where texts start. A name that fits stays; others are changed as little as
 * possible, and never meet.
 *
 * @module
 */

import type { Grammar, GrammarRule } from "./grammar_form.ts";

/**
 * Gives each rule a name of its own.
 *
 * @param grammar The grammar.
 * @param startName What the notation calls the rule where texts start.
 * @param spell The name that the notation would have for a rule, if it were the only one.
 * @param joint What joins a name and the number that tells it from another.
 * @returns New names by old ones.
 */
export function renamedRules(
  grammar: Grammar,
  startName: string,
  spell: (rule: GrammarRule) => string,
  joint: string,
): ReadonlyMap<string, string> {
  const names = new Map([[grammar.start, startName]]);
  const taken = new Set([startName]);
  // Those whose names fit come first, so that none of them has to give way to a changed one.
  const rules = grammar.rules.filter(({ name }) => name !== grammar.start);
  const fits = (rule: GrammarRule) => spell(rule) === rule.name && rule.name !== startName;
  for (const rule of rules.filter(fits)) {
    names.set(rule.name, rule.name);
    taken.add(rule.name);
  }
  // Where to go on counting, by the name that many may want.
  const numbers = new Map<string, number>();
  for (const rule of rules.filter((rule) => !fits(rule))) {
    const wanted = spell(rule);
    let name = wanted;
    let number = numbers.get(wanted) ?? 2;
    while (taken.has(name)) name = `${wanted}${joint}${number++}`;
    numbers.set(wanted, number);
    names.set(rule.name, name);
    taken.add(name);
  }
  return names;
}

/** The wanted name, with a number behind it if it is taken. */
export function unusedName(wanted: string, taken: { has(name: string): boolean }): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
  return name;
}
