/**
 * Which items of a set are run.
 *
 * A set in file order is often sorted by category, so its first items are no sample. With a seed the items are
 * shuffled first, always in the same way, and then `offset` and `limit` cut: two runs with the same seed and
 * adjoining cuts share no item.
 *
 * @module
 */

import { RandomSource } from "../decoding/mod.ts";

/** A cut through a set. */
export interface Selection {
  /** Items to pass over; default 0. */
  readonly offset?: number;
  /** Most items to take; default all. */
  readonly limit?: number;
  /** Shuffles before the cut; default: the order of the file. */
  readonly seed?: number;
}

/**
 * Takes a sample.
 *
 * @param items The whole set; unchanged.
 * @param selection See {@link Selection}.
 * @returns The chosen ones, in the order in which they are to be run.
 */
export function selectItems<Item>(items: readonly Item[], selection: Selection = {}): Item[] {
  const { offset = 0, limit = items.length, seed } = selection;
  const ordered = [...items];
  if (seed !== undefined) shuffle(ordered, new RandomSource(seed));
  return ordered.slice(offset, offset + limit);
}

/** Fisher and Yates. */
function shuffle(items: unknown[], random: RandomSource): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.nextInteger(last + 1);
    [items[last], items[other]] = [items[other], items[last]];
  }
}
