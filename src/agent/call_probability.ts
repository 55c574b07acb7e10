/**
 * How probable it is that a model goes on with a given text.
 *
 * The decision between calling a tool and answering, as a number: the probability of the opening tag, by
 * token, each given those before it. A tag that is one token of the model costs a look at the prompt's logits; a longer
 * one costs a second pass, over the tag. The prompt is read once: a model with a prompt cache has it when it
 * writes.
 *
 * @module
 */

import type { LanguageModel } from "../decoding/mod.ts";

/** A probability, and what it took to find it. */
export interface ScoredContinuation {
  /**
   * The geometric mean of the tokens' probabilities, each over all tokens of the vocabulary. For one token its
   * probability; for several comparable to it, where their product would shrink with their number.
   */
  readonly perToken: number;
  /** Passes of the model. */
  readonly forwardPasses: number;
  /** Tokens of the context that had been computed before. */
  readonly cachedTokens: number;
}

/**
 * Scores a continuation.
 *
 * @param model A loaded model.
 * @param context The text so far; at least one token.
 * @param continuation What might follow; at least one token.
 * @param signal Ends the passes.
 */
export async function scoreContinuation(
  model: LanguageModel,
  context: readonly number[],
  continuation: readonly number[],
  signal?: AbortSignal,
): Promise<ScoredContinuation> {
  const { logitsSize } = model.info;
  const [first, ...rest] = continuation as [number, ...number[]];
  const sequence = await model.openSequence();
  try {
    let logProbability = logSoftmax(await sequence.append(context, { signal }), first);
    if (rest.length > 0) {
      const fed = continuation.slice(0, -1);
      const logits = await sequence.append(fed, { logitCount: rest.length, signal });
      for (const [row, tokenId] of rest.entries()) {
        const from = row * logitsSize;
        logProbability += logSoftmax(logits.subarray(from, from + logitsSize), tokenId);
      }
    }
    return {
      perToken: Math.exp(logProbability / continuation.length),
      forwardPasses: rest.length > 0 ? 2 : 1,
      cachedTokens: sequence.cachedTokenCount ?? 0,
    };
  } finally {
    await sequence.dispose();
  }
}

function logSoftmax(logits: Float32Array, tokenId: number): number {
  let maximum = -Infinity;
  for (const logit of logits) if (logit > maximum) maximum = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - maximum);
  return logits[tokenId]! - maximum - Math.log(sum);
}
