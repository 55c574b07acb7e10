/**
 * For tests: grammars in a form in which what means the same by its structure is the same.
 *
 * Positions are left out, and rules are numbered in the order in which they come up, so that names make no
 * difference. Regular expressions are written out, sequences and choices flattened, neighbouring texts
 * joined, sets of characters sorted.
 *
 * @module
 */

import { codePointSet, complementOfSet } from "../automata/mod.ts";
import type { Expression, Grammar } from "./grammar_form.ts";
import { regexTree, textPattern, treeExpression } from "./regex_expression.ts";

/** The normal form of a grammar, as data to compare. */
export function normalForm(grammar: Grammar): unknown {
  const numbers = new Map([[grammar.start, 0]]);
  const numberOf = (name: string): number => {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name)!;
  };
  const rules = new Map(grammar.rules.map((rule) => [rule.name, rule]));
  const done: unknown[] = [];
  const ignored = grammar.ignored.map(numberOf);
  // Grows while it is gone through.
  for (const name of numbers.keys()) {
    const { expression, isTerminal } = rules.get(name)!;
    done.push([numbers.get(name), isTerminal, normal(expression, numberOf)]);
  }
  return { rules: done, ignored };
}

function normal(expression: Expression, numberOf: (name: string) => number): unknown {
  const inside = (part: Expression) => normal(part, numberOf);
  switch (expression.kind) {
    case "text":
      if (expression.ignoresCase) return ofPattern(textPattern(expression), "", numberOf);
      return ["text", expression.text];
    case "characters": {
      const set = codePointSet(expression.ranges.flat());
      const members = expression.isNegated ? complementOfSet(set) : set;
      const [only, last] = members;
      return members.length === 2 && only === last
        ? ["text", String.fromCodePoint(only!)]
        : ["characters", members];
    }
    case "regex":
      return ofPattern(expression.pattern, expression.flags, numberOf);
    case "rule":
      return ["rule", numberOf(expression.name)];
    case "sequence":
      return joined(expression.parts.map(inside) as unknown[][]);
    case "choice": {
      const options = expression.options.map(inside) as unknown[][];
      if (options.length === 1) return options[0];
      return [
        "choice",
        ...options.flatMap((option) => option[0] === "choice" ? option.slice(1) : [option]),
      ];
    }
    case "repeat": {
      const { part, min, max } = expression;
      // Lark has no other way to say this.
      if (min > 1 && max === null) {
        return joined([["repeat", inside(part), min, min], ["repeat", inside(part), 0, null]]);
      }
      return ["repeat", inside(part), min, max];
    }
    case "token":
      return ["token", expression.token, expression.isNegated];
    case "json":
      return ["json", expression.schema];
    case "textUntil":
      return ["textUntil", expression.ends, expression.includesEnd];
  }
}

function ofPattern(pattern: string, flags: string, numberOf: (name: string) => number): unknown {
  const written = treeExpression(regexTree({ pattern, flags }));
  return written === undefined ? ["regex", pattern, flags] : normal(written, numberOf);
}

function joined(parts: unknown[][]): unknown {
  const flat = parts.flatMap((part) =>
    part[0] === "sequence" ? part.slice(1) as unknown[][] : [part]
  ).filter((part) => part[0] !== "text" || part[1] !== "");
  const out: unknown[][] = [];
  for (const part of flat) {
    const last = out.at(-1);
    if (part[0] === "text" && last?.[0] === "text") {
      out[out.length - 1] = ["text", `${last[1]}${part[1]}`];
    } else out.push(part);
  }
  if (out.length === 0) return ["text", ""];
  return out.length === 1 ? out[0] : ["sequence", ...out];
}
