/**
 * A Qwen2 graph with its weights, in one call.
 *
 * Fourth layer of the model builder, over the graph writer of `src/convert/onnx`.
 *
 * @module
 */

import { planDecoderGraph } from "../../src/convert/onnx/decoder_graph.ts";
import type { Dtype } from "../../src/convert/onnx/linear_layers.ts";
import type { OnnxModel } from "../../src/convert/onnx/onnx_format.ts";
import type { WeightStore } from "../../src/convert/onnx/weight_file.ts";
import type { ModelShape, WeightSource } from "./model_shape.ts";

/**
 * Builds the graph and writes its weights into the store.
 *
 * @param shape Sizes of the model.
 * @param source Its weights.
 * @param dtype Format of the matrices.
 * @param store Where the weights go.
 * @param keepsLogits Whether the graph has the input `num_logits_to_keep`.
 */
export function buildQwen2Graph(
  shape: ModelShape,
  source: WeightSource,
  dtype: Dtype,
  store: WeightStore,
  keepsLogits = true,
): OnnxModel {
  const { model, plan } = planDecoderGraph(shape, dtype, store, keepsLogits);
  plan.runAtOnce(source);
  return model;
}
