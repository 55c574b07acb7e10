/**
 * Walks over the token trie in step with one state of the automaton, or with two.
 *
 * Below `lexeme_masks.ts`, which decides what to walk for. The loops allocate nothing but rows of the automaton, the
 * first time that a state is met.
 *
 * Cost: 10-20 ns a node; 20-100 µs a state that is new.
 *
 * @module
 */

import { type Automaton, EMPTY, type Regex } from "../automata/mod.ts";
import type { TokenTrie } from "../vocabulary/mod.ts";

/** Subtrees of the trie, as pairs of nodes from, to; ascending. */
export interface Subtrees {
  readonly ranges: readonly number[];
  /** Tokens in them. */
  readonly tokenCount: number;
}

/** Walks the trie of one vocabulary. */
export class LexemeWalk {
  /** Tokens that the last walk has found. */
  readonly ids: Int32Array;
  readonly #stack: Int32Array;
  readonly #widerStack: Int32Array;

  constructor(private readonly trie: TokenTrie, private readonly automaton: Automaton) {
    this.ids = new Int32Array(trie.tokens.length);
    this.#stack = new Int32Array(trie.maxDepth + 2);
    this.#widerStack = new Int32Array(trie.maxDepth + 2);
  }

  /** Nodes below the first bytes that the state allows. */
  reach(state: Regex): number {
    const { byte, end } = this.trie;
    let reach = 0;
    for (let v = 0; v < byte.length; v = end[v]!) {
      if (this.automaton.step(state, byte[v]!) !== EMPTY) reach += end[v]! - v;
    }
    return reach;
  }

  /**
   * Walks nodes `from..to` from the state before them.
   *
   * @param exits Takes the nodes where the lexeme ends, by {@link exitKey}.
   * @param reached Takes the states in which a token ends.
   * @returns How many tokens stay inside; they are the first entries of `ids`.
   */
  collect(
    from: number,
    to: number,
    start: Regex,
    exits: Map<number, number[]>,
    reached: Set<Regex> | null = null,
  ): number {
    if (from >= to) return 0;
    const ids = this.ids;
    let count = 0;
    const { automaton } = this;
    const { byte, depth, end, tokenStart, tokens } = this.trie;
    const stack = this.#stack;
    stack[depth[from]! - 1] = start;
    automaton.row(start);
    let rows = automaton.rows.data, offsets = automaton.rowOffset.data;
    let infos = automaton.info.data, nullable = automaton.store.nullable.data;
    for (let v = from; v < to;) {
      const level = depth[v]!;
      const current = stack[level - 1]!;
      let offset = offsets[current]!;
      if (offset < 0) {
        offset = automaton.row(current);
        rows = automaton.rows.data;
        offsets = automaton.rowOffset.data;
        infos = automaton.info.data;
        nullable = automaton.store.nullable.data;
      }
      const target = rows[offset + byte[v]!]!;
      if (target !== EMPTY) {
        const info = infos[target]!;
        if ((info & 1) === 0) {
          const before = count;
          for (let t = tokenStart[v]!; t < tokenStart[v + 1]!; t++) ids[count++] = tokens[t]!;
          if (reached !== null && count > before) reached.add(target);
          stack[level] = target;
          v++;
          continue;
        }
        record(exits, exitKey(info >> 1, false), v);
      } else if (nullable[current] === 1) {
        // The lexeme ends before this byte, which belongs to what follows.
        record(exits, exitKey(automaton.stateInfo(current) >> 1, true), v);
      }
      v = end[v]!;
    }
    return count;
  }

  /**
   * The subtrees that a state does not allow, of those that a wider one does. Leaves out whatever lies below a node
   * at which the two have come to the same state.
   */
  removed(start: Regex, wider: Regex): Subtrees {
    const { automaton } = this;
    const { byte, depth, end, tokenStart } = this.trie;
    const stack = this.#stack, widerStack = this.#widerStack;
    const ranges: number[] = [];
    let tokenCount = 0;
    stack[0] = start;
    widerStack[0] = wider;
    automaton.row(start);
    automaton.row(wider);
    let rows = automaton.rows.data, offsets = automaton.rowOffset.data;
    const count = byte.length;
    for (let v = 0; v < count;) {
      const level = depth[v]!;
      const b = byte[v]!;
      const current = stack[level - 1]!, widerCurrent = widerStack[level - 1]!;
      if (offsets[current]! < 0 || offsets[widerCurrent]! < 0) {
        automaton.row(current);
        automaton.row(widerCurrent);
        rows = automaton.rows.data;
        offsets = automaton.rowOffset.data;
      }
      const widerTarget = rows[offsets[widerCurrent]! + b]!;
      const target = rows[offsets[current]! + b]!;
      if (target === widerTarget || widerTarget === EMPTY) {
        v = end[v]!;
        continue;
      }
      if (target === EMPTY) {
        ranges.push(v, end[v]!);
        tokenCount += tokenStart[end[v]!]! - tokenStart[v]!;
        v = end[v]!;
        continue;
      }
      stack[level] = target;
      widerStack[level] = widerTarget;
      v++;
    }
    return { ranges, tokenCount };
  }
}

/** Says of a node where a lexeme ends which labels it has there, and whether the lexeme ends before the node's byte. */
export function exitKey(labelSet: number, isBefore: boolean): number {
  return isBefore ? ~labelSet : labelSet;
}

function record(exits: Map<number, number[]>, key: number, node: number): void {
  const list = exits.get(key);
  if (list === undefined) exits.set(key, [node]);
  else list.push(node);
}
