/**
 * What a schema says of null, Booleans, numbers and strings: sets, closed under every Boolean operation.
 *
 * @module
 */

import type { Regex } from "../automata/mod.ts";
import { ApplicatorEvaluation, inExactlyOne, type KeywordAlgebra } from "./applicators.ts";
import type { Goal, GoalStore, SchemaReference } from "./goal.ts";
import { isJsonNumber } from "./json_value.ts";
import {
  all as allNumbers,
  complement,
  intersect,
  none as noNumbers,
  type NumberSet,
  numberSetFromKeywords,
  numberSetOf,
  union,
} from "./number_set.ts";
import type { SchemaLanguages } from "./schema_languages.ts";
import {
  type JsonValue,
  type SchemaNode,
  TYPE_BOOLEAN,
  TYPE_FRACTION,
  TYPE_INTEGER,
  TYPE_NULL,
  TYPE_STRING,
} from "./schema_node.ts";

/** Bits of {@link ScalarSets.words}. */
export const WORD_NULL = 1;
export const WORD_TRUE = 2;
export const WORD_FALSE = 4;
const ALL_WORDS = 7;

/** From so many number sets on, "exactly one" is worked out by halves. */
const MANY_SETS = 64;

/** The scalar values that fulfil a goal. */
export class ScalarSets {
  readonly #words: ApplicatorEvaluation<number>;
  readonly #numbers: ApplicatorEvaluation<NumberSet>;
  readonly #strings: ApplicatorEvaluation<Regex>;

  constructor(goals: GoalStore, languages: SchemaLanguages) {
    this.#words = new ApplicatorEvaluation(goals, new Words());
    this.#numbers = new ApplicatorEvaluation(goals, new Numbers());
    this.#strings = new ApplicatorEvaluation(goals, new Strings(languages));
  }

  /** Which of null, true and false fulfil the goal. */
  words(goal: Goal): number {
    return conjunction(this.#words, goal);
  }

  numbers(goal: Goal): NumberSet {
    return conjunction(this.#numbers, goal);
  }

  /** The contents of the strings, between the quotes; possibly a regex that matches nothing. */
  strings(goal: Goal): Regex {
    return conjunction(this.#strings, goal);
  }
}

function conjunction<T>(evaluation: ApplicatorEvaluation<T>, { literals }: Goal): T {
  if (literals.length === 1) return evaluation.literal(literals[0]!);
  return evaluation.algebra.and(literals.map((literal) => evaluation.literal(literal)));
}

/** Calls `take` with the values of `const` and of `enum`, whichever are there. */
function eachList(node: SchemaNode, take: (values: readonly JsonValue[]) => void): void {
  if (node.constant !== undefined) take([node.constant.value]);
  if (node.enumeration !== undefined) take(node.enumeration);
}

class Words implements KeywordAlgebra<number> {
  readonly all = ALL_WORDS;
  readonly none = 0;
  and(parts: readonly number[]): number {
    return parts.reduce((a, b) => a & b, ALL_WORDS);
  }
  or(parts: readonly number[]): number {
    return parts.reduce((a, b) => a | b, 0);
  }
  not(part: number): number {
    return ALL_WORDS & ~part;
  }
  exactlyOne(parts: readonly number[]): number {
    let one = 0, any = 0;
    for (const part of parts) {
      one = one & ~part | part & ~any;
      any |= part;
    }
    return one;
  }
  own({ node }: SchemaReference): number {
    let words = 0;
    if ((node.types & TYPE_NULL) !== 0) words |= WORD_NULL;
    if ((node.types & TYPE_BOOLEAN) !== 0) words |= WORD_TRUE | WORD_FALSE;
    eachList(node, (values) => {
      let listed = 0;
      for (const value of values) {
        if (value === null) listed |= WORD_NULL;
        else if (value === true) listed |= WORD_TRUE;
        else if (value === false) listed |= WORD_FALSE;
      }
      words &= listed;
    });
    return words;
  }
}

class Numbers implements KeywordAlgebra<NumberSet> {
  readonly all = allNumbers;
  readonly none = noNumbers;
  and(parts: readonly NumberSet[]): NumberSet {
    return parts.length === 1 ? parts[0]! : intersect(...parts);
  }
  or(parts: readonly NumberSet[]): NumberSet {
    return parts.length === 0 ? noNumbers : union(...parts);
  }
  not(part: NumberSet): NumberSet {
    if (part === allNumbers) return noNumbers;
    if (part === noNumbers) return allNumbers;
    return complement(part);
  }
  exactlyOne(parts: readonly NumberSet[]): NumberSet | undefined {
    const possible = parts.filter((part) => part.cells.length > 0);
    if (possible.length <= 1) return possible[0] ?? noNumbers;
    // Of a few sets with steps the intersections with all complements stay smaller than what is in any of a half.
    if (possible.length < MANY_SETS) return undefined;
    return inExactlyOne(possible, {
      and: (a, b) => this.and([a, b]),
      or: (a, b) => this.or([a, b]),
      not: (a) => this.not(a),
    });
  }
  own({ node }: SchemaReference): NumberSet {
    const whole = (node.types & TYPE_INTEGER) !== 0, fraction = (node.types & TYPE_FRACTION) !== 0;
    if (!whole && !fraction) return noNumbers;
    const sets: NumberSet[] = [];
    if (node.numbers !== undefined) {
      sets.push(numberSetFromKeywords({ ...node.numbers, integer: !fraction }));
    } else if (!fraction) sets.push(numberSetFromKeywords({ integer: true }));
    if (!whole) sets.push(complement(numberSetFromKeywords({ integer: true })));
    eachList(node, (values) => sets.push(numberSetOf(values.filter(isJsonNumber))));
    return sets.length === 0 ? allNumbers : this.and(sets);
  }
}

class Strings implements KeywordAlgebra<Regex> {
  readonly all: Regex;
  readonly none: Regex;
  constructor(private readonly languages: SchemaLanguages) {
    this.all = languages.strings.all;
    this.none = languages.strings.empty;
  }
  and(parts: readonly Regex[]): Regex {
    return this.languages.filtered(parts) ?? this.languages.strings.intersect(parts);
  }
  or(parts: readonly Regex[]): Regex {
    return this.languages.strings.union(parts);
  }
  not(part: Regex): Regex {
    return this.languages.complement(part);
  }
  exactlyOne(parts: readonly Regex[]): Regex | undefined {
    const possible = parts.filter((part) => part !== this.none);
    if (possible.length <= 1) return possible[0] ?? this.none;
    const { languages } = this;
    // Lists are counted through; other languages are few, and their automata like it the way it is written.
    const counts = new Map<string, number>();
    for (const part of possible) {
      const texts = languages.listed(part);
      if (texts === undefined) return undefined;
      for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return languages.texts([...counts.keys()].filter((text) => counts.get(text) === 1));
  }
  own({ node }: SchemaReference): Regex {
    if ((node.types & TYPE_STRING) === 0) return this.none;
    const { languages } = this;
    const parts: Regex[] = [];
    if (node.minLength > 0 || node.maxLength < Infinity) {
      if (node.minLength > node.maxLength) return this.none;
      parts.push(languages.length(node.minLength, node.maxLength));
    }
    if (node.pattern !== undefined) {
      parts.push(languages.pattern(node.pattern, "pattern", node.pointer));
    }
    if (node.format !== undefined) {
      parts.push(languages.format(node.format, parts.length === 0));
    }
    eachList(node, (values) => {
      const texts = values.filter((value): value is string => typeof value === "string");
      parts.push(languages.texts(texts));
    });
    return this.and(parts);
  }
}
