/**
 * Seeded draws for the data generators.
 *
 * Lowest layer of the synthetic data: nothing here knows of texts. The same seed gives the same data on any machine; no
 * generator uses another source of chance.
 *
 * Cost: a few nanoseconds a draw.
 * Source: C. Doty-Humphrey's sfc32 from PractRand, public domain.
 *
 * @module
 */

/** A stream of draws. */
export class Draws {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed Any integer; taken modulo 2^32. */
  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = 0x9e3779b9 ^ Math.imul(seed, 0x85ebca6b);
    this.#c = 0x243f6a88 + Math.floor(seed / 2 ** 32);
    for (let round = 0; round < 15; round++) this.unit();
  }

  /** A number from 0 up to 1. */
  unit(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  /** An integer from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One of the items. */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError("nothing to pick from");
    return items[Math.floor(this.unit() * items.length)]!;
  }

  /** The items in a random order; the argument stays as it is. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.integer(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    return shuffled;
  }

  /** `count` different items, in a random order. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    return this.shuffle(items).slice(0, count);
  }
}

/** A hash of a text, the same everywhere; FNV-1a. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
