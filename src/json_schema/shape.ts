/**
 * The normal form of goals: by type, which values fulfil them.
 *
 * Null, Booleans, numbers and strings are sets; arrays and objects are alternatives. Each part is made when it is first
 * asked for, so a large schema costs what the text touches. Whether any value fulfils a goal at all is what keeps dead
 * ends out: a property is offered only if its goal has a value. Recursive schemas make that a least fixed point: a goal
 * that is being decided counts as empty where it meets itself (a value cannot contain itself). What was found empty on such
 * an assumption is remembered until the assumption is decided: it was right, or all that rests on it is forgotten.
 *
 * @module
 */

import type { Regex } from "../automata/mod.ts";
import { LimitExceededError } from "../errors.ts";
import type { ArrayAlternative } from "./array_alternative.ts";
import { arrayAlternatives } from "./array_drafts.ts";
import { ArrayFormulas } from "./array_formula.ts";
import type { Formula } from "./formula.ts";
import { type DynamicScope, type Goal, GoalStore, type Literal, NEVER } from "./goal.ts";
import type { GoalQueries } from "./goal_queries.ts";
import { countTexts, textsOf } from "./language_size.ts";
import { MadeNodes } from "./made_node.ts";
import { members, type NumberSet } from "./number_set.ts";
import type { ObjectAlternative } from "./object_alternative.ts";
import { ObjectProgress } from "./object_completion.ts";
import { objectAlternatives } from "./object_drafts.ts";
import { ObjectFormulas } from "./object_formula.ts";
import { ScalarSets, WORD_FALSE, WORD_NULL, WORD_TRUE } from "./scalar_sets.ts";
import type { SchemaLanguages } from "./schema_languages.ts";
import {
  type JsonValue,
  type SchemaNode,
  TYPE_ARRAY,
  TYPE_BOOLEAN,
  TYPE_INTEGER,
  TYPE_NULL,
  TYPE_OBJECT,
  TYPE_STRING,
} from "./schema_node.ts";
import { SeenNames } from "./seen_names.ts";
import { isWritable } from "./json_value.ts";

/** Most goals inside one another of which one value after the other has to be found. */
const MAXIMUM_NESTING = 500;

/** Most goals inside one another whose values are listed. */
const MAXIMUM_LISTED = 8;

/** What values fulfil one goal. */
export class Shape {
  #words: number | undefined;
  #numbers: NumberSet | undefined;
  #strings: Regex | undefined;
  #objectFormula: Formula<never> | undefined;
  #arrayFormula: Formula<never> | undefined;
  #objects: readonly ObjectAlternative[] | undefined;
  #arrays: readonly ArrayAlternative[] | undefined;
  /**
   * Whether some values that fulfil the goal are left out of its alternatives, or of those below it; see
   * {@link arrayAlternatives}. An empty goal of this kind may have values after all.
   */
  leavesOut = false;
  /** 0: not decided. */
  emptiness: 0 | 1 | 2 = 0;
  /** Place among the goals that are being decided; -1 when it is not. */
  depth = -1;
  /** Of a goal found empty on an assumption: the outermost goal that was assumed to be empty. `Infinity`: none. */
  restsOn = Infinity;

  constructor(readonly goal: Goal, private readonly store: ShapeStore) {}

  /** Bits of null, true and false; see `scalar_sets.ts`. */
  get words(): number {
    return this.#words ??= this.store.scalars.words(this.goal);
  }

  get numbers(): NumberSet {
    return this.#numbers ??= this.store.scalars.numbers(this.goal);
  }

  /** Contents of strings, possibly none. */
  get strings(): Regex {
    if (this.#strings === undefined) {
      const { automaton, strings } = this.store.languages;
      const regex = this.store.scalars.strings(this.goal);
      this.#strings = automaton.isAlive(regex) ? regex : strings.empty;
    }
    return this.#strings;
  }

  get objects(): readonly ObjectAlternative[] {
    return this.#objects ??= objectAlternatives(
      this.#ofObjects(),
      this.store,
      () => this.store.nextAlternative++,
    );
  }

  get arrays(): readonly ArrayAlternative[] {
    if (this.#arrays === undefined) {
      const { alternatives, leftOut } = arrayAlternatives(
        this.#ofArrays(),
        this.store,
        () => this.store.nextAlternative++,
      );
      this.#arrays = alternatives;
      this.leavesOut = leftOut;
    }
    return this.#arrays;
  }

  /** False if no object fulfils the goal; true may turn out wrong when looked at closely. */
  get mayBeObject(): boolean {
    return this.#ofObjects().op !== "false";
  }

  /** As {@link Shape.mayBeObject}, of arrays. */
  get mayBeArray(): boolean {
    return this.#ofArrays().op !== "false";
  }

  /** Whether a string, a number, null, true or false fulfils the goal. */
  get hasScalars(): boolean {
    return this.words !== 0 || this.numbers.cells.length > 0 ||
      this.strings !== this.store.languages.strings.empty;
  }

  #ofObjects(): Formula<never> {
    return this.#objectFormula ??= this.store.objectFormulas.and(
      this.goal.literals.map((one) => this.store.objectFormulas.evaluation.literal(one)),
    ) as Formula<never>;
  }

  #ofArrays(): Formula<never> {
    return this.#arrayFormula ??= this.store.arrayFormulas.and(
      this.goal.literals.map((one) => this.store.arrayFormulas.evaluation.literal(one)),
    ) as Formula<never>;
  }
}

/** Normal forms of all goals of one schema. */
export class ShapeStore implements GoalQueries {
  readonly goals = new GoalStore();
  readonly nodes = new MadeNodes();
  readonly scalars: ScalarSets;
  readonly objectFormulas: ObjectFormulas;
  readonly arrayFormulas: ArrayFormulas;
  nextAlternative = 0;
  readonly #shapes = new Map<Goal, Shape>();
  /** Whether what was found empty may have values that are left out. */
  #leftOut = false;
  /** Goals whose values are being listed. */
  readonly #listed = new Set<Goal>();
  /** Goals that are being decided. */
  #deciding = 0;
  /** The outermost goal that something undecided was assumed to be empty for; `Infinity`: none. */
  #assumed = Infinity;
  /** Goals found empty on an assumption that is not decided yet, in the order in which they were. */
  readonly #tentative: Shape[] = [];

  /** @param isOrdered Whether properties come in the order of the schema. */
  constructor(readonly languages: SchemaLanguages, readonly isOrdered: boolean) {
    this.scalars = new ScalarSets(this.goals, languages);
    this.objectFormulas = new ObjectFormulas(
      this.goals,
      languages,
      this.nodes,
      (literal) => this.scalars.strings(this.goals.goal([literal])),
    );
    this.arrayFormulas = new ArrayFormulas(this.goals, this.nodes);
  }

  /** The goal of a schema's root. */
  rootGoal(node: SchemaNode): Goal {
    return this.goals.goal([this.goals.literal(node, this.goals.rootScope)]);
  }

  /** The literal that is one of the values. */
  oneOf(values: readonly JsonValue[]): Literal {
    const scope: DynamicScope = this.goals.rootScope;
    return this.goals.literal(this.nodes.oneOfValues(values, ""), scope);
  }

  shape(goal: Goal): Shape {
    let shape = this.#shapes.get(goal);
    if (shape === undefined) this.#shapes.set(goal, shape = new Shape(goal, this));
    return shape;
  }

  isSurelyEmpty(goal: Goal): boolean {
    if (goal.literals.length === 0) return false;
    if (goal.literals[0] === NEVER) return true;
    const shape = this.shape(goal);
    // What leaves values out must not count as empty where that would loosen something else.
    if (shape.emptiness !== 0) return shape.emptiness === 1 && !shape.leavesOut;
    if (isPlainlySatisfiable(goal, this)) return false;
    // In this order: objects and arrays are the cheap questions.
    if (shape.mayBeObject || shape.mayBeArray) return false;
    return !shape.hasScalars;
  }

  isEmpty(goal: Goal): boolean {
    if (goal.literals.length === 0) return false;
    if (goal.literals[0] === NEVER) return true;
    const shape = this.shape(goal);
    if (shape.emptiness !== 0) {
      if (shape.emptiness === 1 && shape.leavesOut) this.#leftOut = true;
      return shape.emptiness === 1;
    }
    if (shape.depth >= 0) {
      this.#assumed = Math.min(this.#assumed, shape.depth);
      return true;
    }
    if (shape.restsOn < Infinity) {
      this.#assumed = Math.min(this.#assumed, shape.restsOn);
      if (shape.leavesOut) this.#leftOut = true;
      return true;
    }
    if (this.#deciding >= MAXIMUM_NESTING) {
      throw new LimitExceededError("nestedGoals", this.#deciding + 1, MAXIMUM_NESTING);
    }
    const outer = this.#assumed;
    this.#assumed = Infinity;
    shape.depth = this.#deciding++;
    const tentativeBefore = this.#tentative.length;
    let restsOn = Infinity;
    const leftOutBefore = this.#leftOut;
    this.#leftOut = false;
    let isDecided = false;
    try {
      const isEmpty = !isPlainlySatisfiable(goal, this) && !this.#hasValue(shape);
      isDecided = true;
      if (!isEmpty) {
        shape.emptiness = 2;
        this.#settle(tentativeBefore, false);
      } else if (this.#assumed >= shape.depth) {
        shape.emptiness = 1;
        this.#settle(tentativeBefore, true);
      } else {
        restsOn = shape.restsOn = this.#assumed;
        this.#tentative.push(shape);
      }
      if (isEmpty && this.#leftOut) shape.leavesOut = true;
      this.#leftOut = leftOutBefore || isEmpty && shape.leavesOut;
      return isEmpty;
    } finally {
      if (!isDecided) this.#settle(tentativeBefore, false);
      this.#assumed = Math.min(outer, restsOn);
      shape.depth = -1;
      this.#deciding--;
    }
  }

  /** What the goals since then were assumed on is decided: they are empty for good, or have to be decided anew. */
  #settle(from: number, areEmpty: boolean): void {
    for (const shape of this.#tentative.splice(from)) {
      shape.restsOn = Infinity;
      if (areEmpty) shape.emptiness = 1;
    }
  }

  #hasValue(shape: Shape): boolean {
    if (shape.words !== 0 || shape.numbers.cells.length > 0) return true;
    if (shape.mayBeArray && shape.arrays.some((one) => one.isAlive(one.initial, 0, []))) {
      return true;
    }
    if (shape.strings !== this.languages.strings.empty) return true;
    return shape.mayBeObject &&
      shape.objects.some((one) =>
        one.isAlive(one.initial, new ObjectProgress(one, SeenNames.none, this.isOrdered))
      );
  }

  valuesOf(goal: Goal, limit: number): readonly JsonValue[] | null {
    // Whether an array is among the values can depend on the values of its items, and so in circles.
    if (this.#listed.has(goal) || this.#listed.size >= MAXIMUM_LISTED) return null;
    this.#listed.add(goal);
    try {
      return this.#values(goal, limit, 0);
    } finally {
      this.#listed.delete(goal);
    }
  }

  #values(goal: Goal, limit: number, nesting: number): readonly JsonValue[] | null {
    if (goal.literals.length === 0 || nesting > 16) return null;
    const shape = this.shape(goal);
    const values: JsonValue[] = [];
    if ((shape.words & WORD_NULL) !== 0) values.push(null);
    if ((shape.words & WORD_TRUE) !== 0) values.push(true);
    if ((shape.words & WORD_FALSE) !== 0) values.push(false);
    if (shape.numbers.cells.length > 0) {
      const numbers = members(shape.numbers, limit);
      if (numbers === null) return null;
      values.push(...numbers);
    }
    if (shape.strings !== this.languages.strings.empty) {
      if (countTexts(this.languages, shape.strings, limit + 1) > limit) return null;
      values.push(...textsOf(this.languages, shape.strings, limit)!);
    }
    if (shape.mayBeArray) {
      for (const one of shape.arrays) {
        const arrays = this.#arrayValues(one, limit, nesting);
        if (arrays === null) return null;
        values.push(...arrays);
      }
    }
    if (shape.mayBeObject) {
      for (const one of shape.objects) {
        const objects = this.#objectValues(one, limit, nesting);
        if (objects === null) return null;
        values.push(...objects);
      }
    }
    return values.length > limit ? null : values;
  }

  /** Arrays of an alternative, obligations left aside where that only adds some. */
  #arrayValues(one: ArrayAlternative, limit: number, nesting: number): JsonValue[] | null {
    if (!one.isAlive(one.initial, 0, [])) return [];
    let arrays: JsonValue[][] = [[]];
    const result: JsonValue[] = [];
    for (let index = 0;; index++) {
      if (index >= one.min) result.push(...arrays);
      if (result.length > limit || arrays.length > limit) return null;
      if (index >= one.max) return result;
      const goal = this.goals.goal(one.literalsAt(index));
      if (this.isEmpty(goal)) return result;
      const items = this.#values(goal, limit, nesting + 1);
      if (items === null) return null;
      arrays = arrays.flatMap((array) => items.map((item) => [...array, item]));
    }
  }

  #objectValues(one: ObjectAlternative, limit: number, nesting: number): JsonValue[] | null {
    if (!one.isAlive(one.initial, new ObjectProgress(one, SeenNames.none, this.isOrdered))) {
      return [];
    }
    const isOpen = one.classes.some(({ literals }) => !this.isEmpty(this.goals.goal(literals)));
    if (isOpen) return null;
    let objects: { [key: string]: JsonValue }[] = [{}];
    for (const name of one.names) {
      const goal = this.goals.goal(one.literalsFor(name));
      const isRequired = one.required.includes(name);
      if (this.isEmpty(goal)) {
        if (isRequired) return [];
        continue;
      }
      const values = this.#values(goal, limit, nesting + 1);
      if (values === null) return null;
      objects = objects.flatMap((object) => [
        ...isRequired ? [] : [object],
        ...values.map((value) => ({ ...object, [name]: value })),
      ]);
      if (objects.length > limit) return null;
    }
    return objects;
  }
}

/** Whether a goal is one schema that says so little that a value is found at a glance. */
function isPlainlySatisfiable({ literals }: Goal, { goals }: ShapeStore): boolean {
  if (literals.length !== 1 || (literals[0]! & 1) === 1) return false;
  const { node } = goals.reference(literals[0]!);
  // A schema that was made of values says nothing but that.
  if (node.id < 0 && node.enumeration !== undefined) return node.enumeration.some(isWritable);
  if (
    node.constant !== undefined || node.enumeration !== undefined || node.ref !== undefined ||
    node.dynamicRef !== undefined || node.allOf.length > 0 || node.anyOf !== undefined ||
    node.oneOf !== undefined || node.not !== undefined || node.if !== undefined
  ) return false;
  const { types } = node;
  if ((types & (TYPE_NULL | TYPE_BOOLEAN)) !== 0) return true;
  if ((types & TYPE_INTEGER) !== 0 && node.numbers === undefined) return true;
  if (
    (types & TYPE_STRING) !== 0 && node.pattern === undefined && node.format === undefined &&
    node.minLength <= node.maxLength
  ) return true;
  if (
    (types & TYPE_ARRAY) !== 0 && node.minItems === 0 && node.contains === undefined
  ) return true;
  return (types & TYPE_OBJECT) !== 0 && node.required.length === 0 && node.minProperties === 0;
}
