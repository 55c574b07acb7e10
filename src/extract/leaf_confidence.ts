/**
 * How sure the model was of a value, from the probabilities of its tokens.
 *
 * What it is: how probable these tokens were among those that the schema allowed, one after the other. What it is
 * not: the probability that the value is right. Models are sure of wrong values, too; but among the values of one field, and
 * one model, those with a low number are wrong more often, and that is what a threshold is good for.
 *
 * Tokens that the grammar forced count as certain. A token that belongs to two values, `","` and the like, counts for
 * both.
 *
 * @module
 */

import type { TokenEvent } from "../decoding/mod.ts";
import type { JsonLeaf } from "./json_leaves.ts";

/** How sure the model was of one value. */
export interface LeafConfidence {
  /** Product of the probabilities of its tokens among the allowed ones, 0 to 1. Long values have small ones. */
  readonly probability: number;
  /** The geometric mean of the same: comparable between values of different lengths. */
  readonly meanProbability: number;
  /** The largest share that the mask took away at one of its tokens, 0 to 1: how much the model wanted something else. */
  readonly removedMass: number;
  /**
   * At the first token with a choice: its probability less that of the best other one. For values of an enum, Booleans and
   * null, how far the second choice was behind; null where there was no choice.
   */
  readonly margin: number | null;
}

/**
 * The confidence of every leaf.
 *
 * @param tokens The events of the text's tokens, with probabilities.
 * @param leaves Of the text that they make.
 * @returns In the order of the leaves; null for a value of which nothing is known, because it was closed for the limit.
 */
export function leafConfidences(
  tokens: readonly TokenEvent[],
  leaves: readonly JsonLeaf[],
): (LeafConfidence | null)[] {
  const ends: number[] = [];
  let length = 0;
  for (const token of tokens) ends.push(length += token.text.length);
  let first = 0;
  return leaves.map((leaf) => {
    while (first < tokens.length && ends[first]! <= leaf.start) first++;
    let logprob = 0, count = 0, removedMass = 0;
    let margin: number | null = null;
    for (let i = first; i < tokens.length; i++) {
      if (i > first && ends[i - 1]! >= leaf.end) break;
      const { origin, probabilities } = tokens[i]!;
      if (origin === "closing") return null;
      if (probabilities === undefined) continue;
      logprob += probabilities.logprob;
      count++;
      removedMass = Math.max(removedMass, probabilities.removedMass);
      if (margin === null) {
        const other = probabilities.top.find(({ tokenId }) => tokenId !== probabilities.tokenId);
        if (other !== undefined && other.logprob > -Infinity) {
          margin = Math.exp(probabilities.logprob) - Math.exp(other.logprob);
        }
      }
    }
    const probability = Math.exp(logprob);
    return {
      probability,
      meanProbability: count === 0 ? 1 : Math.exp(logprob / count),
      removedMass,
      margin,
    };
  });
}
