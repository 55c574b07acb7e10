/**
 * The mask of a position: a walk over the token trie in step with the parser and the lexer.
 *
 * A token is allowed if its bytes lead from the position to a live state, so its subtree is entered only if its node is
 * alive. Inside a lexeme a step is a table look-up; the parser is asked only where a lexeme ends. Inside of long
 * lexemes not even that: their masks are remembered (`lexeme_masks.ts`), and just the suffixes of the
 * tokens that end them are walked.
 *
 * The loops allocate nothing: stacks are typed arrays indexed by the depth of the node, and since a walk that enters
 * another lexeme only writes above its own depth, nested walks share them. What is allocated is parser states, once
 * per state.
 *
 * @module
 */

import type { TokenTrie, Vocabulary } from "../vocabulary/mod.ts";
import { type Cursor, decodeName, type TextBytes } from "./cursor.ts";
import { GrammarMask } from "./grammar_mask.ts";
import { GrammarState } from "./grammar_state.ts";
import { isBetweenCharacters } from "./string_text.ts";
import type { LexemeExits, LexemeMasks } from "./lexeme_masks.ts";
import { StateMasks } from "./state_masks.ts";
import {
  ANY_TEXT,
  LEXEME,
  type LexemeState,
  NAME,
  type NameState,
  type ParserState,
  STRUCTURE,
  type StructureState,
} from "./parser_state.ts";

const decoder = new TextDecoder();

/** Subtrees of fewer nodes are walked, not remembered. */
const FEW_NODES = 24;

/** Nodes with at least so many children have a table of them. */
const MANY_CHILDREN = 24;

/** Computes masks over one vocabulary. One at a time; not to be shared between threads. */
export class MaskWalk {
  readonly #path: Uint8Array;
  readonly #lexer: Int32Array;
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  readonly #depth: Int32Array;
  readonly #pending: Int32Array;
  /** What was written of the current lexeme before the token. */
  #prefix: Uint8Array = new Uint8Array(0);
  #trie: TokenTrie;
  /** Depth in the vocabulary's trie at which a walk over suffixes was begun. */
  #offset = 0;
  /** The position whose mask is computed. */
  #cursor: Cursor | null = null;
  #written: TextBytes | null = null;
  readonly #stateMasks: StateMasks;
  /** Of nodes of the vocabulary's trie with many children: the child for each byte, -1 for none. -1: the root. */
  readonly #children = new Map<number, Int32Array>();
  readonly #isWide: Uint8Array;
  #out: Uint32Array = new Uint32Array(0);
  #grammarMask: GrammarMask | undefined;

  constructor(readonly vocabulary: Vocabulary, private readonly masks: LexemeMasks) {
    this.#trie = vocabulary.trie;
    const size = 2 * vocabulary.trie.maxDepth + 4;
    this.#stateMasks = new StateMasks(vocabulary.maskWordCount);
    this.#isWide = wideNodes(vocabulary.trie);
    this.#path = new Uint8Array(size);
    this.#lexer = new Int32Array(size);
    this.#low = new Int32Array(size);
    this.#high = new Int32Array(size);
    this.#depth = new Int32Array(size);
    this.#pending = new Int32Array(size);
  }

  /**
   * Writes the mask of a position.
   *
   * @param out `maskWordCount` words, overwritten whole; EOS is the caller's business.
   */
  fill(cursor: Cursor, text: TextBytes, out: Uint32Array): void {
    const { state } = cursor;
    this.#out = out;
    // A mask that ended with an error may have left these elsewhere.
    this.#trie = this.vocabulary.trie;
    this.#offset = 0;
    this.#cursor = cursor;
    this.#written = text;
    switch (state.kind) {
      case STRUCTURE:
        if (this.#stateMasks.read(state, out)) return;
        out.fill(0);
        if (state instanceof GrammarState) this.#fillGrammar(state);
        else this.#walkWide(-1, state);
        this.#stateMasks.write(state, out);
        break;
      case LEXEME:
        if (state.isLong) this.#fillLexeme(cursor, state, text);
        else {
          out.fill(0);
          this.#takePrefix(cursor, text);
          this.#walkLexeme(0, this.#trie.nodeCount, state, cursor.lexer, -1);
        }
        break;
      case NAME: {
        const isStart = text.length === cursor.lexemeStart;
        if (isStart && this.#stateMasks.read(state, out)) return;
        this.#fillName(cursor, state, text);
        if (isStart) this.#stateMasks.write(state, out);
      }
    }
  }

  #fillGrammar(state: GrammarState): void {
    const out = this.#out;
    this.#grammarMask ??= new GrammarMask(this.vocabulary.trie, {
      all: (structure) => this.#walkWide(-1, structure),
      below: (node, byte, next) => {
        this.#path[this.#trie.depth[node]! - 1] = byte;
        this.#enter(node, next);
      },
      position: (cursor, text, mask) => {
        this.fill(cursor, text, mask);
        this.#out = out;
      },
    });
    this.#grammarMask.fill(state, out);
  }

  #takePrefix(cursor: Cursor, text: TextBytes): void {
    this.#prefix = text.data.subarray(cursor.lexemeStart, text.length);
  }

  // ---- Remembered lexemes ----

  #fillLexeme(cursor: Cursor, state: LexemeState, text: TextBytes): void {
    const out = this.#out;
    const mask = this.masks.get(cursor.lexer, isBetweenCharacters(cursor, text));
    out.set(mask.stay);
    for (const exits of mask.exits) {
      const after = state.end(exits.labelSet, ANY_TEXT);
      if (after !== null) this.#leave(exits, after, 0);
    }
    this.#remove(mask.removed);
    if (!state.needsText) return;
    for (const exits of mask.exits) {
      if (exits.far.length > 0) this.#lookAgain(cursor, text, exits.far);
    }
  }

  #remove(ids: Int32Array): void {
    const out = this.#out;
    for (let i = 0; i < ids.length; i++) out[ids[i]! >>> 5]! &= ~(1 << (ids[i]! & 31));
  }

  /**
   * Adds the tokens that end a lexeme.
   *
   * @param level Depth in the vocabulary's trie at which the lexeme was entered; stacks below it are in use.
   */
  #leave({ atEnd, suffixes }: LexemeExits, after: ParserState, level: number): void {
    const out = this.#out;
    for (let i = 0; i < atEnd.length; i++) {
      const id = atEnd[i]!;
      out[id >>> 5]! |= 1 << (id & 31);
    }
    if (suffixes.nodeCount === 0 || after.kind !== STRUCTURE) return;
    this.#trie = suffixes;
    this.#offset = level;
    this.#walkStructure(0, suffixes.nodeCount, after);
    this.#trie = this.vocabulary.trie;
    this.#offset = 0;
  }

  /** Decides tokens one by one, by the bytes that they write here. */
  #lookAgain(cursor: Cursor, text: TextBytes, ids: Int32Array): void {
    const out = this.#out;
    const { length } = text;
    for (const id of ids) {
      // Taking any text for this one allows too much, never too little.
      if ((out[id >>> 5]! >>> (id & 31) & 1) === 0) continue;
      const probe = cursor.clone();
      const bytes = this.vocabulary.tokenBytes(id)!;
      let allowed = true;
      for (let i = 0; i < bytes.length && allowed; i++) {
        allowed = probe.step(bytes[i]!, text);
        text.push(bytes[i]!);
      }
      text.length = length;
      if (!allowed) out[id >>> 5]! &= ~(1 << (id & 31));
    }
  }

  #fillName(cursor: Cursor, state: NameState, text: TextBytes): void {
    const out = this.#out;
    this.#takePrefix(cursor, text);
    const nodeCount = this.#trie.nodeCount;
    if (cursor.lexer === 0) {
      out.fill(0);
      this.#walkName(0, nodeCount, state, cursor, -1, false);
      return;
    }
    const mask = this.masks.get(cursor.lexer, isBetweenCharacters(cursor, text));
    out.set(mask.stay);
    for (const exits of mask.exits) {
      const after = state.endOther(exits.labelSet, ANY_TEXT);
      if (after !== null) this.#leave(exits, after, 0);
    }
    this.#remove(mask.removed);
    // What is right for names on no list is wrong only on the way to those that are.
    if (cursor.low < cursor.high) this.#walkName(0, nodeCount, state, cursor, -1, true);
    for (const exits of mask.exits) {
      if (exits.far.length > 0) this.#lookAgain(cursor, text, exits.far);
    }
  }

  // ---- Walks ----

  /** Allows the tokens that end at a node. */
  #allow(v: number): void {
    const { tokenStart, tokens } = this.#trie;
    const out = this.#out;
    const to = tokenStart[v + 1]!;
    for (let t = tokenStart[v]!; t < to; t++) {
      const id = tokens[t]!;
      out[id >>> 5]! |= 1 << (id & 31);
    }
  }

  /** Forbids the tokens of `from..to`. */
  #forbid(from: number, to: number): void {
    const { tokenStart, tokens } = this.#trie;
    const out = this.#out;
    const end = tokenStart[to]!;
    for (let t = tokenStart[from]!; t < end; t++) {
      const id = tokens[t]!;
      out[id >>> 5]! &= ~(1 << (id & 31));
    }
  }

  /** Walks below a node of the vocabulary's trie (-1: the root) by the bytes that are allowed. */
  #walkWide(node: number, state: StructureState): void {
    const { end, depth } = this.#trie;
    const children = this.#childrenOf(node);
    const { allowed } = state;
    for (let i = 0; i < allowed.length; i++) {
      const v = children[allowed[i]!]!;
      if (v < 0) continue;
      this.#allow(v);
      if (end[v] === v + 1) continue;
      this.#path[this.#offset + depth[v]! - 1] = allowed[i]!;
      this.#enter(v, state.step(allowed[i]!)!);
    }
  }

  #childrenOf(node: number): Int32Array {
    let children = this.#children.get(node);
    if (children === undefined) {
      const { byte, end, nodeCount } = this.vocabulary.trie;
      children = new Int32Array(256).fill(-1);
      const to = node < 0 ? nodeCount : end[node]!;
      for (let v = node + 1; v < to; v = end[v]!) children[byte[v]!] = v;
      this.#children.set(node, children);
    }
    return children;
  }

  #walkStructure(from: number, to: number, state: StructureState): void {
    const { byte, end, depth } = this.#trie;
    for (let v = from; v < to; v = end[v]!) {
      const next = state.step(byte[v]!);
      if (next === null) continue;
      this.#allow(v);
      if (end[v] === v + 1) continue;
      this.#path[this.#offset + depth[v]! - 1] = byte[v]!;
      this.#enter(v, next);
    }
  }

  /** Walks below a node after a byte that led between lexemes or into one. */
  #enter(v: number, next: ParserState): void {
    const { byte, end, depth } = this.#trie;
    const level = this.#offset + depth[v]!;
    switch (next.kind) {
      case STRUCTURE:
        this.#walkBelow(v, next);
        return;
      case LEXEME: {
        const lexer = next.automaton.step(next.start, byte[v]!);
        if (next.isLong && !next.needsText && this.#isWorthRemembering(v)) {
          this.#takeBelow(v, lexer, level, (labelSet) => next.end(labelSet, ""));
        } else this.#walkLexeme(v + 1, end[v]!, next, lexer, level - 1);
        return;
      }
      case NAME:
        if (next.others !== 0 && this.#isWorthRemembering(v)) {
          this.#takeBelow(v, next.others, level, (labelSet) => next.endOther(labelSet, ANY_TEXT));
          this.#walkName(v + 1, end[v]!, next, null, level, true);
          this.#lookAgainBelow(v, next.others);
        } else this.#walkName(v + 1, end[v]!, next, null, level, false);
    }
  }

  #isWorthRemembering(v: number): boolean {
    return this.#trie === this.vocabulary.trie && this.#trie.end[v]! - v >= FEW_NODES;
  }

  /** Adds the tokens below a node at which a long lexeme begins. */
  #takeBelow(
    v: number,
    lexer: number,
    level: number,
    end: (labelSet: number) => ParserState | null,
  ): void {
    const out = this.#out;
    const { stay, exits } = this.masks.below(v, lexer);
    for (let i = 0; i < stay.length; i++) out[stay[i]! >>> 5]! |= 1 << (stay[i]! & 31);
    for (const one of exits) {
      const after = end(one.labelSet);
      if (after !== null) this.#leave(one, after, level);
    }
  }

  #lookAgainBelow(v: number, lexer: number): void {
    for (const { far } of this.masks.below(v, lexer).exits) {
      if (far.length > 0) this.#lookAgain(this.#cursor!, this.#written!, far);
    }
  }

  /** Walks below a node at which a lexeme has just ended. */
  #enterAfter(v: number, next: ParserState): void {
    if (next.kind === STRUCTURE) this.#walkBelow(v, next);
  }

  #walkBelow(v: number, state: StructureState): void {
    if (this.#trie === this.vocabulary.trie && this.#isWide[v] === 1) this.#walkWide(v, state);
    else this.#walkStructure(v + 1, this.#trie.end[v]!, state);
  }

  /** What a lexeme has written: from a depth on, or with what came before the token where that is -1. */
  #lexemeBytes(start: number, end: number): Uint8Array {
    if (start >= 0) return this.#path.subarray(start, end);
    const bytes = new Uint8Array(this.#prefix.length + end);
    bytes.set(this.#prefix);
    bytes.set(this.#path.subarray(0, end), this.#prefix.length);
    return bytes;
  }

  /**
   * @param start State of the automaton before the first node.
   * @param lexemeStart Depth at which the lexeme starts, -1 if before the token.
   */
  #walkLexeme(
    from: number,
    to: number,
    state: LexemeState,
    start: number,
    lexemeStart: number,
  ): void {
    if (from >= to) return;
    const { byte, end, depth } = this.#trie;
    const { automaton, needsText } = state;
    const stack = this.#lexer, path = this.#path, shift = this.#offset;
    stack[shift + depth[from]! - 1] = start;
    automaton.row(start);
    let rows = automaton.rows.data, offsets = automaton.rowOffset.data;
    let infos = automaton.info.data, nullable = automaton.store.nullable.data;
    for (let v = from; v < to;) {
      const level = shift + depth[v]!;
      const b = byte[v]!;
      const current = stack[level - 1]!;
      let offset = offsets[current]!;
      if (offset < 0) {
        offset = automaton.row(current);
        rows = automaton.rows.data;
        offsets = automaton.rowOffset.data;
        infos = automaton.info.data;
        nullable = automaton.store.nullable.data;
      }
      const target = rows[offset + b]!;
      if (target !== 0) {
        path[level - 1] = b;
        const info = infos[target]!;
        this.#allow(v);
        if ((info & 1) === 0) {
          stack[level] = target;
          v++;
          continue;
        }
        if (end[v] !== v + 1 || needsText) {
          const next = state.end(
            info >> 1,
            needsText ? decoder.decode(this.#lexemeBytes(lexemeStart, level)) : "",
          );
          if (next === null) this.#forbid(v, v + 1);
          else this.#enterAfter(v, next);
          // What came after may have made rows.
          rows = automaton.rows.data;
          offsets = automaton.rowOffset.data;
          infos = automaton.info.data;
          nullable = automaton.store.nullable.data;
        }
      } else if (nullable[current] === 1) {
        const after = state.end(
          automaton.stateInfo(current) >> 1,
          needsText ? decoder.decode(this.#lexemeBytes(lexemeStart, level - 1)) : "",
        );
        const next = after === null || after.kind !== STRUCTURE ? null : after.step(b);
        if (next !== null) {
          path[level - 1] = b;
          this.#allow(v);
          if (end[v] !== v + 1) this.#enter(v, next);
        }
        rows = automaton.rows.data;
        offsets = automaton.rowOffset.data;
        infos = automaton.info.data;
        nullable = automaton.store.nullable.data;
      }
      v = end[v]!;
    }
  }

  /**
   * @param cursor Where to start; null: at the start of the name.
   * @param correcting Whether the mask holds what is right for names on no list, and only the way to listed
   *   names is to be walked.
   */
  #walkName(
    from: number,
    to: number,
    state: NameState,
    cursor: Cursor | null,
    nameStart: number,
    correcting: boolean,
  ): void {
    if (from >= to) return;
    const { byte, end, depth } = this.#trie;
    const { automaton, names, nextAllowed } = state;
    const lexer = this.#lexer, path = this.#path;
    const low = this.#low, high = this.#high, nameDepth = this.#depth, pending = this.#pending;
    const shift = this.#offset;
    const first = shift + depth[from]! - 1;
    lexer[first] = cursor === null ? state.others : cursor.lexer;
    low[first] = cursor === null ? 0 : cursor.low;
    high[first] = cursor === null ? names.size : cursor.high;
    nameDepth[first] = cursor === null ? 0 : cursor.depth;
    pending[first] = cursor === null ? 0 : cursor.pending;
    for (let v = from; v < to;) {
      const level = shift + depth[v]!;
      const above = level - 1;
      const b = byte[v]!;
      const isListed = low[above]! < high[above]!;
      path[above] = b;
      if (
        b === 0x22 && isListed &&
        names.isComplete(low[above]!, high[above]!, nameDepth[above]!, pending[above]!)
      ) {
        if (correcting) this.#forbid(v, end[v]!);
        if (nextAllowed[low[above]!] === low[above]) {
          this.#allow(v);
          if (end[v] !== v + 1) this.#enterAfter(v, state.endName(low[above]!));
        }
        v = end[v]!;
        continue;
      }
      const listed = isListed &&
        state.stepNames(low[above]!, high[above]!, nameDepth[above]!, pending[above]!, b);
      if (correcting && !listed) {
        v = end[v]!;
        continue;
      }
      const other = lexer[above] === 0 ? 0 : automaton.step(lexer[above]!, b);
      if (other !== 0) {
        const info = automaton.stateInfo(other);
        if ((info & 1) === 1) {
          // Not while correcting: a quote leads to no listed name.
          const next = state.endOther(info >> 1, decodeName(this.#lexemeBytes(nameStart, above)));
          if (next !== null) {
            this.#allow(v);
            if (end[v] !== v + 1) this.#enterAfter(v, next);
          }
          v = end[v]!;
          continue;
        }
      }
      if (other === 0 && !(listed && nextAllowed[names.nextLow]! < names.nextHigh)) {
        v = end[v]!;
        continue;
      }
      this.#allow(v);
      lexer[level] = other;
      if (listed) {
        low[level] = names.nextLow;
        high[level] = names.nextHigh;
        nameDepth[level] = names.nextDepth;
        pending[level] = names.nextPending;
      } else low[level] = high[level] = 0;
      v++;
    }
  }
}

/** 1 for nodes with many children. */
function wideNodes({ nodeCount, depth, maxDepth }: TokenTrie): Uint8Array {
  const isWide = new Uint8Array(nodeCount);
  const open = new Int32Array(maxDepth + 1);
  const count = new Int32Array(maxDepth + 1);
  for (let v = 0; v < nodeCount; v++) {
    const level = depth[v]!;
    if (level > 1 && ++count[level - 1]! === MANY_CHILDREN) isWide[open[level - 1]!] = 1;
    open[level] = v;
    count[level] = 0;
  }
  return isWide;
}
