/**
 * A short JSON text of a value that fulfils a goal.
 *
 * What the decoding loop writes when it has to come to an end: the emptiness check says that a value exists, this
 * finds one. Scalars come first, then the alternatives of arrays and objects, each completed with as few parts as its
 * obligations need. Recursive goals are found from the inside out: a goal that is being built has no text yet, so an
 * alternative that needs it gives way to one that does not. The text is short, not provably the shortest.
 *
 * Source: the witness generation of Attouche et al., VLDB 2022, on this engine's normal form.
 *
 * @module
 */

import { EMPTY, type Regex } from "../automata/mod.ts";
import { type ArrayAlternative, type ArrayObligations, openCount } from "./array_alternative.ts";
import type { Goal, Literal } from "./goal.ts";
import { opposite } from "./goal.ts";
import { canonicalText, parseExactly } from "./json_value.ts";
import { shortestWord, someTexts, someWords } from "./language_size.ts";
import {
  type ObjectAlternative,
  type ObjectObligations,
  type PropertyPlan,
} from "./object_alternative.ts";
import { ObjectProgress } from "./object_completion.ts";
import { WORD_FALSE, WORD_NULL, WORD_TRUE } from "./scalar_sets.ts";
import { SeenNames } from "./seen_names.ts";
import type { ShapeStore } from "./shape.ts";
import type { JsonValue } from "./schema_node.ts";

/** How texts are written. */
export interface WitnessForm {
  /** After a comma, and after a colon. */
  readonly space: string;
  /** The texts of a goal's numbers. */
  numberTexts(goal: Goal): Regex;
  /** One text of each of a goal's numbers. */
  canonicalNumbers(goal: Goal): Regex;
}

/** Most items that are made up. */
const MAXIMUM_ITEMS = 100_000;

/** A text with the goal that its value fulfils. */
interface WrittenValue {
  readonly text: string;
  readonly goal: Goal;
}

/** Finds texts, each once. */
export class Witnesses {
  readonly #texts = new Map<Goal, string>();
  readonly #active = new Set<Goal>();

  constructor(private readonly shapes: ShapeStore, private readonly form: WitnessForm) {}

  /** A text of a value that fulfils the goal; null if there is none, or none without a goal that is being built. */
  text(goal: Goal): string | null {
    const known = this.#texts.get(goal);
    if (known !== undefined) return known;
    if (this.#active.has(goal) || this.shapes.isEmpty(goal)) return null;
    this.#active.add(goal);
    let text: string | null;
    try {
      text = this.#scalar(goal) ?? this.#container(goal);
    } finally {
      this.#active.delete(goal);
    }
    if (text !== null) this.#texts.set(goal, text);
    return text;
  }

  #scalar(goal: Goal): string | null {
    const shape = this.shapes.shape(goal);
    const { languages } = this.shapes;
    const texts: string[] = [];
    const numbers = shortestWord(languages, this.form.numberTexts(goal));
    if (numbers !== null) texts.push(numbers);
    if (shape.strings !== EMPTY) {
      const content = shortestWord(languages, shape.strings);
      if (content !== null) texts.push(`"${content}"`);
    }
    if ((shape.words & WORD_NULL) !== 0) texts.push("null");
    if ((shape.words & WORD_TRUE) !== 0) texts.push("true");
    if ((shape.words & WORD_FALSE) !== 0) texts.push("false");
    return shortest(texts);
  }

  #container(goal: Goal): string | null {
    const shape = this.shapes.shape(goal);
    const texts: string[] = [];
    const add = (text: string | null) => {
      if (text !== null) texts.push(text);
    };
    // A few alternatives are enough: any text will do, and a short one is likely among them.
    if (shape.mayBeArray) {
      for (const one of shape.arrays) {
        if (texts.length >= MAXIMUM_COMPARED) break;
        add(this.array(one));
      }
    }
    if (shape.mayBeObject) {
      for (const one of shape.objects) {
        if (texts.length >= MAXIMUM_COMPARED) break;
        add(this.object(one));
      }
    }
    return shortest(texts);
  }

  /** A whole array of an alternative. */
  array(one: ArrayAlternative): string | null {
    if (!one.isAlive(one.initial, 0, [])) return null;
    const items = this.items(one, one.initial, 0, [], 0);
    return items === null ? null : `[${items.join("," + this.form.space)}]`;
  }

  /**
   * The items that complete an array.
   *
   * @param count Items that it has.
   * @param seen Their values, where no two may be equal.
   * @param atLeast How many items have to come at least.
   */
  items(
    one: ArrayAlternative,
    obligations: ArrayObligations,
    count: number,
    seen: readonly JsonValue[],
    atLeast: number,
  ): readonly string[] | null {
    const isBound = obligations.clauses.length > 0 || obligations.counters.length > 0;
    if (one.isUnique && !isBound && count >= one.prefixLength) {
      const items = this.#distinctItems(one, count, seen, atLeast);
      if (items !== null) return items;
    }
    return this.#itemByItem(one, obligations, count, seen, atLeast)?.map(({ text }) => text) ??
      null;
  }

  #itemByItem(
    one: ArrayAlternative,
    obligations: ArrayObligations,
    count: number,
    seen: readonly JsonValue[],
    atLeast: number,
  ): readonly WrittenValue[] | null {
    if (Math.max(one.min - count, atLeast) > MAXIMUM_ITEMS) return null;
    const items: WrittenValue[] = [];
    const values = [...seen];
    let open = obligations;
    while (items.length < atLeast || !one.isComplete(open, count + items.length)) {
      const extra = one.isUnique && values.length > 0 ? [opposite(this.shapes.oneOf(values))] : [];
      const next = this.nextItem(one, open, count + items.length, extra);
      if (next === null || items.length > MAXIMUM_ITEMS) return null;
      items.push(next);
      if (one.isUnique) values.push(parseExactly(next.text));
      open = next.obligations;
    }
    return items;
  }

  /** Items of a set whose places are all alike: texts of different values, at once and not one after the other. */
  #distinctItems(
    one: ArrayAlternative,
    count: number,
    seen: readonly JsonValue[],
    atLeast: number,
  ): readonly string[] | null {
    const needed = Math.max(one.min - count, atLeast, 0);
    if (needed === 0) return [];
    if (needed > MAXIMUM_ITEMS || count + needed > one.max) return null;
    const goal = this.shapes.goals.goal(one.literalsAt(one.prefixLength));
    const taken = new Set(seen.map(canonicalText));
    const fresh = this.distinctTexts(goal, needed + seen.length)
      .filter((text) => !taken.has(canonicalText(parseExactly(text))));
    return fresh.length < needed ? null : fresh.slice(0, needed);
  }

  /** Texts of different values of a goal: `limit` of them, or those that are found. */
  distinctTexts(goal: Goal, limit: number): string[] {
    const one = this.text(goal);
    if (one === null || limit <= 1 || this.#distinct.has(goal)) return one === null ? [] : [one];
    this.#distinct.add(goal);
    try {
      const { languages } = this.shapes;
      const shape = this.shapes.shape(goal);
      const texts = [
        ...someWords(languages, this.form.canonicalNumbers(goal), limit),
        ...someTexts(languages, shape.strings, limit).map((content) => `"${content}"`),
      ];
      if ((shape.words & WORD_NULL) !== 0) texts.push("null");
      if ((shape.words & WORD_TRUE) !== 0) texts.push("true");
      if ((shape.words & WORD_FALSE) !== 0) texts.push("false");
      if (texts.length >= limit) {
        return texts.sort((x, y) => x.length - y.length).slice(0, limit);
      }
      return this.#distinctContainers(goal, texts, limit);
    } finally {
      this.#distinct.delete(goal);
    }
  }
  readonly #distinct = new Set<Goal>();

  #distinctContainers(goal: Goal, texts: string[], limit: number): string[] {
    const shape = this.shapes.shape(goal);
    const known = new Set<string>();
    const add = (found: readonly string[]) => {
      for (const text of found) {
        const key = canonicalText(parseExactly(text));
        if (known.has(key)) continue;
        known.add(key);
        texts.push(text);
      }
    };
    for (const one of shape.mayBeObject ? shape.objects : []) {
      for (let atLeast = 0; atLeast <= 1 && texts.length < limit; atLeast++) {
        const progress = new ObjectProgress(one, SeenNames.none, this.shapes.isOrdered);
        const plan = one.plan(one.initial, progress, atLeast, (part) => this.text(part) !== null);
        if (plan === null) break;
        const names = plan.map(({ name }) => `${JSON.stringify(name)}:${this.form.space}`);
        add(
          this.#combinations(
            plan.map((entry) => entry.goal),
            limit,
            (values) =>
              `{${values.map((value, i) => names[i] + value).join("," + this.form.space)}}`,
          ),
        );
      }
    }
    for (const one of shape.mayBeArray ? shape.arrays : []) {
      for (let atLeast = 0; atLeast <= 1 && texts.length < limit; atLeast++) {
        if (one.isUnique && one.min > 1 || !one.isAlive(one.initial, 0, [])) break;
        const items = this.#itemByItem(one, one.initial, 0, [], atLeast);
        if (items === null) break;
        add(
          this.#combinations(
            items.map((item) => item.goal),
            limit,
            (values) => `[${values.join("," + this.form.space)}]`,
          ),
        );
      }
    }
    return texts.slice(0, limit);
  }

  /** Texts made of one text for each goal, no two alike. */
  #combinations(
    goals: readonly Goal[],
    limit: number,
    join: (values: readonly string[]) => string,
  ): string[] {
    let count = 1;
    const choices = goals.map((goal) => {
      const texts = this.distinctTexts(goal, Math.ceil(limit / count));
      count *= Math.max(1, texts.length);
      return texts;
    });
    if (choices.some((texts) => texts.length === 0)) return [];
    return Array.from({ length: Math.min(limit, count) }, (_, index) => {
      let rest = index;
      return join(choices.map((texts) => {
        const text = texts[rest % texts.length]!;
        rest = Math.floor(rest / texts.length);
        return text;
      }));
    });
  }

  /** The next item on a way to the end of an array that is not complete. */
  nextItem(
    one: ArrayAlternative,
    obligations: ArrayObligations,
    count: number,
    extra: readonly Literal[],
  ): WrittenValue & { readonly obligations: ArrayObligations } | null {
    // The choice with the fewest open obligations first: those discharge something.
    const choices = [...one.choices(obligations, count, extra)].sort((x, y) =>
      openCount(x.obligations) - openCount(y.obligations)
    );
    for (const choice of choices) {
      if (this.shapes.isEmpty(choice.goal)) continue;
      if (!one.isAlive(choice.obligations, count + 1, extra)) continue;
      const text = this.text(choice.goal);
      if (text !== null) return { text, goal: choice.goal, obligations: choice.obligations };
    }
    return null;
  }

  /** A whole object of an alternative. */
  object(one: ObjectAlternative): string | null {
    const progress = new ObjectProgress(one, SeenNames.none, this.shapes.isOrdered);
    const members = this.members(one, one.initial, progress);
    return members === null ? null : `{${members.join("," + this.form.space)}}`;
  }

  /** The members that complete an object, at least so many. */
  members(
    one: ObjectAlternative,
    obligations: ObjectObligations,
    progress: ObjectProgress,
    atLeast = 0,
  ): string[] | null {
    const plan = one.plan(obligations, progress, atLeast, (goal) => this.text(goal) !== null);
    return plan?.map((entry) => this.#member(entry)) ?? null;
  }

  #member({ name, goal }: PropertyPlan): string {
    return `${JSON.stringify(name)}:${this.form.space}${this.text(goal)}`;
  }
}

const MAXIMUM_COMPARED = 4;

function shortest(texts: readonly string[]): string | null {
  let best: string | null = null;
  for (const text of texts) if (best === null || text.length < best.length) best = text;
  return best;
}
