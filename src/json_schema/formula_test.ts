/** Tests of the disjunctive form, against truth tables. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LimitExceededError } from "../errors.ts";
import {
  and,
  atom,
  disjunctiveForm,
  type DraftRules,
  FALSE,
  type Formula,
  MAXIMUM_ALTERNATIVES,
  negate,
  or,
  TRUE,
} from "./formula.ts";

/** A variable or its negation. */
interface Variable {
  readonly index: number;
  readonly isTrue: boolean;
}

interface Draft {
  readonly values: Map<number, boolean>;
  readonly clauses: (readonly Variable[])[];
}

const COUNT = 5;

/** Rules of propositional logic; variables below `simpleCount` may stand in clauses. */
function rulesOf(simpleCount: number): DraftRules<Variable, Draft> {
  const contradictory = new WeakSet<Draft>();
  return {
    create: () => ({ values: new Map(), clauses: [] }),
    clone: ({ values, clauses }) => ({ values: new Map(values), clauses: [...clauses] }),
    add(draft, { index, isTrue }) {
      if (draft.values.get(index) === !isTrue) contradictory.add(draft);
      draft.values.set(index, isTrue);
    },
    isConsistent: (draft) => !contradictory.has(draft),
    status: ({ values }, { index, isTrue }) => {
      const value = values.get(index);
      return value === undefined ? null : value === isTrue;
    },
    isSimple: ({ index }) => index < simpleCount,
    addClause(draft, clause) {
      assert(clause.length >= 2 && clause.every(({ index }) => index < simpleCount));
      draft.clauses.push(clause);
    },
  };
}

const opposite = ({ index, isTrue }: Variable) => atom({ index, isTrue: !isTrue });

const formulas: fc.Arbitrary<Formula<Variable>> = fc.letrec<{ formula: Formula<Variable> }>(
  (tie) => ({
    formula: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.record({ index: fc.nat({ max: COUNT - 1 }), isTrue: fc.boolean() }).map(atom),
      fc.constantFrom<Formula<Variable>>(TRUE, FALSE),
      fc.array(tie("formula"), { maxLength: 3 }).map((parts) => and(parts)),
      fc.array(tie("formula"), { maxLength: 3 }).map((parts) => or(parts)),
      tie("formula").map((part) => negate(part, opposite)),
      tie("formula").map((part): Formula<Variable> => ({
        op: "dual",
        positive: () => part,
        negative: () => negate(part, opposite),
      })),
    ),
  }),
).formula;

function valueOf(formula: Formula<Variable>, assignment: number): boolean {
  switch (formula.op) {
    case "true":
      return true;
    case "false":
      return false;
    case "atom":
      return holds(formula.atom, assignment);
    case "and":
      return formula.parts.every((part) => valueOf(part, assignment));
    case "or":
      return formula.parts.some((part) => valueOf(part, assignment));
    case "dual":
      return valueOf(formula.positive(), assignment);
  }
}

function holds({ index, isTrue }: Variable, assignment: number): boolean {
  return (assignment >> index & 1) === (isTrue ? 1 : 0);
}

function isInDraft({ values, clauses }: Draft, assignment: number): boolean {
  return [...values].every(([index, isTrue]) => holds({ index, isTrue }, assignment)) &&
    clauses.every((clause) => clause.some((one) => holds(one, assignment)));
}

Deno.test("the drafts of a formula are true exactly where it is", () => {
  fc.assert(
    fc.property(formulas, fc.nat({ max: COUNT }), (formula, simpleCount) => {
      const drafts = disjunctiveForm(formula, rulesOf(simpleCount));
      for (let assignment = 0; assignment < 1 << COUNT; assignment++) {
        const inSome = drafts.some((draft) => isInDraft(draft, assignment));
        assertEquals(inSome, valueOf(formula, assignment), `at ${assignment.toString(2)}`);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a negation is true exactly where the formula is not", () => {
  fc.assert(
    fc.property(formulas, (formula) => {
      const negation = negate(formula, opposite);
      for (let assignment = 0; assignment < 1 << COUNT; assignment++) {
        assertEquals(valueOf(negation, assignment), !valueOf(formula, assignment));
      }
    }),
  );
});

Deno.test("disjunctions of simple atoms stay whole", () => {
  const clause = (first: number) =>
    or([atom({ index: first, isTrue: true }), atom({ index: first + 1, isTrue: true })]);
  const drafts = disjunctiveForm(
    and(Array.from({ length: 100 }, (_, i) => clause(2 * i))),
    rulesOf(1000),
  );
  assertEquals(drafts.length, 1);
  assertEquals(drafts[0]!.clauses.length, 100);
});

Deno.test("a discriminator that is known leaves one branch", () => {
  const branches = Array.from({ length: 50 }, (_, i) =>
    and([
      atom({ index: 0, isTrue: i === 7 }),
      atom({ index: i + 1, isTrue: true }),
    ]));
  const drafts = disjunctiveForm(and([atom({ index: 0, isTrue: true }), or(branches)]), rulesOf(0));
  assertEquals(drafts.map(({ values }) => [...values.keys()]), [[0, 8]]);
});

Deno.test("what would be split into too many drafts is refused, in time", () => {
  const pair = (first: number) =>
    or([atom({ index: first, isTrue: true }), atom({ index: first + 1, isTrue: true })]);
  const startedAt = performance.now();
  const error = assertThrows(
    () => disjunctiveForm(and(Array.from({ length: 40 }, (_, i) => pair(2 * i))), rulesOf(0)),
    LimitExceededError,
  );
  assertEquals([error.limit, error.maximum], ["schemaAlternatives", MAXIMUM_ALTERNATIVES]);
  assert(performance.now() - startedAt < 20_000);
});
