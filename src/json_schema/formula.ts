/**
 * Boolean formulas over what a schema asserts of one type of value, and their disjunctive form.
 *
 * A schema object says its piece by keywords and through applicators (`allOf`, `anyOf`, `oneOf`, `not`, `if`). Restricted
 * to objects, or to arrays, that is a formula over atoms; negation is pushed inwards until it stands before
 * atoms only, where each atom knows its own ("Witness Generation for JSON Schema", Attouche et al., VLDB 2022).
 * The engine follows *alternatives* in parallel, so the formula is split into a union of drafts. Splitting
 * everything would be exponential: a disjunction of simple atoms stays whole, as a clause that an alternative has
 * still to fulfil, and a disjunct that what is already known decides is dropped or fulfils the clause. That is what
 * keeps `oneOf` with a discriminator, and long chains of `if`/`then`, linear.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";

/** A formula over atoms of type `A`. */
export type Formula<A> =
  | { readonly op: "true" }
  | { readonly op: "false" }
  | { readonly op: "atom"; readonly atom: A }
  | { readonly op: "and"; readonly parts: readonly Formula<A>[] }
  | { readonly op: "or"; readonly parts: readonly Formula<A>[] }
  /** A formula whose negation is not the mirror image of it, but known otherwise. */
  | {
    readonly op: "dual";
    readonly positive: () => Formula<A>;
    readonly negative: () => Formula<A>;
  };

export const TRUE: Formula<never> = { op: "true" };
export const FALSE: Formula<never> = { op: "false" };

/** A single atom. */
export function atom<A>(value: A): Formula<A> {
  return { op: "atom", atom: value };
}

/** Conjunction, simplified. */
export function and<A>(parts: readonly Formula<A>[]): Formula<A> {
  return join("and", parts, "true", "false");
}

/** Disjunction, simplified. */
export function or<A>(parts: readonly Formula<A>[]): Formula<A> {
  return join("or", parts, "false", "true");
}

function join<A>(
  op: "and" | "or",
  parts: readonly Formula<A>[],
  unit: "true" | "false",
  zero: "true" | "false",
): Formula<A> {
  const flat: Formula<A>[] = [];
  for (const part of parts) {
    if (part.op === zero) return part;
    if (part.op === unit) continue;
    if (part.op === op) flat.push(...part.parts);
    else flat.push(part);
  }
  if (flat.length === 0) return { op: unit };
  return flat.length === 1 ? flat[0]! : { op, parts: flat };
}

/** A formula whose negation is made from scratch; both at most once. */
export function dual<A>(
  positive: () => Formula<A>,
  negative: () => Formula<A>,
): Formula<A> {
  const first = positive();
  if (first.op === "true" || first.op === "false") return first;
  let second: Formula<A> | undefined;
  return { op: "dual", positive: () => first, negative: () => second ??= negative() };
}

/** The negation, pushed down to the atoms. */
export function negate<A>(
  formula: Formula<A>,
  negateAtom: (atom: A) => Formula<A>,
): Formula<A> {
  switch (formula.op) {
    case "true":
      return FALSE;
    case "false":
      return TRUE;
    case "atom":
      return negateAtom(formula.atom);
    case "and":
      return or(formula.parts.map((part) => negate(part, negateAtom)));
    case "or":
      return and(formula.parts.map((part) => negate(part, negateAtom)));
    case "dual":
      return { op: "dual", positive: formula.negative, negative: formula.positive };
  }
}

/** What the disjunctive form needs to know about drafts of alternatives. */
export interface DraftRules<A, D> {
  /** A draft that asserts nothing. */
  create(): D;
  clone(draft: D): D;
  /** Adds an atom to a draft. */
  add(draft: D, atom: A): void;
  /** False when the draft is seen to have no member; true does not promise one. */
  isConsistent(draft: D): boolean;
  /** Whether a draft implies an atom (`true`), contradicts it (`false`), or neither is seen (`null`). */
  status(draft: D, atom: A): boolean | null;
  /** Whether a draft implies a disjunction of atoms, none of which it implies alone. */
  impliesOneOf?(draft: D, atoms: readonly A[]): boolean;
  /** Whether the atom may stand in a clause; all others are split into alternatives. */
  isSimple(atom: A): boolean;
  /** Another form of a formula, for when it has many alternatives; see `clausal_form.ts`. */
  rewrite?(formula: Formula<A>): Formula<A>;
  /** Adds a clause of at least two simple atoms. */
  addClause(draft: D, clause: readonly A[]): void;
}

/** Most alternatives of one type that one schema is split into. */
export const MAXIMUM_ALTERNATIVES = 2048;
/** Refuses what would have so many alternatives before they are made. */
export function checkAlternatives(count: number): void {
  if (count > MAXIMUM_ALTERNATIVES) {
    throw new LimitExceededError("schemaAlternatives", count, MAXIMUM_ALTERNATIVES);
  }
}

/** Most steps of splitting. */
const MAXIMUM_STEPS = 50_000;

/** So many alternatives, and steps, before {@link DraftRules.rewrite} is tried. */
const FEW_ALTERNATIVES = 256;
const FEW_STEPS = 4_096;

/**
 * Splits a formula into a union of drafts.
 *
 * @throws {LimitExceededError} `schemaAlternatives`: more than {@link MAXIMUM_ALTERNATIVES} of them.
 */
export function disjunctiveForm<A, D>(formula: Formula<A>, rules: DraftRules<A, D>): D[] {
  const drafts = split(formula, rules, FEW_ALTERNATIVES, FEW_STEPS) ??
    (rules.rewrite && split(rules.rewrite(formula), rules, FEW_ALTERNATIVES, FEW_STEPS)) ??
    split(formula, rules, MAXIMUM_ALTERNATIVES, MAXIMUM_STEPS);
  if (drafts === null) {
    throw new LimitExceededError("schemaAlternatives", Infinity, MAXIMUM_ALTERNATIVES);
  }
  return drafts;
}

/** Null where there are more alternatives, or it takes more steps. */
function split<A, D>(
  formula: Formula<A>,
  rules: DraftRules<A, D>,
  maximumCount: number,
  maximumSteps: number,
): D[] | null {
  return new Splitter(rules, maximumCount, maximumSteps).run(formula);
}

type Or<A> = readonly Formula<A>[];

class Splitter<A, D> {
  private readonly done: D[] = [];
  private steps = 0;
  private isOver = false;

  constructor(
    private readonly rules: DraftRules<A, D>,
    private readonly maximumCount: number,
    private readonly maximumSteps: number,
  ) {}

  run(formula: Formula<A>): D[] | null {
    this.split(this.rules.create(), [formula], []);
    return this.isOver ? null : this.done;
  }

  private split(draft: D, queue: Formula<A>[], ors: Or<A>[]): void {
    if (++this.steps > this.maximumSteps) this.isOver = true;
    if (this.isOver) return;
    for (;;) {
      if (!this.drain(draft, queue, ors) || !this.rules.isConsistent(draft)) return;
      const settled = this.settle(draft, queue, ors);
      if (settled === null) return;
      ors = settled;
      if (queue.length === 0) break;
    }
    const index = this.pick(ors);
    if (index < 0) {
      for (const parts of ors) this.rules.addClause(draft, parts.map(atomOf));
      if (this.done.length >= this.maximumCount) this.isOver = true;
      else this.done.push(draft);
      return;
    }
    const chosen = ors[index]!;
    const others = ors.filter((_, i) => i !== index);
    const simple = chosen.filter((part) => this.isSimple(part));
    const choices: Formula<A>[] = chosen.filter((part) => !this.isSimple(part));
    if (simple.length > 0) choices.push(or(simple));
    for (const choice of choices) {
      this.split(this.rules.clone(draft), [choice], [...others]);
    }
  }

  /** Takes conjunctions apart; false at a contradiction. */
  private drain(draft: D, queue: Formula<A>[], ors: Or<A>[]): boolean {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      switch (next.op) {
        case "false":
          return false;
        case "atom":
          this.rules.add(draft, next.atom);
          break;
        case "and":
          // The last in is the first out, and properties are written in the order of the schema.
          for (const part of next.parts.toReversed()) queue.push(part);
          break;
        case "or":
          ors.push(next.parts);
          break;
        case "dual":
          queue.push(next.positive());
          break;
      }
    }
    return true;
  }

  /** Drops disjuncts that cannot be and disjunctions that are fulfilled; null at a contradiction. */
  private settle(draft: D, queue: Formula<A>[], ors: Or<A>[]): Or<A>[] | null {
    const open: Or<A>[] = [];
    for (const parts of ors) {
      const kept: Formula<A>[] = [];
      let fulfilled = false;
      for (const part of parts) {
        const status = this.statusOf(draft, part);
        if (status === true) {
          fulfilled = true;
          break;
        }
        if (status === null) kept.push(part);
      }
      if (fulfilled) continue;
      const atoms = kept.flatMap((part) => part.op === "atom" ? [part.atom] : []);
      if (atoms.length > 1 && this.rules.impliesOneOf?.(draft, atoms)) continue;
      if (kept.length === 0) return null;
      if (kept.length === 1) queue.push(kept[0]!);
      else open.push(kept);
    }
    return open;
  }

  private statusOf(draft: D, formula: Formula<A>): boolean | null {
    switch (formula.op) {
      case "true":
        return true;
      case "false":
        return false;
      case "atom":
        return this.rules.status(draft, formula.atom);
      case "and": {
        let all = true;
        for (const part of formula.parts) {
          const status = this.statusOf(draft, part);
          if (status === false) return false;
          if (status === null) all = false;
        }
        return all ? true : null;
      }
      case "or": {
        let none = true;
        for (const part of formula.parts) {
          const status = this.statusOf(draft, part);
          if (status === true) return true;
          if (status === null) none = false;
        }
        return none ? false : null;
      }
      case "dual":
        return this.statusOf(draft, formula.positive());
    }
  }

  private isSimple(formula: Formula<A>): boolean {
    return formula.op === "atom" && this.rules.isSimple(formula.atom);
  }

  /** The disjunction with the fewest choices among those that cannot stay whole; -1: there is none. */
  private pick(ors: readonly Or<A>[]): number {
    let best = -1, bestCount = Infinity;
    ors.forEach((parts, index) => {
      const complex = parts.filter((part) => !this.isSimple(part)).length;
      if (complex === 0) return;
      const count = complex + (complex < parts.length ? 1 : 0);
      if (count < bestCount) [best, bestCount] = [index, count];
    });
    return best;
  }
}

function atomOf<A>(formula: Formula<A>): A {
  if (formula.op !== "atom") throw new TypeError(`a clause holds atoms, not ${formula.op}`);
  return formula.atom;
}
