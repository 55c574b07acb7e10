/**
 * Masks inside long lexemes, remembered by automaton state.
 *
 * Most tokens that may follow inside a string stay in the string, whatever stands around it. So for a state of the
 * automaton the tokens that stay are a mask that is computed once, and shared by every string, schema and request that
 * comes through the state. The tokens that end the string are few, and only what they write after the quote matters: those
 * suffixes form a small trie of their own, which is walked with the parser.
 *
 * Ways to a mask, the cheapest that fits:
 *
 * - a bounded number of arbitrary characters: the mask of any string without the tokens that are too long, and
 *   without the ends that come too soon. No walk.
 * - a pattern with bounds on its length: the mask of the pattern, and a closer look at the tokens that come near a
 *   bound. Else pattern and bound would be multiplied: a state for each place in the one and each count of the other.
 * - a language without the few texts that a set has taken: the mask of the language, and a walk where they differ.
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

import { type Automaton, EMPTY, type Regex } from "../automata/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { distanceToEnds } from "./distance_to_ends.ts";
import { type LexemeExits, lexemeExits } from "./lexeme_exits.ts";
import { LexemeWalk } from "./lexeme_walk.ts";
import { type BoundedPattern, StringForms } from "./string_forms.ts";
import { countCharacters } from "./string_text.ts";
import { TokensByLength } from "./tokens_by_length.ts";

export type { LexemeExits } from "./lexeme_exits.ts";

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
  /** Nodes where the lexeme ends, ascending, by `exitKey`. */
  readonly exitNodes: ReadonlyMap<number, Int32Array>;
}

/** Most bytes of remembered masks of one vocabulary. */
const MAXIMUM_BYTES = 96 * 1024 * 1024;
const NONE_REMOVED = new Int32Array(0);
/** With more tokens to take away than these, a mask has its own copy of the tokens that stay. */
const MANY_REMOVED = 2048;
/** After so many patterns in a row that have too many states, bounds on lengths are followed like any other. */
const MANY_VAIN_ATTEMPTS = 8;
/** Most tokens near a bound that are tried one by one. */
const MANY_NEAR = 500;
/** A state that keeps at least this share of the vocabulary's nodes in reach is compared with any string. */
const MOST = 0.5;

/** The remembered masks of one vocabulary. */
export class LexemeMasks {
  readonly #known = new Map<Regex, Recorded>();
  readonly #below = new Map<Regex, Map<number, LexemeTokens>>();
  #sizeBytes = 0;
  readonly #walk: LexemeWalk;
  readonly #forms: StringForms;
  /** Ends by the nodes where they are; many states have the same. */
  readonly #exits = new Map<string, readonly LexemeExits[]>();
  /** The most bytes to an end of the lexeme from a state in which a token ends that stays. */
  readonly #farthest = new Map<Regex, number>();
  /** Content and closing quote of any string. */
  readonly #anyString: Regex;
  #vainAttempts = 0;
  /** Tokens inside any string; made when they are needed. */
  #byLength: TokensByLength | undefined;

  /** @param anyCharacter,quote Expressions of one character of a string's content, and of the closing quote. */
  constructor(
    readonly vocabulary: Vocabulary,
    private readonly automaton: Automaton,
    private readonly anyCharacter: Regex,
    private readonly quote: Regex,
  ) {
    this.#walk = new LexemeWalk(vocabulary.trie, automaton);
    this.#forms = new StringForms(automaton, anyCharacter, quote);
    const { store } = automaton;
    this.#anyString = store.concat(store.star(anyCharacter), quote);
  }

  /** Computes what nearly all other masks are made from. 30-100 ms for 151,000 tokens. */
  prepare(): void {
    this.#tokensByLength();
  }

  #tokensByLength(): TokensByLength {
    return this.#byLength ??= new TokensByLength(
      this.vocabulary,
      this.get(this.#anyString, true).stay,
    );
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
    const forms = this.#forms;
    if (state === this.#anyString || !isBetweenCharacters || !forms.isPlainString(state)) {
      return this.#walked(state, null);
    }
    const wider = forms.withoutLists(state);
    if (wider !== EMPTY) return this.#differ(state, wider, this.get(wider, true) as Recorded);
    const bounds = forms.lengthBounds(state);
    if (bounds !== null) return this.#bounded(bounds.min, bounds.max);
    const boundedPattern = forms.boundedPattern(state);
    if (boundedPattern !== null) {
      const made = boundedPattern.min > 1
        ? this.#boundedBelow(boundedPattern)
        : this.#boundedAbove(state, boundedPattern);
      if (made !== null) return made;
    }
    if (this.#walk.reach(state) < MOST * this.vocabulary.trie.nodeCount) {
      return this.#walked(state, null);
    }
    return this.#differ(state, this.#anyString, this.get(this.#anyString, true) as Recorded);
  }

  #makeRoom(): void {
    if (this.#sizeBytes <= MAXIMUM_BYTES) return;
    this.#known.clear();
    this.#below.clear();
    this.#exits.clear();
    this.#farthest.clear();
    this.#sizeBytes = 0;
  }

  // ---- Bounds ----

  /** Between `min` and `max` arbitrary characters before the quote. */
  #bounded(min: number, max: number): Recorded {
    const any = this.get(this.#anyString, true) as Recorded;
    const { ids, counts } = this.#tokensByLength();
    let stay: Uint32Array | null = null;
    for (let i = 0; i < ids.length && counts[i]! > max; i++) {
      stay ??= any.stay.slice();
      stay[ids[i]! >>> 5]! &= ~(1 << (ids[i]! & 31));
    }
    const kept = this.#endsWithin(any, min, max);
    return this.#recorded(stay ?? any.stay, kept, stay !== null, any.removed);
  }

  /**
   * The mask of a pattern with an upper bound on its length. From where the pattern's tokens lead it has ends in reach,
   * and only tokens that come nearer to the bound than the farthest of those is away are tried in full.
   */
  #boundedAbove(state: Regex, { pattern, min, max }: BoundedPattern): Recorded | null {
    const inQuotes = this.automaton.store.concat(pattern, this.quote);
    let farthest = this.#farthest.get(inQuotes);
    if (farthest === undefined) {
      const reached = new Set<Regex>();
      const made = this.#walked(inQuotes, reached);
      farthest = 0;
      for (const one of reached) {
        farthest = Math.max(farthest, this.automaton.distanceBound(one));
      }
      this.#farthest.set(inQuotes, farthest);
      this.#known.set(inQuotes, made);
    }
    const alone = this.get(inQuotes, true) as Recorded;
    const { ids, counts } = this.#tokensByLength();
    const farAway = counts.findIndex((count) => count + farthest <= max);
    const nearCount = farAway < 0 ? ids.length : farAway;
    let tried = 0;
    const removed: number[] = [];
    for (let i = 0; i < nearCount; i++) {
      const id = ids[i]!;
      if ((alone.stay[id >>> 5]! >>> (id & 31) & 1) === 0) continue;
      if (counts[i]! > max) {
        removed.push(id);
        continue;
      }
      const bytes = this.vocabulary.tokenBytes(id)!;
      const after = this.automaton.run(inQuotes, bytes);
      if (counts[i]! + this.automaton.distanceBound(after) <= max) continue;
      if (++tried > MANY_NEAR) return null;
      if (this.automaton.run(state, bytes) === EMPTY) removed.push(id);
    }
    return this.#without(alone, removed, this.#endsWithin(alone, min, max));
  }

  /**
   * The mask of a pattern with a lower bound on its length: every state of the pattern has a way to an end that is
   * long enough, and short enough where there is an upper bound, too. Then the tokens that stay are
   * those of the pattern alone, and of its ends those count that do not come too soon.
   */
  #boundedBelow({ pattern, min, max }: BoundedPattern): Recorded | null {
    if (this.#vainAttempts >= MANY_VAIN_ATTEMPTS) return null;
    const distance = distanceToEnds(this.automaton, pattern, min);
    if (distance === null) {
      this.#vainAttempts++;
      return null;
    }
    this.#vainAttempts = 0;
    const inQuotes = this.automaton.store.concat(pattern, this.quote);
    const alone = this.get(inQuotes, true) as Recorded;
    if (max < this.#tokensByLength().longest(alone.stay) + distance) return null;
    return this.#recorded(
      alone.stay,
      this.#endsWithin(alone, min, Infinity),
      false,
      alone.removed,
    );
  }

  /** The nodes where a lexeme ends that has between `min` and `max` characters. */
  #endsWithin({ exitNodes }: Recorded, min: number, max: number): Map<number, Int32Array> {
    const kept = new Map<number, Int32Array>();
    for (const [key, nodes] of exitNodes) {
      kept.set(
        key,
        nodes.filter((node) => {
          const count = this.#charactersBefore(node);
          return count >= min && count <= max;
        }),
      );
    }
    return kept;
  }

  /** Characters that the path to a node at which a string ends writes before the quote. */
  #charactersBefore(node: number): number {
    const { depth, tokenStart, tokens } = this.vocabulary.trie;
    // Any token at or below the node begins with the bytes up to it.
    const bytes = this.vocabulary.tokenBytes(tokens[tokenStart[node]!]!)!;
    return countCharacters(bytes, depth[node]! - 1);
  }

  // ---- Walks ----

  /**
   * Walks the whole trie.
   *
   * @param reached Takes the states in which tokens end that stay.
   */
  #walked(start: Regex, reached: Set<Regex> | null): Recorded {
    const stay = new Uint32Array(this.vocabulary.maskWordCount);
    const exits = new Map<number, number[]>();
    const { nodeCount } = this.vocabulary.trie;
    const count = this.#walk.collect(0, nodeCount, start, exits, reached);
    const { ids } = this.#walk;
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
    const count = this.#walk.collect(node + 1, this.vocabulary.trie.end[node]!, state, nodes);
    const made = { stay: this.#walk.ids.slice(0, count), exits: this.#exitsAt(nodes) };
    this.#makeRoom();
    this.#sizeBytes += 256 + made.stay.byteLength;
    byNode = this.#below.get(state);
    if (byNode === undefined) this.#below.set(state, byNode = new Map());
    byNode.set(node, made);
    return made;
  }

  /** Walks where the state differs from a state that allows more, whose mask is known. */
  #differ(start: Regex, wider: Regex, known: Recorded): Recorded {
    const { tokenStart, tokens } = this.vocabulary.trie;
    const { ranges, tokenCount } = this.#walk.removed(start, wider);
    const removed: number[] = [];
    if (tokenCount + known.removed.length <= MANY_REMOVED) {
      for (let i = 0; i < ranges.length; i += 2) {
        for (let t = tokenStart[ranges[i]!]!; t < tokenStart[ranges[i + 1]!]!; t++) {
          removed.push(tokens[t]!);
        }
      }
      return this.#without(known, removed, null);
    }
    const stay = known.stay.slice();
    for (let i = 0; i < ranges.length; i += 2) {
      for (let t = tokenStart[ranges[i]!]!; t < tokenStart[ranges[i + 1]!]!; t++) {
        stay[tokens[t]! >>> 5]! &= ~(1 << (tokens[t]! & 31));
      }
    }
    const kept = new Map<number, number[]>();
    for (const [key, nodes] of known.exitNodes) {
      let at = 0;
      const left: number[] = [];
      for (const node of nodes) {
        while (at < ranges.length && ranges[at + 1]! <= node) at += 2;
        if (at >= ranges.length || ranges[at]! > node) left.push(node);
      }
      kept.set(key, left);
    }
    return this.#recorded(stay, kept, true, known.removed);
  }

  // ---- Records ----

  /** A known mask without some tokens, and with other ends; null: the same ends. */
  #without(
    known: Recorded,
    ids: readonly number[],
    exitNodes: ReadonlyMap<number, Int32Array> | null,
  ): Recorded {
    let { stay, removed } = known;
    const isOwn = ids.length + removed.length > MANY_REMOVED;
    if (isOwn) {
      stay = stay.slice();
      for (const id of ids) stay[id >>> 5]! &= ~(1 << (id & 31));
    } else if (ids.length > 0) {
      const all = new Int32Array(removed.length + ids.length);
      all.set(removed);
      all.set(ids, removed.length);
      removed = all;
      this.#sizeBytes += all.byteLength;
    }
    if (exitNodes !== null) return this.#recorded(stay, exitNodes, isOwn, removed);
    this.#sizeBytes += 256 + (isOwn ? stay.byteLength : 0);
    return { ...known, stay, removed };
  }

  #recorded(
    stay: Uint32Array,
    nodes: ReadonlyMap<number, Int32Array | readonly number[]>,
    isOwn: boolean,
    removed: Int32Array = NONE_REMOVED,
  ): Recorded {
    const exitNodes = new Map<number, Int32Array>();
    for (const [key, list] of nodes) exitNodes.set(key, Int32Array.from(list));
    this.#sizeBytes += 256 + (isOwn ? stay.byteLength : 0);
    return { stay, exits: this.#exitsAt(nodes), exitNodes, removed };
  }

  #exitsAt(nodes: ReadonlyMap<number, Int32Array | readonly number[]>): readonly LexemeExits[] {
    const key = [...nodes].map(([label, list]) => `${label}:${list.join()}`).join(" ");
    let exits = this.#exits.get(key);
    if (exits === undefined) {
      exits = lexemeExits(this.vocabulary, nodes);
      this.#exits.set(key, exits);
      this.#sizeBytes += 2 * key.length;
      for (const { suffixes } of exits) this.#sizeBytes += suffixes.byteSize;
    }
    return exits;
  }
}
