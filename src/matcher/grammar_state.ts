/**
 * Where a text stands in a context-free grammar.
 *
 * A state is a set of **threads**: a state of the lexer's automaton and the column (`grammar_columns.ts`) whose lexemes it
 * reads. On a byte each thread goes on. Where one is at the end of a lexeme, the column after it is where a new thread begins;
 * all that end at the same byte begin one together, and the old one stays as long as its lexeme can get longer. So a text is read
 * in every way that fits, and none is given up because another reads more of it: there is no longest match.
 *
 * Two threads in one state of the automaton are one thread over the union of their columns, so there are never more threads
 * than states of the automaton. JSON values that are read beside other threads are positions of the JSON parser; where
 * one is alone, its parser takes over until the value is complete.
 *
 * States are hash-consed, so that texts which stand alike share their masks.
 *
 * Cost: a byte that is met again is a look-up. A new one is a row of the automaton for each thread, and the column if a lexeme
 * ends.
 *
 * @module
 */

import { type Automaton, EMPTY, type Regex } from "../automata/mod.ts";
import { LimitExceededError } from "../errors.ts";
import { Cursor, TextBytes } from "./cursor.ts";
import type { Column, ColumnStore, Expected } from "./grammar_columns.ts";
import type { JsonEdges } from "./grammar_json.ts";
import type { TokenCuts } from "./grammar_token_cuts.ts";
import type { TokenEdges } from "./grammar_token_edges.ts";
import { LEXEME, NAME, type ParserState, StructureState } from "./parser_state.ts";

/** Inside a JSON value that is not the only way to read the text. */
export interface JsonPosition {
  readonly cursor: Cursor;
  /** The lexeme so far. */
  readonly text: TextBytes;
}

/** A lexeme that is being read, and the column that expects it. */
export interface Thread {
  readonly lexer: Regex;
  readonly column: Column;
}

/** A position in a grammar; see the module's text. */
export class GrammarState extends StructureState {
  readonly #next = new Map<number, ParserState>();
  #allowed: Uint8Array | undefined;

  /**
   * @param threads Lexemes that have begun.
   * @param fresh The column after what is complete; null inside of lexemes.
   */
  constructor(
    readonly parser: GrammarParser,
    readonly threads: readonly Thread[],
    readonly fresh: Column | null,
    readonly json: readonly JsonPosition[],
  ) {
    super();
  }

  override get allowed(): Uint8Array {
    if (this.#allowed === undefined) {
      const bytes: number[] = [];
      for (let byte = 0; byte < 256; byte++) if (this.step(byte) !== null) bytes.push(byte);
      this.#allowed = Uint8Array.from(bytes);
    }
    return this.#allowed;
  }

  override get isAccepting(): boolean {
    return this.fresh !== null && this.fresh.accepts;
  }

  override step(byte: number): ParserState | null {
    const known = this.#next.get(byte);
    if (known !== undefined) return known;
    const next = this.parser.step(this, byte);
    if (next !== null) this.#next.set(byte, next);
    return next;
  }

  protected override advance(byte: number): ParserState | null {
    return this.step(byte);
  }

  /** Not every way to the end is a text: see `grammar_completion.ts`. */
  override closing(): string | null {
    return null;
  }
}

/** What the states of one grammar share. */
export class GrammarParser {
  readonly #states = new Map<string, GrammarState>();
  readonly #numbers = new WeakMap<ParserState, number>();
  #numberCount = 0;

  /** @param maximum Most states. */
  constructor(
    readonly columns: ColumnStore,
    readonly automaton: Automaton,
    readonly cuts: TokenCuts,
    readonly tokens: TokenEdges,
    readonly json: JsonEdges,
    private readonly maximum: number,
  ) {}

  /** States made so far. */
  get stateCount(): number {
    return this.#states.size;
  }

  /** The bytes that may come first, a bit for every eight of them. */
  firstBytes(expected: Expected): number {
    let groups = this.#firstBytes.get(expected);
    if (groups === undefined) {
      groups = expected.json.length === 0 ? 0 : 1 << (0x7b >> 3) | 1 << (0x5b >> 3);
      for (let byte = 0; byte < 256 && expected.lexer !== EMPTY; byte++) {
        if (this.automaton.step(expected.lexer, byte) !== EMPTY) groups |= 1 << (byte >> 3);
      }
      this.#firstBytes.set(expected, groups);
    }
    return groups;
  }
  readonly #firstBytes = new Map<Expected, number>();

  /** The state in a column, between lexemes. */
  at(column: Column): GrammarState {
    return this.#intern([], column, []);
  }

  /** The state after a byte; null when it is not allowed. */
  step(state: GrammarState, byte: number): ParserState | null {
    const { automaton } = this;
    const next = new NextState();
    const read = (lexer: Regex, column: Column) => {
      if (lexer === EMPTY) return;
      const target = automaton.step(lexer, byte);
      if (target === EMPTY) return;
      const info = automaton.stateInfo(target);
      if (info > 1) next.complete.push(this.columns.afterLexemes(column, info >> 1));
      if ((info & 1) === 0) next.threads.push({ lexer: target, column });
    };
    for (const { lexer, column } of state.threads) read(lexer, column);
    if (state.fresh !== null) read(this.columns.expected(state.fresh).lexer, state.fresh);
    for (const position of state.json) this.#stepJson(position, byte, next);
    const opened = state.fresh === null ? [] : this.json.open(this, state.fresh, byte);
    if (opened.length === 1 && next.isEmpty) return opened[0]!;
    for (const one of opened) {
      const cursor = new Cursor(one);
      const text = new TextBytes();
      cursor.enter(one, byte, 0);
      text.push(byte);
      next.json.push({ cursor, text });
    }
    return next.isEmpty ? null : this.#internNext(next);
  }

  #stepJson({ cursor, text }: JsonPosition, byte: number, next: NextState): void {
    const moved = cursor.clone();
    const written = text.clone();
    if (!moved.step(byte, written)) return;
    written.push(byte);
    if (moved.state instanceof GrammarState) next.add(moved.state);
    else next.json.push(trimmed(moved, written));
  }

  /** The state after a token that is allowed as such, whatever its bytes; null if there is none. */
  afterToken(state: GrammarState, id: number): GrammarState | null {
    const { fresh } = state;
    if (fresh === null) return null;
    const columns: Column[] = [];
    for (const symbol of this.columns.expected(fresh).tokens) {
      if (!this.tokens.has(this.columns.productions.value[symbol]!, id)) continue;
      columns.push(this.columns.afterEdge(fresh, symbol));
    }
    return columns.length === 0 ? null : this.at(this.columns.union(columns));
  }

  /** The state of a text that can be read up to here in two ways. */
  together(cursor: Cursor, text: TextBytes, other: GrammarState): GrammarState {
    const next = new NextState();
    next.add(other);
    if (cursor.state instanceof GrammarState) next.add(cursor.state);
    else next.json.push(trimmed(cursor.clone(), text.clone()));
    return this.#internNext(next);
  }

  #internNext({ threads, complete, json }: NextState): GrammarState {
    const { columns } = this;
    const fresh = complete.length === 0 ? null : columns.union(complete);
    if (threads.length === 0) return this.#intern(threads, fresh, json);
    const byLexer = new Map<Regex, Column[]>();
    const freshLexer = fresh === null ? EMPTY : columns.expected(fresh).lexer;
    for (const { lexer, column } of threads) {
      // It has read nothing but what is ignored.
      if (lexer === freshLexer && column === fresh) continue;
      const known = byLexer.get(lexer);
      if (known === undefined) byLexer.set(lexer, [column]);
      else known.push(column);
    }
    const merged = [...byLexer].sort(([x], [y]) => x - y)
      .map(([lexer, all]) => ({ lexer, column: columns.union(all) }));
    return this.#intern(merged, fresh, json);
  }

  #intern(
    threads: readonly Thread[],
    fresh: Column | null,
    json: readonly JsonPosition[],
  ): GrammarState {
    let key = fresh === null ? "" : String(fresh.id);
    for (const { lexer, column } of threads) key += ` ${lexer}:${column.id}`;
    const byKey = new Map(json.map((position) => [this.#keyOf(position), position]));
    for (const one of [...byKey.keys()].sort()) key += ` ${one}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size >= this.maximum) {
        throw new LimitExceededError("grammarStates", this.#states.size + 1, this.maximum);
      }
      state = new GrammarState(this, threads, fresh, [...byKey.values()]);
      this.#states.set(key, state);
    }
    return state;
  }

  #keyOf({ cursor, text }: JsonPosition): string {
    const { state, lexer, low, high, depth, pending } = cursor;
    let number = this.#numbers.get(state);
    if (number === undefined) this.#numbers.set(state, number = ++this.#numberCount);
    const needsText = state.kind === NAME || state.kind === LEXEME && state.needsText;
    const written = needsText ? text.data.subarray(0, text.length).join(".") : "";
    return `j${number},${lexer},${low},${high},${depth},${pending},${written}`;
  }
}

/** A state under construction. */
class NextState {
  readonly threads: Thread[] = [];
  readonly complete: Column[] = [];
  readonly json: JsonPosition[] = [];

  get isEmpty(): boolean {
    return this.threads.length + this.complete.length + this.json.length === 0;
  }

  /** All that another state is. */
  add({ threads, fresh, json }: GrammarState): void {
    this.threads.push(...threads);
    if (fresh !== null) this.complete.push(fresh);
    this.json.push(...json);
  }
}

/** A position whose text begins with the lexeme that it is in. */
function trimmed(cursor: Cursor, text: TextBytes): JsonPosition {
  const isInside = cursor.state.kind === LEXEME || cursor.state.kind === NAME;
  const start = isInside ? cursor.lexemeStart : text.length;
  if (start > 0) {
    text.data.copyWithin(0, start, text.length);
    text.length -= start;
    cursor.lexemeStart = 0;
  }
  return { cursor, text };
}
