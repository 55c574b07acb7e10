/**
 * One alternative of a schema for arrays; the sibling of `object_alternative.ts`.
 *
 * Universal: what each place binds (`blocks`), `min`, `max`, `isUnique`. Obligations: clauses ("at least two more items
 * that fulfil this", or "at most five items") and counters ("at most one more item that fulfils this"). Beyond the
 * horizon all places are alike, so states are finite. Whether an array can be completed is a search over those
 * states; with `uniqueItems` also a matching of places to the finitely many values that are left for them.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import type { ArrayAtom, ItemBlock } from "./array_formula.ts";
import { type Goal, type Literal, opposite } from "./goal.ts";
import type { GoalQueries } from "./goal_queries.ts";
import { canonicalText } from "./json_value.ts";

/** A fact that some items fulfil something. */
export type SomeItems = Extract<ArrayAtom, { kind: "some" }>;

/** Facts of which one must come true. */
export type ArrayClause = readonly ArrayAtom[];

/** At most `left` more items may fulfil the literal. */
export interface ItemCounter {
  readonly literal: Literal;
  readonly left: number;
}

/** What is still open; interned per alternative. */
export interface ArrayObligations {
  readonly id: number;
  readonly clauses: readonly ArrayClause[];
  readonly counters: readonly ItemCounter[];
}

/** One way to go on when an item is written. */
export interface ItemChoice {
  readonly obligations: ArrayObligations;
  readonly goal: Goal;
}

const MAXIMUM_CHOICES = 4096;
/** Farthest horizon with obligations; each place up to it is a state. */
const MAXIMUM_HORIZON = 5_000;
/** Most places of an array with unique items that are matched to values. */
const MAXIMUM_MATCHED = 2_000;

/** Most steps in search of a completion. */
const MAXIMUM_SEARCH_STEPS = 20_000;
/** Most values of an item of an array with unique items that are tried one by one. */
const MAXIMUM_TRIED = 64;

/** How much is still to be fulfilled; for the order in which ways are tried. */
export function openCount({ clauses, counters }: ArrayObligations): number {
  let count = 0;
  for (const clause of clauses) {
    for (const fact of clause) count += fact.kind === "some" ? fact.need : 1;
  }
  return count * 1000 - counters.reduce((sum, { left }) => sum + left, 0);
}

/**
 * Whether whatever completes an array with some obligations also completes it with these: no clause is stricter, no
 * counter lower.
 */
export function isEasier(one: ArrayObligations, other: ArrayObligations): boolean {
  return one.clauses.every((clause) =>
    other.clauses.some((stricter) =>
      stricter.every((fact) =>
        clause.some((easier) =>
          fact.kind === "some" && easier.kind === "some"
            ? easier.literal === fact.literal && easier.from === fact.from &&
              easier.to === fact.to && easier.need <= fact.need
            : atomKey(easier) === atomKey(fact)
        )
      )
    )
  ) && one.counters.length === other.counters.length &&
    one.counters.every(({ literal, left }, i) =>
      literal === other.counters[i]!.literal && left >= other.counters[i]!.left
    );
}

/** Where a search for a completion stands. */
interface SearchPlace {
  readonly obligations: ArrayObligations;
  readonly count: number;
  /** What every further item has to fulfil besides. */
  readonly extra: readonly Literal[];
  readonly from: SearchPlace | null;
}

function placeKey({ count, obligations, extra }: SearchPlace): string {
  return `${count} ${obligations.id} ${extra.join()}`;
}

/** An alternative in the making. */
export interface ArrayDraft {
  blocks: ItemBlock[];
  min: number;
  max: number;
  isUnique: boolean;
  /** Whether it asks for equal items, which is not followed. */
  isLeftOut: boolean;
  clauses: ArrayClause[];
  counters: ItemCounter[];
}

/** A conjunction of facts about an array. */
export class ArrayAlternative {
  readonly blocks: readonly ItemBlock[];
  readonly min: number;
  readonly max: number;
  readonly isUnique: boolean;
  /** From this place on, all places are alike. */
  readonly horizon: number;
  readonly initial: ArrayObligations;
  readonly #obligations = new Map<string, ArrayObligations>();
  readonly #literals: (readonly Literal[])[] = [];
  /** Places that may differ from the rest. */
  readonly prefixLength: number;
  /** Of states that were found to be completable, by place and obligations. */
  readonly #alive = new Set<string>();

  constructor(
    readonly id: number,
    draft: ArrayDraft,
    private readonly queries: GoalQueries,
  ) {
    this.blocks = draft.blocks;
    this.min = draft.min;
    this.max = draft.max;
    this.isUnique = draft.isUnique;
    this.prefixLength = Math.max(0, ...draft.blocks.map((block) => block.prefix.length));
    let horizon = Math.max(this.prefixLength, draft.min, finite(draft.max) + 1);
    for (const fact of draft.clauses.flat()) {
      if (fact.kind === "some") horizon = Math.max(horizon, fact.from, finite(fact.to));
      else if (fact.kind === "min" || fact.kind === "max") {
        horizon = Math.max(horizon, fact.count + 1);
      }
    }
    this.horizon = horizon;
    this.initial = this.#intern(draft.clauses, draft.counters);
  }

  /** What the item at a place has to fulfil, obligations aside. */
  literalsAt(index: number): readonly Literal[] {
    const place = Math.min(index, this.prefixLength);
    return this.#literals[place] ??= this.blocks.map(({ prefix, rest }) => prefix[place] ?? rest);
  }

  /** The ways to go on with an item. They may overlap; together they are complete. */
  choices(
    obligations: ArrayObligations,
    index: number,
    extra: readonly Literal[],
  ): readonly ItemChoice[] {
    const { goals } = this.queries;
    const literals = [...this.literalsAt(index), ...extra];
    if (index >= this.max) return [];
    if (obligations.clauses.length === 0 && obligations.counters.length === 0) {
      return [{ obligations, goal: goals.goal(literals) }];
    }
    type Way = {
      readonly clauses: readonly ArrayClause[];
      readonly counters: readonly ItemCounter[];
      readonly literals: readonly Literal[];
    };
    let ways: Way[] = [{ clauses: [], counters: [], literals }];
    for (const clause of obligations.clauses) {
      const open = clause.filter((fact) => fact.kind !== "some" || fact.to > index + 1);
      const next: Way[] = [];
      for (const way of ways) {
        for (const fact of clause) {
          if (fact.kind !== "some" || index < fact.from || index >= fact.to) continue;
          const discharged = [...way.literals, fact.literal];
          if (this.queries.isSurelyEmpty(goals.goal(discharged))) continue;
          if (fact.need <= 1) next.push({ ...way, literals: discharged });
          else {
            const less: SomeItems = { ...fact, need: fact.need - 1 };
            const rest = open.map((other) => other === fact ? less : other);
            next.push({ ...way, clauses: [...way.clauses, rest], literals: discharged });
          }
        }
        if (open.length > 0) next.push({ ...way, clauses: [...way.clauses, open] });
      }
      ways = next;
      checkChoices(ways.length);
    }
    for (const counter of obligations.counters) {
      const next: Way[] = [];
      for (const way of ways) {
        const without = [...way.literals, opposite(counter.literal)];
        if (!this.queries.isSurelyEmpty(goals.goal(without))) {
          next.push({ ...way, counters: [...way.counters, counter], literals: without });
        }
        if (counter.left > 0) {
          const less = { literal: counter.literal, left: counter.left - 1 };
          next.push({ ...way, counters: [...way.counters, less] });
        }
      }
      ways = next;
      checkChoices(ways.length);
    }
    return ways.map((way) => ({
      obligations: this.#intern(way.clauses, way.counters),
      goal: goals.goal(way.literals),
    }));
  }

  /** Whether the array may end with this many items. */
  isComplete(obligations: ArrayObligations, count: number): boolean {
    return count >= this.min && count <= this.max &&
      obligations.clauses.every((clause) =>
        clause.some((fact) =>
          fact.kind === "min" && count >= fact.count || fact.kind === "max" && count <= fact.count
        )
      );
  }

  /**
   * Whether some continuation makes the array complete.
   *
   * @param extra What every further item has to fulfil besides.
   */
  isAlive(obligations: ArrayObligations, count: number, extra: readonly Literal[]): boolean {
    if (count > this.max || this.min > this.max) return false;
    const hasObligations = obligations.clauses.length > 0 || obligations.counters.length > 0;
    if (!hasObligations || this.isUnique) {
      if (this.isUnique) {
        if (!this.#canBeDistinct(count, this.min, extra)) return false;
      } else {
        if (!this.#canFill(count, extra)) return false;
      }
      if (!hasObligations) return true;
    }
    if (this.horizon > MAXIMUM_HORIZON) {
      throw new LimitExceededError("arrayHorizon", this.horizon, MAXIMUM_HORIZON);
    }
    return this.#search(obligations, Math.min(count, this.horizon), extra);
  }

  /** Whether there is an item for each place from `count` on that has to have one. */
  #canFill(count: number, extra: readonly Literal[]): boolean {
    if (extra.length === 0 && count >= this.#fillableFrom) return true;
    const last = Math.min(this.min, Math.max(count, this.prefixLength) + 1);
    for (let index = count; index < last; index++) {
      if (this.#isPlaceEmpty(index, extra)) return false;
    }
    if (extra.length === 0) this.#fillableFrom = count;
    return true;
  }
  /** A place from which on all places that have to be filled can be; later ones are among them. */
  #fillableFrom = Infinity;

  #isPlaceEmpty(index: number, extra: readonly Literal[]): boolean {
    return this.queries.isEmpty(this.queries.goals.goal([...this.literalsAt(index), ...extra]));
  }

  /**
   * Depth-first, over places and obligations; what fulfils an obligation is tried first. With unique items, a value that
   * can be one of few only is chosen, and excluded for the items after it.
   */
  #search(start: ArrayObligations, startCount: number, startExtra: readonly Literal[]): boolean {
    const seen = new Set<string>();
    const path: SearchPlace[] = [
      { obligations: start, count: startCount, extra: startExtra, from: null },
    ];
    for (let place = path.pop(); place !== undefined; place = path.pop()) {
      const { obligations, count, extra } = place;
      const key = placeKey(place);
      if (seen.has(key)) continue;
      if (seen.size >= MAXIMUM_SEARCH_STEPS) {
        throw new LimitExceededError("completionSearch", seen.size + 1, MAXIMUM_SEARCH_STEPS);
      }
      seen.add(key);
      if (this.isComplete(obligations, count) || this.#alive.has(key)) {
        for (let at: SearchPlace | null = place; at !== null; at = at.from) {
          this.#alive.add(placeKey(at));
        }
        return true;
      }
      const choices = [...this.choices(obligations, count, extra)]
        .sort((x, y) => openCount(y.obligations) - openCount(x.obligations));
      for (const { goal, obligations } of choices) {
        if (this.queries.isEmpty(goal)) continue;
        const next = {
          obligations,
          count: Math.min(count + 1, this.horizon),
          extra,
          from: place,
        };
        const values = this.isUnique ? this.queries.valuesOf(goal, MAXIMUM_TRIED) : null;
        if (values === null) path.push(next);
        else {
          for (const value of values) {
            const without = opposite(this.queries.oneOf([value]));
            path.push({ ...next, extra: [...extra, without].sort((x, y) => x - y) });
          }
        }
      }
    }
    return false;
  }

  /** Whether places `from..to` can have different values: augmenting paths over the finite places. */
  #canBeDistinct(from: number, to: number, extra: readonly Literal[]): boolean {
    const count = to - from;
    if (count <= 0) return true;
    const placeOf = new Map<string, number>();
    const options: string[][] = [];
    const places = Math.min(count, MAXIMUM_MATCHED);
    for (let place = 0; place < places; place++) {
      const goal = this.queries.goals.goal([...this.literalsAt(from + place), ...extra]);
      if (this.queries.isEmpty(goal)) return false;
      const values = this.queries.valuesOf(goal, count - 1);
      options.push(values === null ? [] : values.map(canonicalText));
      if (values === null && from + place >= this.prefixLength) break; // and so for all that follow
    }
    const tried = new Set<string>();
    const place = (index: number): boolean => {
      for (const value of options[index]!) {
        if (tried.has(value)) continue;
        tried.add(value);
        const other = placeOf.get(value);
        if (other === undefined || place(other)) {
          placeOf.set(value, index);
          return true;
        }
      }
      return false;
    };
    return options.every((values, index) => {
      if (values.length === 0) return true; // more values than places
      tried.clear();
      return place(index);
    });
  }

  #intern(
    clauses: readonly ArrayClause[],
    counters: readonly ItemCounter[],
  ): ArrayObligations {
    const clauseKeys = clauses.map((clause) => clause.map(atomKey).join(","));
    const order = [...clauseKeys.keys()].sort((x, y) => clauseKeys[x]! < clauseKeys[y]! ? -1 : 1)
      .filter((x, i, sorted) => i === 0 || clauseKeys[x] !== clauseKeys[sorted[i - 1]!]);
    const counterKey = counters.map(({ literal, left }) => `${literal}:${left}`).join();
    const key = `${order.map((x) => clauseKeys[x]).join(";")}|${counterKey}`;
    let obligations = this.#obligations.get(key);
    if (obligations === undefined) {
      obligations = {
        id: this.#obligations.size,
        clauses: order.map((x) => clauses[x]!),
        counters,
      };
      this.#obligations.set(key, obligations);
    }
    return obligations;
  }
}

function finite(bound: number): number {
  return bound === Infinity ? 0 : bound;
}

function checkChoices(count: number): void {
  if (count > MAXIMUM_CHOICES) {
    throw new LimitExceededError("obligationChoices", count, MAXIMUM_CHOICES);
  }
}

function atomKey(fact: ArrayAtom): string {
  switch (fact.kind) {
    case "some":
      return `s${fact.from}:${fact.to}:${fact.literal}:${fact.need}`;
    case "min":
    case "max":
      return `${fact.kind}${fact.count}`;
    default:
      throw new TypeError(`${fact.kind} is not a fact of a clause`);
  }
}
