/**
 * The state of one text that is being written inside a grammar.
 *
 * @module
 */

import { workClock } from "../automata/mod.ts";
import type { CompiledGrammar, GrammarStart } from "./compiled_grammar.ts";
import { completionBytes, followToken, TOKEN } from "./completion.ts";
import { Cursor, TextBytes } from "./cursor.ts";
import { forcedBytes } from "./forced_bytes.ts";
import { LEXEME } from "./parser_state.ts";

/** Processor time that one mask may take; ordinary ones take microseconds. */
const MAXIMUM_MASK_MS = 1_500;

/** A text so far and the tokens it is made of. Cheap to fork and to roll back. */
export class Matcher {
  /** The grammar that is followed. */
  readonly grammar: CompiledGrammar;
  #start: GrammarStart;
  #cursor: Cursor;
  #text = new TextBytes();
  /** Positions before each accepted token, for rollback. */
  #history: { readonly cursor: Cursor; readonly length: number }[] = [];
  /** Whether an EOS token was accepted. */
  #hasEnded = false;

  /**
   * Stands at the start of a text.
   *
   * @param grammar The grammar to follow.
   */
  constructor(grammar: CompiledGrammar) {
    this.grammar = grammar;
    this.#start = grammar.internals.begin();
    this.#cursor = new Cursor(this.#start.state);
    this.#cursor.settle(this.#start.state);
  }

  /** Tokens accepted so far. */
  get tokenCount(): number {
    return this.#history.length;
  }

  /**
   * Writes which tokens may come next: bit `id % 32` of word `id / 32`; EOS ids where the text may end.
   *
   * @param out `vocabulary.maskWordCount` words, overwritten whole.
   * @returns False when nothing may come, which is a bug in the engine (or the text has ended).
   * @throws {RangeError} `out` has another length.
   * @throws {LimitExceededError} `maskMs`: it took longer than 1.5 s of processor time.
   */
  fillMask(out: Uint32Array): boolean {
    const { vocabulary } = this.grammar;
    if (out.length !== vocabulary.maskWordCount) {
      throw new RangeError(
        `a mask of this vocabulary has ${vocabulary.maskWordCount} words, got ${out.length}`,
      );
    }
    if (this.#hasEnded) {
      out.fill(0);
      return false;
    }
    workClock.within(
      "maskMs",
      MAXIMUM_MASK_MS,
      () => this.#start.engine.walk.fill(this.#cursor, this.#text, out),
    );
    if (this.isAccepting()) {
      for (const id of vocabulary.eosTokenIds) out[id >>> 5]! |= 1 << (id & 31);
      return true;
    }
    for (let i = 0; i < out.length; i++) if (out[i] !== 0) return true;
    return false;
  }

  /**
   * Goes on by a token.
   *
   * @param id A token id; an EOS id ends the text.
   * @returns False when the token is not allowed here; nothing has changed then.
   * @throws {RangeError} `id` is no token id of the vocabulary.
   */
  acceptToken(id: number): boolean {
    const { vocabulary } = this.grammar;
    if (!Number.isInteger(id) || id < 0 || id >= vocabulary.logitsSize) {
      throw new RangeError(`token id ${id} is not in 0..${vocabulary.logitsSize - 1}`);
    }
    if (this.#hasEnded) return false;
    if (vocabulary.eosTokenIds.includes(id) && this.isAccepting()) {
      this.#remember(this.#cursor.clone(), this.#text.length);
      this.#hasEnded = true;
      return true;
    }
    const cursor = this.#cursor, text = this.#text;
    const before = cursor.clone(), { length } = text;
    // A grammar may name a token, and allow its bytes as well.
    const named = followToken(cursor, id);
    if (this.#acceptBytes(vocabulary.tokenBytes(id))) {
      if (named !== null) cursor.settle(named.parser.together(cursor, text, named));
    } else if (named !== null) cursor.settle(named);
    else return false;
    this.#remember(before, length);
    return true;
  }

  /** Goes on by bytes, at least one; false, and nothing has changed, when they are not allowed. */
  #acceptBytes(bytes: Uint8Array | null): boolean {
    if (bytes === null || bytes.length === 0) return false;
    const cursor = this.#cursor, text = this.#text;
    const before = cursor.clone(), { length } = text;
    for (let i = 0; i < bytes.length; i++) {
      if (!cursor.step(bytes[i]!, text)) {
        cursor.copy(before);
        text.length = length;
        return false;
      }
      text.push(bytes[i]!);
    }
    return true;
  }

  #remember(cursor: Cursor, length: number): void {
    this.#history.push({ cursor, length });
  }

  /** Whether the text may end here: it is a sentence of the grammar. */
  isAccepting(): boolean {
    return !this.#hasEnded && this.#cursor.isAccepting(this.#text);
  }

  /**
   * Takes back the last tokens, an EOS included. O(1) a token.
   *
   * @throws {RangeError} Fewer tokens have been accepted.
   */
  rollback(tokenCount: number): void {
    if (!Number.isInteger(tokenCount) || tokenCount < 0 || tokenCount > this.#history.length) {
      throw new RangeError(
        `cannot take back ${tokenCount} of ${this.#history.length} accepted tokens`,
      );
    }
    if (tokenCount === 0) return;
    const target = this.#history[this.#history.length - tokenCount]!;
    this.#history.length -= tokenCount;
    this.#cursor.copy(target.cursor);
    this.#text.length = target.length;
    this.#hasEnded = false;
  }

  /** Goes back to the start. */
  reset(): void {
    this.#history = [];
    this.#text.length = 0;
    this.#hasEnded = false;
    this.#start = this.grammar.internals.begin();
    this.#cursor.settle(this.#start.state);
  }

  /** A second matcher at the same place; the two go on independently. */
  fork(): Matcher {
    const copy = new Matcher(this.grammar);
    copy.#start = this.#start;
    copy.#cursor = this.#cursor.clone();
    copy.#text = this.#text.clone();
    copy.#history = this.#history.slice();
    copy.#hasEnded = this.#hasEnded;
    return copy;
  }

  /**
   * The tokens of a short text that completes what was written, the EOS token left out. Their number bounds what has to
   * be kept in hand where tokens are limited; accepting them one after the other leads to the end.
   *
   * The text is short, not provably the shortest. Null where none was found within the limits of the search.
   */
  completionTokens(): number[] | null {
    if (this.#hasEnded) return [];
    const bytes = completionBytes(this.#cursor, this.#text);
    if (bytes === null) return null;
    const { tokens, writtenCount } = longestTokens(bytes, this.grammar.vocabulary.trie);
    return writtenCount === bytes.length ? tokens : null;
  }

  /** The bytes that the grammar leaves no choice about, from here to the next choice; maybe none. */
  forcedBytes(): number[] {
    const bytes = this.#forced();
    const end = bytes.findIndex((byte) => byte >= TOKEN);
    return end < 0 ? bytes : bytes.slice(0, end);
  }

  #forced(): number[] {
    return this.#hasEnded ? [] : forcedBytes(this.#cursor, this.#text);
  }

  /**
   * Whether the last token was written inside one string, number or pattern and did not end it: it is content, and
   * not part of the frame.
   */
  get isLastTokenContent(): boolean {
    const last = this.#history.at(-1);
    return last !== undefined && !this.#hasEnded && last.cursor.state === this.#cursor.state &&
      this.#cursor.state.kind === LEXEME;
  }

  /**
   * The tokens that write what the grammar leaves no choice about, from here to the next choice.
   *
   * Only the bytes are forced; these tokens are the longest ones that write them, which is not always how
   * the model's tokenizer would cut the text. Empty where there is a choice.
   */
  forcedTokens(): number[] {
    return longestTokens(this.#forced(), this.grammar.vocabulary.trie).tokens;
  }
}

/** Cuts bytes into the longest tokens, from the left; named tokens are themselves. Stops where no token fits. */
function longestTokens(
  bytes: readonly number[],
  { byte, end, tokenStart, tokens, nodeCount }: {
    readonly byte: Uint8Array;
    readonly end: Int32Array;
    readonly tokenStart: Int32Array;
    readonly tokens: Int32Array;
    readonly nodeCount: number;
  },
): { readonly tokens: number[]; readonly writtenCount: number } {
  const ids: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at]! >= TOKEN) {
      ids.push(bytes[at++]! - TOKEN);
      continue;
    }
    let best = -1, bestEnd = at;
    let v = 0, limit = nodeCount;
    for (let i = at; i < bytes.length; i++) {
      while (v < limit && byte[v] !== bytes[i]) v = end[v]!;
      if (v >= limit) break;
      if (tokenStart[v + 1]! > tokenStart[v]!) [best, bestEnd] = [tokens[tokenStart[v]!]!, i + 1];
      limit = end[v]!;
      v++;
    }
    if (best < 0) break;
    ids.push(best);
    at = bestEnd;
  }
  return { tokens: ids, writtenCount: at };
}
