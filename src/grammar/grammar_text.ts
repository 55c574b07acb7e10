/**
 * A grammar's text while it is read: where the reader is, and errors that say where that is.
 *
 * Under the readers of both notations. Offsets are UTF-16 code units; lines and columns are worked out only
 * for errors and for the positions of rules, by binary search over the starts of lines. Counts nesting,
 * rules and nodes against the limits, so that no text exhausts the stack or the memory.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import { GrammarSyntaxError } from "./errors.ts";
import type { SourcePosition } from "./grammar_form.ts";

/** Bounds on grammars, against texts from strangers. */
export interface GrammarLimits {
  /** Longest text, in UTF-16 code units, imported ones included. Default 1,000,000. */
  readonly grammarLength?: number;
  /** Deepest nesting of groups, repeats and schemas. Default 200. */
  readonly grammarDepth?: number;
  /** Most rules, instances of templates and imported ones included. Default 20,000. */
  readonly grammarRules?: number;
  /** Most nodes of all expressions. Default 1,000,000. */
  readonly grammarNodes?: number;
  /** Largest number in a counted repeat. Default 1,000,000. */
  readonly grammarRepeat?: number;
}

/** The limits, unless they are given. */
export const DEFAULT_GRAMMAR_LIMITS: Required<GrammarLimits> = {
  grammarLength: 1_000_000,
  grammarDepth: 200,
  grammarRules: 20_000,
  grammarNodes: 1_000_000,
  grammarRepeat: 1_000_000,
};

/** What has been used of the limits; shared by a text and those that it imports. */
export class GrammarBudget {
  readonly limits: Required<GrammarLimits>;
  #length = 0;
  #ruleCount = 0;
  #nodeCount = 0;

  /**
   * Starts counting.
   *
   * @param limits Those that differ from the defaults.
   */
  constructor(limits: GrammarLimits = {}) {
    this.limits = { ...DEFAULT_GRAMMAR_LIMITS, ...limits };
  }

  /** Takes one more text. */
  addText(text: string): void {
    this.#length += text.length;
    this.#check("grammarLength", this.#length);
  }

  /** Takes one more rule. */
  addRule(): void {
    this.#check("grammarRules", ++this.#ruleCount);
  }

  /** Takes one more node, or several. */
  addNode(count = 1): void {
    this.#check("grammarNodes", this.#nodeCount += count);
  }

  /** @param depth How deep the text is nested here. */
  checkDepth(depth: number): void {
    this.#check("grammarDepth", depth);
  }

  /** @param count A number of a repeat. */
  checkRepeat(count: number): void {
    this.#check("grammarRepeat", count);
  }

  #check(limit: keyof GrammarLimits, given: number): void {
    const maximum = this.limits[limit];
    if (given > maximum) throw new LimitExceededError(limit, given, maximum);
  }
}

const LINE_END = /\r\n|\n|\r/g;

/** A text and a place in it. */
export class GrammarText {
  /** Where the reader is. */
  offset = 0;
  #depth = 0;
  #lineStarts: number[] | undefined;

  /**
   * Starts at the beginning.
   *
   * @param text The whole text.
   * @param budget What it counts against.
   * @throws {LimitExceededError} The text is too long.
   * @throws {GrammarSyntaxError} It has a lone surrogate.
   */
  constructor(readonly text: string, readonly budget: GrammarBudget) {
    budget.addText(text);
    if (!text.isWellFormed()) {
      const offset = text.search(/\p{Surrogate}/u);
      throw new GrammarSyntaxError(
        this.positionAt(offset),
        `the lone surrogate \\u${text.charCodeAt(offset).toString(16)}`,
        "well-formed Unicode",
      );
    }
    if (text.startsWith("\ufeff")) this.offset = 1;
  }

  /** Whether nothing is left. */
  get atEnd(): boolean {
    return this.offset >= this.text.length;
  }

  /** The UTF-16 code unit here, `""` at the end. */
  get unit(): string {
    return this.text[this.offset] ?? "";
  }

  /** Line and column of an offset. */
  positionAt(offset: number): SourcePosition {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0];
      for (const match of this.text.matchAll(LINE_END)) {
        this.#lineStarts.push(match.index + match[0].length);
      }
    }
    const starts = this.#lineStarts;
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  }

  /** Line and column of where the reader is. */
  position(): SourcePosition {
    return this.positionAt(this.offset);
  }

  /** Whether this text stands here. */
  isAt(text: string): boolean {
    return this.text.startsWith(text, this.offset);
  }

  /** Reads this text if it stands here. */
  eat(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.offset += text.length;
    return true;
  }

  /** Reads what the sticky expression matches here; `undefined` if it does not. */
  match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.offset;
    const match = sticky.exec(this.text);
    if (match === null) return undefined;
    this.offset += match[0].length;
    return match;
  }

  /** Reads one character, the end excluded. */
  nextCodePoint(): number {
    const codePoint = this.text.codePointAt(this.offset)!;
    this.offset += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }

  /** Goes one level down; pair with {@link leave}. */
  enter(): void {
    this.budget.checkDepth(++this.#depth);
  }

  /** Comes back up. */
  leave(levels = 1): void {
    this.#depth -= levels;
  }

  /** @throws {GrammarSyntaxError} Always: something else is expected at `offset`. */
  fail(expected: string, offset: number = this.offset, options?: ErrorOptions): never {
    throw new GrammarSyntaxError(this.positionAt(offset), this.quoteAt(offset), expected, options);
  }

  /** What stands at an offset, in quotes: a word, or one character. */
  quoteAt(offset: number): string {
    if (offset >= this.text.length) return "the end of the text";
    const word = /[\p{L}\p{N}_-]+|\r\n|::=|\\?[^]/uy;
    word.lastIndex = offset;
    const found = word.exec(this.text)![0];
    if (/^[\r\n]/.test(found)) return "the end of the line";
    return JSON.stringify(found.length > 40 ? found.slice(0, 40) + "…" : found);
  }
}
