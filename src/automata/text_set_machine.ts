/**
 * The {@link Machine} of a {@link TextSet}: its positions as states, made when a byte first leads to them.
 *
 * This is how `enum` and `const` of strings become leaves of the lexer's regular expressions. A state is a row
 * of four columns (low, high, depth, pending), interned in a hash table. Positions with one text left are told
 * apart by text, so equal tails of different texts are different states.
 *
 * Cost: `transitions` takes one binary search for each byte that goes on, not 256; a state is 24 bytes.
 *
 * @module
 */

import { Int32Column } from "./growable.ts";
import type { Machine } from "./machine.ts";
import type { TextSet } from "./text_set.ts";

/** Sets whose texts take more bytes than this have a hash for a key. */
const MAX_EXACT_KEY_BYTES = 512;

const BACKSLASH = 0x5c;
const QUOTE = 0x22;

/** What can go on with an escape: short escapes, `u`, `\` and hexadecimal digits. */
const ESCAPE_BYTES = Uint8Array.from('"\\/nrtu0123456789abcdefABCDEF', (c) => c.charCodeAt(0));

/**
 * The automaton of a set, over the bytes of a JSON string's content or over plain UTF-8.
 *
 * @param encoding "json": any way to write the texts between the quotes; "utf8": the bytes themselves.
 */
export function textSetMachine(set: TextSet, encoding: "json" | "utf8"): Machine {
  return new TextSetMachine(set, encoding);
}

class TextSetMachine implements Machine {
  readonly key: string;
  readonly start: number;
  readonly #isJson: boolean;
  readonly #low = new Int32Column(16);
  readonly #high = new Int32Column(16);
  readonly #depth = new Int32Column(16);
  readonly #pending = new Int32Column(16);
  /** Open addressing over states + 1; 0 is free. */
  #table = new Int32Array(32);

  constructor(readonly set: TextSet, encoding: "json" | "utf8") {
    this.#isJson = encoding === "json";
    this.key = `texts:${encoding}:${contentKey(set)}`;
    this.start = set.size === 0 ? -1 : this.#intern(0, set.size, 0, 0);
  }

  step(state: number, byte: number): number {
    const { set } = this;
    const low = this.#low.at(state), high = this.#high.at(state), depth = this.#depth.at(state);
    const isAlive = this.#isJson
      ? set.step(low, high, depth, this.#pending.at(state), byte)
      : set.stepRaw(low, high, depth, byte);
    return isAlive ? this.#internNext() : -1;
  }

  transitions(state: number, out: Int32Array): void {
    const { set } = this;
    out.fill(-1);
    if (this.#pending.at(state) !== 0) {
      for (const byte of ESCAPE_BYTES) out[byte] = this.step(state, byte);
      return;
    }
    const high = this.#high.at(state), depth = this.#depth.at(state);
    let low = this.#low.at(state);
    if (set.byteAt(low, depth) < 0) low++;
    while (low < high) {
      const byte = set.byteAt(low, depth);
      const end = set.groupEnd(low, high, depth);
      if (!this.#isJson || (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH)) {
        out[byte] = this.#intern(low, end, depth + 1, 0);
      }
      low = end;
    }
    if (this.#isJson) out[BACKSLASH] = this.step(state, BACKSLASH);
  }

  isAccepting(state: number): boolean {
    return this.set.isComplete(
      this.#low.at(state),
      this.#high.at(state),
      this.#depth.at(state),
      this.#pending.at(state),
    );
  }

  #internNext(): number {
    const { nextLow, nextHigh, nextDepth, nextPending } = this.set;
    return this.#intern(nextLow, nextHigh, nextDepth, nextPending);
  }

  #intern(low: number, high: number, depth: number, pending: number): number {
    const lows = this.#low.data, highs = this.#high.data, depths = this.#depth.data;
    const pendings = this.#pending.data;
    const mask = this.#table.length - 1;
    let slot = hash(low, high, depth, pending) & mask;
    for (let entry = this.#table[slot]!; entry !== 0; entry = this.#table[slot]!) {
      const state = entry - 1;
      if (
        lows[state] === low && highs[state] === high && depths[state] === depth &&
        pendings[state] === pending
      ) return state;
      slot = (slot + 1) & mask;
    }
    const state = this.#low.push(low);
    this.#high.push(high);
    this.#depth.push(depth);
    this.#pending.push(pending);
    this.#table[slot] = state + 1;
    if (state * 2 > this.#table.length) this.#rehash();
    return state;
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2);
    for (let state = 0; state < this.#low.length; state++) {
      let slot = hash(
        this.#low.at(state),
        this.#high.at(state),
        this.#depth.at(state),
        this.#pending.at(state),
      ) & (table.length - 1);
      while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1);
      table[slot] = state + 1;
    }
    this.#table = table;
  }
}

function hash(low: number, high: number, depth: number, pending: number): number {
  let h = Math.imul(low ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 15 ^ high, 0xc2b2ae35);
  h = Math.imul(h ^ h >>> 13 ^ depth, 0x27d4eb2f);
  h = Math.imul(h ^ h >>> 15 ^ pending, 0x85ebca6b);
  return h ^ h >>> 13;
}

/** Drawn once a process, so that nobody can prepare two sets with the same hash. */
const seeds = crypto.getRandomValues(new Int32Array(4));

/** The texts themselves when they are few, else their number and a seeded hash of 128 bits. */
function contentKey(set: TextSet): string {
  if (set.bytes.length <= MAX_EXACT_KEY_BYTES) {
    return `${set.offsets.join()}:${String.fromCharCode(...set.bytes)}`;
  }
  let a = seeds[0]!, b = seeds[1]!, c = seeds[2]!, d = seeds[3]!;
  const mix = (value: number) => {
    a = Math.imul(a ^ value, 0x85ebca6b);
    a ^= a >>> 15;
    b = Math.imul(b + value ^ b >>> 13, 0xc2b2ae35);
    c = Math.imul((c << 13 | c >>> 19) ^ value, 0x27d4eb2f);
    c ^= b >>> 16;
    d = Math.imul(d ^ a ^ value, 0x9e3779b1);
    d ^= d >>> 14;
  };
  for (const byte of set.bytes) mix(byte);
  for (const offset of set.offsets) mix(offset);
  for (let i = 0; i < 8; i++) mix(i);
  const digest = [a, b, c, d].map((lane) => (lane >>> 0).toString(36)).join(".");
  return `${set.size}:${set.bytes.length}:${digest}`;
}
