/**
 * A random character of a set, mostly one that can be read.
 *
 * @module
 */

import { codePointSet, complementOfSet, intersectSets } from "../automata/mod.ts";
import type { CharactersExpression } from "./grammar_form.ts";

const READABLE = codePointSet([0x20, 0x7e]);
/** How often a character outside of ASCII is drawn where both are allowed. */
const FAR_SHARE = 0.1;

const sets = new WeakMap<
  CharactersExpression,
  { near: readonly number[]; far: readonly number[] }
>();

/**
 * Draws a character.
 *
 * @param characters The set; it has at least one member.
 * @param random Numbers in [0, 1).
 */
export function drawCharacter(characters: CharactersExpression, random: () => number): string {
  let split = sets.get(characters);
  if (split === undefined) {
    const given = codePointSet(characters.ranges.flat());
    const set = characters.isNegated ? complementOfSet(given) : given;
    split = {
      near: intersectSets(set, READABLE),
      far: intersectSets(set, complementOfSet(READABLE)),
    };
    sets.set(characters, split);
  }
  const { near, far } = split;
  const isFar = near.length === 0 || far.length > 0 && random() < FAR_SHARE;
  return isFar ? drawFar(far, random) : drawEvenly(near, random);
}

function drawEvenly(set: readonly number[], random: () => number): string {
  let size = 0;
  for (let i = 0; i < set.length; i += 2) size += set[i + 1]! - set[i]! + 1;
  let index = Math.floor(random() * size);
  for (let i = 0; i < set.length; i += 2) {
    const length = set[i + 1]! - set[i]! + 1;
    if (index < length) return String.fromCodePoint(set[i]! + index);
    index -= length;
  }
  throw new RangeError("a set of characters without members");
}

/** Ranges are as likely as each other, and so are their first characters and all the rest of them. */
function drawFar(set: readonly number[], random: () => number): string {
  const i = 2 * Math.floor(random() * set.length / 2);
  const size = random() < 0.5 ? Math.min(64, set[i + 1]! - set[i]! + 1) : set[i + 1]! - set[i]! + 1;
  return String.fromCodePoint(set[i]! + Math.floor(random() * size));
}
