/**
 * The Boolean algebra of formulas: what `object_formula.ts` and `array_formula.ts` have in common.
 *
 * "Exactly one of many" is quadratic to say, and each alternative then carries that it is none of the others. Where the
 * parts are seen to exclude each other, as those of a `oneOf` with a discriminator do, it is their disjunction.
 *
 * @module
 */

import { and, dual, FALSE, type Formula, negate, or, TRUE } from "./formula.ts";

/** Formulas over atoms of type `A`, as far as keywords do not matter. */
export abstract class FormulaAlgebra<A> {
  readonly all: Formula<A> = TRUE;
  readonly none: Formula<A> = FALSE;

  and(parts: readonly Formula<A>[]): Formula<A> {
    return and(parts);
  }

  or(parts: readonly Formula<A>[]): Formula<A> {
    return or(parts);
  }

  not(part: Formula<A>): Formula<A> {
    return negate(part, (one) => this.negateAtom(one));
  }

  dual(positive: () => Formula<A>, negative: () => Formula<A>): Formula<A> {
    return dual(positive, negative);
  }

  isNone(part: Formula<A>): boolean {
    return part.op === "false";
  }

  exactlyOne(parts: readonly Formula<A>[]): Formula<A> | undefined {
    return this.areExclusive(parts) ? or(parts) : undefined;
  }

  /** An atom's negation. */
  protected abstract negateAtom(atom: A): Formula<A>;

  /** Whether no two parts can hold together; false promises nothing. */
  protected areExclusive(_parts: readonly Formula<A>[]): boolean {
    return false;
  }
}

/** The atoms that a formula asserts outright. */
export function assertedAtoms<A>(formula: Formula<A>): readonly A[] {
  if (formula.op === "atom") return [formula.atom];
  if (formula.op !== "and") return [];
  return formula.parts.flatMap((part) => part.op === "atom" ? [part.atom] : []);
}
