/**
 * Sizes of the Qwen2 models that are built here.
 *
 * Second layer of the model builder. What a decoder consists of is told in `src/convert/onnx`; Qwen2 ties its
 * embeddings, and adds a bias to queries, keys and values only.
 *
 * @module
 */

import type { DecoderShape } from "../../src/convert/onnx/decoder_shape.ts";
import { plainRotation } from "../../src/convert/rotation.ts";

export {
  type WeightShape,
  weightShapes,
  type WeightSource,
} from "../../src/convert/onnx/decoder_shape.ts";

/** Sizes that define a Qwen2 model; the fields of its `config.json`. */
export interface ModelShape extends DecoderShape {
  ropeTheta: number;
}

const QWEN2 = {
  ropeTheta: 1_000_000,
  rmsNormEpsilon: 1e-6,
  tiedEmbeddings: true,
  biases: { qkv: true, output: false, feedForward: false },
};

/** The true sizes of Qwen2.5-0.5B. */
export const QWEN2_5_0_5B: ModelShape = {
  ...QWEN2,
  layerCount: 24,
  hiddenSize: 896,
  intermediateSize: 4864,
  headCount: 14,
  kvHeadCount: 2,
  headSize: 64,
  vocabularySize: 151_936,
  contextLength: 32_768,
  rotation: plainRotation(QWEN2.ropeTheta, 64),
};

/** Sizes for tests: everything Qwen2 has (grouped heads, several layers) at about a megabyte. */
export const TINY: Omit<ModelShape, "vocabularySize"> = {
  ...QWEN2,
  layerCount: 2,
  hiddenSize: 64,
  intermediateSize: 160,
  headCount: 4,
  kvHeadCount: 2,
  headSize: 16,
  contextLength: 4096,
  rotation: plainRotation(QWEN2.ropeTheta, 16),
};
