/**
 * The mask of a position in a context-free grammar.
 *
 * What a state allows is what any of its threads allows. In a thread, the tokens that stay in the lexeme are known
 * (`grammar_token_cuts.ts`), and of those that leave it the nodes of the token trie at which something else begins. There the
 * parser is asked what comes after the lexeme, and the walk goes on with the lexemes of that column, below these nodes, and so on
 * to the ends of the tokens. Readings that come to the same place are walked once (`walked_places.ts`).
 *
 * Where a JSON value begins, or is being read beside other things, its own walk is called (`mask_walk.ts`).
 *
 * Cost: in a state that was not met before some microseconds for each lexeme that may come, and some nanoseconds for each node
 * that is looked at: from ten to some hundred microseconds in ordinary grammars.
 *
 * @module
 */

import type { TokenTrie } from "../vocabulary/mod.ts";
import type { Cursor, TextBytes } from "./cursor.ts";
import type { Column } from "./grammar_columns.ts";
import type { GrammarParser, GrammarState } from "./grammar_state.ts";
import { addTokens, GOES_ON_ALIKE, type TokenCut } from "./grammar_token_cuts.ts";
import type { ParserState, StructureState } from "./parser_state.ts";
import { WalkedPlaces } from "./walked_places.ts";

/** Ends of lexemes inside tokens that are looked at for one mask; with more, tokens are followed byte by byte. */
const MANY_ENDS = 20_000;
/** Below a node of at least so many, what a lexeme allows is remembered. */
const MANY_NODES = 64;
const JSON_OPENING = [0x7b, 0x5b];

/** What is walked otherwise; all add to the mask at hand, or to the one that they are given. */
export interface OtherWalks {
  /** All tokens, byte by byte. */
  all(state: StructureState): void;
  /** The tokens below a node, after its byte has led to a state. */
  below(node: number, byte: number, next: ParserState): void;
  /** The mask of another position. */
  position(cursor: Cursor, text: TextBytes, mask: Uint32Array): void;
}

/** Computes masks of grammars over one vocabulary. */
export class GrammarMask {
  readonly #stack: Int32Array;
  readonly #walked = new WalkedPlaces();
  /** By node, which bytes its children have, in groups of eight. */
  readonly #nextBytes: Int32Array;
  /** Ends of lexemes that are still looked at for the mask at hand; negative when there were too many. */
  #endsLeft = 0;
  #out: Uint32Array = new Uint32Array(0);

  constructor(private readonly trie: TokenTrie, private readonly others: OtherWalks) {
    this.#stack = new Int32Array(trie.maxDepth + 2);
    this.#nextBytes = nextBytes(trie);
  }

  /** Adds what any of a state's threads allows. */
  fill(state: GrammarState, out: Uint32Array): void {
    this.#out = out;
    const { parser, fresh } = state;
    this.#endsLeft = MANY_ENDS;
    this.#walked.clear();
    for (const { lexer, column } of state.threads) this.#cut(lexer, column, parser);
    if (fresh !== null) {
      const { lexer, tokens } = parser.columns.expected(fresh);
      if (lexer !== 0) this.#cut(lexer, fresh, parser);
      for (const symbol of tokens) {
        parser.tokens.allow(parser.columns.productions.value[symbol]!, out);
      }
      for (const opening of parser.json.before(parser, fresh)) this.others.all(opening);
    }
    // Too many readings to follow each by itself: all of them together.
    if (this.#endsLeft < 0) this.others.all(state);
    for (const { cursor, text } of state.json) {
      const mask = new Uint32Array(out.length);
      this.others.position(cursor, text, mask);
      for (let i = 0; i < out.length; i++) out[i]! |= mask[i]!;
    }
  }

  /**
   * Adds the tokens that a thread allows: those that stay in its lexeme, and of those that leave it what may follow.
   *
   * @param node Only tokens at and below it; -1: all.
   */
  #cut(thread: number, column: Column, parser: GrammarParser, node = -1): void {
    const out = this.#out;
    const { automaton, columns, cuts } = parser;
    for (const lexer of cuts.parts(thread)) {
      let cut: TokenCut;
      if (node < 0) cut = cuts.cut(lexer);
      else {
        const target = automaton.step(lexer, this.trie.byte[node]!);
        if (target === 0) continue;
        cut = cuts.below(target, node);
      }
      addTokens(out, cut);
      for (const end of cut.ends) {
        if (--this.#endsLeft < 0) return;
        const after = columns.afterLexemes(column, end.labelSet);
        const { lexer: next, json } = columns.expected(after);
        const { bytes } = end;
        for (let i = 0; i < bytes.length; i++) {
          const b = bytes[i]!;
          const opensJson = json.length > 0 && JSON_OPENING.includes(b);
          const isNext = next !== 0 && automaton.step(next, b) !== 0;
          if (!isNext && (!opensJson || parser.json.open(parser, after, b).length === 0)) continue;
          const ids = end.tokens(b);
          for (let j = 0; j < ids.length; j++) out[ids[j]! >>> 5]! |= 1 << (ids[j]! & 31);
          this.#walkNodes(end.nodes(b), isNext ? next : 0, opensJson, after, parser);
          // What is ignored before the next lexeme may be read as part of this one as well.
          const isIdle = end.goesOn[b] === GOES_ON_ALIKE && automaton.step(next, b) === next;
          if (end.goesOn[b] === 0 || isIdle && !opensJson) continue;
          this.#walkNodes(end.staying(b), isNext ? next : 0, opensJson, after, parser);
        }
      }
    }
  }

  #walkNodes(
    nodes: ArrayLike<number>,
    lexer: number,
    opensJson: boolean,
    column: Column,
    parser: GrammarParser,
  ): void {
    for (let i = 0; i < nodes.length; i++) {
      if (lexer !== 0) this.#walkThread(nodes[i]!, lexer, column, parser);
      if (opensJson) this.#openJson(nodes[i]!, column, parser);
    }
  }

  /** Adds the tokens at and below a node with which a lexeme of a column begins. */
  #walkThread(node: number, start: number, column: Column, parser: GrammarParser): void {
    const { byte, end, depth } = this.trie;
    if (end[node]! - node >= MANY_NODES) {
      if (!this.#walked.hasOrAdd(node, column.id, ~start)) this.#cut(start, column, parser, node);
      return;
    }
    const { automaton, columns } = parser;
    const stack = this.#stack;
    stack[depth[node]! - 1] = start;
    for (let v = node, to = end[node]!; v < to;) {
      const level = depth[v]!;
      const target = automaton.step(stack[level - 1]!, byte[v]!);
      if (target === 0) {
        v = end[v]!;
        continue;
      }
      this.#allow(v);
      if (end[v] === v + 1) {
        v++;
        continue;
      }
      const info = automaton.stateInfo(target);
      // Still before the lexeme, after something ignored: the readings that began there are here again.
      if (target === start && this.#walked.hasOrAdd(v, column.id, start)) {
        v = end[v]!;
        continue;
      }
      if (info > 1) {
        if (--this.#endsLeft < 0) return;
        // What comes after the lexeme writes the same places of the stack, so it goes first.
        this.#walkColumn(v, columns.afterLexemes(column, info >> 1), target, parser);
      }
      stack[level] = target;
      v = (info & 1) === 0 ? v + 1 : end[v]!;
    }
  }

  /**
   * Adds the tokens below a node after which a column begins.
   *
   * @param before State of the lexeme that ends with the node.
   */
  #walkColumn(node: number, column: Column, before: number, parser: GrammarParser): void {
    const { byte, end } = this.trie;
    const { automaton } = parser;
    const expected = parser.columns.expected(column);
    // Most words are followed by letters in the trie, and by something else in a grammar.
    if ((this.#nextBytes[node]! & parser.firstBytes(expected)) === 0) return;
    const { lexer, json } = expected;
    if (this.#walked.hasOrAdd(node, column.id, lexer)) return;
    const labelSet = automaton.stateInfo(before) >> 1;
    for (let v = node + 1; v < end[node]!; v = end[v]!) {
      const b = byte[v]!;
      const target = lexer === 0 ? 0 : automaton.step(lexer, b);
      if (target !== 0) {
        const goesOn = target === lexer ? automaton.step(before, b) : 0;
        const isIdle = goesOn !== 0 && automaton.stateInfo(goesOn) >> 1 === labelSet;
        if (!isIdle) this.#walkThread(v, lexer, column, parser);
      }
      if (json.length > 0) this.#openJson(v, column, parser);
    }
  }

  /** Adds the tokens at and below a node with which an object or an array begins. */
  #openJson(v: number, column: Column, parser: GrammarParser): void {
    const byte = this.trie.byte[v]!;
    for (const next of parser.json.open(parser, column, byte)) {
      this.#allow(v);
      if (this.trie.end[v] !== v + 1) this.others.below(v, byte, next);
    }
  }

  /** Allows the tokens that end at a node. */
  #allow(v: number): void {
    const { tokenStart, tokens } = this.trie;
    const out = this.#out;
    for (let t = tokenStart[v]!; t < tokenStart[v + 1]!; t++) {
      out[tokens[t]! >>> 5]! |= 1 << (tokens[t]! & 31);
    }
  }
}

/** For each node a bit for every eight bytes of which some child has one. */
function nextBytes({ nodeCount, byte, depth, maxDepth }: TokenTrie): Int32Array {
  const groups = new Int32Array(nodeCount);
  const open = new Int32Array(maxDepth + 1);
  for (let v = 0; v < nodeCount; v++) {
    const level = depth[v]!;
    if (level > 1) groups[open[level - 1]!]! |= 1 << (byte[v]! >> 3);
    open[level] = v;
  }
  return groups;
}
