/**
 * One alternative of a schema for objects: a conjunction that the engine follows while an object is written.
 *
 * What binds every property (`blocks`, `nameLanguages`), what must be there (`required`, `min`, `max`), and obligations:
 * clauses of facts of which one must have come true when the object ends ("has a property whose value is no string, or
 * lacks `kind`"). A clause is fulfilled by a property as it is written, or loses the facts that have become
 * impossible. Where a property can fulfil a clause but need not, both ways are followed.
 *
 * Nothing here is mutable but caches; what has been written so far is passed in as {@link ObjectProgress}.
 *
 * @module
 */

import type { Regex } from "../automata/mod.ts";
import { LimitExceededError } from "../errors.ts";
import { ALWAYS, type Goal, type Literal, NEVER, opposite } from "./goal.ts";
import type { GoalQueries } from "./goal_queries.ts";
import { splitByLanguages } from "./name_classes.ts";
import { CompletionSearch, type ObjectProgress } from "./object_completion.ts";
import type { ObjectAtom, PropertyBlock } from "./object_formula.ts";
import type { SeenNames } from "./seen_names.ts";

/** Facts of which one must come true. */
export type ObjectClause = readonly ObjectAtom[];

/** The clauses that are still open; interned per alternative. */
export interface ObjectObligations {
  readonly id: number;
  readonly clauses: readonly ObjectClause[];
}

/** One way to go on when a property is written. */
export interface PropertyChoice {
  readonly obligations: ObjectObligations;
  /** What the value has to fulfil. */
  readonly goal: Goal;
}

/** What a continuation rests on. */
export interface Completion {
  /** Mentioned names that have to come. */
  readonly needed: ReadonlySet<string>;
  /** Names that must not come. */
  readonly absent: ReadonlySet<string>;
  /** How many other names have to come. */
  readonly otherCount: number;
  /** Most properties there may be in the end. */
  readonly max: number;
}

/** A property that is to be written. */
export interface PropertyPlan {
  readonly name: string;
  readonly goal: Goal;
}

/** What a property does to a clause. */
interface ClauseEvent {
  readonly isFulfilled: boolean;
  /** The clause is fulfilled if the value fulfils one of them. */
  readonly dischargers: readonly Literal[];
  /** What is left of the clause otherwise. */
  readonly open: ObjectClause;
}

/** One way to go on, in the making. */
interface PropertyWay {
  readonly clauses: readonly ObjectClause[];
  readonly literals: readonly Literal[];
}

/** Names that no block mentions, by the languages they are in. */
export interface NameClass {
  readonly language: Regex;
  /** What the value has to fulfil. */
  readonly literals: readonly Literal[];
}

/** Most ways to fulfil obligations with one property. */
const MAXIMUM_CHOICES = 4096;
/** With more literals than these to discharge clauses by, values are split by them. */
const FEW_DISCHARGERS = 2;

/** An alternative in the making. */
export interface ObjectDraft {
  blocks: PropertyBlock[];
  nameLanguages: Regex[];
  required: Set<string>;
  min: number;
  max: number;
  clauses: ObjectClause[];
}

/** A conjunction of facts about an object. */
export class ObjectAlternative {
  readonly blocks: readonly PropertyBlock[];
  readonly nameLanguages: readonly Regex[];
  readonly required: readonly string[];
  readonly min: number;
  readonly max: number;
  /** Names that are mentioned, in the order in which they are to be written. */
  readonly names: readonly string[];
  readonly initial: ObjectObligations;
  readonly #position: ReadonlyMap<string, number>;
  readonly #obligations = new Map<string, ObjectObligations>();
  readonly #literals = new Map<string, readonly Literal[]>();
  #classes: readonly NameClass[] | undefined;

  constructor(
    readonly id: number,
    draft: ObjectDraft,
    private readonly queries: GoalQueries,
  ) {
    this.blocks = draft.blocks;
    this.nameLanguages = draft.nameLanguages;
    this.required = [...draft.required];
    this.min = draft.min;
    this.max = draft.max;
    const names = new Set<string>();
    for (const block of draft.blocks) for (const name of block.names.keys()) names.add(name);
    for (const name of draft.required) names.add(name);
    for (const clause of draft.clauses) {
      for (const fact of clause) if ("name" in fact) names.add(fact.name);
    }
    this.names = [...names];
    this.#position = new Map(this.names.map((name, index) => [name, index]));
    this.initial = this.#intern(draft.clauses);
  }

  /** Whether a name is mentioned. */
  mentions(name: string): boolean {
    return this.#position.has(name);
  }

  /** Place of a name in the order of writing; `Infinity` for names that are not mentioned. */
  positionOf(name: string): number {
    return this.#position.get(name) ?? Infinity;
  }

  /** What the value of a property has to fulfil, obligations aside. */
  literalsFor(name: string): readonly Literal[] {
    let literals = this.#literals.get(name);
    if (literals === undefined) {
      literals = this.nameLanguages.every((language) => this.queries.languages.has(language, name))
        ? this.blocks.flatMap((block) => block.literalsFor(name))
        : [NEVER];
      if (this.#literals.size < 65_536) this.#literals.set(name, literals);
    }
    return literals;
  }

  /** The classes of names that are not mentioned; together with `names` they are all names. */
  get classes(): readonly NameClass[] {
    return this.#classes ??= this.#makeClasses();
  }

  /** All languages that tell unmentioned names apart. */
  get languages(): readonly Regex[] {
    const languages = new Set(this.nameLanguages);
    for (const block of this.blocks) {
      for (const { language } of block.patterns) languages.add(language);
    }
    for (const clause of this.initial.clauses) {
      for (const fact of clause) if (fact.kind === "some") languages.add(fact.language);
    }
    languages.delete(this.queries.languages.strings.all);
    return [...languages];
  }

  /** What the value of an unmentioned name has to fulfil. */
  literalsInClass(isIn: (language: Regex) => boolean): readonly Literal[] {
    if (!this.nameLanguages.every(isIn)) return [NEVER];
    const { all } = this.queries.languages.strings;
    const literals: Literal[] = [];
    for (const { patterns, rest } of this.blocks) {
      let matched = false;
      for (const { language, literal } of patterns) {
        if (language !== all && !isIn(language)) continue;
        matched = true;
        literals.push(literal);
      }
      if (!matched) literals.push(rest);
    }
    return literals;
  }

  #makeClasses(): readonly NameClass[] {
    const { strings } = this.queries.languages;
    return splitByLanguages(strings.all, this.languages, this.queries).map((one) => ({
      language: one.language,
      literals: this.literalsInClass(one.isIn),
    })).filter(({ literals }) => !literals.includes(NEVER));
  }

  // ---- Writing ----

  /**
   * The ways to go on with a property. They may overlap; together they are complete.
   *
   * @param name The name; null for an unmentioned one of which only `isIn` is known.
   * @param isIn Whether the name is in a language.
   */
  choices(
    obligations: ObjectObligations,
    name: string | null,
    literals: readonly Literal[],
    isIn: (language: Regex) => boolean,
  ): readonly PropertyChoice[] {
    const { goals } = this.queries;
    const goal = goals.goal(literals);
    if (obligations.clauses.length === 0) return [{ obligations, goal }];
    const events = obligations.clauses.map((clause) => this.#advance(clause, name, isIn))
      .filter((event) => !event.isFulfilled);
    const dischargers = new Set(events.flatMap((event) => event.dischargers));
    const ways = dischargers.size > FEW_DISCHARGERS
      ? this.#decide(events, [...dischargers], literals)
      : this.#guess(events, literals);
    return ways.map((way) => ({
      obligations: this.#intern(way.clauses),
      goal: goals.goal(way.literals),
    }));
  }

  /** For each clause that the value can discharge: it does, or it need not. */
  #guess(events: readonly ClauseEvent[], literals: readonly Literal[]): PropertyWay[] {
    const { goals } = this.queries;
    let ways: PropertyWay[] = [{ clauses: [], literals }];
    for (const event of events) {
      const next: PropertyWay[] = [];
      for (const way of ways) {
        const dischargers = event.dischargers.filter((literal) =>
          !this.queries.isSurelyEmpty(goals.goal([...way.literals, literal]))
        );
        const implied = dischargers.some((literal) =>
          this.queries.isSurelyEmpty(goals.goal([...way.literals, opposite(literal)]))
        );
        if (implied) {
          next.push(way);
          continue;
        }
        for (const literal of dischargers) {
          next.push({ clauses: way.clauses, literals: [...way.literals, literal] });
        }
        if (event.open.length > 0) {
          next.push({ clauses: [...way.clauses, event.open], literals: way.literals });
        }
      }
      ways = next;
      checkChoices(ways.length);
    }
    return ways;
  }

  /**
   * Splits the values by which of the literals they fulfil. Guessing would be exponential in the number of clauses;
   * but literals that come in numbers mostly exclude each other ("is not the first item", "is not the second", …), so
   * nearly all combinations are empty.
   */
  #decide(
    events: readonly ClauseEvent[],
    dischargers: readonly Literal[],
    literals: readonly Literal[],
  ): PropertyWay[] {
    const { goals } = this.queries;
    let cases: { readonly literals: readonly Literal[]; readonly holding: readonly Literal[] }[] = [
      { literals, holding: [] },
    ];
    for (const literal of dischargers) {
      const next: typeof cases = [];
      for (const one of cases) {
        const yes = [...one.literals, literal], no = [...one.literals, opposite(literal)];
        if (!this.queries.isEmpty(goals.goal(yes))) {
          next.push({ literals: yes, holding: [...one.holding, literal] });
        }
        if (!this.queries.isEmpty(goals.goal(no))) {
          next.push({ literals: no, holding: one.holding });
        }
      }
      cases = next;
      checkChoices(cases.length);
    }
    const ways: PropertyWay[] = [];
    for (const one of cases) {
      const open = events.filter((event) =>
        !event.dischargers.some((literal) => one.holding.includes(literal))
      );
      if (open.some((event) => event.open.length === 0)) continue;
      ways.push({ clauses: open.map((event) => event.open), literals: one.literals });
    }
    return ways;
  }

  /** What a property does to a clause. */
  #advance(
    clause: ObjectClause,
    name: string | null,
    isIn: (language: Regex) => boolean,
  ): ClauseEvent {
    const dischargers: Literal[] = [];
    const open: ObjectAtom[] = [];
    for (const fact of clause) {
      switch (fact.kind) {
        case "present":
          if (fact.name === name) return { isFulfilled: true, dischargers, open };
          open.push(fact);
          break;
        case "absent":
          if (fact.name !== name) open.push(fact);
          break;
        case "value":
          if (fact.name === name) dischargers.push(fact.literal);
          else open.push(fact);
          break;
        case "some":
          if (isIn(fact.language)) {
            if (fact.literal === ALWAYS) return { isFulfilled: true, dischargers, open };
            dischargers.push(fact.literal);
          }
          open.push(fact);
          break;
        default:
          open.push(fact);
      }
    }
    return { isFulfilled: false, dischargers, open };
  }

  /** Whether the object may end. */
  isComplete(obligations: ObjectObligations, seen: SeenNames): boolean {
    if (seen.count < this.min || seen.count > this.max) return false;
    for (const name of this.required) if (!seen.has(name)) return false;
    return obligations.clauses.every((clause) =>
      clause.some((fact) => {
        switch (fact.kind) {
          case "absent":
            return true; // the fact is dropped when the property comes
          case "min":
            return seen.count >= fact.count;
          case "max":
            return seen.count <= fact.count;
          default:
            return false;
        }
      })
    );
  }

  /**
   * The properties that complete the object, in the order in which to write them; null when there is no way.
   *
   * @param atLeast How many properties have to come at least.
   * @param canWrite Whether a value of a goal can be written; goals that it refuses are avoided.
   */
  plan(
    obligations: ObjectObligations,
    progress: ObjectProgress,
    atLeast: number,
    canWrite: (goal: Goal) => boolean,
  ): PropertyPlan[] | null {
    return new CompletionSearch(this, progress, this.queries, canWrite)
      .plan(obligations.clauses, atLeast);
  }

  /** Whether some continuation makes the object complete. */
  isAlive(obligations: ObjectObligations, progress: ObjectProgress): boolean {
    return new CompletionSearch(this, progress, this.queries).run(obligations.clauses);
  }

  /** What one continuation that makes the object complete is made of; null when there is none. */
  completion(obligations: ObjectObligations, progress: ObjectProgress): Completion | null {
    return new CompletionSearch(this, progress, this.queries).find(obligations.clauses);
  }

  /**
   * Whether a completion is still one when another property has come before it. False says nothing: there may be
   * another completion.
   */
  survives(completion: Completion, progress: ObjectProgress, name: string): boolean {
    if (completion.needed.has(name) || completion.absent.has(name)) return false;
    const { needed, otherCount, max } = completion;
    if (otherCount > 0 && !this.mentions(name)) return false;
    if (progress.seen.count + 1 + needed.size + otherCount > max) return false;
    if (!progress.isOrdered) return true;
    if (this.min > 0) return false;
    const position = this.positionOf(name);
    for (const other of needed) if (!(this.positionOf(other) > position)) return false;
    return true;
  }

  #intern(clauses: readonly ObjectClause[]): ObjectObligations {
    const keys = clauses.map((clause) => [...new Set(clause.map(factKey))].sort().join(","));
    // Equal clauses, and the order of clauses, do not matter.
    const order = [...keys.keys()].sort((x, y) => keys[x]! < keys[y]! ? -1 : 1)
      .filter((x, i, sorted) => i === 0 || keys[x] !== keys[sorted[i - 1]!]);
    const key = order.map((x) => keys[x]).join(";");
    let obligations = this.#obligations.get(key);
    if (obligations === undefined) {
      // What costs nothing comes first: searches try the facts of a clause in this order.
      const inOrder = order.map((x) =>
        [...clauses[x]!].sort((one, other) => effort(one) - effort(other))
      );
      obligations = { id: this.#obligations.size, clauses: inOrder };
      this.#obligations.set(key, obligations);
    }
    return obligations;
  }
}

function checkChoices(count: number): void {
  if (count > MAXIMUM_CHOICES) {
    throw new LimitExceededError("obligationChoices", count, MAXIMUM_CHOICES);
  }
}

/** How much it takes to make a fact come true, roughly. */
function effort(fact: ObjectAtom): number {
  switch (fact.kind) {
    case "absent":
    case "max":
      return 0;
    case "min":
    case "present":
      return 1;
    default:
      return 2;
  }
}

/** The same for equal facts of a clause only. */
export function factKey(fact: ObjectAtom): string {
  switch (fact.kind) {
    case "present":
    case "absent":
      return `${fact.kind} ${JSON.stringify(fact.name)}`;
    case "value":
      return `value ${fact.literal} ${JSON.stringify(fact.name)}`;
    case "some":
      return `some ${fact.literal} ${fact.language}`;
    case "min":
    case "max":
      return `${fact.kind} ${fact.count}`;
    default:
      throw new TypeError(`${fact.kind} is not a fact of a clause`);
  }
}
