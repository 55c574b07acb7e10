/**
 * A grammar without `ignored`: what may stand between the terminals is written into the rules.
 *
 * For the notations that have no such thing, for samples and for recognisers. Every terminal or text in a
 * rule that is no terminal gets the ignored ones behind it, and the rule where texts start gets them in
 * front, so that no place has them twice.
 *
 * @module
 */

import { choiceOf, repeatOf, sequenceOf, withParts } from "./expressions.ts";
import type { Expression, Grammar, GrammarRule } from "./grammar_form.ts";
import { unusedName } from "./rule_names.ts";

/**
 * Writes the ignored terminals into the rules.
 *
 * @param grammar A grammar; returned as it is if it ignores nothing.
 * @returns One of the same language whose `ignored` is empty, and whose rules say all.
 */
export function withIgnoredWritten(grammar: Grammar): Grammar {
  if (grammar.ignored.length === 0) return grammar;
  const names = new Set(grammar.rules.map(({ name }) => name));
  const terminals = new Set(
    grammar.rules.filter(({ isTerminal }) => isTerminal).map(({ name }) => name),
  );
  const ignoredName = unusedName("ignored", names);
  const startName = unusedName(`spaced_${grammar.start}`, names);
  const ignored: Expression = { kind: "rule", name: ignoredName };
  const spaced = (expression: Expression): Expression => {
    switch (expression.kind) {
      case "sequence":
      case "choice":
      case "repeat":
        return withParts(expression, spaced);
      case "rule":
        return terminals.has(expression.name) ? sequenceOf([expression, ignored]) : expression;
      case "text":
        return expression.text === "" ? expression : sequenceOf([expression, ignored]);
      default:
        return sequenceOf([expression, ignored]);
    }
  };
  const start: Expression = { kind: "rule", name: grammar.start };
  const rules: GrammarRule[] = [
    { name: startName, expression: sequenceOf([ignored, spaced(start)]), isTerminal: false },
    ...grammar.rules.map((rule) =>
      rule.isTerminal ? rule : { ...rule, expression: spaced(rule.expression) }
    ),
    {
      name: ignoredName,
      expression: repeatOf(
        choiceOf(grammar.ignored.map((name) => ({ kind: "rule", name }))),
        0,
        null,
      ),
      isTerminal: true,
    },
  ];
  return { start: startName, rules, ignored: [] };
}
