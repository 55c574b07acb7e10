/**
 * How sure the model was: probabilities of a step's tokens, with and without the mask.
 *
 * Both are of the model's own distribution, at temperature 1, before biases, penalties and filters. Under the mask
 * the allowed tokens share the whole probability; without it they share what the model gave them, and the rest,
 * the removed mass, is what the model would rather have written where the frame did not let it.
 *
 * Cost: two walks over the row, 1-2 ms for 151,936 logits; asked for only.
 *
 * @module
 */

/** A token and what the model gave it. */
export interface TokenProbability {
  /** Its id. */
  readonly tokenId: number;
  /** Natural logarithm of its probability among the allowed tokens; -Infinity where it is not allowed. */
  readonly logprob: number;
  /** The same among all tokens. */
  readonly unmaskedLogprob: number;
}

/** The probabilities of one step. */
export interface StepProbabilities extends TokenProbability {
  /** The share that the mask took away, 0 to 1. */
  readonly removedMass: number;
  /** The most probable allowed tokens, best first. */
  readonly top: readonly TokenProbability[];
  /** The most probable tokens without the mask, best first. */
  readonly unmaskedTop: readonly TokenProbability[];
}

/**
 * The probabilities of a step.
 *
 * @param logits The model's row.
 * @param mask As for `Sampler.sample`.
 * @param tokenId The token that was chosen.
 * @param topCount How many of the most probable tokens to name, 0 for none.
 */
export function stepProbabilities(
  logits: Float32Array,
  mask: Uint32Array,
  tokenId: number,
  topCount: number,
): StepProbabilities {
  let best = -Infinity;
  for (let id = 0; id < logits.length; id++) if (logits[id]! > best) best = logits[id]!;
  const top = new Best(topCount), unmaskedTop = new Best(topCount);
  let all = 0, allowed = 0, allowedBest = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (!(logit > -Infinity)) continue; // NaN, too
    const weight = Math.exp(logit - best);
    all += weight;
    unmaskedTop.offer(id, logit);
    if ((mask[id >>> 5]! >>> (id & 31) & 1) === 0) continue;
    allowed += weight;
    if (logit > allowedBest) allowedBest = logit;
    top.offer(id, logit);
  }
  // Where the model gave the allowed tokens next to nothing, their sum needs a scale of its own.
  const logAllowed = allowed > 1e-200
    ? best + Math.log(allowed)
    : logSumOfAllowed(logits, mask, allowedBest);
  const logAll = best + Math.log(all);
  const probability = (id: number): TokenProbability => ({
    tokenId: id,
    logprob: (mask[id >>> 5]! >>> (id & 31) & 1) === 0 ? -Infinity : logits[id]! - logAllowed,
    unmaskedLogprob: logits[id]! - logAll,
  });
  return {
    ...probability(tokenId),
    removedMass: Math.min(1, Math.max(0, 1 - allowed / all)),
    top: top.ids.map(probability),
    unmaskedTop: unmaskedTop.ids.map(probability),
  };
}

function logSumOfAllowed(logits: Float32Array, mask: Uint32Array, best: number): number {
  let sum = 0;
  for (let id = 0; id < logits.length; id++) {
    if ((mask[id >>> 5]! >>> (id & 31) & 1) === 0) continue;
    if (logits[id]! > -Infinity) sum += Math.exp(logits[id]! - best);
  }
  return best + Math.log(sum);
}

/** The few best of many, by insertion: nearly every offer fails the first comparison. */
class Best {
  readonly ids: number[] = [];
  readonly #logits: number[] = [];

  constructor(private readonly count: number) {}

  offer(id: number, logit: number): void {
    const { ids, count } = this;
    const logits = this.#logits;
    if (ids.length === count && (count === 0 || !(logit > logits[count - 1]!))) return;
    let at = ids.length < count ? ids.length : count - 1;
    while (at > 0 && logits[at - 1]! < logit) {
      ids[at] = ids[at - 1]!;
      logits[at] = logits[at - 1]!;
      at--;
    }
    ids[at] = id;
    logits[at] = logit;
  }
}
