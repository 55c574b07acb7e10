/**
 * The interface between parsers and the mask computation: where in a grammar a text stands.
 *
 * A parser state says what may come next. There are three kinds. Between lexemes, bytes are punctuation and the parser
 * is asked about each ({@link StructureState}). Inside a lexeme the automaton's table is enough, and the parser is asked
 * where the lexeme ends ({@link LexemeState}). A property name is a lexeme too, but one that knows a list of names and which
 * of them may still come ({@link NameState}).
 *
 * States are immutable but for their memos, and shared by all texts that come through them: fork and rollback
 * copy a reference. Every state is alive: it has a continuation that the grammar accepts.
 *
 * @module
 */

import type { Automaton, Regex, TextSet } from "../automata/mod.ts";
import type { MaskTicket } from "./state_masks.ts";

export const STRUCTURE = 0;
export const LEXEME = 1;
export const NAME = 2;

/** A state of a parser. */
export type ParserState = StructureState | LexemeState | NameState;

/** Stands for a text that is not looked at: a mask holds for every text that ends here. */
export const ANY_TEXT = "\ud800";

/** Between lexemes. */
export abstract class StructureState implements MaskTicket {
  readonly kind = STRUCTURE;
  maskSlot = -1;
  maskGiving = 0;
  #next: (ParserState | null | undefined)[] | undefined;
  #allowed: Uint8Array | undefined;

  /** The bytes that may come, ascending. */
  get allowed(): Uint8Array {
    if (this.#allowed === undefined) {
      const bytes: number[] = [];
      for (let byte = 0; byte < 128; byte++) if (this.step(byte) !== null) bytes.push(byte);
      this.#allowed = Uint8Array.from(bytes);
    }
    return this.#allowed;
  }

  /** Whether the text may end here. */
  get isAccepting(): boolean {
    return false;
  }

  /**
   * A text that leads to the end, or at least closes the value that the text is in; "" where the text may end, null
   * where none was found.
   */
  abstract closing(): string | null;

  /**
   * The state after the text of {@link StructureState.closing}, where it is known without going there byte by byte; null
   * where it is not. It may follow less than all that the text leaves open.
   */
  afterClosing(): ParserState | null {
    return null;
  }

  /** The state after one byte, null when the byte is not allowed. */
  step(byte: number): ParserState | null {
    if (byte > 127) return null;
    const next = this.#next ??= new Array(128);
    const known = next[byte];
    if (known !== undefined) return known;
    return next[byte] = this.advance(byte);
  }

  /** As {@link StructureState.step}; asked once a byte. */
  protected abstract advance(byte: number): ParserState | null;
}

/** Inside a regular expression, its first byte included. */
export abstract class LexemeState {
  readonly kind = LEXEME;
  readonly #ends: (ParserState | null | undefined)[] = [];
  #endsByText: Map<string, ParserState | null> | undefined;

  /**
   * @param automaton Whose states the lexeme goes through.
   * @param start The expression of the whole lexeme.
   * @param needsText Whether what comes after depends on the text of the lexeme.
   * @param isLong Whether masks inside are worth remembering: free strings, patterns.
   */
  constructor(
    readonly automaton: Automaton,
    readonly start: Regex,
    readonly needsText: boolean,
    readonly isLong: boolean,
  ) {}

  /**
   * The state after the lexeme, null when it may not end like this.
   *
   * @param labelSet Which of the lexemes that were possible have matched; see `Automaton.labels`.
   * @param text The lexeme; looked at only if `needsText`.
   */
  end(labelSet: number, text: string): ParserState | null {
    if (!this.needsText) {
      const known = this.#ends[labelSet];
      if (known !== undefined) return known;
      return this.#ends[labelSet] = this.finish(this.automaton.labels(labelSet), text);
    }
    const memo = this.#endsByText ??= new Map();
    const key = `${labelSet} ${text}`;
    let state = memo.get(key);
    if (state === undefined) {
      state = this.finish(this.automaton.labels(labelSet), text);
      if (memo.size > 10_000) memo.clear();
      memo.set(key, state);
    }
    return state;
  }

  protected abstract finish(labels: readonly number[], text: string): ParserState | null;
}

/** Inside a property name, after the opening quote. */
export abstract class NameState implements MaskTicket {
  readonly kind = NAME;
  maskSlot = -1;
  maskGiving = 0;
  /** Names that have a meaning of their own, or may not come again. */
  abstract readonly names: TextSet;
  /** `nextAllowed[i]` is the first index from `i` on of a name that may come, or `names.size`. */
  abstract readonly nextAllowed: Int32Array;
  /** All other names and the closing quote; 0 (`EMPTY`) when there are none. */
  abstract readonly others: Regex;

  /**
   * @param isPlain Whether names are read in their plain spelling only, as bytes by `TextSet.stepRaw`; else in any
   *   spelling by `TextSet.step`.
   */
  constructor(readonly automaton: Automaton, readonly isPlain: boolean) {}

  /** Whether a byte goes on from a position with some name; see `TextSet.step`. */
  stepNames(low: number, high: number, depth: number, pending: number, byte: number): boolean {
    return this.isPlain
      ? this.names.stepRaw(low, high, depth, byte)
      : this.names.step(low, high, depth, pending, byte);
  }

  /** The state after a name of the list, which may come. */
  abstract endName(index: number): ParserState;

  /** The state after another name; its text, decoded, or {@link ANY_TEXT}. */
  abstract endOther(labelSet: number, name: string): ParserState | null;
}
