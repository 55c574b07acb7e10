/**
 * Seeded random weights with which a Qwen2 graph behaves like a live one.
 *
 * A {@link WeightSource} of the model builder. Each number is a hash of seed, weight name and position, so
 * any rows can be read in any order, at any dtype, on any machine, with the same result and no state.
 *
 * The scales keep the logits from degenerating. With tied embeddings and ordinary initial values a model repeats
 * its last token for ever, because the residual stream is mostly that token's embedding. Here
 * each layer adds about as much as an embedding of norm 2 times several, so the next token depends on the whole
 * prompt, and logits have a standard deviation near 2.
 *
 * Cost: about 2 ns a number.
 * Source of the mixing constants: C. Wellons, "Prospecting for Hash Functions" (lowbias32), public domain.
 *
 * @module
 */

import {
  type ModelShape,
  type WeightShape,
  weightShapes,
  type WeightSource,
} from "./model_shape.ts";

/** Norm of an embedding row; with tied embeddings, also the logits' standard deviation. */
const EMBEDDING_NORM = 2;

/** Random weights of the given shape: the same seed gives the same weights. */
export class RandomWeights implements WeightSource {
  readonly #shapes: Map<string, WeightShape>;

  /**
   * @param shape Sizes of the model.
   * @param seed Any 32-bit integer.
   */
  constructor(readonly shape: ModelShape, readonly seed: number) {
    if (!Number.isInteger(seed)) throw new TypeError(`seed must be an integer, given ${seed}`);
    this.#shapes = weightShapes(shape);
  }

  readRows(name: string, rowStart: number, rowEnd: number): Float32Array {
    const weight = this.#shapes.get(name);
    if (!weight) throw new TypeError(`no weight is named "${name}"`);
    if (rowStart < 0 || rowEnd > weight.rows || rowStart > rowEnd) {
      throw new RangeError(`rows ${rowStart}..${rowEnd} of "${name}", which has ${weight.rows}`);
    }
    const values = new Float32Array((rowEnd - rowStart) * weight.columns);
    if (name.endsWith("norm.weight")) return values.fill(1);
    const halfWidth = Math.sqrt(3) * this.#standardDeviation(name, weight); // of a uniform distribution
    const key = hashName(name, this.seed);
    const first = rowStart * weight.columns;
    const factor = halfWidth / 2 ** 31;
    for (let index = 0; index < values.length; index++) {
      let hash = (first + index) ^ key;
      hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
      hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
      values[index] = (hash ^ (hash >>> 15)) * factor;
    }
    return values;
  }

  #standardDeviation(name: string, weight: WeightShape): number {
    if (name.endsWith("embed_tokens.weight")) return EMBEDDING_NORM / Math.sqrt(weight.columns);
    if (name.endsWith(".bias")) return 0.2;
    const unit = 1 / Math.sqrt(weight.columns); // keeps the size of a normalised input
    if (name.endsWith("q_proj.weight") || name.endsWith("k_proj.weight")) return 1.5 * unit;
    if (name.endsWith("v_proj.weight") || name.endsWith("o_proj.weight")) return 1.5 * unit;
    if (name.endsWith("down_proj.weight")) return 2 * unit; // silu(gate) * up is about half its input
    return unit;
  }
}

function hashName(name: string, seed: number): number {
  let hash = seed ^ 0x9e3779b9;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x21f0aaad);
    hash ^= hash >>> 15;
  }
  return hash | 0;
}
