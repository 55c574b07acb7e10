/**
 * What can be said about a grammar before any text: which rules lead nowhere, which are never reached,
 * which recurse.
 *
 * Least fixed points over the rules, by worklist where one rule's answer hangs on another's; linear in the
 * grammar, but for regular expressions that look around, whose emptiness an automaton decides.
 *
 * @module
 */

import {
  Automaton,
  codePointSet,
  complementOfSet,
  fullMatchLanguage,
  RegexStore,
  Utf8Algebra,
} from "../automata/mod.ts";
import { partsOf, visitExpressions } from "./expressions.ts";
import type { Expression, Grammar, RegexExpression } from "./grammar_form.ts";
import { regexTree, treeExpression } from "./regex_expression.ts";
import { rulesOnCycles } from "./rule_cycles.ts";

/** What {@link analyzeGrammar} finds; names are in the order of the rules. */
export interface GrammarAnalysis {
  /** Whether any text at all belongs to the grammar. */
  readonly hasSentence: boolean;
  /** Names that are used, but have no rule. */
  readonly undefinedRules: readonly string[];
  /** Rules that no text fits. */
  readonly unproductiveRules: readonly string[];
  /** Rules that nothing leads to from the start, or from what is ignored. */
  readonly unreachableRules: readonly string[];
  /** Rules that can begin with themselves. */
  readonly leftRecursiveRules: readonly string[];
  /** Rules that the empty text fits. */
  readonly nullableRules: readonly string[];
  /** Rules that are no terminals. */
  readonly ruleCount: number;
  /** Rules that are terminals. */
  readonly terminalCount: number;
  /** Expressions in all rules, those inside others included. */
  readonly nodeCount: number;
  /** Deepest nesting of expressions in one rule. */
  readonly depth: number;
}

/**
 * Looks a grammar over.
 *
 * @param grammar Any grammar; it need not be a sensible one.
 *
 * @example
 * ```ts
 * import { analyzeGrammar, parseGbnf } from "@espalier/core/grammar";
 *
 * const analysis = analyzeGrammar(parseGbnf('root ::= root "a" | "b"\nloop ::= loop'));
 * console.assert(analysis.leftRecursiveRules.join() === "root,loop");
 * console.assert(analysis.unproductiveRules.join() === "loop");
 * console.assert(analysis.unreachableRules.join() === "loop");
 * ```
 */
export function analyzeGrammar(grammar: Grammar): GrammarAnalysis {
  const rules = new Map(grammar.rules.map((rule) => [rule.name, rule.expression]));
  const uses = new Map<string, Set<string>>();
  let nodeCount = 0;
  for (const [name, expression] of rules) {
    const used = new Set<string>();
    visitExpressions(expression, (part) => {
      nodeCount++;
      if (part.kind === "rule") used.add(part.name);
    });
    uses.set(name, used);
  }
  const productive = leastFixedPoint(rules, uses, isProductive);
  const nullable = leastFixedPoint(rules, uses, isNullable);
  const reached = new Set([grammar.start, ...grammar.ignored]);
  for (const name of reached) uses.get(name)?.forEach((used) => reached.add(used));
  const starts = new Map(
    [...rules].map(([name, expression]) => [name, leftCorner(expression, nullable)]),
  );
  const cyclic = rulesOnCycles(starts);
  const undefinedNames = new Set([grammar.start, ...grammar.ignored]);
  for (const used of uses.values()) used.forEach((name) => undefinedNames.add(name));
  const names = [...rules.keys()];
  return {
    hasSentence: productive.has(grammar.start),
    undefinedRules: [...undefinedNames].filter((name) => !rules.has(name)),
    unproductiveRules: names.filter((name) => !productive.has(name)),
    unreachableRules: names.filter((name) => !reached.has(name)),
    leftRecursiveRules: names.filter((name) => cyclic.has(name)),
    nullableRules: names.filter((name) => nullable.has(name)),
    ruleCount: grammar.rules.filter(({ isTerminal }) => !isTerminal).length,
    terminalCount: grammar.rules.filter(({ isTerminal }) => isTerminal).length,
    nodeCount,
    depth: grammar.rules.reduce((depth, rule) => Math.max(depth, depthOf(rule.expression)), 0),
  };
}

/**
 * The rules that have a property which can only be gained: asks again about those whose parts have gained
 * it.
 */
function leastFixedPoint(
  rules: ReadonlyMap<string, Expression>,
  uses: ReadonlyMap<string, ReadonlySet<string>>,
  has: (expression: Expression, known: ReadonlySet<string>) => boolean,
): Set<string> {
  const usedBy = new Map<string, string[]>();
  for (const [name, used] of uses) {
    for (const target of used) {
      const list = usedBy.get(target);
      if (list === undefined) usedBy.set(target, [name]);
      else list.push(name);
    }
  }
  const known = new Set<string>();
  const queue = [...rules.keys()];
  for (const name of queue) {
    if (known.has(name) || !has(rules.get(name)!, known)) continue;
    known.add(name);
    queue.push(...(usedBy.get(name) ?? []).filter((user) => rules.has(user) && !known.has(user)));
  }
  return known;
}

function isProductive(expression: Expression, productive: ReadonlySet<string>): boolean {
  switch (expression.kind) {
    case "characters": {
      const set = codePointSet(expression.ranges.flat());
      return (expression.isNegated ? complementOfSet(set) : set).length > 0;
    }
    case "regex":
      return regexHas(
        expression,
        (tree) => isProductive(tree, productive),
        (automaton, regex) => automaton.isAlive(regex),
      );
    case "rule":
      return productive.has(expression.name);
    case "sequence":
      return expression.parts.every((part) => isProductive(part, productive));
    case "choice":
      return expression.options.some((option) => isProductive(option, productive));
    case "repeat":
      return expression.min === 0 || isProductive(expression.part, productive);
    default:
      return true;
  }
}

function isNullable(expression: Expression, nullable: ReadonlySet<string>): boolean {
  switch (expression.kind) {
    case "text":
      return expression.text === "";
    case "textUntil":
      return !expression.includesEnd;
    case "regex":
      return regexHas(
        expression,
        (tree) => isNullable(tree, nullable),
        (automaton, regex) => automaton.matches(regex, new Uint8Array()),
      );
    case "rule":
      return nullable.has(expression.name);
    case "sequence":
      return expression.parts.every((part) => isNullable(part, nullable));
    case "choice":
      return expression.options.some((option) => isNullable(option, nullable));
    case "repeat":
      return expression.min === 0 || isNullable(expression.part, nullable);
    default:
      return false;
  }
}

/** Asks the regular expression's parts, or its automaton if it looks around. */
function regexHas(
  regex: RegexExpression,
  ofParts: (expression: Expression) => boolean,
  ofAutomaton: (automaton: Automaton, regex: number) => boolean,
): boolean {
  const tree = regexTree(regex);
  const expression = treeExpression(tree);
  if (expression !== undefined) return ofParts(expression);
  const store = new RegexStore();
  return ofAutomaton(new Automaton(store), fullMatchLanguage(tree, new Utf8Algebra(store)));
}

/** The rules that an expression can begin with. */
function leftCorner(
  expression: Expression,
  nullable: ReadonlySet<string>,
  into: Set<string> = new Set(),
): Set<string> {
  if (expression.kind === "rule") into.add(expression.name);
  for (const part of partsOf(expression)) {
    leftCorner(part, nullable, into);
    if (expression.kind === "sequence" && !isNullable(part, nullable)) break;
  }
  return into;
}

function depthOf(expression: Expression): number {
  return 1 + partsOf(expression).reduce((depth, part) => Math.max(depth, depthOf(part)), 0);
}
