/**
 * Whether an object can still be completed, and with what.
 *
 * A search over the open clauses of an alternative: one fact is chosen for each, and what was chosen has to fit together
 * (a name that has to come cannot have to be absent, the number of properties has to stay within its bounds). The
 * first completion that is found will do. Facts that cost nothing are tried first.
 *
 * Cost: linear where there are no clauses; exponential in their number at worst, and limited.
 *
 * @module
 */

import type { Regex } from "../automata/mod.ts";
import { LimitExceededError } from "../errors.ts";
import { ALWAYS, type Goal, type Literal } from "./goal.ts";
import type { GoalQueries } from "./goal_queries.ts";
import { countTexts, isInfinite, shortestWord, someTexts, textsOf } from "./language_size.ts";
import type {
  Completion,
  NameClass,
  ObjectAlternative,
  ObjectClause,
  PropertyPlan,
} from "./object_alternative.ts";
import type { ObjectAtom } from "./object_formula.ts";
import type { SeenNames } from "./seen_names.ts";

/** Most steps in search of a completion. */
const MAXIMUM_SEARCH_STEPS = 20_000;
/** Most names of a class that are counted, where so many have to come. */
const MAXIMUM_COUNTED = 10_000;
/** Most names that are made up to complete an object. */
const MAXIMUM_INVENTED = 1_000;
/** Classes of at most so many names are looked at name by name. */
const MAXIMUM_NAMED = 16;

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
export class CompletionSearch {
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
        const goal = this.queries.goals.goal(one.literals);
        if (count > 0 && !this.canWrite(goal)) return false;
        const names = this.#inventNames(one.language, count, taken);
        for (const name of names) plan.push({ name, goal });
        return names.length === count;
      });
  }

  /** Names of a language that are neither mentioned, nor written, nor taken; they are taken then. */
  #inventNames(language: Regex, count: number, taken: Set<string>): string[] {
    const { alternative, progress: { seen } } = this;
    const enough = count + taken.size + alternative.names.length + seen.count;
    const names: string[] = [];
    for (const content of count > 0 ? someTexts(this.queries.languages, language, enough) : []) {
      if (names.length === count) break;
      const name = JSON.parse(`"${content}"`) as string;
      if (taken.has(name) || seen.has(name) || alternative.mentions(name)) continue;
      taken.add(name);
      names.push(name);
    }
    return names;
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
