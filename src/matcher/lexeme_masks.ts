/**
 * Masks inside long lexemes, remembered by automaton state.
 *
 * Most tokens that may follow inside a string stay in the string, whatever stands around it. So for a state of the
 * automaton the tokens that stay are a mask that is computed once, and shared by every string, schema and request that
 * comes through the state. The tokens that end the string are few, and only what they write after the quote matters: those
 * suffixes form a small trie of their own, which is walked with the parser.
 *
 * The walk over the whole vocabulary is paid once, for the state of "any string". For any other state of an unlabelled
 * string the walk goes in step with that one and leaves out every subtree in which the two cannot be told apart: where
 * they have come to the same state, or where a bounded length is longer than the longest token below.
 *
 * Cost: 2-5 ms for the first state of a vocabulary, 5-500 µs for others; 19 KB a state with a mask of its own.
 *
 * @module
 */

import {
  type Automaton,
  EMPTY,
  EPSILON,
  KIND_CONCAT,
  KIND_REPEAT,
  type Regex,
} from "../automata/mod.ts";
import { TokenTrie, type Vocabulary } from "../vocabulary/mod.ts";

/** Tokens that end a lexeme, by what they write after it. */
export interface LexemeExits {
  /** Which lexemes have matched; see `Automaton.labels`. */
  readonly labelSet: number;
  /** Tokens that end with the lexeme. */
  readonly atEnd: Int32Array;
  /** The bytes after the lexeme of the tokens that go on. */
  readonly suffixes: TokenTrie;
  /** Of those, tokens that may write another text in full: masks that took any text for this one must look again. */
  readonly far: Int32Array;
}

/** What may follow in one state of the automaton. */
export interface LexemeMask {
  /** Tokens that stay inside the lexeme. Shared: not to be written to. */
  readonly stay: Uint32Array;
  readonly exits: readonly LexemeExits[];
}

interface Recorded extends LexemeMask {
  /** Nodes where the lexeme ends, ascending, by label set. */
  readonly exitNodes: ReadonlyMap<number, Int32Array>;
}

/** Most bytes of remembered masks of one vocabulary. */
const MAXIMUM_BYTES = 96 * 1024 * 1024;
/** Quotes after a string from which on a token may hold another string or name in full. */
const FAR_QUOTES = 3;

/** The remembered masks of one vocabulary. */
export class LexemeMasks {
  readonly #known = new Map<Regex, Recorded>();
  #sizeBytes = 0;
  readonly #trie: TokenTrie;
  /** Longest path below each node, in bytes, at most 255. */
  readonly #height: Uint8Array;
  readonly #stack: Int32Array;
  readonly #anyStack: Int32Array;
  /** Smallest state that all strings are compared with: content and closing quote of any string. */
  readonly #anyString: Regex;

  /** @param anyCharacter,quote Expressions of one character of a string's content, and of the closing quote. */
  constructor(
    readonly vocabulary: Vocabulary,
    private readonly automaton: Automaton,
    private readonly anyCharacter: Regex,
    private readonly quote: Regex,
  ) {
    this.#trie = vocabulary.trie;
    this.#height = heights(this.#trie);
    this.#stack = new Int32Array(this.#trie.maxDepth + 2);
    this.#anyStack = new Int32Array(this.#trie.maxDepth + 2);
    const { store } = automaton;
    this.#anyString = store.concat(store.star(anyCharacter), quote);
  }

  /** Bytes of memory that the remembered masks take. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * The mask of a state; computed when it is not known.
   *
   * @param isBetweenCharacters Whether the text up to here ends with a whole character of a string's content.
   */
  get(state: Regex, isBetweenCharacters: boolean): LexemeMask {
    const known = this.#known.get(state);
    if (known !== undefined) return known;
    const made = state !== this.#anyString && isBetweenCharacters && this.#isPlainString(state)
      ? this.#differ(state, this.get(this.#anyString, true) as Recorded)
      : this.#walk(state);
    if (this.#sizeBytes > MAXIMUM_BYTES) {
      this.#known.clear();
      this.#sizeBytes = 0;
    }
    this.#known.set(state, made);
    return made;
  }

  /** Whether the lexeme is content of a string and an unlabelled quote. */
  #isPlainString(state: Regex): boolean {
    const { store } = this.automaton;
    let rest = state;
    for (let i = 0; i < 64 && store.kind.at(rest) === KIND_CONCAT; i++) {
      rest = store.b.at(rest);
      if (rest === this.quote) return true;
    }
    return false;
  }

  /** Walks the whole trie. */
  #walk(start: Regex): Recorded {
    const { automaton } = this;
    const { byte, depth, end, tokenStart, tokens } = this.#trie;
    const stay = new Uint32Array(this.vocabulary.maskWordCount);
    const exits = new Map<number, number[]>();
    const stack = this.#stack;
    const nullable = automaton.store.nullable;
    stack[0] = start;
    const count = byte.length;
    for (let v = 0; v < count;) {
      const level = depth[v]!;
      const from = stack[level - 1]!;
      const target = automaton.step(from, byte[v]!);
      if (target !== EMPTY) {
        const info = automaton.stateInfo(target);
        if ((info & 1) === 1) {
          record(exits, info >> 1, v);
          v = end[v]!;
          continue;
        }
        for (let t = tokenStart[v]!; t < tokenStart[v + 1]!; t++) {
          const id = tokens[t]!;
          stay[id >>> 5]! |= 1 << (id & 31);
        }
        stack[level] = target;
        v++;
        continue;
      }
      if (nullable.at(from) === 1) {
        // The lexeme ends before this byte, which belongs to what follows.
        record(exits, ~(automaton.stateInfo(from) >> 1), v);
      }
      v = end[v]!;
    }
    return this.#recorded(stay, exits, true);
  }

  /** Walks where the state differs from any string. */
  #differ(start: Regex, any: Recorded): Recorded {
    const { automaton } = this;
    const { byte, depth, end, tokenStart, tokens } = this.#trie;
    const height = this.#height;
    const stack = this.#stack, anyStack = this.#anyStack;
    let stay: Uint32Array | null = null;
    /** Nodes of subtrees that are no longer allowed, as pairs from, to; ascending. */
    const removed: number[] = [];
    stack[0] = start;
    anyStack[0] = this.#anyString;
    const count = byte.length;
    for (let v = 0; v < count;) {
      const level = depth[v]!;
      const b = byte[v]!;
      const anyTarget = automaton.step(anyStack[level - 1]!, b);
      if (anyTarget === EMPTY) {
        v = end[v]!;
        continue;
      }
      const target = automaton.step(stack[level - 1]!, b);
      if (target === anyTarget) {
        v = end[v]!;
        continue;
      }
      if (target === EMPTY) {
        removed.push(v, end[v]!);
        if (anyTarget !== EPSILON) {
          stay ??= any.stay.slice();
          for (let t = tokenStart[v]!; t < tokenStart[end[v]!]!; t++) {
            const id = tokens[t]!;
            stay[id >>> 5]! &= ~(1 << (id & 31));
          }
        }
        v = end[v]!;
        continue;
      }
      if (end[v] === v + 1 || this.#freeLength(target) >= height[v]!) {
        v = end[v]!;
        continue;
      }
      stack[level] = target;
      anyStack[level] = anyTarget;
      v++;
    }
    if (removed.length === 0) {
      this.#sizeBytes += 64;
      return any;
    }
    const kept = new Map<number, number[]>();
    let changed = false;
    for (const [labelSet, nodes] of any.exitNodes) {
      const left: number[] = [];
      let at = 0;
      for (const node of nodes) {
        while (at < removed.length && removed[at + 1]! <= node) at += 2;
        if (at < removed.length && removed[at]! <= node) changed = true;
        else left.push(node);
      }
      kept.set(labelSet, left);
    }
    if (!changed) {
      this.#sizeBytes += stay === null ? 64 : stay.byteLength;
      return { stay: stay ?? any.stay, exits: any.exits, exitNodes: any.exitNodes };
    }
    return this.#recorded(stay ?? any.stay, kept, stay !== null);
  }

  /** For how many characters the state is any string that may end at each of them; 0: not known. */
  #freeLength(state: Regex): number {
    const { store } = this.automaton;
    if (store.kind.at(state) !== KIND_CONCAT || store.b.at(state) !== this.quote) return 0;
    const repeat = store.a.at(state);
    if (store.kind.at(repeat) !== KIND_REPEAT || store.a.at(repeat) !== this.anyCharacter) return 0;
    return store.repeatMin(repeat) === 0 ? store.repeatMax(repeat) : 0;
  }

  #recorded(
    stay: Uint32Array,
    nodes: ReadonlyMap<number, readonly number[]>,
    isOwn: boolean,
  ): Recorded {
    const exits: LexemeExits[] = [];
    const exitNodes = new Map<number, Int32Array>();
    const byLabel = new Map<number, { node: number; isBefore: boolean }[]>();
    for (const [key, list] of nodes) {
      exitNodes.set(key, Int32Array.from(list));
      const labelSet = key < 0 ? ~key : key;
      const entries = byLabel.get(labelSet) ?? [];
      for (const node of list) entries.push({ node, isBefore: key < 0 });
      byLabel.set(labelSet, entries);
    }
    for (const [labelSet, entries] of byLabel) {
      const made = this.#exits(labelSet, entries);
      this.#sizeBytes += made.suffixes.byteSize;
      exits.push(made);
    }
    this.#sizeBytes += 256 + (isOwn ? stay.byteLength : 0);
    return { stay, exits, exitNodes };
  }

  #exits(
    labelSet: number,
    entries: readonly { readonly node: number; readonly isBefore: boolean }[],
  ): LexemeExits {
    const { depth, end, tokenStart, tokens } = this.#trie;
    const atEnd: number[] = [], far: number[] = [];
    const ids: number[] = [], starts: number[] = [0], bytes: number[] = [];
    for (const { node, isBefore } of entries) {
      const skipped = depth[node]! - (isBefore ? 1 : 0);
      for (let t = tokenStart[node]!; t < tokenStart[end[node]!]!; t++) {
        const id = tokens[t]!;
        const all = this.vocabulary.tokenBytes(id)!;
        if (all.length === skipped) {
          atEnd.push(id);
          continue;
        }
        if (!canFollowLexeme(all[skipped]!)) continue;
        let quotes = 0;
        for (let i = skipped; i < all.length; i++) {
          bytes.push(all[i]!);
          if (all[i] === 0x22) quotes++;
        }
        ids.push(id);
        starts.push(bytes.length);
        if (quotes >= FAR_QUOTES) far.push(id);
      }
    }
    return {
      labelSet,
      atEnd: Int32Array.from(atEnd),
      suffixes: TokenTrie.build(
        Uint8Array.from(bytes),
        Int32Array.from(starts),
        Int32Array.from(ids),
      ),
      far: Int32Array.from(far),
    };
  }
}

function record(exits: Map<number, number[]>, key: number, node: number): void {
  const list = exits.get(key);
  if (list === undefined) exits.set(key, [node]);
  else list.push(node);
}

/** Whether a byte may come right after a JSON string: whitespace or `,` `:` `]` `}`. */
function canFollowLexeme(byte: number): boolean {
  return byte === 0x2c || byte === 0x3a || byte === 0x5d || byte === 0x7d || byte === 0x20 ||
    byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function heights(trie: TokenTrie): Uint8Array {
  const count = trie.nodeCount;
  const height = new Uint8Array(count);
  const open: number[] = [];
  for (let v = 0; v < count; v++) {
    const level = trie.depth[v]!;
    open.length = level;
    open[level - 1] = v;
    // Only leaves raise the heights above them.
    if (trie.end[v] !== v + 1) continue;
    for (let up = level - 1; up >= 0; up--) {
      const above = Math.min(255, level - 1 - up);
      if (height[open[up]!]! >= above && above > 0) break;
      height[open[up]!] = above;
    }
  }
  return height;
}
