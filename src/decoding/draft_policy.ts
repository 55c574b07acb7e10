/**
 * How many drafted tokens a pass should check.
 *
 * A pass over several tokens costs more than one over one, and how much more depends on the device: on a CPU eight tokens cost
 * about two single steps, on wasm three. A draft of `k` tokens of which each is right with probability `a` gives
 * `1 + a + a² + … + aᵏ` tokens (Leviathan, Kalman, Matias, "Fast Inference from Transformers via Speculative Decoding",
 * 2023); the best `k` has the most of them for its cost. Probabilities are counted by source in each text, so a text that
 * copies nothing soon drafts nothing.
 *
 * Costs are tables, measured once for each device at the sizes of Qwen2.5-0.5B, and not by the clock while a text is
 * written: kernels for quantised weights may round differently for passes of different widths, so a text must not
 * depend on how busy the machine was.
 *
 * @module
 */

import type { ModelInfo } from "./language_model.ts";
import type { DraftSource } from "./prompt_lookup.ts";

/** Cost of passes over 1, 2, 4, 8, 16 tokens, in passes over one. */
const COSTS: Readonly<Record<ModelInfo["device"], readonly number[]>> = {
  cpu: [1, 1.18, 1.45, 2.05, 3.2],
  wasm: [1, 1.6, 2, 3.1, 5],
  webgpu: [1, 1.1, 1.2, 1.4, 2],
  mock: [1, 1, 1, 1, 1],
};

/** Share of a new observation in a rate. */
const WEIGHT = 0.2;

/** The cost of a pass in passes over one token. */
export function passCost(device: ModelInfo["device"], tokenCount: number): number {
  const costs = COSTS[device];
  const place = Math.min(Math.log2(tokenCount), costs.length - 1);
  const low = Math.floor(place), high = Math.ceil(place);
  // Between two of them by the number of tokens, not by its logarithm.
  const share = high === low ? 0 : (tokenCount - 2 ** low) / (2 ** high - 2 ** low);
  return costs[low]! + share * (costs[high]! - costs[low]!);
}

/** How often drafts of a text are right, by source. */
export class DraftPolicy {
  readonly #rates: Record<DraftSource, number> = {
    forced: 0.9,
    copied1: 0.3,
    copied2: 0.5,
    copied3: 0.7,
  };

  constructor(private readonly device: ModelInfo["device"]) {}

  /**
   * The best number of drafted tokens.
   *
   * @param source Where they come from.
   * @param available How many there are.
   * @param pending Tokens that the pass has to read anyway.
   */
  length(source: DraftSource, available: number, pending: number): number {
    const rate = this.#rates[source];
    let best = 0, bestGain = 1 / passCost(this.device, pending);
    let expected = 1, chance = 1;
    for (let length = 1; length <= available && pending + length <= 16; length++) {
      chance *= rate;
      expected += chance;
      const gain = expected / passCost(this.device, pending + length);
      if (gain > bestGain) [best, bestGain] = [length, gain];
    }
    return best;
  }

  /** Takes note of how many tokens of a draft were right, one after the other, before the first wrong one. */
  observe(source: DraftSource, accepted: number, drafted: number): void {
    for (let i = 0; i < Math.min(accepted + 1, drafted); i++) {
      this.#rates[source] += WEIGHT * ((i < accepted ? 1 : 0) - this.#rates[source]);
    }
  }
}
