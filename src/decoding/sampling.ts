/**
 * Choosing a token out of a row of logits, under a mask.
 *
 * One step of the loop: logits from the model, mask from the matcher, one id out. The row is 151,936 wide
 * with Qwen2.5 and most masks are either nearly empty or nearly full, so both must be quick: the mask is
 * walked by words, empty words are skipped, full words are read without looking at bits, and the row is
 * never sorted. Buffers are allocated once for each {@link Sampler}.
 *
 * Order, as is usual: biases and penalties, temperature, min_p, top_k, typical_p, top_p, draw. Ties go to the lower id
 * everywhere, and the draw walks the candidates in the order of their ids, so a seed fixes the text.
 *
 * - top_k: a heap of k positions whose root is the worst kept; most tokens cost one comparison.
 * - top_p: quickselect that weighs halves instead of counting them (C. A. R. Hoare, "Algorithm 65: Find",
 *   CACM 1961); tokens whose whole mass could not reach 1 - p are dropped before.
 * - typical_p: the same selection, by how near a token's surprise is to the expected one (Meister et al., "Locally
 *   Typical Sampling", TACL 2023).
 *
 * Cost on 151,936 allowed tokens: see `bench/sampling_bench.ts`.
 *
 * @module
 */

import { InvalidLogitsError } from "./errors.ts";
import { type LogitAdjustmentOptions, LogitAdjustments } from "./logit_adjustments.ts";
import { RandomSource } from "./random.ts";

/** How tokens are drawn. The default, all left out, is greedy: the most probable token, always. */
export interface SamplingOptions extends LogitAdjustmentOptions {
  /** Logits are divided by it; 0 (default) is greedy, and the filters below then have no effect. At least 0. */
  temperature?: number;
  /** Only the k most probable tokens. A positive integer; default: all. */
  topK?: number;
  /** Only the most probable tokens that together reach this probability. In (0, 1]; default 1. */
  topP?: number;
  /** Only tokens at least this fraction as probable as the best one. In [0, 1]; default 0. */
  minP?: number;
  /**
   * Only the tokens whose surprise is nearest to what is to be expected, as many as reach this probability. In (0, 1];
   * default 1.
   */
  typicalP?: number;
  /** Fixes the draws: an integer, 0..2^53-1. Default: a random one, which the result reports. */
  seed?: number;
}

/** e^-48 × 151,936 is below the resolution of a 53-bit draw: such tokens cannot change a choice. */
const NEGLIGIBLE_SCORE = 48;

/** Draws tokens for one text; holds the random stream and the scratch buffers. */
export class Sampler {
  /** The seed in use; `null` when greedy. */
  readonly seed: number | null;
  readonly #temperature: number;
  readonly #topK: number;
  readonly #topP: number;
  readonly #typicalP: number;
  readonly #minScore: number;
  readonly #adjustments: LogitAdjustments;
  readonly #random: RandomSource | null;
  #width = 0;
  /** Candidates' ids, ascending; the first `count` are live. */
  #ids = new Int32Array(0);
  /** Candidates' logits over temperature, then their weights, at the same places. */
  #scores = new Float64Array(0);
  #scratchIds = new Int32Array(0);
  #scratchScores = new Float64Array(0);

  /**
   * Reads the options and, where tokens are drawn at random, starts the random stream.
   *
   * @param options See {@link SamplingOptions}.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options: SamplingOptions = {}) {
    const { temperature = 0, topK, topP = 1, typicalP = 1, minP = 0, seed } = options;
    requireRange("temperature", temperature, temperature >= 0 && temperature < Infinity, ">= 0");
    requireRange("topP", topP, topP > 0 && topP <= 1, "in (0, 1]");
    requireRange("typicalP", typicalP, typicalP > 0 && typicalP <= 1, "in (0, 1]");
    requireRange("minP", minP, minP >= 0 && minP <= 1, "in [0, 1]");
    if (topK !== undefined) {
      requireRange("topK", topK, Number.isInteger(topK) && topK >= 1, "a positive integer");
    }
    this.#temperature = temperature;
    this.#topK = topK ?? Infinity;
    this.#topP = topP;
    this.#typicalP = typicalP;
    this.#adjustments = new LogitAdjustments(options);
    this.#minScore = Math.max(Math.log(minP), -NEGLIGIBLE_SCORE);
    const random = seed === undefined ? RandomSource.fromEntropy() : new RandomSource(seed);
    this.#random = temperature > 0 ? random : null;
    this.seed = this.#random?.seed ?? null;
  }

  /** Whether the tokens that were written make a difference: then {@link Sampler.count} has to be told of them. */
  get hasPenalties(): boolean {
    return this.#adjustments.hasPenalties;
  }

  /** Counts a token that was written for the penalties; tokens of the frame are left out. */
  count(tokenId: number): void {
    this.#adjustments.count(tokenId);
  }

  /**
   * Chooses one token. Neither array is changed.
   *
   * @param logits One row, `logitsSize` long, float32. NaN counts as impossible.
   * @param mask Bit `id % 32` of word `id / 32` set where the token is allowed, at least one bit set; `null`
   *   when all are. Bits past the row's end must be 0.
   * @param isFrame Whether the position belongs to a grammar's frame, where there are no penalties. Default false.
   * @returns The token id.
   * @throws {InvalidLogitsError} If no allowed token has a logit above -Infinity.
   */
  sample(logits: Float32Array, mask: Uint32Array | null, isFrame = false): number {
    if (mask !== null && mask.length !== (logits.length + 31) >>> 5) {
      throw new RangeError(
        `mask has ${mask.length} words, a row of ${logits.length} logits needs ${
          (logits.length + 31) >>> 5
        }`,
      );
    }
    this.#adjustments.apply(logits, isFrame);
    try {
      return this.#random === null
        ? mostProbable(logits, mask)
        : this.#draw(logits, mask, this.#random);
    } finally {
      this.#adjustments.takeBack(logits);
    }
  }

  #draw(logits: Float32Array, mask: Uint32Array | null, random: RandomSource): number {
    this.#reserve(logits.length);
    const ids = this.#ids, scores = this.#scores;
    let count = gather(logits, mask, ids, scores);
    let best = -Infinity;
    for (let i = 0; i < count; i++) if (scores[i]! > best) best = scores[i]!;
    // A low temperature may overflow the division, but never the difference to the best.
    if (best === -Infinity) throw new InvalidLogitsError();
    if (best === Infinity) return mostProbable(logits, mask);

    const scale = 1 / this.#temperature;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const difference = scores[i]! - best;
      const score = difference === 0 ? 0 : difference * scale;
      if (score >= this.#minScore) { // false for NaN
        ids[kept] = ids[i]!;
        scores[kept++] = score;
      }
    }
    count = kept;
    if (this.#topK < count) count = this.#keepTopK(count, this.#topK);

    let total = 0;
    for (let i = 0; i < count; i++) total += scores[i] = Math.exp(scores[i]!);
    if (this.#typicalP < 1) {
      count = this.#keepTypical(count, total);
      total = this.#sum(count);
    }
    if (this.#topP < 1) {
      count = this.#keepNucleus(count, total);
      total = this.#sum(count);
    }

    let rest = random.nextFloat() * total;
    for (let i = 0; i < count; i++) {
      rest -= scores[i]!;
      if (rest < 0) return ids[i]!;
    }
    return ids[count - 1]!; // rounding left a crumb
  }

  #sum(count: number): number {
    let total = 0;
    for (let i = 0; i < count; i++) total += this.#scores[i]!;
    return total;
  }

  /** Compacts the candidates to those of the most typical surprise that reach typicalP of `total`. */
  #keepTypical(count: number, total: number): number {
    const scores = this.#scores;
    let entropy = 0;
    for (let i = 0; i < count; i++) {
      const p = scores[i]! / total;
      if (p > 0) entropy -= p * Math.log(p);
    }
    const deviation = (i: number) => Math.abs(-Math.log(scores[i]! / total) - entropy);
    // Rare to be asked for, and few candidates are left by then: sorting does.
    const order = Array.from({ length: count }, (_, i) => i)
      .sort((a, b) => deviation(a) - deviation(b) || a - b);
    let mass = 0, taken = 0;
    while (taken < count && mass < this.#typicalP * total) mass += scores[order[taken++]!]!;
    const kept = order.slice(0, taken).sort((a, b) => a - b);
    for (let i = 0; i < kept.length; i++) {
      this.#ids[i] = this.#ids[kept[i]!]!;
      scores[i] = scores[kept[i]!]!;
    }
    return kept.length;
  }

  /** Compacts the candidates to the `k` best of `count`; `k < count`. */
  #keepTopK(count: number, k: number): number {
    const ids = this.#ids, scores = this.#scores, heap = this.#scratchIds;
    // Positions ascend with ids, so of equal scores the later one is the worse.
    const isWorse = (a: number, b: number) =>
      scores[a]! < scores[b]! || (scores[a]! === scores[b]! && a > b);
    const sink = (from: number) => {
      const position = heap[from]!;
      let at = from;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= k) break;
        if (child + 1 < k && isWorse(heap[child + 1]!, heap[child]!)) child++;
        if (!isWorse(heap[child]!, position)) break;
        heap[at] = heap[child]!;
        at = child;
      }
      heap[at] = position;
    };
    for (let i = 0; i < k; i++) heap[i] = i;
    for (let i = (k >>> 1) - 1; i >= 0; i--) sink(i);
    let worstKept = scores[heap[0]!]!;
    for (let i = k; i < count; i++) {
      if (scores[i]! > worstKept) {
        heap[0] = i;
        sink(0);
        worstKept = scores[heap[0]!]!;
      }
    }
    return this.#keepDownTo(count, worstKept, ids[heap[0]!]!);
  }

  /** Compacts the candidates to the smallest set of best ones that reaches topP of `total`. */
  #keepNucleus(count: number, total: number): number {
    const ids = this.#ids, scores = this.#scores;
    const partIds = this.#scratchIds, parts = this.#scratchScores;
    // All that lies below the floor weighs less than (1 - p) of the whole: the nucleus is above it.
    const floor = ((1 - this.#topP) * total) / count;
    let high = 0;
    for (let i = 0; i < count; i++) {
      if (scores[i]! >= floor) {
        partIds[high] = ids[i]!;
        parts[high++] = scores[i]!;
      }
    }
    let low = 0;
    let needed = this.#topP * total;
    // Holds: the cut lies in [low, high), `needed` is the mass it must still take there.
    while (low < high) {
      const pivot = medianOfThree(parts[low]!, parts[(low + high) >>> 1]!, parts[high - 1]!);
      let above = low, at = low, below = high, massAbove = 0, massEqual = 0;
      while (at < below) {
        const weight = parts[at]!;
        if (weight > pivot) {
          massAbove += weight;
          swap(parts, partIds, at++, above++);
        } else if (weight < pivot) {
          swap(parts, partIds, at, --below);
        } else {
          massEqual += weight;
          at++;
        }
      }
      if (massAbove >= needed) {
        high = above;
      } else if (massAbove + massEqual >= needed) {
        const equals = partIds.subarray(above, below).sort();
        const taken = Math.max(Math.ceil((needed - massAbove) / pivot), 1);
        return this.#keepDownTo(count, pivot, equals[Math.min(taken, equals.length) - 1]!);
      } else {
        needed -= massAbove + massEqual;
        low = below;
      }
    }
    return count; // rounding left a crumb: everything is needed
  }

  /** Compacts to the candidates at least as good as (score, id), in place, order kept. */
  #keepDownTo(count: number, score: number, id: number): number {
    const ids = this.#ids, scores = this.#scores;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (scores[i]! > score || (scores[i]! === score && ids[i]! <= id)) {
        ids[kept] = ids[i]!;
        scores[kept++] = scores[i]!;
      }
    }
    return kept;
  }

  #reserve(width: number): void {
    if (width <= this.#width) return;
    this.#width = width;
    this.#ids = new Int32Array(width);
    this.#scores = new Float64Array(width);
    this.#scratchIds = new Int32Array(width);
    this.#scratchScores = new Float64Array(width);
  }
}

/**
 * The allowed token with the largest logit; of equals the lowest id.
 *
 * @param logits One row, float32. NaN counts as impossible.
 * @param mask As in {@link Sampler.sample}.
 * @returns The token id.
 * @throws {InvalidLogitsError} If no allowed token has a logit above -Infinity.
 */
export function mostProbable(logits: Float32Array, mask: Uint32Array | null): number {
  let best = -1;
  let bestLogit = -Infinity;
  if (mask === null) {
    for (let id = 0; id < logits.length; id++) {
      const logit = logits[id]!;
      if (logit > bestLogit) {
        bestLogit = logit;
        best = id;
      }
    }
  } else {
    for (let index = 0; index < mask.length; index++) {
      let word = mask[index]! | 0;
      if (word === 0) continue;
      const base = index << 5;
      if (word === -1) {
        for (let id = base; id < base + 32; id++) {
          const logit = logits[id]!;
          if (logit > bestLogit) {
            bestLogit = logit;
            best = id;
          }
        }
      } else {
        while (word !== 0) {
          const lowest = word & -word;
          const id = base + 31 - Math.clz32(lowest);
          const logit = logits[id]!;
          if (logit > bestLogit) {
            bestLogit = logit;
            best = id;
          }
          word ^= lowest;
        }
      }
    }
  }
  if (best < 0) throw new InvalidLogitsError();
  return best;
}

/** Copies allowed ids and their logits to the front of `ids` and `scores`; returns how many. */
function gather(
  logits: Float32Array,
  mask: Uint32Array | null,
  ids: Int32Array,
  scores: Float64Array,
): number {
  if (mask === null) {
    for (let id = 0; id < logits.length; id++) {
      ids[id] = id;
      scores[id] = logits[id]!;
    }
    return logits.length;
  }
  let count = 0;
  for (let index = 0; index < mask.length; index++) {
    let word = mask[index]! | 0;
    if (word === 0) continue;
    const base = index << 5;
    if (word === -1) {
      for (let id = base; id < base + 32; id++) {
        ids[count] = id;
        scores[count++] = logits[id]!;
      }
    } else {
      while (word !== 0) {
        const lowest = word & -word;
        const id = base + 31 - Math.clz32(lowest);
        ids[count] = id;
        scores[count++] = logits[id]!;
        word ^= lowest;
      }
    }
  }
  return count;
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function swap(weights: Float64Array, ids: Int32Array, a: number, b: number): void {
  const weight = weights[a]!, id = ids[a]!;
  weights[a] = weights[b]!;
  ids[a] = ids[b]!;
  weights[b] = weight;
  ids[b] = id;
}

function requireRange(name: string, value: number, isInRange: boolean, range: string): void {
  if (!isInRange) throw new RangeError(`sampling.${name} must be ${range}, got ${value}`);
}
