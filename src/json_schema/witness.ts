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
import { parseExactly } from "./json_value.ts";
import { shortestWord } from "./language_size.ts";
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
}

const MAXIMUM_ITEMS = 100_000;

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
    const items: string[] = [];
    const seen: JsonValue[] = [];
    let obligations = one.initial;
    while (!one.isComplete(obligations, items.length)) {
      const extra = one.isUnique && seen.length > 0 ? [opposite(this.shapes.oneOf(seen))] : [];
      const next = this.nextItem(one, obligations, items.length, extra);
      if (next === null || items.length > MAXIMUM_ITEMS) return null;
      items.push(next.text);
      if (one.isUnique) seen.push(parseExactly(next.text));
      obligations = next.obligations;
    }
    return `[${items.join("," + this.form.space)}]`;
  }

  /** The next item on a way to the end of an array that is not complete. */
  nextItem(
    one: ArrayAlternative,
    obligations: ArrayObligations,
    count: number,
    extra: readonly Literal[],
  ): { readonly text: string; readonly goal: Goal; readonly obligations: ArrayObligations } | null {
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
