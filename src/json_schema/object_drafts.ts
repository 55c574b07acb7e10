/**
 * From a formula about objects to its alternatives.
 *
 * The rules by which `formula.ts` splits formulas about objects: what a draft of an alternative implies, what it contradicts, and
 * what has to be split. They look at what is seen at a glance only; what turns out to be empty later is dropped then.
 *
 * @module
 */

import { clausalForm, type ClauseRules } from "./clausal_form.ts";
import { and, atom, disjunctiveForm, type DraftRules, FALSE, or, TRUE } from "./formula.ts";
import { ALWAYS, type Goal, type Literal, NEVER, opposite } from "./goal.ts";
import type { GoalQueries } from "./goal_queries.ts";
import {
  factKey,
  ObjectAlternative,
  type ObjectClause,
  type ObjectDraft,
} from "./object_alternative.ts";
import { type ObjectAtom, type ObjectFormula, PropertyBlock } from "./object_formula.ts";

/** Splits a formula about objects into alternatives. */
export function objectAlternatives(
  formula: ObjectFormula,
  queries: GoalQueries,
  nextId: () => number,
): ObjectAlternative[] {
  return disjunctiveForm(formula, new ObjectDraftRules(queries))
    .map((draft) => new ObjectAlternative(nextId(), draft, queries));
}

class ObjectDraftRules implements DraftRules<ObjectAtom, ObjectDraft>, ClauseRules<ObjectAtom> {
  /** Blocks that a fact about one name becomes. */
  readonly #single = new Map<string, PropertyBlock>();

  constructor(private readonly queries: GoalQueries) {}

  create(): ObjectDraft {
    return {
      blocks: [],
      nameLanguages: [],
      required: new Set(),
      min: 0,
      max: Infinity,
      clauses: [],
    };
  }

  clone(draft: ObjectDraft): ObjectDraft {
    return {
      ...draft,
      blocks: [...draft.blocks],
      nameLanguages: [...draft.nameLanguages],
      required: new Set(draft.required),
      clauses: [...draft.clauses],
    };
  }

  add(draft: ObjectDraft, fact: ObjectAtom): void {
    switch (fact.kind) {
      case "block":
        if (!draft.blocks.includes(fact.block)) draft.blocks.push(fact.block);
        return;
      case "names":
        if (!draft.nameLanguages.includes(fact.language)) draft.nameLanguages.push(fact.language);
        return;
      case "present":
        draft.required.add(fact.name);
        return;
      case "absent":
        this.#bind(draft, fact.name, NEVER);
        return;
      case "value":
        draft.required.add(fact.name);
        this.#bind(draft, fact.name, fact.literal);
        return;
      case "some":
        draft.clauses.push([fact]);
        return;
      case "min":
        draft.min = Math.max(draft.min, fact.count);
        return;
      case "max":
        draft.max = Math.min(draft.max, fact.count);
    }
  }

  #bind(draft: ObjectDraft, name: string, literal: Literal): void {
    const key = `${literal} ${name}`;
    let block = this.#single.get(key);
    if (block === undefined) {
      block = singleNameBlock(name, literal, this.queries);
      this.#single.set(key, block);
    }
    if (!draft.blocks.includes(block)) draft.blocks.push(block);
  }

  isConsistent(draft: ObjectDraft): boolean {
    if (draft.min > draft.max || draft.required.size > draft.max) return false;
    for (const name of draft.required) {
      if (!this.#allowsName(draft, name)) return false;
      const goal = this.#goal(draft, name);
      if (goal.literals[0] === NEVER || this.queries.isSurelyEmpty(goal)) return false;
    }
    return true;
  }

  status(draft: ObjectDraft, fact: ObjectAtom): boolean | null {
    const { queries } = this;
    switch (fact.kind) {
      case "block":
        return draft.blocks.includes(fact.block) ? true : null;
      case "names":
        return draft.nameLanguages.includes(fact.language) ? true : null;
      case "present":
        if (draft.required.has(fact.name)) return true;
        return this.#mayHave(draft, fact.name, ALWAYS) ? null : false;
      case "absent":
        if (draft.required.has(fact.name)) return false;
        return this.#mayHave(draft, fact.name, ALWAYS) ? null : true;
      case "value": {
        if (!this.#mayHave(draft, fact.name, fact.literal)) return false;
        const isImplied = draft.required.has(fact.name) &&
          queries.isSurelyEmpty(this.#goal(draft, fact.name, opposite(fact.literal)));
        return isImplied ? true : null;
      }
      case "some": {
        for (const name of draft.required) {
          if (
            queries.languages.has(fact.language, name) && (fact.literal === ALWAYS ||
              queries.isSurelyEmpty(this.#goal(draft, name, opposite(fact.literal))))
          ) return true;
        }
        const closing = draft.blocks.find((block) =>
          block.rest === NEVER && block.patterns.length === 0
        );
        if (closing === undefined) return null;
        for (const name of closing.names.keys()) {
          if (
            queries.languages.has(fact.language, name) && this.#mayHave(draft, name, fact.literal)
          ) return null;
        }
        return false;
      }
      case "min":
        if (draft.min >= fact.count || draft.required.size >= fact.count) return true;
        return draft.max < fact.count ? false : null;
      case "max":
        if (draft.max <= fact.count) return true;
        return draft.min > fact.count || draft.required.size > fact.count ? false : null;
    }
  }

  isSimple(fact: ObjectAtom): boolean {
    return fact.kind !== "block" && fact.kind !== "names";
  }

  rewrite(formula: ObjectFormula): ObjectFormula {
    return clausalForm(formula, this);
  }

  /** `properties` alone: each is absent, or has such a value. */
  inSimpleTerms(fact: ObjectAtom): ObjectFormula | null {
    if (fact.kind !== "block") return null;
    const { names, patterns, rest } = fact.block;
    if (rest !== ALWAYS || patterns.length > 0) return null;
    return and([...names].map(([name, literal]) =>
      literal === ALWAYS ? TRUE : or<ObjectAtom>([
        atom<ObjectAtom>({ kind: "absent", name }),
        literal === NEVER ? FALSE : atom<ObjectAtom>({ kind: "value", name, literal }),
      ])
    ));
  }

  keyOf(fact: ObjectAtom): string {
    return factKey(fact);
  }

  oppositeKeyOf(fact: ObjectAtom): string | null {
    switch (fact.kind) {
      case "present":
        return factKey({ kind: "absent", name: fact.name });
      case "absent":
        return factKey({ kind: "present", name: fact.name });
      default:
        return null;
    }
  }

  addClause(draft: ObjectDraft, clause: ObjectClause): void {
    draft.clauses.push(clause);
  }

  #mayHave(draft: ObjectDraft, name: string, literal: Literal): boolean {
    return this.#allowsName(draft, name) &&
      !this.queries.isSurelyEmpty(this.#goal(draft, name, literal));
  }

  #allowsName(draft: ObjectDraft, name: string): boolean {
    return draft.nameLanguages.every((language) => this.queries.languages.has(language, name));
  }

  #goal(draft: ObjectDraft, name: string, literal: Literal = ALWAYS): Goal {
    const literals = draft.blocks.flatMap((block) => block.literalsFor(name));
    literals.push(literal);
    return this.queries.goals.goal(literals);
  }
}

function singleNameBlock(name: string, literal: Literal, queries: GoalQueries): PropertyBlock {
  return new PropertyBlock(new Map([[name, literal]]), [], ALWAYS, queries.languages);
}
