/**
 * Formulas as conjunctions of clauses, where that is no larger than they are.
 *
 * `formula.ts` splits disjunctions of conjunctions into alternatives, which is what makes a `oneOf` with a discriminator
 * cheap. Twenty independent ones ("if `a` is there, `kind` is one of these") would be a million alternatives. But mostly
 * such a disjunction is a few clauses of simple facts ("no `a`, or no `kind`, or `kind` is one of these"), and clauses
 * are obligations, which are not split. So where splitting is seen to grow, this is tried instead.
 *
 * Cost: the product of the parts of a disjunction, given up beyond {@link MAXIMUM_CLAUSES}.
 *
 * @module
 */

import { and, atom, type Formula, or } from "./formula.ts";

/** What has to be known of atoms. */
export interface ClauseRules<A> {
  /** Whether the atom may stand in a clause. */
  isSimple(atom: A): boolean;
  /** An atom as a formula over simple ones; null where there is none. */
  inSimpleTerms(atom: A): Formula<A> | null;
  /** The same for equal atoms only. */
  keyOf(atom: A): string;
  /** The key of an atom that holds exactly if this does not; null where there is none. */
  oppositeKeyOf(atom: A): string | null;
}

/** A disjunction of simple atoms, by their keys. */
type Clause<A> = ReadonlyMap<string, A>;

const MAXIMUM_CLAUSES = 64;
/** Most facts in one: each is looked at whenever a property is written. Long lists are better alternatives. */
const MAXIMUM_FACTS = 16;

/** The same formula, its disjunctions written as clauses where they can be. */
export function clausalForm<A>(formula: Formula<A>, rules: ClauseRules<A>): Formula<A> {
  if (formula.op === "and") return and(formula.parts.map((part) => clausalForm(part, rules)));
  if (formula.op === "dual") return clausalForm(formula.positive(), rules);
  if (formula.op !== "or") return formula;
  const clauses = clausesOf(formula, rules);
  if (clauses === null) return formula;
  return and(clauses.map((clause) => or([...clause.values()].map((fact) => atom(fact)))));
}

function clausesOf<A>(formula: Formula<A>, rules: ClauseRules<A>): Clause<A>[] | null {
  switch (formula.op) {
    case "true":
      return [];
    case "false":
      return [new Map()];
    case "atom": {
      const fact = formula.atom;
      if (rules.isSimple(fact)) return [new Map([[rules.keyOf(fact), fact]])];
      const terms = rules.inSimpleTerms(fact);
      return terms === null ? null : clausesOf(terms, rules);
    }
    case "dual":
      return clausesOf(formula.positive(), rules);
    case "and": {
      const all: Clause<A>[] = [];
      for (const part of formula.parts) {
        const clauses = clausesOf(part, rules);
        if (clauses === null || all.push(...clauses) > MAXIMUM_CLAUSES) return null;
      }
      return all;
    }
    case "or": {
      let product: Clause<A>[] = [new Map()];
      for (const part of formula.parts) {
        const clauses = clausesOf(part, rules);
        if (clauses === null) return null;
        product = strictest(
          product.flatMap((one) => clauses.map((other) => new Map([...one, ...other])))
            .filter((clause) => !isAlwaysTrue(clause, rules)),
        );
        if (product.length > MAXIMUM_CLAUSES) return null;
        if (product.some((clause) => clause.size > MAXIMUM_FACTS)) return null;
      }
      return product;
    }
  }
}

function isAlwaysTrue<A>(clause: Clause<A>, rules: ClauseRules<A>): boolean {
  return clause.values().some((fact) => {
    const opposite = rules.oppositeKeyOf(fact);
    return opposite !== null && clause.has(opposite);
  });
}

/** The clauses without those that another one implies. */
function strictest<A>(clauses: readonly Clause<A>[]): Clause<A>[] {
  const kept: Clause<A>[] = [];
  for (const clause of [...clauses].sort((one, other) => one.size - other.size)) {
    if (!kept.some((one) => one.keys().every((key) => clause.has(key)))) kept.push(clause);
  }
  return kept;
}
