/**
 * Which bytes the subtrees of a token trie are made of.
 *
 * Inside a comment or a name, most bytes lead a lexeme's automaton back to the state that it is in. A subtree of the trie that has
 * no other bytes is all in that state: its tokens can be taken without walking it. And a walk that looks for one byte has nothing to
 * do where it does not occur. Bytes are told apart by class: each punctuation mark is one by itself, letters and digits are a
 * few, and the characters beyond ASCII, where they are whole, are one.
 *
 * Cost: eight bytes a node; a pass over the trie when a vocabulary is new. What a state does with each class: a look at its row,
 * and for characters beyond ASCII at the rows behind it, once a state.
 *
 * @module
 */

import { type Automaton, EMPTY, type Regex } from "../automata/mod.ts";
import type { TokenTrie } from "../vocabulary/mod.ts";

/** Bytes that belong to no character: a walk has to look at them. */
const ILL_FORMED = 0;
/** Bytes of characters beyond ASCII. */
const BEYOND_ASCII = 1;
/** Ranges of bytes that share a class; other ASCII bytes have one each, or are control characters. */
const SHARED = ["af", "gz", "AF", "GZ", "09"] as const;

/** For each byte below 0x80 its class. */
const CLASS = classes();
/** The bytes of each class below 0x80. */
const BYTES_OF_CLASS: readonly (readonly number[])[] = Array.from(
  { length: Math.max(...CLASS) + 1 },
  (_, one) => Array.from({ length: 128 }, (_, byte) => byte).filter((byte) => CLASS[byte] === one),
);

/** The classes whose bytes, or characters, lead a state back to itself. */
export interface Loops {
  readonly low: number;
  readonly high: number;
}

/** A trie's subtrees by the classes of their bytes, and the states of one automaton by the classes that they loop on. */
export class SubtreeBytes {
  /** By node, a bit for each class of which it or a node below it has a byte: the first 32 classes, and the others. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly #loops = new Map<Regex, Loops>();

  constructor(trie: TokenTrie, private readonly automaton: Automaton) {
    this.low = new Int32Array(trie.nodeCount);
    this.high = new Int32Array(trie.nodeCount);
    this.#readClasses(trie);
  }

  /** Whether a byte may occur at or below a node. */
  mayHave(node: number, byte: number): boolean {
    const ofByte = byte < 0x80 ? 1 << (CLASS[byte]! & 31) : 1 << ILL_FORMED | 1 << BEYOND_ASCII;
    const words = byte < 0x80 && CLASS[byte]! >= 32 ? this.high : this.low;
    return (words[node]! & ofByte) !== 0;
  }

  /** The classes that a state loops on. */
  loops(state: Regex): Loops {
    let loops = this.#loops.get(state);
    if (loops === undefined) {
      loops = this.#loopsOf(state);
      this.#loops.set(state, loops);
    }
    return loops;
  }

  /** The bytes with which the characters of a node's subtree begin, and others of their classes. */
  firstBytes(node: number): number[] {
    const bytes: number[] = [];
    BYTES_OF_CLASS.forEach((ofClass, one) => {
      const word = one < 32 ? this.low[node]! : this.high[node]!;
      if ((word >>> (one & 31) & 1) === 1) bytes.push(...ofClass);
    });
    if ((this.low[node]! >>> BEYOND_ASCII & 1) === 1) {
      for (let lead = 0xc2; lead <= 0xf4; lead++) bytes.push(lead);
    }
    return bytes;
  }

  #readClasses({ nodeCount, byte, depth, end, maxDepth }: TokenTrie): void {
    const { low, high } = this;
    // By depth: how many bytes the character still wants, and the range of the next one.
    const wanted = new Uint8Array(maxDepth + 1);
    const least = new Uint8Array(maxDepth + 1), most = new Uint8Array(maxDepth + 1);
    for (let v = 0; v < nodeCount; v++) {
      const level = depth[v]!, b = byte[v]!;
      wanted[level] = 0;
      if (b < 0x80) {
        const one = CLASS[b]!;
        if (one < 32) low[v] = 1 << one;
        else high[v] = 1 << (one - 32);
        // The character before it is broken off.
        if (wanted[level - 1]! > 0) low[v]! |= 1 << ILL_FORMED;
        continue;
      }
      low[v] = 1 << BEYOND_ASCII;
      if (wanted[level - 1]! > 0) {
        if (b < least[level - 1]! || b > most[level - 1]!) low[v] = 1 << ILL_FORMED;
        else {
          wanted[level] = wanted[level - 1]! - 1;
          least[level] = 0x80;
          most[level] = 0xbf;
        }
      } else if (b < 0xc2 || b > 0xf4) low[v] = 1 << ILL_FORMED;
      else {
        wanted[level] = restLength(b);
        [least[level], most[level]] = secondRange(b) as [number, number];
      }
    }
    // A node comes before those below it.
    const parent = new Int32Array(maxDepth + 1);
    const parents = new Int32Array(nodeCount);
    for (let v = 0; v < nodeCount; v++) {
      parents[v] = depth[v]! === 1 ? -1 : parent[depth[v]! - 1]!;
      if (end[v] !== v + 1) parent[depth[v]!] = v;
    }
    for (let v = nodeCount - 1; v >= 0; v--) {
      const above = parents[v]!;
      if (above < 0) continue;
      low[above]! |= low[v]!;
      high[above]! |= high[v]!;
    }
  }

  #loopsOf(state: Regex): Loops {
    const { automaton } = this;
    let low = 0, high = 0;
    BYTES_OF_CLASS.forEach((bytes, one) => {
      if (bytes.length === 0) return;
      if (!bytes.every((byte) => automaton.step(state, byte) === state)) return;
      if (one < 32) low |= 1 << one;
      else high |= 1 << (one - 32);
    });
    if (this.#loopsBeyondAscii(state)) low |= 1 << BEYOND_ASCII;
    return { low, high };
  }

  /** Whether every character beyond ASCII leads back, and no lexeme ends inside of one. */
  #loopsBeyondAscii(state: Regex): boolean {
    for (let lead = 0xc2, last: Regex = EMPTY; lead <= 0xf4; lead++) {
      const target = this.automaton.step(state, lead);
      const [least, most] = secondRange(lead);
      const isPlain = most - least === 0x3f && restLength(lead) === restLength(lead - 1);
      if (isPlain && target === last) continue;
      if (!this.#returns(target, restLength(lead), least, most, state)) return false;
      last = most - least === 0x3f ? target : EMPTY;
    }
    return true;
  }

  #returns(from: Regex, count: number, least: number, most: number, home: Regex): boolean {
    const { automaton } = this;
    if (from === EMPTY || automaton.stateInfo(from) >> 1 !== 0) return false;
    for (let byte = least, last: Regex = EMPTY; byte <= most; byte++) {
      const target = automaton.step(from, byte);
      if (count === 1) {
        if (target !== home) return false;
      } else if (target !== last && !this.#returns(target, count - 1, 0x80, 0xbf, home)) {
        return false;
      }
      last = target;
    }
    return true;
  }
}

/** Bytes of a character after its first one. */
function restLength(lead: number): number {
  return lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
}

/** The second byte of a well-formed character (Unicode, table 3-7). */
function secondRange(lead: number): readonly [number, number] {
  switch (lead) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return [0x80, 0xbf];
  }
}

function classes(): Uint8Array {
  const result = new Uint8Array(128);
  let count = BEYOND_ASCII + 1;
  for (const range of SHARED) {
    result.fill(count++, range.charCodeAt(0), range.charCodeAt(1) + 1);
  }
  const control = count++;
  for (let byte = 0; byte < 128; byte++) {
    if (result[byte] !== 0) continue;
    const isControl = byte === 0x7f || byte < 0x20 && !"\t\n\r".includes(String.fromCharCode(byte));
    result[byte] = isControl ? control : count++;
  }
  return result;
}
