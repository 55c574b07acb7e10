/**
 * Where a JSON value is to come: the heart of the JSON Schema parser.
 *
 * What surrounds the value follows several alternatives in parallel, and each wants something else of it: the value
 * state holds those goals. A scalar is one lexeme over the union of what the goals allow; labels tell which of them it
 * has fulfilled. An object or an array follows the alternatives of all the goals, each tagged with its own. When
 * the value is complete, whoever waits for it hears which goals were fulfilled, and drops the alternatives that wanted
 * the others. Each alternative by itself can be completed, so the state is alive as long as one is left.
 *
 * @module
 */

import { EMPTY, EPSILON, type Regex } from "../automata/mod.ts";
import { type Goal, WORD_FALSE, WORD_NULL, WORD_TRUE } from "../json_schema/mod.ts";
import { openArray } from "./json_array_state.ts";
import { type JsonContext, JsonStructureState } from "./json_context.ts";
import { openObject } from "./json_object_state.ts";
import { LexemeState, type ParserState } from "./parser_state.ts";

/** Who waits for a value. */
export interface ValueWait {
  /**
   * The state after the value.
   *
   * @param fulfilled Indices of the goals that the value fulfils, ascending, at least one.
   * @param capture The text from the start of the capture to the end of the value, where it is captured.
   */
  resolve(fulfilled: readonly number[], capture: string | null): ParserState | null;
}

const WORDS: readonly { readonly bit: number; readonly text: string }[] = [
  { bit: WORD_NULL, text: "null" },
  { bit: WORD_TRUE, text: "true" },
  { bit: WORD_FALSE, text: "false" },
];

/** Before a value. */
export class ValueState extends JsonStructureState {
  readonly #resolved = new Map<string, ParserState | null>();
  /** The lexeme of each type; null when no goal allows it. */
  #string: ScalarState | null | undefined;
  #number: ScalarState | null | undefined;
  #word: ScalarState | null | undefined;

  /**
   * @param goals What the alternatives around want of the value; each has a value.
   * @param capture What is known of the text of the item of `uniqueItems` that is being written; null outside of one.
   * @param isExact Whether the item may be one of the few values that a place after it can have.
   */
  constructor(
    context: JsonContext,
    readonly goals: readonly Goal[],
    private readonly wait: ValueWait,
    readonly capture: string | null,
    readonly isExact = false,
  ) {
    super(context);
  }

  override closing(): string | null {
    return this.#shortest()?.text ?? null;
  }

  override afterClosing(): ParserState | null {
    const shortest = this.#shortest();
    if (shortest === null) return null;
    return this.finish(
      [shortest.goal],
      this.capture === null ? null : this.capture + shortest.text,
    );
  }

  /** The shortest text that is known to fulfil a goal, and the index of the goal. */
  #shortest(): { readonly text: string; readonly goal: number } | null {
    return this.context.limited(() => {
      let best: { readonly text: string; readonly goal: number } | null = null;
      this.goals.forEach((goal, index) => {
        const text = this.context.witnesses.text(goal);
        if (text !== null && (best === null || text.length < best.text.length)) {
          best = { text, goal: index };
        }
      });
      return best as { readonly text: string; readonly goal: number } | null;
    });
  }

  protected override punctuation(byte: number): ParserState | null {
    switch (byte) {
      case 0x22:
        if (this.#string === undefined) {
          this.#string = this.#lexeme(true, (goal) => this.context.shapes.shape(goal).strings);
        }
        return this.#string;
      case 0x7b:
        return openObject(this.context, this);
      case 0x5b:
        return openArray(this.context, this);
      case 0x74:
      case 0x66:
      case 0x6e:
        if (this.#word === undefined) this.#word = this.#lexeme(false, (goal) => this.#words(goal));
        return this.#startingWith(this.#word, byte);
      default:
        if (byte !== 0x2d && (byte < 0x30 || byte > 0x39)) return null;
        if (this.#number === undefined) {
          this.#number = this.#lexeme(false, (goal) => this.context.numberTexts(goal));
        }
        return this.#startingWith(this.#number, byte);
    }
  }

  #startingWith(lexeme: ScalarState | null, byte: number): ScalarState | null {
    if (lexeme === null) return null;
    return this.context.automaton.step(lexeme.start, byte) === EMPTY ? null : lexeme;
  }

  #words(goal: Goal): Regex {
    const { words } = this.context.shapes.shape(goal);
    const { store } = this.context.languages;
    const encoder = new TextEncoder();
    return store.union(
      WORDS.filter(({ bit }) => (words & bit) !== 0)
        .map(({ text }) => store.literal(encoder.encode(text))),
    );
  }

  /** The lexeme of one type over all goals; goals with the same texts share a label. */
  #lexeme(isString: boolean, textsOf: (goal: Goal) => Regex): ScalarState | null {
    const { store, strings } = this.context.languages;
    const groups = new Map<Regex, number[]>();
    this.goals.forEach((goal, index) => {
      const texts = textsOf(goal);
      if (texts === strings.empty) return;
      const group = groups.get(texts);
      if (group === undefined) groups.set(texts, [index]);
      else group.push(index);
    });
    if (groups.size === 0) return null;
    const { quote } = this.context;
    const quoted = (content: Regex, end: Regex) =>
      isString
        ? store.concat(quote, store.concat(content, store.concat(quote, end)))
        : store.concat(content, end);
    const regexes = [...groups.keys()];
    const start = regexes.length === 1
      ? quoted(regexes[0]!, EPSILON)
      : store.union(regexes.map((regex, label) => quoted(regex, store.label(label))));
    // A mask that stands for all texts needs so many that the item of a set can be any of them.
    const isLong = isString && (this.capture === null || !this.isExact &&
        regexes.every((content) => this.context.isLarge(content)));
    return new ScalarState(this.context, this, start, [...groups.values()], isLong);
  }

  /** The value is complete. */
  finish(fulfilled: readonly number[], capture: string | null): ParserState | null {
    const key = capture === null ? fulfilled.join() : `${fulfilled.join()} ${capture}`;
    let state = this.#resolved.get(key);
    if (state === undefined) {
      state = this.wait.resolve(fulfilled, capture);
      this.#resolved.set(key, state);
    }
    return state;
  }
}

/** Inside a string, a number or a word. */
class ScalarState extends LexemeState {
  constructor(
    context: JsonContext,
    private readonly value: ValueState,
    start: Regex,
    private readonly groups: readonly (readonly number[])[],
    isString: boolean,
  ) {
    super(context.automaton, start, value.capture !== null, isString);
  }

  protected override finish(labels: readonly number[], text: string): ParserState | null {
    const fulfilled = this.groups.length === 1
      ? this.groups[0]!
      : labels.flatMap((label) => this.groups[label]!).sort((x, y) => x - y);
    const { capture } = this.value;
    return this.value.finish(fulfilled, capture === null ? null : capture + text);
  }
}
