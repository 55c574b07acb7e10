/**
 * The masks of parser states that were met last.
 *
 * Between lexemes, and where a name begins, a mask depends on the state alone, and states are shared by all texts that
 * come through them: the second item of an array, the second request with a schema find theirs here. One block
 * of memory, allocated once: filling a slot makes no garbage. A state remembers the slot that it was given and the
 * number of that giving, so the block knows no states and keeps no grammar alive.
 *
 * Cost: a hit is a copy, 1 µs for 151,936 tokens.
 *
 * @module
 */

/** Where a state's mask was put; see {@link StateMasks}. */
export interface MaskTicket {
  /** -1: nowhere yet. */
  maskSlot: number;
  /** The number of the giving; another one stands at the slot when it was given away since. */
  maskGiving: number;
}

/** Bytes of the block, of which those are used that masks were written to, and the fewest and most masks in it. */
const BLOCK_BYTES = 24 * 1024 * 1024;
const MOST_SLOTS = 4096;

/** A bounded store of masks; a slot that was not used since the hand came by is given away. */
export class StateMasks {
  readonly #block: Uint32Array;
  readonly #slotCount: number;
  /** The number of the last giving of each slot; 0: never. */
  readonly #givings: Float64Array;
  /** Whether a slot was used since the hand came by. */
  readonly #isUsed: Uint8Array;
  #givingCount = 0;
  #hand = 0;

  /** @param wordCount Words of a mask. */
  constructor(private readonly wordCount: number) {
    this.#slotCount = Math.max(
      8,
      Math.min(MOST_SLOTS, Math.floor(BLOCK_BYTES / (4 * Math.max(1, wordCount)))),
    );
    this.#block = new Uint32Array(this.#slotCount * wordCount);
    this.#givings = new Float64Array(this.#slotCount);
    this.#isUsed = new Uint8Array(this.#slotCount);
  }

  /** Copies the mask of a state, if it is still there. */
  read(state: MaskTicket, out: Uint32Array): boolean {
    const slot = state.maskSlot;
    if (slot < 0 || this.#givings[slot] !== state.maskGiving) return false;
    this.#isUsed[slot] = 1;
    const start = slot * this.wordCount;
    out.set(this.#block.subarray(start, start + this.wordCount));
    return true;
  }

  /** Keeps the mask of a state. */
  write(state: MaskTicket, mask: Uint32Array): void {
    while (this.#isUsed[this.#hand] === 1) {
      this.#isUsed[this.#hand] = 0;
      this.#hand = (this.#hand + 1) % this.#slotCount;
    }
    const slot = this.#hand;
    this.#hand = (slot + 1) % this.#slotCount;
    state.maskSlot = slot;
    state.maskGiving = this.#givings[slot] = ++this.#givingCount;
    this.#block.set(mask, slot * this.wordCount);
  }
}
