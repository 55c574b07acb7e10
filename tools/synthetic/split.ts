/**
 * What is trained on, and what is kept back to measure by.
 *
 * A model that has seen every wording scores well for the wrong reason. So each list of wordings (sentences, labels, layouts,
 * descriptions) is divided once and for all by position, each set of field names by its hash, and whole families of texts are
 * held out altogether. Training draws from one side only, the measurement from the other only. Values are drawn
 * fresh on both sides: most are made up, so there is little to remember.
 *
 * @module
 */

import { hashText } from "./random.ts";

/** The side to draw from. */
export type Split = "trained" | "held_out";

/** Every so many wordings of a list are held out. */
const HELD_OUT_EVERY = 4;

/** Every so many sets of field names are held out. */
const HELD_OUT_SCHEMAS_EVERY = 8;

/**
 * The part of a list that one side may use.
 *
 * Lists too short to be divided are shared; what is in them is a word, not a wording.
 */
export function wordingsOf<Item>(items: readonly Item[], split: Split): readonly Item[] {
  if (items.length < HELD_OUT_EVERY) return items;
  const isHeldOut = (index: number) => index % HELD_OUT_EVERY === HELD_OUT_EVERY - 1;
  return items.filter((_, index) => isHeldOut(index) === (split === "held_out"));
}

/** Whether a schema with these field names, in any order, belongs to this side. */
export function schemaBelongsTo(names: readonly string[], split: Split): boolean {
  const isHeldOut = hashText([...names].sort().join(" ")) % HELD_OUT_SCHEMAS_EVERY === 0;
  return isHeldOut === (split === "held_out");
}
