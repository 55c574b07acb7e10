/**
 * From a formula about arrays to its alternatives; the sibling of `object_drafts.ts`.
 *
 * The rules by which `formula.ts` splits formulas about arrays: what a draft of an alternative implies, what it contradicts, and
 * what has to be split. They look at what is seen at a glance only; what turns out to be empty later is dropped then.
 *
 * @module
 */

import {
  ArrayAlternative,
  type ArrayClause,
  type ArrayDraft,
  type SomeItems,
} from "./array_alternative.ts";
import type { ArrayAtom, ArrayFormula } from "./array_formula.ts";
import { disjunctiveForm, type DraftRules } from "./formula.ts";
import { ALWAYS, type Goal, type Literal, NEVER, opposite } from "./goal.ts";
import type { GoalQueries } from "./goal_queries.ts";

/**
 * Splits a formula about arrays into alternatives.
 *
 * Arrays that are valid only because two of their items are equal (`uniqueItems` under a negation) are left out.
 *
 * @returns The alternatives, and whether some arrays may have been left out.
 */
export function arrayAlternatives(
  formula: ArrayFormula,
  queries: GoalQueries,
  nextId: () => number,
): { readonly alternatives: ArrayAlternative[]; readonly leftOut: boolean } {
  const rules = new ArrayDraftRules(queries);
  const alternatives = disjunctiveForm(formula, rules)
    .map((draft) => new ArrayAlternative(nextId(), draft, queries));
  return { alternatives, leftOut: rules.leftOut };
}

class ArrayDraftRules implements DraftRules<ArrayAtom, ArrayDraft> {
  /** Whether arrays may have been left out. */
  leftOut = false;

  constructor(private readonly queries: GoalQueries) {}

  create(): ArrayDraft {
    return {
      blocks: [],
      min: 0,
      max: Infinity,
      isUnique: false,
      isLeftOut: false,
      clauses: [],
      counters: [],
    };
  }

  clone(draft: ArrayDraft): ArrayDraft {
    return {
      ...draft,
      blocks: [...draft.blocks],
      clauses: [...draft.clauses],
      counters: [...draft.counters],
    };
  }

  add(draft: ArrayDraft, fact: ArrayAtom): void {
    switch (fact.kind) {
      case "block":
        if (!draft.blocks.includes(fact.block)) draft.blocks.push(fact.block);
        return;
      case "min":
        draft.min = Math.max(draft.min, fact.count);
        return;
      case "max":
        draft.max = Math.min(draft.max, fact.count);
        return;
      case "unique":
        draft.isUnique = true;
        return;
      case "duplicate":
        draft.isLeftOut = true;
        this.leftOut = true;
        return;
      case "some":
        draft.min = Math.max(draft.min, fact.from + fact.need);
        draft.clauses.push([fact]);
        return;
      case "atMost":
        if (fact.count === 0) {
          draft.blocks.push({ prefix: [], rest: opposite(fact.literal) });
        } else if (fact.literal === ALWAYS) draft.max = Math.min(draft.max, fact.count);
        else if (fact.literal !== NEVER) {
          draft.counters.push({ literal: fact.literal, left: fact.count });
        }
    }
  }

  isConsistent(draft: ArrayDraft): boolean {
    if (draft.isLeftOut || draft.min > draft.max) return false;
    const longest = Math.max(0, ...draft.blocks.map((block) => block.prefix.length));
    for (let index = 0; index < Math.min(draft.min, longest + 1); index++) {
      const goal = this.#goal(draft, index);
      if (goal.literals[0] === NEVER || this.queries.isSurelyEmpty(goal)) return false;
    }
    return true;
  }

  status(draft: ArrayDraft, fact: ArrayAtom): boolean | null {
    switch (fact.kind) {
      case "block":
        return draft.blocks.includes(fact.block) ? true : null;
      case "min":
        if (draft.min >= fact.count) return true;
        return draft.max < fact.count ? false : null;
      case "max":
        if (draft.max <= fact.count) return true;
        return draft.min > fact.count ? false : null;
      case "unique":
        return draft.isUnique ? true : null;
      case "duplicate":
        // Not followed: what is valid only because two items are equal is left out.
        if (!draft.isUnique && draft.max >= 2) this.leftOut = true;
        return false;
      case "some": {
        if (fact.from + fact.need > draft.max) return false;
        if (this.#holdsAtFirst(draft, fact) && draft.min > fact.from) return true;
        if (fact.to !== fact.from + 1) return null;
        const isEmpty = (literal: Literal) =>
          this.queries.isSurelyEmpty(this.#goal(draft, fact.from, literal));
        if (isEmpty(fact.literal)) return false;
        return draft.min > fact.from && isEmpty(opposite(fact.literal)) ? true : null;
      }
      case "atMost":
        return null;
    }
  }

  impliesOneOf(draft: ArrayDraft, facts: readonly ArrayAtom[]): boolean {
    // Either the array is that short, or the item at that place is there and is what is asked for.
    return facts.some((fact) =>
      fact.kind === "some" && this.#holdsAtFirst(draft, fact) &&
      facts.some((other) => other.kind === "max" && other.count >= fact.from)
    );
  }

  /** Whether the first item of the range, if it is there, is one that is asked for. */
  #holdsAtFirst(draft: ArrayDraft, fact: SomeItems): boolean {
    return fact.need === 1 &&
      this.queries.isSurelyEmpty(this.#goal(draft, fact.from, opposite(fact.literal)));
  }

  isSimple(fact: ArrayAtom): boolean {
    return fact.kind === "some" || fact.kind === "min" || fact.kind === "max" ||
      fact.kind === "duplicate";
  }

  addClause(draft: ArrayDraft, clause: ArrayClause): void {
    draft.clauses.push(clause);
  }

  #goal(draft: ArrayDraft, index: number, literal: Literal = ALWAYS): Goal {
    return this.queries.goals.goal([
      ...draft.blocks.map(({ prefix, rest }) => prefix[index] ?? rest),
      literal,
    ]);
  }
}
