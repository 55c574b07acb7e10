/**
 * Rotary position embedding: the angle that each pair of numbers in a head turns by from one position to the next,
 * under each way of stretching a model to longer texts.
 *
 * Used by the configuration readers. A model is trained with angles `theta^(-2i/d)`; "scaling" slows some of them
 * down, so that positions beyond the training length meet angles that the model has seen. Only scalings that do not
 * depend on the length of the text at hand can be written into a graph.
 *
 * Source: J. Su et al., RoFormer (arXiv:2104.09864); S. Chen et al., position interpolation (arXiv:2306.15595);
 * B. Peng et al., YaRN (arXiv:2309.00071); "The Llama 3 Herd of Models" (arXiv:2407.21783) for `llama3`.
 *
 * @module
 */

import type { Rotation } from "./onnx/decoder_shape.ts";

/** A scaling, with the parameters that `config.json` names in snake case. */
export type RotationScaling =
  | { kind: "linear"; factor: number }
  | {
    kind: "llama3";
    factor: number;
    lowFrequencyFactor: number;
    highFrequencyFactor: number;
    originalContextLength: number;
  }
  | {
    kind: "yarn";
    factor: number;
    originalContextLength: number;
    /** Number of turns within the original context above which an angle is left alone; default 32. */
    betaFast: number;
    /** Number of turns below which an angle is slowed down in full; default 1. */
    betaSlow: number;
    /** Factor on cosines and sines; by default derived from `factor`. */
    attentionFactor: number | undefined;
    /** Whether the ends of the ramp are rounded to whole pairs; default true. */
    truncate: boolean;
  };

/**
 * Unscaled angles.
 *
 * @param theta Base of the frequencies, such as 10,000.
 * @param headSize Numbers in a head; even.
 */
export function plainRotation(theta: number, headSize: number): Rotation {
  const inverseFrequencies = Float64Array.from(
    { length: headSize / 2 },
    (_, pair) => theta ** (-2 * pair / headSize),
  );
  return { inverseFrequencies, amplitude: 1 };
}

/** Angles under a scaling. */
export function scaledRotation(
  theta: number,
  headSize: number,
  scaling: RotationScaling,
): Rotation {
  const plain = plainRotation(theta, headSize);
  switch (scaling.kind) {
    case "linear":
      return mapFrequencies(plain, (frequency) => frequency / scaling.factor);
    case "llama3":
      return mapFrequencies(plain, (frequency) => llama3Frequency(frequency, scaling));
    case "yarn":
      return yarnRotation(plain, theta, headSize, scaling);
  }
}

/** Angles divided by given factors, one a pair, as a GGUF file may carry them. */
export function dividedRotation(rotation: Rotation, factors: ArrayLike<number>): Rotation {
  return mapFrequencies(rotation, (frequency, pair) => frequency / factors[pair]!);
}

function mapFrequencies(
  rotation: Rotation,
  change: (frequency: number, pair: number) => number,
): Rotation {
  return { ...rotation, inverseFrequencies: rotation.inverseFrequencies.map(change) };
}

/** Short waves stay, long ones are stretched by the factor, and in between the two are mixed. */
function llama3Frequency(
  frequency: number,
  scaling: Extract<RotationScaling, { kind: "llama3" }>,
): number {
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalContextLength } = scaling;
  const turns = originalContextLength * frequency / (2 * Math.PI);
  const share = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  return mix(frequency / factor, frequency, share);
}

function yarnRotation(
  plain: Rotation,
  theta: number,
  headSize: number,
  scaling: Extract<RotationScaling, { kind: "yarn" }>,
): Rotation {
  const { factor, originalContextLength, betaFast, betaSlow, attentionFactor, truncate } = scaling;
  /** The pair that turns so many times within the original context. */
  const pairTurning = (turns: number) =>
    headSize * Math.log(originalContextLength / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  const first = pairTurning(betaFast), last = pairTurning(betaSlow);
  const low = Math.max(0, truncate ? Math.floor(first) : first);
  const high = Math.min(headSize - 1, truncate ? Math.ceil(last) : last);
  const width = high === low ? 0.001 : high - low;
  const rotation = mapFrequencies(
    plain,
    (frequency, pair) => mix(frequency, frequency / factor, (pair - low) / width),
  );
  const amplitude = attentionFactor ?? (factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1);
  return { ...rotation, amplitude };
}

/** From `start` at share 0 to `end` at share 1; shares beyond are cut off. */
function mix(start: number, end: number, share: number): number {
  const bounded = Math.min(1, Math.max(0, share));
  return start + (end - start) * bounded;
}
