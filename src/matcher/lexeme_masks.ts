/**
 * Masks inside long lexemes, remembered by automaton state.
 *
 * Most tokens that may follow inside a string stay in the string, whatever stands around it. So for a state of the
 * automaton the tokens that stay are a mask that is computed once, and shared by every string, schema and request that
 * comes through the state. The tokens that end the string are few, and only what they write after the quote matters: those
 * suffixes form a small trie of their own, which is walked with the parser.
 *
 * Three ways to a mask, the cheapest that fits:
 *
 * - a bounded number of arbitrary characters: the mask of any string without the tokens that are too long, and
 *   without the ends that come too soon. No walk.
 * - most of what any string allows: a walk in step with the state of any string that leaves out every subtree in
 *   which the two have come to the same state.
 * - anything else: a walk over the subtrees that are alive.
 *
 * Where a lexeme begins in the middle of a token, the same is done for the subtree below that place ({@link
 * LexemeMasks.below}).
 *
 * Cost: 2-5 ms for the first state of a vocabulary, 5-500 µs for most others, 5 ms for a new state that tells all
 * characters apart; 19 KB a state with a mask of its own.
 *
 * @module
 */

import {
  type Automaton,
  EMPTY,
  KIND_CONCAT,
  KIND_INTERSECT,
  KIND_NOT,
  KIND_REPEAT,
  type Regex,
} from "../automata/mod.ts";
import { TokenTrie, type Vocabulary } from "../vocabulary/mod.ts";
import { distanceToEnds } from "./distance_to_ends.ts";
import { countCharacters } from "./string_text.ts";

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
  /** Tokens of the two that are not allowed after all. */
  readonly removed: Int32Array;
}

/** What may follow below a node of the trie. */
export interface LexemeTokens {
  /** Tokens that stay inside the lexeme. */
  readonly stay: Int32Array;
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
const NONE_REMOVED = new Int32Array(0);
/** With more tokens to take away than these, a mask has its own copy of the tokens that stay. */
const MANY_REMOVED = 2048;
/** After so many patterns in a row that have too many states, bounds on lengths are followed like any other. */
const MANY_VAIN_ATTEMPTS = 8;
/** A state that keeps at least this share of the vocabulary's nodes in reach is compared with any string. */
const MOST = 0.5;

/** The remembered masks of one vocabulary. */
export class LexemeMasks {
  readonly #known = new Map<Regex, Recorded>();
  readonly #below = new Map<Regex, Map<number, LexemeTokens>>();
  #sizeBytes = 0;
  readonly #trie: TokenTrie;
  /** Tokens that the walk at hand has found. */
  readonly #ids: Int32Array;
  readonly #stack: Int32Array;
  readonly #anyStack: Int32Array;
  /** Content and closing quote of any string. */
  readonly #anyString: Regex;
  #vainAttempts = 0;
  /** The most characters of a token of a mask. */
  readonly #longest = new WeakMap<Uint32Array, number>();
  /** Tokens inside any string by their number of characters, most first; made when it is needed. */
  #byLength: { readonly ids: Int32Array; readonly counts: Uint16Array } | undefined;

  /** @param anyCharacter,quote Expressions of one character of a string's content, and of the closing quote. */
  constructor(
    readonly vocabulary: Vocabulary,
    private readonly automaton: Automaton,
    private readonly anyCharacter: Regex,
    private readonly quote: Regex,
  ) {
    this.#trie = vocabulary.trie;
    this.#ids = new Int32Array(this.#trie.tokens.length);
    this.#stack = new Int32Array(this.#trie.maxDepth + 2);
    this.#anyStack = new Int32Array(this.#trie.maxDepth + 2);
    const { store } = automaton;
    this.#anyString = store.concat(store.star(anyCharacter), quote);
  }

  /** Computes what nearly all other masks are made from. 30-100 ms for 151,000 tokens. */
  prepare(): void {
    const any = this.get(this.#anyString, true);
    this.#byLength ??= this.#sortByLength(any.stay);
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
    const made = this.#make(state, isBetweenCharacters);
    this.#makeRoom();
    this.#known.set(state, made);
    return made;
  }

  #make(state: Regex, isBetweenCharacters: boolean): Recorded {
    if (state === this.#anyString || !isBetweenCharacters || !this.#isPlainString(state)) {
      return this.#walk(state);
    }
    const wider = this.#withoutComplements(state);
    if (wider !== EMPTY) {
      return this.#differ(state, wider, this.get(wider, true) as Recorded);
    }
    const bounded = this.#boundedPattern(state);
    if (bounded !== null) return bounded;
    const bounds = this.#bounds(state);
    if (bounds === null && this.#reach(state) < MOST * this.#trie.nodeCount) {
      return this.#walk(state);
    }
    const any = this.get(this.#anyString, true) as Recorded;
    return bounds === null
      ? this.#differ(state, this.#anyString, any)
      : this.#bounded(any, bounds.min, bounds.max);
  }

  /**
   * The state without the complements in its intersection; `EMPTY` when it is no such state. The values of a set that
   * are taken are complements of a few texts, which most tokens lead away from.
   */
  #withoutComplements(state: Regex): Regex {
    const { store } = this.automaton;
    if (store.kind.at(state) !== KIND_CONCAT || store.b.at(state) !== this.quote) return EMPTY;
    const both = store.a.at(state);
    if (store.kind.at(both) !== KIND_INTERSECT) return EMPTY;
    const kept: Regex[] = [store.star(this.anyCharacter)];
    const count = store.b.at(both);
    for (let i = 0; i < count; i++) {
      const part = store.pool.at(store.a.at(both) + i);
      if (store.kind.at(part) !== KIND_NOT) kept.push(part);
    }
    const all = kept[0]!;
    const others = kept.filter((part) => part !== all).length;
    const complements = count - others - (this.#hasPart(both, all) ? 1 : 0);
    return complements === 0 ? EMPTY : store.concat(store.intersect(kept), this.quote);
  }

  #hasPart(intersection: Regex, part: Regex): boolean {
    const { store } = this.automaton;
    for (let i = 0; i < store.b.at(intersection); i++) {
      if (store.pool.at(store.a.at(intersection) + i) === part) return true;
    }
    return false;
  }

  #makeRoom(): void {
    if (this.#sizeBytes <= MAXIMUM_BYTES) return;
    this.#known.clear();
    this.#below.clear();
    this.#sizeBytes = 0;
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

  /** The bounds of a state that takes arbitrary characters and nothing else. */
  #bounds(state: Regex): { min: number; max: number } | null {
    const { store } = this.automaton;
    if (store.kind.at(state) !== KIND_CONCAT) return null;
    const head = store.a.at(state), tail = store.b.at(state);
    if (tail === this.quote) {
      if (head === this.anyCharacter) return { min: 1, max: 1 };
      if (store.kind.at(head) !== KIND_REPEAT || store.a.at(head) !== this.anyCharacter) {
        return null;
      }
      return { min: store.repeatMin(head), max: store.repeatMax(head) };
    }
    return null;
  }

  /**
   * The mask of a pattern with bounds on its length, where the bounds are too far away to matter: every state of the
   * pattern has a way to an end that is short enough, and long enough where a minimum is left. Then
   * the tokens that stay are those of the pattern alone, and of its ends those count that do not come too soon.
   */
  #boundedPattern(state: Regex): Recorded | null {
    const { store } = this.automaton;
    if (store.kind.at(state) !== KIND_CONCAT || store.b.at(state) !== this.quote) return null;
    const both = store.a.at(state);
    if (store.kind.at(both) !== KIND_INTERSECT) return null;
    const patterns: Regex[] = [];
    let min = 0, max = Infinity;
    for (let i = 0; i < store.b.at(both); i++) {
      const part = store.pool.at(store.a.at(both) + i);
      if (store.kind.at(part) === KIND_REPEAT && store.a.at(part) === this.anyCharacter) {
        min = Math.max(min, store.repeatMin(part));
        max = Math.min(max, store.repeatMax(part));
      } else patterns.push(part);
    }
    if (patterns.length === 0 || (min === 0 && max === Infinity)) return null;
    // A complement alone would take more than strings.
    const pattern = store.intersect([store.star(this.anyCharacter), ...patterns]);
    if (this.#vainAttempts >= MANY_VAIN_ATTEMPTS) return null;
    const distance = distanceToEnds(this.automaton, pattern, min);
    if (distance === null) {
      this.#vainAttempts++;
      return null;
    }
    this.#vainAttempts = 0;
    const alone = this.get(store.concat(pattern, this.quote), true) as Recorded;
    if (max < this.#longestStay(alone) + distance) return null;
    if (min === 0) return alone;
    const kept = new Map<number, readonly number[]>();
    for (const [labelSet, nodes] of alone.exitNodes) {
      kept.set(labelSet, [...nodes].filter((node) => this.#charactersBefore(node) >= min));
    }
    return this.#recorded(alone.stay, kept, false, alone.removed);
  }

  /** The most characters that a token writes that stays in the lexeme. */
  #longestStay({ stay }: LexemeMask): number {
    let longest = this.#longest.get(stay);
    if (longest === undefined) {
      const { ids, counts } = this.#byLength!;
      const first = ids.findIndex((id) => (stay[id >>> 5]! >>> (id & 31) & 1) === 1);
      longest = first < 0 ? 0 : counts[first]!;
      this.#longest.set(stay, longest);
    }
    return longest;
  }

  /** Characters that the path to a node at which a string ends writes before the quote. */
  #charactersBefore(node: number): number {
    const { depth, tokenStart, tokens } = this.#trie;
    // Any token at or below the node begins with the bytes up to it.
    const bytes = this.vocabulary.tokenBytes(tokens[tokenStart[node]!]!)!;
    return countCharacters(bytes, depth[node]! - 1);
  }

  /** Nodes below the first bytes that the state allows. */
  #reach(state: Regex): number {
    const { byte, end } = this.#trie;
    let reach = 0;
    for (let v = 0; v < byte.length; v = end[v]!) {
      if (this.automaton.step(state, byte[v]!) !== EMPTY) reach += end[v]! - v;
    }
    return reach;
  }

  /** Walks the whole trie. */
  #walk(start: Regex): Recorded {
    const stay = new Uint32Array(this.vocabulary.maskWordCount);
    const exits = new Map<number, number[]>();
    const count = this.#collect(0, this.#trie.nodeCount, start, exits);
    const ids = this.#ids;
    for (let i = 0; i < count; i++) stay[ids[i]! >>> 5]! |= 1 << (ids[i]! & 31);
    return this.#recorded(stay, exits, true);
  }

  /**
   * What may follow below a node, where a lexeme begins or goes on in a state; computed when it is not known.
   *
   * @param node A node of the vocabulary's trie.
   * @param state The state after the node's byte.
   */
  below(node: number, state: Regex): LexemeTokens {
    let byNode = this.#below.get(state);
    const known = byNode?.get(node);
    if (known !== undefined) return known;
    const nodes = new Map<number, number[]>();
    const count = this.#collect(node + 1, this.#trie.end[node]!, state, nodes);
    const made = { stay: this.#ids.slice(0, count), exits: this.#allExits(nodes) };
    this.#makeRoom();
    this.#sizeBytes += 256 + made.stay.byteLength;
    byNode = this.#below.get(state);
    if (byNode === undefined) this.#below.set(state, byNode = new Map());
    byNode.set(node, made);
    return made;
  }

  /**
   * Walks nodes `from..to` from the state before them.
   *
   * @param exits Takes the nodes where the lexeme ends.
   * @returns How many tokens stay inside; they are the first entries of `#ids`.
   */
  #collect(from: number, to: number, start: Regex, exits: Map<number, number[]>): number {
    if (from >= to) return 0;
    const ids = this.#ids;
    let count = 0;
    const { automaton } = this;
    const { byte, depth, end, tokenStart, tokens } = this.#trie;
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
          for (let t = tokenStart[v]!; t < tokenStart[v + 1]!; t++) ids[count++] = tokens[t]!;
          stack[level] = target;
          v++;
          continue;
        }
        record(exits, info >> 1, v);
      } else if (nullable[current] === 1) {
        // The lexeme ends before this byte, which belongs to what follows.
        record(exits, ~(automaton.stateInfo(current) >> 1), v);
      }
      v = end[v]!;
    }
    return count;
  }

  /** Walks where the state differs from a state that allows more, whose mask is known. */
  #differ(start: Regex, wider: Regex, any: Recorded): Recorded {
    const { automaton } = this;
    const { byte, depth, end, tokenStart, tokens } = this.#trie;
    const stack = this.#stack, anyStack = this.#anyStack;
    /** Subtrees that are no longer allowed, as pairs of nodes from, to; ascending. */
    const removed: number[] = [];
    let removedCount = 0;
    stack[0] = start;
    anyStack[0] = wider;
    automaton.row(start);
    automaton.row(wider);
    let rows = automaton.rows.data, offsets = automaton.rowOffset.data;
    const count = byte.length;
    for (let v = 0; v < count;) {
      const level = depth[v]!;
      const b = byte[v]!;
      const current = stack[level - 1]!, anyCurrent = anyStack[level - 1]!;
      if (offsets[current]! < 0 || offsets[anyCurrent]! < 0) {
        automaton.row(current);
        automaton.row(anyCurrent);
        rows = automaton.rows.data;
        offsets = automaton.rowOffset.data;
      }
      const anyTarget = rows[offsets[anyCurrent]! + b]!;
      const target = rows[offsets[current]! + b]!;
      if (target === anyTarget || anyTarget === EMPTY) {
        v = end[v]!;
        continue;
      }
      if (target === EMPTY) {
        removed.push(v, end[v]!);
        removedCount += tokenStart[end[v]!]! - tokenStart[v]!;
        v = end[v]!;
        continue;
      }
      stack[level] = target;
      anyStack[level] = anyTarget;
      v++;
    }
    if (removedCount + any.removed.length <= MANY_REMOVED) {
      const ids = new Int32Array(removedCount + any.removed.length);
      ids.set(any.removed);
      let count = any.removed.length;
      for (let i = 0; i < removed.length; i += 2) {
        for (let t = tokenStart[removed[i]!]!; t < tokenStart[removed[i + 1]!]!; t++) {
          ids[count++] = tokens[t]!;
        }
      }
      this.#sizeBytes += 256 + ids.byteLength;
      return { ...any, removed: ids };
    }
    const stay = any.stay.slice();
    for (let i = 0; i < removed.length; i += 2) {
      for (let t = tokenStart[removed[i]!]!; t < tokenStart[removed[i + 1]!]!; t++) {
        stay[tokens[t]! >>> 5]! &= ~(1 << (tokens[t]! & 31));
      }
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
    return this.#changed(any, stay, changed ? kept : null);
  }

  /** Between `min` and `max` arbitrary characters before the quote. */
  #bounded(any: Recorded, min: number, max: number): Recorded {
    this.#byLength ??= this.#sortByLength(any.stay);
    const { ids, counts } = this.#byLength;
    let stay: Uint32Array | null = null;
    for (let i = 0; i < ids.length && counts[i]! > max; i++) {
      stay ??= any.stay.slice();
      stay[ids[i]! >>> 5]! &= ~(1 << (ids[i]! & 31));
    }
    const kept = new Map<number, number[]>();
    let changed = false;
    for (const [labelSet, nodes] of any.exitNodes) {
      const left: number[] = [];
      for (const node of nodes) {
        const count = this.#charactersBefore(node);
        if (count >= min && count <= max) left.push(node);
        else changed = true;
      }
      kept.set(labelSet, left);
    }
    return this.#changed(any, stay, changed ? kept : null);
  }

  #sortByLength(stay: Uint32Array): { ids: Int32Array; counts: Uint16Array } {
    const { tokenCount } = this.vocabulary;
    const counts = new Uint16Array(tokenCount);
    const starts = new Int32Array(65_537);
    let size = 0;
    for (let id = 0; id < tokenCount; id++) {
      if ((stay[id >>> 5]! >>> (id & 31) & 1) === 0) continue;
      const bytes = this.vocabulary.tokenBytes(id)!;
      const count = countCharacters(bytes, bytes.length);
      counts[id] = count;
      starts[65_535 - count]!++;
      size++;
    }
    // Counting sort, most characters first.
    for (let i = 0, sum = 0; i < starts.length; i++) {
      const here = starts[i]!;
      starts[i] = sum;
      sum += here;
    }
    const ids = new Int32Array(size);
    for (let id = 0; id < tokenCount; id++) {
      if (counts[id] !== 0) ids[starts[65_535 - counts[id]!]!++] = id;
    }
    return { ids, counts: Uint16Array.from(ids, (id) => counts[id]!) };
  }

  /** The record of any string with other tokens that stay, or other ends; null: the same. */
  #changed(
    any: Recorded,
    stay: Uint32Array | null,
    exitNodes: ReadonlyMap<number, readonly number[]> | null,
  ): Recorded {
    if (exitNodes === null) {
      this.#sizeBytes += 256 + (stay?.byteLength ?? 0);
      return { ...any, stay: stay ?? any.stay };
    }
    return this.#recorded(stay ?? any.stay, exitNodes, stay !== null, any.removed);
  }

  #recorded(
    stay: Uint32Array,
    nodes: ReadonlyMap<number, readonly number[]>,
    isOwn: boolean,
    removed: Int32Array = NONE_REMOVED,
  ): Recorded {
    const exitNodes = new Map<number, Int32Array>();
    for (const [key, list] of nodes) exitNodes.set(key, Int32Array.from(list));
    this.#sizeBytes += 256 + (isOwn ? stay.byteLength : 0);
    return { stay, exits: this.#allExits(nodes), exitNodes, removed };
  }

  #allExits(nodes: ReadonlyMap<number, readonly number[]>): LexemeExits[] {
    const byLabel = new Map<number, { node: number; isBefore: boolean }[]>();
    for (const [key, list] of nodes) {
      const labelSet = key < 0 ? ~key : key;
      const entries = byLabel.get(labelSet) ?? [];
      for (const node of list) entries.push({ node, isBefore: key < 0 });
      byLabel.set(labelSet, entries);
    }
    return [...byLabel].map(([labelSet, entries]) => this.#exits(labelSet, entries));
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
    const suffixes = ids.length === 0 ? emptyTrie : TokenTrie.build(
      Uint8Array.from(bytes),
      Int32Array.from(starts),
      Int32Array.from(ids),
    );
    this.#sizeBytes += suffixes.byteSize;
    return { labelSet, atEnd: Int32Array.from(atEnd), suffixes, far: Int32Array.from(far) };
  }
}

const emptyTrie = TokenTrie.build(new Uint8Array(0), Int32Array.of(0), new Int32Array(0));

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
