/**
 * How tokens are cut by the lexemes of grammars, remembered by automaton state.
 *
 * Inside a lexeme of a grammar, most tokens that may come stay inside; which ones depends on the automaton's state alone. The
 * others leave it: they end the lexeme after one of their bytes, and go on with what may follow. The same token can be cut at
 * several places, since a grammar reads its text in every way that fits. For each state a {@link TokenCut} holds the tokens that
 * stay, and for each set of lexemes that may be complete the nodes of the token trie at which something else begins, by their
 * byte. A mask (`mask_walk.ts`) then asks the parser once for each such set, and walks only below the nodes whose byte may follow.
 *
 * Nodes whose byte goes on inside the lexeme as well matter only where the two readings compete, so they are collected when
 * somebody asks.
 *
 * A state that is a union is looked at part by part: what a keyword allows and what an identifier allows. So the
 * identifier's cut is the same wherever it may come, whatever else may come there.
 *
 * Everything is shared by all grammars over the automaton, and bounded: beyond a size all of it is forgotten.
 *
 * Cost: a cut walks the part of the token trie that is alive in the state: microseconds for a keyword, 1-3 ms for a state that
 * allows most tokens.
 *
 * @module
 */

import {
  type Automaton,
  EMPTY,
  KIND_CONCAT,
  KIND_REPEAT,
  KIND_UNION,
  type Regex,
} from "../automata/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { ReachableCounts } from "./reachable_counts.ts";
import { SubtreeBytes } from "./subtree_bytes.ts";

/** Most bytes of what is remembered for one vocabulary. */
const MAXIMUM_BYTES = 128 * 1024 * 1024;
/** More tokens than these are kept as a mask. */
const MANY_TOKENS = 2_000;
/** Subtrees of fewer nodes are walked, whatever they are made of. */
const FEW_NODES = 8;
/** In place of a node: the whole trie, but for its large subtrees. */
const WHOLE = -1;
/** Nodes of a subtree that is remembered by itself. */
const LARGE_SUBTREE = 1_000;
/** A state that leads to a larger share of the nodes is worked out beforehand. */
const WIDE_REACH = 0.1;
/** States of one lexeme that are looked at for that. */
const MANY_STATES = 64;
/** A union of more parts is looked at as a whole. */
const MANY_PARTS = 200;

/** What tokens do in a state. */
export interface TokenCut {
  /** Tokens that stay in the lexeme, or end with it; as a mask if they are many. */
  readonly stay: Uint32Array | null;
  readonly stayIds: Int32Array;
  readonly ends: readonly LexemeEnd[];
}

/** The cuts of one vocabulary. */
export class TokenCuts {
  readonly #cuts = new Map<Regex, TokenCut>();
  readonly #below = new Map<Regex, Map<number, TokenCut>>();
  readonly #parts = new Map<Regex, readonly Regex[]>();
  readonly #counts: ReachableCounts;
  readonly #subtrees: SubtreeBytes;
  /** By depth, the classes of bytes that the state there loops on; see `subtree_bytes.ts`. */
  readonly #loopsLow: Int32Array;
  readonly #loopsHigh: Int32Array;
  #sizeBytes = 0;
  readonly #stack: Int32Array;
  /** By depth, the index of the end that the state there is, -1 if it is none. */
  readonly #endAt: Int32Array;
  /** Tokens that stay, and nodes at which something else begins, with the index of the end before them. */
  readonly #ids: Int32Array;
  readonly #nodes: Int32Array;
  readonly #nodeEnds: Int32Array;
  #idCount = 0;
  #cutCount = 0;
  #ends: LexemeEnd[] = [];
  readonly #endOf = new Map<number, number>();

  constructor(readonly vocabulary: Vocabulary, readonly automaton: Automaton) {
    const { trie } = vocabulary;
    this.#counts = new ReachableCounts(automaton.store);
    this.#subtrees = new SubtreeBytes(trie, automaton);
    this.#loopsLow = new Int32Array(trie.maxDepth + 2);
    this.#loopsHigh = new Int32Array(trie.maxDepth + 2);
    this.#stack = new Int32Array(trie.maxDepth + 2);
    this.#endAt = new Int32Array(trie.maxDepth + 2);
    this.#ids = new Int32Array(trie.tokens.length);
    this.#nodes = new Int32Array(trie.nodeCount);
    this.#nodeEnds = new Int32Array(trie.nodeCount);
  }

  /** Bytes of memory that the cuts take, about. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The states that a state is the union of; itself, if it is none. */
  parts(state: Regex): readonly Regex[] {
    let parts = this.#parts.get(state);
    if (parts === undefined) {
      const found: Regex[] = [];
      this.#addParts(state, found);
      parts = found.length > MANY_PARTS ? [state] : found;
      this.#parts.set(state, parts);
    }
    return parts;
  }

  #addParts(state: Regex, found: Regex[]): void {
    const { store } = this.automaton;
    const a = store.a.at(state), b = store.b.at(state);
    switch (store.kind.at(state)) {
      case KIND_UNION:
        for (let i = 0; i < b; i++) this.#addParts(store.pool.at(a + i), found);
        return;
      case KIND_CONCAT:
        // What is ignored, and then any of several lexemes.
        if (store.kind.at(a) === KIND_REPEAT && store.kind.at(b) === KIND_UNION) {
          for (let i = 0; i < store.b.at(b); i++) {
            found.push(store.concat(a, store.pool.at(store.a.at(b) + i)));
          }
          return;
        }
    }
    found.push(state);
  }

  /**
   * Works out the states of a lexeme that allow many tokens, those that are nearest to its beginning: better now than in
   * the middle of a text.
   *
   * @returns How many there were.
   */
  prepare(lexeme: Regex, maximum: number): number {
    const { automaton } = this;
    const states = new Set([lexeme]);
    const seen = new Set<Regex>();
    let count = 0;
    for (const state of states) {
      for (const part of this.parts(state)) {
        if (seen.has(part) || !this.#isWide(part)) continue;
        seen.add(part);
        if (++count > maximum) return maximum;
        this.cut(part);
      }
      const row = automaton.row(state);
      for (let byte = 0; byte < 256 && states.size < MANY_STATES; byte++) {
        const target = automaton.rows.data[row + byte]!;
        if (target !== EMPTY) states.add(target);
      }
    }
    return count;
  }

  /** Whether what a state allows to come next leads to much of the trie. */
  #isWide(state: Regex): boolean {
    const { automaton, vocabulary: { trie: { byte, end, nodeCount } } } = this;
    let reach = 0;
    for (let v = 0; v < nodeCount; v = end[v]!) {
      if (automaton.step(state, byte[v]!) !== EMPTY) reach += end[v]! - v;
    }
    return reach > WIDE_REACH * nodeCount;
  }

  /** What tokens do in a state, worked out when it is not known. */
  cut(state: Regex): TokenCut {
    let cut = this.#cuts.get(state);
    if (cut === undefined) {
      this.#makeRoom();
      cut = this.#whole(state);
      this.#cuts.set(state, cut);
    }
    return cut;
  }

  /**
   * What the tokens at and below a node do.
   *
   * @param after The state after the node's byte.
   */
  below(after: Regex, node: number): TokenCut {
    const target = this.#counts.within(after, this.#heightOf(node));
    let cuts = this.#below.get(target);
    const known = cuts?.get(node);
    if (known !== undefined) return known;
    this.#makeRoom();
    this.#begin();
    this.#read(node, target, target, node);
    const cut = this.#taken(NO_CUTS);
    cuts = this.#below.get(target);
    if (cuts === undefined) this.#below.set(target, new Map([[node, cut]]));
    else cuts.set(node, cut);
    return cut;
  }

  /** Bytes of the longest token below a node, from the node on. */
  #heightOf(node: number): number {
    let height = this.#heights.get(node);
    if (height === undefined) {
      const { depth, end } = this.vocabulary.trie;
      height = 0;
      for (let v = node + 1; v < end[node]!; v++) {
        height = Math.max(height, depth[v]! - depth[node]!);
      }
      this.#heights.set(node, height);
    }
    return height;
  }
  readonly #heights = new Map<number, number>();

  #makeRoom(): void {
    if (this.#sizeBytes <= MAXIMUM_BYTES) return;
    this.#counts.clear();
    this.#cuts.clear();
    this.#below.clear();
    this.#parts.clear();
    this.#sizeBytes = 0;
  }

  /** Large subtrees are remembered by the state that their byte leads to, which states have in common. */
  #whole(start: Regex): TokenCut {
    const { automaton, vocabulary: { trie: { byte, end, nodeCount } } } = this;
    const large: TokenCut[] = [];
    for (let v = 0; v < nodeCount; v = end[v]!) {
      if (end[v]! - v < LARGE_SUBTREE) continue;
      const target = automaton.step(start, byte[v]!);
      if (target !== EMPTY) large.push(this.below(target, v));
    }
    this.#begin();
    for (let v = 0; v < nodeCount; v = end[v]!) {
      if (end[v]! - v >= LARGE_SUBTREE) continue;
      const target = automaton.step(start, byte[v]!);
      if (target !== EMPTY) this.#read(v, target, start, WHOLE);
    }
    return this.#taken(large);
  }

  #begin(): void {
    this.#ends = [];
    this.#endOf.clear();
    this.#idCount = this.#cutCount = 0;
  }

  /**
   * Walks a subtree.
   *
   * @param target The state after the byte of its root.
   * @param start,node What the ends that are found will ask for again; see {@link TokenCuts.goingOn}.
   */
  #read(root: number, target: Regex, start: Regex, node: number): void {
    const { automaton, vocabulary: { trie } } = this;
    const { byte, depth, end, tokenStart, tokens } = trie;
    const stack = this.#stack, endAt = this.#endAt;
    const subtrees = this.#subtrees, { low, high } = subtrees;
    const loopsLow = this.#loopsLow, loopsHigh = this.#loopsHigh;
    const ids = this.#ids, nodes = this.#nodes, nodeEnds = this.#nodeEnds;
    const ends = this.#ends;
    let idCount = this.#idCount, cutCount = this.#cutCount;
    const indexOf = (labelSet: number): number => {
      let index = this.#endOf.get(labelSet);
      if (index === undefined) {
        index = ends.push(new LexemeEnd(this, start, node, labelSet)) - 1;
        this.#endOf.set(labelSet, index);
      }
      return index;
    };
    for (let t = tokenStart[root]!; t < tokenStart[root + 1]!; t++) ids[idCount++] = tokens[t]!;
    stack[depth[root]!] = target;
    const rootLabels = automaton.stateInfo(target) >> 1;
    endAt[depth[root]!] = rootLabels === 0 ? -1 : indexOf(rootLabels);
    loopsLow[depth[root]!] = loopsHigh[depth[root]!] = 0;
    if (end[root]! - root >= FEW_NODES) {
      const loops = subtrees.loops(target);
      loopsLow[depth[root]!] = loops.low;
      loopsHigh[depth[root]!] = loops.high;
    }
    automaton.row(target);
    let rows = automaton.rows.data, offsets = automaton.rowOffset.data;
    let infos = automaton.info.data;
    for (let v = root + 1, to = end[root]!; v < to;) {
      const level = depth[v]!;
      const before = endAt[level - 1]!;
      const isLarge = end[v]! - v >= FEW_NODES;
      if (
        isLarge && (byte[v]! & 0xc0) !== 0x80 &&
        (low[v]! & ~loopsLow[level - 1]! | high[v]! & ~loopsHigh[level - 1]!) === 0
      ) {
        // All of it stays in the state, or is inside a character that leads back.
        for (let t = tokenStart[v]!, last = tokenStart[end[v]!]!; t < last; t++) {
          ids[idCount++] = tokens[t]!;
        }
        if (before >= 0) {
          // More bytes than there are do no harm: somebody looks for them, and finds none.
          const { goesOn } = ends[before]!;
          for (const b of subtrees.firstBytes(v)) goesOn[b]! |= b < 0x80 ? GOES_ON_ALIKE : GOES_ON;
        }
        v = end[v]!;
        continue;
      }
      const current = stack[level - 1]!;
      let offset = offsets[current]!;
      if (offset < 0) {
        offset = automaton.row(current);
        rows = automaton.rows.data;
        offsets = automaton.rowOffset.data;
        infos = automaton.info.data;
      }
      const next = rows[offset + byte[v]!]!;
      if (next === EMPTY) {
        if (before >= 0) {
          nodes[cutCount] = v;
          nodeEnds[cutCount++] = before;
        }
        v = end[v]!;
        continue;
      }
      const labelSet = infos[next]! >> 1;
      if (before >= 0) {
        const one = ends[before]!;
        one.goesOn[byte[v]!]! |= labelSet === one.labelSet ? GOES_ON_ALIKE : GOES_ON;
      }
      for (let t = tokenStart[v]!; t < tokenStart[v + 1]!; t++) ids[idCount++] = tokens[t]!;
      stack[level] = next;
      endAt[level] = labelSet === 0 ? -1 : indexOf(labelSet);
      if (next === current) {
        loopsLow[level] = loopsLow[level - 1]!;
        loopsHigh[level] = loopsHigh[level - 1]!;
      } else if (isLarge) {
        const loops = subtrees.loops(next);
        loopsLow[level] = loops.low;
        loopsHigh[level] = loops.high;
        rows = automaton.rows.data;
        offsets = automaton.rowOffset.data;
        infos = automaton.info.data;
      } else loopsLow[level] = loopsHigh[level] = 0;
      v++;
    }
    this.#idCount = idCount;
    this.#cutCount = cutCount;
  }

  /** What was walked, and other cuts, as one. */
  #taken(others: readonly TokenCut[]): TokenCut {
    const ids = this.#ids;
    const idCount = this.#idCount;
    const ends = this.#ends;
    ends.forEach((one, index) => {
      this.#sizeBytes += one.take(this.#nodes, this.#nodeEnds, this.#cutCount, index);
    });
    const all = ends.filter(({ bytes }) => bytes.length > 0);
    // A keyword has few tokens, though it may go on below large subtrees: as a list they are added much faster.
    let count = idCount;
    for (const { stay, stayIds } of others) count += stay === null ? stayIds.length : Infinity;
    let stay: Uint32Array | null = null;
    let stayIds = NONE;
    if (count > MANY_TOKENS) {
      stay = new Uint32Array(this.vocabulary.maskWordCount);
      for (let i = 0; i < idCount; i++) stay[ids[i]! >>> 5]! |= 1 << (ids[i]! & 31);
      for (const other of others) addTokens(stay, other);
    } else {
      stayIds = new Int32Array(count);
      stayIds.set(ids.subarray(0, idCount));
      let at = idCount;
      for (const other of others) {
        stayIds.set(other.stayIds, at);
        at += other.stayIds.length;
      }
    }
    for (const other of others) all.push(...other.ends);
    this.#sizeBytes += 512 + (stay ?? stayIds).byteLength;
    return { stay, stayIds, ends: all };
  }

  /**
   * @internal The nodes after an end of a lexeme that also go on inside of it with a byte.
   *
   * @param node With a node, the state is the one after its byte; -1: before the first byte.
   */
  goingOn(state: Regex, node: number, labelSet: number, byte: number): readonly number[] {
    const { automaton, vocabulary: { trie } } = this;
    const { depth, end } = trie;
    const stack = this.#stack, labelSets = this.#endAt;
    const found: number[] = [];
    const level = node === WHOLE ? 0 : depth[node]!;
    stack[level] = state;
    labelSets[level] = node === WHOLE ? 0 : automaton.stateInfo(state) >> 1;
    for (let v = node + 1, to = node === WHOLE ? trie.nodeCount : end[node]!; v < to;) {
      const level = depth[v]!;
      const isOther = node === WHOLE && level === 1 && end[v]! - v >= LARGE_SUBTREE;
      const target = isOther || !this.#subtrees.mayHave(v, byte)
        ? EMPTY
        : automaton.step(stack[level - 1]!, trie.byte[v]!);
      if (target === EMPTY) {
        v = end[v]!;
        continue;
      }
      if (trie.byte[v] === byte && labelSets[level - 1] === labelSet) found.push(v);
      stack[level] = target;
      labelSets[level] = automaton.stateInfo(target) >> 1;
      v++;
    }
    this.#sizeBytes += 8 * found.length + 64;
    return found;
  }
}

/** Adds the tokens that stay to a mask. */
export function addTokens(out: Uint32Array, { stay, stayIds }: TokenCut): void {
  if (stay !== null) { for (let i = 0; i < out.length; i++) out[i]! |= stay[i]!; }
  for (let i = 0; i < stayIds.length; i++) out[stayIds[i]! >>> 5]! |= 1 << (stayIds[i]! & 31);
}

const NO_CUTS: readonly TokenCut[] = [];
const NONE = new Int32Array(0);

/** The lexeme may go on with a byte. */
export const GOES_ON = 1;
/** It may, and is then complete again in the same way. */
export const GOES_ON_ALIKE = 2;

/** Where a lexeme may end: what the tokens that leave it there go on with, by first byte. */
export class LexemeEnd {
  /** By byte, whether it may also go on inside the lexeme; see {@link GOES_ON}. */
  readonly goesOn = new Uint8Array(256);
  /** Bytes that something begins with, ascending. */
  bytes: Uint8Array = new Uint8Array(0);
  /** By byte, where its tokens begin in `#ids`, and its nodes in `#nodes`. */
  readonly #idStarts = new Int32Array(257);
  readonly #nodeStarts = new Int32Array(257);
  #ids: Int32Array = NONE;
  #nodes: Int32Array = NONE;
  readonly #goingOn = new Map<number, readonly number[]>();

  /** @param labelSet Which lexemes are complete; see `Automaton.labels`. */
  constructor(
    private readonly owner: TokenCuts,
    private readonly start: Regex,
    private readonly node: number,
    readonly labelSet: number,
  ) {}

  /** Tokens that write the byte after the lexeme and end with it. */
  tokens(byte: number): Int32Array {
    return this.#ids.subarray(this.#idStarts[byte]!, this.#idStarts[byte + 1]!);
  }

  /** Nodes of tokens that write the byte after the lexeme and more. */
  nodes(byte: number): Int32Array {
    return this.#nodes.subarray(this.#nodeStarts[byte]!, this.#nodeStarts[byte + 1]!);
  }

  /** Nodes of tokens that write the byte, which the lexeme could go on with as well. */
  staying(byte: number): readonly number[] {
    if (this.goesOn[byte] === 0) return NO_NODES;
    const known = this.#goingOn.get(byte);
    if (known !== undefined) return known;
    const nodes = this.owner.goingOn(this.start, this.node, this.labelSet, byte);
    this.#goingOn.set(byte, nodes);
    return nodes;
  }

  /**
   * @internal Takes its nodes out of those of all ends, and sorts them and their tokens by byte.
   *
   * @returns The bytes of memory that they take.
   */
  take(nodes: Int32Array, ends: Int32Array, count: number, index: number): number {
    const { byte, end, tokenStart, tokens } = this.owner.vocabulary.trie;
    const idStarts = this.#idStarts, nodeStarts = this.#nodeStarts;
    for (let i = 0; i < count; i++) {
      if (ends[i] !== index) continue;
      const v = nodes[i]!, b = byte[v]!;
      idStarts[b + 1]! += tokenStart[v + 1]! - tokenStart[v]!;
      if (end[v] !== v + 1) nodeStarts[b + 1]!++;
    }
    const bytes: number[] = [];
    for (let b = 0; b < 256; b++) {
      if (idStarts[b + 1]! > 0 || nodeStarts[b + 1]! > 0 || this.goesOn[b] !== 0) bytes.push(b);
      idStarts[b + 1]! += idStarts[b]!;
      nodeStarts[b + 1]! += nodeStarts[b]!;
    }
    this.bytes = Uint8Array.from(bytes);
    this.#ids = new Int32Array(idStarts[256]!);
    this.#nodes = new Int32Array(nodeStarts[256]!);
    const nextId = idStarts.slice(0, 256), nextNode = nodeStarts.slice(0, 256);
    for (let i = 0; i < count; i++) {
      if (ends[i] !== index) continue;
      const v = nodes[i]!, b = byte[v]!;
      for (let t = tokenStart[v]!; t < tokenStart[v + 1]!; t++) {
        this.#ids[nextId[b]!++] = tokens[t]!;
      }
      if (end[v] !== v + 1) this.#nodes[nextNode[b]!++] = v;
    }
    return this.#ids.byteLength + this.#nodes.byteLength + 2500;
  }
}

const NO_NODES: readonly number[] = [];
