/**
 * Clauses of formulas, against truth tables.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { clausalForm, type ClauseRules } from "./clausal_form.ts";
import { and, atom, type Formula, or } from "./formula.ts";

/** A variable, or its negation. */
type Fact = string;

const rules: ClauseRules<Fact> = {
  isSimple: (fact) => !fact.startsWith("block"),
  inSimpleTerms: () => null,
  keyOf: (fact) => fact,
  oppositeKeyOf: (fact) => fact.startsWith("!") ? fact.slice(1) : `!${fact}`,
};

function holds(formula: Formula<Fact>, isTrue: (variable: string) => boolean): boolean {
  switch (formula.op) {
    case "atom":
      return formula.atom.startsWith("!") ? !isTrue(formula.atom.slice(1)) : isTrue(formula.atom);
    case "and":
      return formula.parts.every((part) => holds(part, isTrue));
    case "or":
      return formula.parts.some((part) => holds(part, isTrue));
    default:
      return formula.op === "true";
  }
}

const conjunction = (...facts: Fact[]) => and(facts.map((fact) => atom(fact)));

Deno.test("one of three becomes four clauses that mean the same", () => {
  const formula = or([
    conjunction("a", "!b", "!c"),
    conjunction("!a", "b", "!c"),
    conjunction("!a", "!b", "c"),
  ]);
  const clauses = clausalForm(formula, rules);
  assertEquals(clauses.op === "and" && clauses.parts.length, 4);
  for (let bits = 0; bits < 8; bits++) {
    const isTrue = (variable: string) => (bits >> "abc".indexOf(variable) & 1) === 1;
    assertEquals(holds(clauses, isTrue), holds(formula, isTrue));
  }
});

Deno.test("what is not made of simple facts stays as it is", () => {
  const formula = or([conjunction("a", "block 1"), conjunction("!a", "block 2")]);
  assertEquals(clausalForm(formula, rules), formula);
});
