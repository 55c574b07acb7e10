/**
 * Grammars for tests: short ways to write them, and random ones.
 *
 * @module
 */

import fc from "fast-check";
import type { Expression, Grammar, GrammarRule } from "../grammar/mod.ts";

/** A text as it stands. */
export const text = (content: string, ignoresCase = false): Expression => ({
  kind: "text",
  text: content,
  ignoresCase,
});
/** Another rule. */
export const rule = (name: string): Expression => ({ kind: "rule", name });
/** A regular expression. */
export const regex = (pattern: string): Expression => ({ kind: "regex", pattern, flags: "" });
/** One part after the other. */
export const sequence = (...parts: Expression[]): Expression => ({ kind: "sequence", parts });
/** One of the options. */
export const choice = (...options: Expression[]): Expression => ({ kind: "choice", options });
/** A part again and again. */
export const repeat = (part: Expression, min: number, max: number | null): Expression => ({
  kind: "repeat",
  part,
  min,
  max,
});
/** The empty text. */
export const nothing = sequence();

/** A grammar that begins with its first rule; rules in capitals are terminals. */
export function grammarOf(
  rules: Record<string, Expression>,
  ignored: readonly string[] = [],
): Grammar {
  const all = Object.entries(rules).map(([name, expression]): GrammarRule => ({
    name,
    expression,
    isTerminal: /^[A-Z_]+$/.test(name),
  }));
  return { start: all[0]!.name, rules: all, ignored };
}

const NAMES = ["s", "t", "u"];

function expressionArbitrary(names: readonly string[]): fc.Arbitrary<Expression> {
  const leaf = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("a", "b", "ab", "ba", "").map((one) => text(one)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Expression>(
        { kind: "characters", ranges: [[0x61, 0x62]], isNegated: false },
        { kind: "characters", ranges: [[0x61, 0x61]], isNegated: true },
        regex("a*b?"),
        regex("(?:ab)+|b"),
        text("A", true),
      ),
    },
    { weight: 5, arbitrary: fc.constantFrom(...names).map(rule) },
  );
  return fc.letrec<{ expression: Expression }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 3, arbitrary: leaf },
      {
        weight: 4,
        arbitrary: fc.array(tie("expression"), { maxLength: 3 })
          .map((parts) => sequence(...parts)),
      },
      {
        weight: 3,
        arbitrary: fc.array(tie("expression"), { minLength: 1, maxLength: 3 })
          .map((options) => choice(...options)),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(
          tie("expression"),
          fc.constantFrom([0, 1], [0, null], [1, null], [2, 3]),
        )
          .map(([part, [min, max]]) => repeat(part, min as number, max as number | null)),
      },
    ),
  })).expression;
}

/** Random grammars over `a` and `b`: recursive at any place, ambiguous, with empty rules; some ignore `-`. */
export function grammarArbitrary(): fc.Arbitrary<Grammar> {
  const expressions = fc.tuple(...NAMES.map(() => expressionArbitrary([...NAMES, "WORD"])));
  return fc.tuple(expressions, expressionArbitrary(["DASH"]), fc.boolean()).map(
    ([[s, t, u], word, ignores]) =>
      grammarOf(
        { s: s!, t: t!, u: u!, WORD: word, DASH: text("-") },
        ignores ? ["DASH"] : [],
      ),
  );
}
