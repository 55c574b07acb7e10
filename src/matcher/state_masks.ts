/**
 * The masks of parser states that were met last.
 *
 * Between lexemes, and where a name begins, a mask depends on the state alone, and states are shared by all texts that
 * come through them: the second item of an array, the second request with a schema find theirs here. One block
 * of memory, allocated once: filling a slot makes no garbage.
 *
 * Cost: a hit is a copy, 1 µs for 151,936 tokens.
 *
 * @module
 */

import type { ParserState } from "./parser_state.ts";

/** Bytes of the block, and the fewest and most masks in it. */
const BLOCK_BYTES = 12 * 1024 * 1024;
const MOST_SLOTS = 4096;

/** A bounded map from states to masks; the slot that was not used for longest is given away. */
export class StateMasks {
  readonly #block: Uint32Array;
  readonly #slotCount: number;
  readonly #slots = new Map<ParserState, number>();
  readonly #owners: (ParserState | undefined)[];
  /** Whether a slot was used since the hand came by. */
  readonly #isUsed: Uint8Array;
  #hand = 0;

  /** @param wordCount Words of a mask. */
  constructor(private readonly wordCount: number) {
    this.#slotCount = Math.max(
      8,
      Math.min(MOST_SLOTS, Math.floor(BLOCK_BYTES / (4 * Math.max(1, wordCount)))),
    );
    this.#block = new Uint32Array(this.#slotCount * wordCount);
    this.#owners = new Array(this.#slotCount).fill(undefined);
    this.#isUsed = new Uint8Array(this.#slotCount);
  }

  /** Copies the mask of a state, if it is known. */
  read(state: ParserState, out: Uint32Array): boolean {
    const slot = this.#slots.get(state);
    if (slot === undefined) return false;
    this.#isUsed[slot] = 1;
    const start = slot * this.wordCount;
    out.set(this.#block.subarray(start, start + this.wordCount));
    return true;
  }

  /** Keeps the mask of a state. */
  write(state: ParserState, mask: Uint32Array): void {
    while (this.#isUsed[this.#hand] === 1) {
      this.#isUsed[this.#hand] = 0;
      this.#hand = (this.#hand + 1) % this.#slotCount;
    }
    const slot = this.#hand;
    this.#hand = (slot + 1) % this.#slotCount;
    const owner = this.#owners[slot];
    if (owner !== undefined) this.#slots.delete(owner);
    this.#owners[slot] = state;
    this.#slots.set(state, slot);
    this.#block.set(mask, slot * this.wordCount);
  }
}
