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
import { disjunctiveForm, type DraftRules } from "./formula.ts";
import { ALWAYS, type Goal, type Literal, NEVER, opposite } from "./goal.ts";
import type { GoalQueries } from "./goal_queries.ts";
import { countTexts, isInfinite, shortestWord, textsOf } from "./language_size.ts";
import { type ObjectAtom, type ObjectFormula, PropertyBlock } from "./object_formula.ts";
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

/** Most classes of unmentioned names. */
const MAXIMUM_NAME_CLASSES = 256;
/** Most ways to fulfil obligations with one property. */
const MAXIMUM_CHOICES = 4096;
/** With more literals than these to discharge clauses by, values are split by them. */
const FEW_DISCHARGERS = 2;
/** Most steps in search of a completion. */
const MAXIMUM_SEARCH_STEPS = 20_000;
/** Most names of a class that are counted, where so many have to come. */
const MAXIMUM_COUNTED = 10_000;
/** Most names that are made up to complete an object. */
const MAXIMUM_INVENTED = 1_000;
/** Classes of at most so many names are looked at name by name. */
const MAXIMUM_NAMED = 16;

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
      literals: this.literalsInClass((language) => language === strings.all || one.isIn(language)),
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

function factKey(fact: ObjectAtom): string {
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

/** What has been written of an object, seen from one alternative. */
export class ObjectProgress {
  /** Place of the last name that was written, in the alternative's order; -1 at the start. */
  readonly lastPosition: number;

  constructor(
    readonly alternative: ObjectAlternative,
    readonly seen: SeenNames,
    /** Whether mentioned names come in their order and all others after them. */
    readonly isOrdered: boolean,
  ) {
    let last = -1;
    if (isOrdered) {
      for (const name of seen.names) last = Math.max(last, alternative.positionOf(name));
    }
    this.lastPosition = last;
  }

  /** Whether a name may still be written, as far as order and duplicates go. */
  isAvailable(name: string): boolean {
    return !this.seen.has(name) &&
      (!this.isOrdered || this.lastPosition === -1 ||
        this.alternative.positionOf(name) > this.lastPosition || !this.alternative.mentions(name));
  }
}

/** Decides whether an object can still be completed: by choosing a fact for each open clause. */
class CompletionSearch {
  /** Properties that have still to come, with what their values have to fulfil beyond the blocks. */
  readonly #needed = new Map<string, Literal[]>();
  readonly #absent = new Set<string>();
  readonly #somes: { readonly language: Regex; readonly literal: Literal }[] = [];
  /** Other properties that have to come, of which only a class is known; all of them different. */
  readonly #others: { readonly language: Regex; readonly literals: readonly Literal[] }[] = [];
  #min: number;
  #max: number;
  #steps = 0;
  #found: Completion | null = null;
  /** Where the completion is written down, if somebody wants it. */
  #plan: PropertyPlan[] | null = null;

  constructor(
    private readonly alternative: ObjectAlternative,
    private readonly progress: ObjectProgress,
    private readonly queries: GoalQueries,
    private readonly canWrite: (goal: Goal) => boolean = () => true,
  ) {
    this.#min = alternative.min;
    this.#max = alternative.max;
  }

  run(clauses: readonly ObjectClause[]): boolean {
    const { seen } = this.progress;
    if (seen.count > this.#max || this.#min > this.#max) return false;
    for (const name of this.alternative.required) {
      if (seen.has(name)) continue;
      if (!this.#canWrite(name, [])) return false;
      this.#needed.set(name, []);
    }
    const open = this.#possible(clauses);
    return open !== null && this.#chooseFrom(open, 0);
  }

  /**
   * The clauses without the facts that cannot come true any more, those with the fewest left first; null when one has none
   * left. Clauses that a property's absence fulfils are left alone: most never need another fact.
   */
  #possible(clauses: readonly ObjectClause[]): readonly ObjectClause[] | null {
    if (clauses.length < 2) return clauses;
    const easy: ObjectClause[] = [], hard: ObjectClause[] = [];
    for (const clause of clauses) {
      if (clause.some((fact) => fact.kind === "absent" && !this.#needed.has(fact.name))) {
        easy.push(clause);
        continue;
      }
      const left = clause.filter((fact) =>
        fact.kind === "absent"
          ? false
          : fact.kind === "present"
          ? this.#canWrite(fact.name, [])
          : fact.kind !== "value" || this.#canWrite(fact.name, [fact.literal])
      );
      if (left.length === 0) return null;
      hard.push(left);
    }
    return [...hard.sort((one, other) => one.length - other.length), ...easy];
  }

  /** The first completion that is found. */
  find(clauses: readonly ObjectClause[]): Completion | null {
    return this.run(clauses) ? this.#found : null;
  }

  /** The properties of the first completion that is found. */
  plan(clauses: readonly ObjectClause[], atLeast: number): PropertyPlan[] | null {
    this.#plan = [];
    this.#min = Math.max(this.#min, this.progress.seen.count + atLeast);
    return this.run(clauses) ? this.#inOrder(this.#plan) : null;
  }

  #inOrder(plan: PropertyPlan[]): PropertyPlan[] {
    const position = ({ name }: PropertyPlan) => this.alternative.positionOf(name);
    return this.progress.isOrdered
      ? plan.sort((x, y) => position(x) === position(y) ? 0 : position(x) - position(y))
      : plan;
  }

  #chooseFrom(clauses: readonly ObjectClause[], index: number): boolean {
    this.#countStep();
    if (index === clauses.length) return this.#placeSome(0);
    return clauses[index]!.some((fact) =>
      this.#assume(fact, () => this.#chooseFrom(clauses, index + 1))
    );
  }

  #countStep(): void {
    if (++this.#steps > MAXIMUM_SEARCH_STEPS) {
      throw new LimitExceededError("completionSearch", this.#steps, MAXIMUM_SEARCH_STEPS);
    }
  }

  /** Whether one more property may come; what has no room is given up at once, not at the end of the search. */
  #hasRoom(): boolean {
    return this.progress.seen.count + this.#needed.size + this.#others.length < this.#max;
  }

  /** Adds a fact, goes on, and takes the fact back. */
  #assume(fact: ObjectAtom, goOn: () => boolean): boolean {
    switch (fact.kind) {
      case "absent": {
        if (this.#needed.has(fact.name)) return false;
        if (this.#absent.has(fact.name)) return goOn();
        this.#absent.add(fact.name);
        const result = goOn();
        this.#absent.delete(fact.name);
        return result;
      }
      case "present":
        return this.#need(fact.name, ALWAYS, goOn);
      case "value":
        return this.#need(fact.name, fact.literal, goOn);
      case "some": {
        if (!this.#hasRoom() && !this.#mayServe(fact.language)) return false;
        this.#somes.push(fact);
        const result = goOn();
        this.#somes.pop();
        return result;
      }
      case "min": {
        const before = this.#min;
        this.#min = Math.max(before, fact.count);
        const result = this.#min <= this.#max && goOn();
        this.#min = before;
        return result;
      }
      case "max": {
        const before = this.#max;
        this.#max = Math.min(before, fact.count);
        const result = this.#min <= this.#max && this.progress.seen.count <= this.#max && goOn();
        this.#max = before;
        return result;
      }
      default:
        throw new TypeError(`${fact.kind} is not a fact of a clause`);
    }
  }

  /** Whether a property that comes anyway may be the one that a "some property" asks for. */
  #mayServe(language: Regex): boolean {
    const { languages } = this.queries;
    return this.#others.length > 0 ||
      this.#needed.keys().some((name) => languages.has(language, name));
  }

  #need(name: string, literal: Literal, goOn: () => boolean): boolean {
    if (this.#absent.has(name) || this.progress.seen.has(name)) return false;
    const before = this.#needed.get(name);
    if (before === undefined && !this.#hasRoom()) return false;
    const literals = [...before ?? [], literal];
    if (!this.#canWrite(name, literals)) return false;
    this.#needed.set(name, literals);
    const result = goOn();
    if (before === undefined) this.#needed.delete(name);
    else this.#needed.set(name, before);
    return result;
  }

  /** Whether the property can still come with a value that fulfils the blocks and more. */
  #canWrite(name: string, literals: readonly Literal[]): boolean {
    if (!this.progress.isAvailable(name)) return false;
    const goal = this.queries.goals.goal([...this.alternative.literalsFor(name), ...literals]);
    return !this.queries.isEmpty(goal) && this.canWrite(goal);
  }

  /** Finds a property for each "some property": one that comes anyway, or another. */
  #placeSome(index: number): boolean {
    if (index === this.#somes.length) return this.#fitsCounts(this.#others.length);
    this.#countStep();
    const { language, literal } = this.#somes[index]!;
    const { languages } = this.queries;
    const goOn = () => this.#placeSome(index + 1);
    for (const name of [...this.#needed.keys()]) {
      if (languages.has(language, name) && this.#need(name, literal, goOn)) return true;
    }
    for (const name of this.alternative.names) {
      if (this.#needed.has(name) || !languages.has(language, name)) continue;
      if (this.#need(name, literal, goOn)) return true;
    }
    for (const one of this.alternative.classes) {
      if (!this.#hasRoom() && this.#others.length === 0) break;
      const goal = this.queries.goals.goal([...one.literals, literal]);
      if (this.queries.isEmpty(goal)) continue;
      const both = languages.strings.intersect([one.language, language]);
      const fresh = this.#freshNames(both, MAXIMUM_NAMED + 1);
      if (fresh <= MAXIMUM_NAMED) {
        // So few that they are tried by name, and one may serve several facts.
        for (const name of textsOf(languages, both, MAXIMUM_NAMED * 2 + this.#takenCount()) ?? []) {
          if (!this.#needed.has(name) && this.#need(name, literal, goOn)) return true;
        }
        continue;
      }
      if (this.#shareOther(both, [...one.literals, literal], goOn)) return true;
      if (!this.#hasRoom()) continue;
      this.#others.push({ language: both, literals: [...one.literals, literal] });
      const result = goOn();
      this.#others.pop();
      if (result) return true;
    }
    return false;
  }

  /** Lets one of the unnamed other properties serve another fact as well. */
  #shareOther(language: Regex, literals: readonly Literal[], goOn: () => boolean): boolean {
    const { strings, automaton } = this.queries.languages;
    for (let i = 0; i < this.#others.length; i++) {
      const before = this.#others[i]!;
      const joined = {
        language: strings.intersect([before.language, language]),
        literals: [...before.literals, ...literals],
      };
      if (!automaton.isAlive(joined.language)) continue;
      if (this.queries.isEmpty(this.queries.goals.goal(joined.literals))) continue;
      this.#others[i] = joined;
      const result = goOn();
      this.#others[i] = before;
      if (result) return true;
    }
    return false;
  }

  #takenCount(): number {
    return this.alternative.names.length + this.progress.seen.count + this.#needed.size;
  }

  #fitsCounts(others: number): boolean {
    const count = this.progress.seen.count + this.#needed.size + others;
    if (count > this.#max) return false;
    const filling: string[] = [];
    let missing = this.#min - count;
    for (const name of missing > 0 ? this.alternative.names : []) {
      if (missing <= 0) break;
      if (this.#needed.has(name) || this.#absent.has(name) || !this.#canWrite(name, [])) continue;
      filling.push(name);
      missing--;
    }
    const classes: { readonly one: NameClass; readonly count: number }[] = [];
    for (const one of missing > 0 ? this.alternative.classes : []) {
      if (missing <= 0) break;
      const goal = this.queries.goals.goal(one.literals);
      if (this.queries.isEmpty(goal) || !this.canWrite(goal)) continue;
      if (missing + others > MAXIMUM_COUNTED && !isInfinite(this.queries.languages, one.language)) {
        throw new LimitExceededError("minProperties", this.#min, MAXIMUM_COUNTED);
      }
      // Names that "some property" has taken may be among those that are counted here.
      const fresh = Math.max(0, this.#freshNames(one.language, missing + others) - others);
      classes.push({ one, count: Math.min(fresh, missing) });
      missing -= fresh;
    }
    if (missing > 0 || (this.#plan !== null && !this.#writeDown(filling, classes))) return false;
    this.#found = {
      needed: new Set(this.#needed.keys()),
      absent: new Set(this.#absent),
      otherCount: others,
      max: this.#max,
    };
    return true;
  }

  #writeDown(
    filling: readonly string[],
    classes: readonly { readonly one: NameClass; readonly count: number }[],
  ): boolean {
    const plan = this.#plan!;
    plan.length = 0;
    const goalOf = (name: string, literals: readonly Literal[]) =>
      this.queries.goals.goal([...this.alternative.literalsFor(name), ...literals]);
    for (const [name, literals] of this.#needed) plan.push({ name, goal: goalOf(name, literals) });
    for (const name of filling) plan.push({ name, goal: goalOf(name, []) });
    const taken = new Set(plan.map(({ name }) => name));
    if (classes.reduce((sum, { count }) => sum + count, 0) > MAXIMUM_INVENTED) return false;
    const invent = (language: Regex, literals: readonly Literal[]): boolean => {
      const goal = this.queries.goals.goal(literals);
      const name = this.#inventName(language, taken);
      if (name === null || !this.canWrite(goal)) return false;
      taken.add(name);
      plan.push({ name, goal });
      return true;
    };
    return this.#others.every(({ language, literals }) => invent(language, literals)) &&
      classes.every(({ one, count }) => {
        for (let i = 0; i < count; i++) if (!invent(one.language, one.literals)) return false;
        return true;
      });
  }

  /** A name of a language that is neither mentioned, nor written, nor taken. */
  #inventName(language: Regex, taken: ReadonlySet<string>): string | null {
    const { languages } = this.queries;
    const excluded = [
      ...taken,
      ...this.alternative.names,
      ...this.progress.seen.names,
    ].filter((name) => name.isWellFormed() && languages.has(language, name));
    const fresh = excluded.length === 0 ? language : languages.strings.intersect([
      language,
      languages.strings.complement(languages.texts(excluded)),
    ]);
    const content = shortestWord(languages, fresh);
    return content === null ? null : JSON.parse(`"${content}"`) as string;
  }

  /** How many names of a language are neither mentioned nor written; counted up to `limit`. */
  #freshNames(language: Regex, limit: number): number {
    const { languages } = this.queries;
    if (language === languages.strings.empty || !languages.automaton.isAlive(language)) return 0;
    if (isInfinite(languages, language)) return limit;
    const taken = [
      ...this.alternative.names,
      ...this.progress.seen.names,
      ...[...this.#needed.keys()].filter((name) => !this.alternative.mentions(name)),
    ];
    const counted = countTexts(languages, language, limit + taken.length);
    if (counted >= limit + taken.length) return limit;
    return textsOf(languages, language, counted)!
      .filter((text) =>
        !this.alternative.mentions(text) && !this.progress.seen.has(text) &&
        !this.#needed.has(text)
      ).length;
  }
}

/** A class of names with the languages that it lies in. */
export interface SplitClass {
  readonly language: Regex;
  isIn(language: Regex): boolean;
}

/** Splits a language by others into classes that each lie inside or outside of every one. */
export function splitByLanguages(
  whole: Regex,
  splitters: readonly Regex[],
  { languages: { strings, automaton } }: Pick<GoalQueries, "languages">,
): SplitClass[] {
  let classes: { language: Regex; inside: readonly Regex[] }[] = [{ language: whole, inside: [] }];
  for (const splitter of splitters) {
    const next: typeof classes = [];
    const outside = strings.complement(splitter);
    for (const { language, inside } of classes) {
      const within = strings.intersect([language, splitter]);
      if (automaton.isAlive(within)) next.push({ language: within, inside: [...inside, splitter] });
      const without = strings.intersect([language, outside]);
      if (automaton.isAlive(without)) next.push({ language: without, inside });
    }
    classes = next;
    if (classes.length > MAXIMUM_NAME_CLASSES) {
      throw new LimitExceededError("nameClasses", classes.length, MAXIMUM_NAME_CLASSES);
    }
  }
  return classes.map(({ language, inside }) => ({
    language,
    isIn: (other) => other === strings.all || inside.includes(other),
  }));
}

// ---- From formulas ----

/** An alternative in the making. */
interface ObjectDraft {
  blocks: PropertyBlock[];
  nameLanguages: Regex[];
  required: Set<string>;
  min: number;
  max: number;
  clauses: ObjectClause[];
}

/** Splits a formula about objects into alternatives. */
export function objectAlternatives(
  formula: ObjectFormula,
  queries: GoalQueries,
  nextId: () => number,
): ObjectAlternative[] {
  return disjunctiveForm(formula, new ObjectDraftRules(queries))
    .map((draft) => new ObjectAlternative(nextId(), draft, queries));
}

class ObjectDraftRules implements DraftRules<ObjectAtom, ObjectDraft> {
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
