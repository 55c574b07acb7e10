/**
 * A position in a text that is being written, and the slow, exact way to move it: byte by byte.
 *
 * The mask computation has loops of its own (`mask_walk.ts`); this is what accepts tokens, and what those
 * loops are tested against.
 *
 * @module
 */

import { LEXEME, NAME, type ParserState, STRUCTURE } from "./parser_state.ts";

/** Bytes of a text so far. Grows; a position remembers how many of them count. */
export class TextBytes {
  data = new Uint8Array(256);
  length = 0;

  push(byte: number): void {
    if (this.length === this.data.length) {
      const grown = new Uint8Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = byte;
  }

  /** A copy that grows on its own. */
  clone(): TextBytes {
    const copy = new TextBytes();
    copy.data = this.data.slice();
    copy.length = this.length;
    return copy;
  }
}

const decoder = new TextDecoder();

/** The text of a property name from the bytes between its quotes. */
export function decodeName(content: Uint8Array): string {
  return JSON.parse(`"${decoder.decode(content)}"`) as string;
}

/** A position: a parser state, and within a lexeme the automaton's state. */
export class Cursor {
  /** Where the lexeme starts in the text: at its first byte, of a name after the quote. */
  lexemeStart = 0;
  /** State of the automaton: of the lexeme, or of the names that are on no list. 0: none. */
  lexer = 0;
  /** Position in the list of names; see `TextSet`. `low >= high`: on no listed name. */
  low = 0;
  high = 0;
  depth = 0;
  pending = 0;

  constructor(public state: ParserState) {}

  /** Takes over another position. */
  copy(other: Cursor): void {
    this.state = other.state;
    this.lexemeStart = other.lexemeStart;
    this.lexer = other.lexer;
    this.low = other.low;
    this.high = other.high;
    this.depth = other.depth;
    this.pending = other.pending;
  }

  clone(): Cursor {
    const copy = new Cursor(this.state);
    copy.copy(this);
    return copy;
  }

  /** Whether the text may end here. */
  isAccepting(text: TextBytes): boolean {
    const { state } = this;
    if (state.kind === STRUCTURE) return state.isAccepting;
    if (state.kind === NAME) return false;
    if (state.automaton.store.nullable.at(this.lexer) !== 1) return false;
    const next = state.end(state.automaton.stateInfo(this.lexer) >> 1, this.lexemeText(text));
    return next !== null && next.kind === STRUCTURE && next.isAccepting;
  }

  /** The text of the lexeme so far, where somebody wants it. */
  lexemeText(text: TextBytes): string {
    if (this.state.kind !== LEXEME || !this.state.needsText) return "";
    return decoder.decode(text.data.subarray(this.lexemeStart, text.length));
  }

  /**
   * Moves over one byte.
   *
   * @param text The bytes before it; the caller appends it afterwards.
   * @returns False when it is not allowed; the position is then unchanged.
   */
  step(byte: number, text: TextBytes): boolean {
    const { state } = this;
    switch (state.kind) {
      case STRUCTURE: {
        const next = state.step(byte);
        if (next === null) return false;
        this.enter(next, byte, text.length);
        return true;
      }
      case LEXEME: {
        const { automaton } = state;
        const target = automaton.step(this.lexer, byte);
        if (target !== 0) {
          const info = automaton.stateInfo(target);
          if ((info & 1) === 0) {
            this.lexer = target;
            return true;
          }
          text.push(byte);
          const next = state.end(info >> 1, this.lexemeText(text));
          text.length--;
          if (next === null) return false;
          this.settle(next);
          return true;
        }
        if (automaton.store.nullable.at(this.lexer) !== 1) return false;
        const after = state.end(automaton.stateInfo(this.lexer) >> 1, this.lexemeText(text));
        if (after === null || after.kind !== STRUCTURE) return false;
        const next = after.step(byte);
        if (next === null) return false;
        this.enter(next, byte, text.length);
        return true;
      }
      case NAME:
        return this.#stepName(byte, text);
    }
  }

  /** Goes to a state after the byte that led there. */
  enter(next: ParserState, byte: number, offset: number): void {
    this.settle(next);
    if (next.kind === LEXEME) {
      this.lexer = next.automaton.step(next.start, byte);
      this.lexemeStart = offset;
    } else if (next.kind === NAME) {
      this.lexemeStart = offset + 1;
    }
  }

  /** Goes to a state before its first byte. */
  settle(next: ParserState): void {
    this.state = next;
    this.low =
      this.high =
      this.depth =
      this.pending =
        0;
    if (next.kind === LEXEME) this.lexer = next.start;
    else if (next.kind === NAME) {
      this.lexer = next.others;
      this.high = next.names.size;
    } else this.lexer = 0;
  }

  #stepName(byte: number, text: TextBytes): boolean {
    const state = this.state;
    if (state.kind !== NAME) return false;
    const { names, automaton, nextAllowed } = state;
    if (byte === 0x22 && names.isComplete(this.low, this.high, this.depth, this.pending)) {
      if (nextAllowed[this.low] !== this.low) return false;
      this.settle(state.endName(this.low));
      return true;
    }
    const other = this.lexer === 0 ? 0 : automaton.step(this.lexer, byte);
    if (other !== 0) {
      const info = automaton.stateInfo(other);
      if ((info & 1) === 1) {
        const name = decodeName(text.data.subarray(this.lexemeStart, text.length));
        const next = state.endOther(info >> 1, name);
        if (next === null) return false;
        this.settle(next);
        return true;
      }
    }
    const listed = this.low < this.high &&
      state.stepNames(this.low, this.high, this.depth, this.pending, byte);
    if (other === 0 && !(listed && nextAllowed[names.nextLow]! < names.nextHigh)) return false;
    this.lexer = other;
    if (listed) {
      this.low = names.nextLow;
      this.high = names.nextHigh;
      this.depth = names.nextDepth;
      this.pending = names.nextPending;
    } else this.low = this.high = 0;
    return true;
  }
}
