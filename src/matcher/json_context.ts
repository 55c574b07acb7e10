/**
 * What all states of one JSON Schema's parser share.
 *
 * @module
 */

import { type Automaton, type Regex, workClock } from "../automata/mod.ts";
import type { Goal, SchemaLanguages, ShapeStore } from "../json_schema/mod.ts";
import { countTexts, numberMachine, Witnesses } from "../json_schema/mod.ts";
import { type ParserState, StructureState } from "./parser_state.ts";

/** Where whitespace may stand between lexemes. */
export type Whitespace = "compact" | "spaced" | "any";

/** Sets of fewer values are followed value by value. */
const LARGE_SET = 64;

/** Settings and stores of a parser. */
export class JsonContext {
  readonly languages: SchemaLanguages;
  readonly automaton: Automaton;
  readonly quote: Regex;
  /** States that were made so far. */
  stateCount = 0;
  readonly witnesses: Witnesses;
  /** What stands after a comma or a colon in texts that are made up. */
  readonly space: string;

  /** @param limitMs How long it may take to make one state, or one completion. */
  constructor(
    readonly shapes: ShapeStore,
    readonly whitespace: Whitespace,
    private readonly limitMs: number = Infinity,
  ) {
    this.languages = shapes.languages;
    this.automaton = shapes.languages.automaton;
    this.quote = this.languages.store.byte(0x22);
    this.space = whitespace === "spaced" ? " " : "";
    this.witnesses = new Witnesses(shapes, {
      space: this.space,
      numberTexts: (goal) => this.numberTexts(goal),
      canonicalNumbers: (goal) => this.#numbers(goal, "canonical"),
    });
  }

  /** Does what a state needs that a text has reached, within the time that the grammar gives it. */
  limited<T>(work: () => T): T {
    return workClock.within("stateMs", this.limitMs, work);
  }

  /** The texts of a goal's numbers. */
  numberTexts(goal: Goal): Regex {
    return this.#numbers(goal, this.whitespace === "any" ? "json" : "canonical");
  }

  #numbers(goal: Goal, form: "json" | "canonical"): Regex {
    const { numbers } = this.shapes.shape(goal);
    if (numbers.cells.length === 0) return this.languages.strings.empty;
    const key = `${form} ${numbers.key}`;
    let regex = this.#numberTexts.get(key);
    if (regex === undefined) {
      regex = this.languages.store.machine(numberMachine(numbers, form));
      this.#numberTexts.set(key, regex);
    }
    return regex;
  }
  readonly #numberTexts = new Map<string, Regex>();

  /** Whether a language of string contents has more texts than items of a set are looked at one by one. */
  isLarge(content: Regex): boolean {
    let isLarge = this.#isLarge.get(content);
    if (isLarge === undefined) {
      isLarge = countTexts(this.languages, content, LARGE_SET) >= LARGE_SET;
      this.#isLarge.set(content, isLarge);
    }
    return isLarge;
  }
  readonly #isLarge = new Map<Regex, boolean>();

  /** Puts the space of "spaced" text before a state. */
  spaced(state: StructureState): StructureState {
    return this.whitespace === "spaced" ? new AfterSpace(state) : state;
  }

  isFreeSpace(byte: number): boolean {
    return this.whitespace === "any" &&
      (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
  }
}

/** Between lexemes of JSON, where free whitespace leads back to the same state. */
export abstract class JsonStructureState extends StructureState {
  constructor(protected readonly context: JsonContext) {
    super();
    context.stateCount++;
  }

  protected override advance(byte: number): ParserState | null {
    return this.context.isFreeSpace(byte) ? this : this.punctuation(byte);
  }

  protected abstract punctuation(byte: number): ParserState | null;
}

class AfterSpace extends StructureState {
  constructor(private readonly state: StructureState) {
    super();
  }

  override closing(): string | null {
    const rest = this.state.closing();
    return rest === null ? null : ` ${rest}`;
  }

  override afterClosing(): ParserState | null {
    return this.state.afterClosing();
  }

  protected override advance(byte: number): ParserState | null {
    return byte === 0x20 ? this.state : null;
  }
}
