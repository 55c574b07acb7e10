/**
 * The forward pass of Qwen2 and Llama as an ONNX graph.
 *
 * Top of the graph writer. Inputs and outputs are those that transformers.js feeds and reads:
 * `input_ids`, `attention_mask`, `position_ids` (int64), `num_logits_to_keep` (int64 scalar; 0 keeps all),
 * `past_key_values.N.key/value` `[batch, kvHeads, past, headSize]`; out come `logits` (always float32) and
 * `present.N.key/value`. Attention is ONNX Runtime's `GroupQueryAttention`, rotation a separate `RotaryEmbedding`
 * so that `position_ids` are obeyed. Padding must be on the right.
 *
 * Source: the Qwen2.5 technical report (arXiv:2412.15115); "The Llama 3 Herd of Models" (arXiv:2407.21783);
 * operator documentation of com.microsoft.
 *
 * @module
 */

import { type DecoderShape, weightShapes } from "./decoder_shape.ts";
import { CONTRIB, GraphBuilder } from "./graph_builder.ts";
import {
  createLinearLayers,
  type Dtype,
  encodeFloats,
  type FloatType,
  floatTypeOf,
  type LinearLayers,
} from "./linear_layers.ts";
import { ELEMENT_TYPES, type OnnxModel } from "./onnx_format.ts";
import type { WeightStore } from "./weight_file.ts";
import { WeightPlan } from "./weight_plan.ts";

/** Largest 64-bit integer that a JavaScript number holds exactly; as the end of a slice it means "to the end". */
const TO_THE_END = Number.MAX_SAFE_INTEGER;

/** A graph whose weights are yet to be written. */
export interface PlannedGraph {
  model: OnnxModel;
  plan: WeightPlan;
}

/**
 * Builds the graph, and the plan by which its weights are written into the store.
 *
 * @param shape Sizes of the model.
 * @param dtype Format of the matrices; norms, biases, activations and cache are float32, or float16 where the
 *   format's name says so.
 * @param store Where the weights go.
 * @param keepsLogits Whether the graph has the input `num_logits_to_keep`.
 */
export function planDecoderGraph(
  shape: DecoderShape,
  dtype: Dtype,
  store: WeightStore,
  keepsLogits = true,
): PlannedGraph {
  const graph = new DecoderGraph(shape, dtype, store);
  const model = graph.build(keepsLogits);
  return { model, plan: graph.plan };
}

class DecoderGraph {
  readonly plan: WeightPlan;
  readonly #graph: GraphBuilder;
  readonly #linear: LinearLayers;
  readonly #type: FloatType;

  constructor(readonly shape: DecoderShape, dtype: Dtype, store: WeightStore) {
    this.#graph = new GraphBuilder(store);
    this.plan = new WeightPlan(weightShapes(shape));
    this.#linear = createLinearLayers(dtype, this.#graph, this.plan);
    this.#type = floatTypeOf(dtype);
  }

  build(keepsLogits: boolean): OnnxModel {
    const graph = this.#graph, shape = this.shape;
    const tokenIds = graph.input("input_ids", "int64", ["batch_size", "sequence"]);
    const mask = graph.input("attention_mask", "int64", ["batch_size", "total"]);
    graph.input("position_ids", "int64", ["batch_size", "sequence"]);
    const keep = keepsLogits ? graph.input("num_logits_to_keep", "int64", []) : null;
    const lengths = this.#lengths(mask);
    this.#storeRotations();

    let residual = this.#linear.embed(tokenIds);
    let normalized = graph.node("SimplifiedLayerNormalization", [
      residual,
      this.#vector("model.layers.0.input_layernorm.weight"),
    ], { attributes: { epsilon: { float: shape.rmsNormEpsilon }, axis: { int: -1 } } });
    for (let layer = 0; layer < shape.layerCount; layer++) {
      const prefix = `model.layers.${layer}`;
      const attended = this.#attention(layer, normalized, lengths);
      [normalized, residual] = this.#addAndNormalize(
        residual,
        attended,
        `${prefix}.post_attention_layernorm.weight`,
      );
      const transformed = this.#feedForward(prefix, normalized);
      const nextNorm = layer + 1 < shape.layerCount
        ? `model.layers.${layer + 1}.input_layernorm.weight`
        : "model.norm.weight";
      [normalized, residual] = this.#addAndNormalize(residual, transformed, nextNorm);
    }
    const logits = this.#linear.logits(
      keep === null ? normalized : this.#lastPositions(normalized, keep),
    );
    graph.node("Cast", [logits], {
      attributes: { to: { int: ELEMENT_TYPES.float32 } },
      outputs: ["logits"],
    });
    graph.output("logits", "float32", ["batch_size", "kept", shape.vocabularySize]);
    for (let layer = 0; layer < shape.layerCount; layer++) {
      for (const part of ["key", "value"]) {
        graph.output(`present.${layer}.${part}`, this.#type, this.#cacheDims("total"));
      }
    }
    return graph.build("decoder");
  }

  /** The last `keep` positions of `[batch, sequence, hidden]`; all of them where `keep` is 0. */
  #lastPositions(hidden: string, keep: string): string {
    const graph = this.#graph;
    const first = graph.node("Reshape", [graph.node("Neg", [keep]), graph.int64([1])]);
    return graph.node("Slice", [hidden, first, graph.int64([TO_THE_END]), graph.int64([1])]);
  }

  /** Last position of each sequence, and the longest length, as GroupQueryAttention wants them (int32). */
  #lengths(mask: string): { lastPositions: string; totalLength: string } {
    const graph = this.#graph;
    const counts = graph.node("ReduceSum", [mask, graph.int64([1])], {
      attributes: { keepdims: { int: 0 } },
    });
    const last = graph.node("Sub", [counts, graph.int64([1])]);
    const total = graph.node("Gather", [graph.node("Shape", [mask]), graph.int64(1)]);
    const int32 = { attributes: { to: { int: 6 } } };
    return {
      lastPositions: graph.node("Cast", [last], int32),
      totalLength: graph.node("Cast", [total], int32),
    };
  }

  #attention(
    layer: number,
    input: string,
    lengths: { lastPositions: string; totalLength: string },
  ): string {
    const graph = this.#graph, { headCount, kvHeadCount, headSize } = this.shape;
    const prefix = `model.layers.${layer}.self_attn`;
    const project = (part: string) => this.#project(input, `${prefix}.${part}_proj`);
    const rotate = (value: string, heads: number) =>
      graph.node("RotaryEmbedding", [value, "position_ids", "cos_cache", "sin_cache"], {
        domain: CONTRIB,
        attributes: { interleaved: { int: 0 }, num_heads: { int: heads } },
      });
    const query = rotate(project("q"), headCount);
    const key = rotate(project("k"), kvHeadCount);
    const value = project("v");
    const past = ["key", "value"].map((part) =>
      graph.input(`past_key_values.${layer}.${part}`, this.#type, this.#cacheDims("past"))
    );
    const attended = graph.node("GroupQueryAttention", [
      query,
      key,
      value,
      ...past,
      lengths.lastPositions,
      lengths.totalLength,
    ], {
      domain: CONTRIB,
      attributes: {
        num_heads: { int: headCount },
        kv_num_heads: { int: kvHeadCount },
        scale: { float: 1 / Math.sqrt(headSize) },
        do_rotary: { int: 0 },
      },
      outputs: [
        graph.freshName("attended"),
        `present.${layer}.key`,
        `present.${layer}.value`,
      ],
    });
    return this.#project(attended, `${prefix}.o_proj`);
  }

  #feedForward(prefix: string, input: string): string {
    const graph = this.#graph;
    const gate = this.#project(input, `${prefix}.mlp.gate_proj`);
    const up = this.#project(input, `${prefix}.mlp.up_proj`);
    const activated = graph.node("Mul", [gate, graph.node("Sigmoid", [gate])]);
    return this.#project(graph.node("Mul", [activated, up]), `${prefix}.mlp.down_proj`);
  }

  /** The normalised sum, and the sum itself. */
  #addAndNormalize(
    residual: string,
    addend: string,
    weightName: string,
  ): [normalized: string, sum: string] {
    const outputs = [
      this.#graph.freshName("normalized"),
      "",
      "",
      this.#graph.freshName("residual"),
    ];
    this.#graph.node("SkipSimplifiedLayerNormalization", [
      residual,
      addend,
      this.#vector(weightName),
    ], {
      domain: CONTRIB,
      attributes: { epsilon: { float: this.shape.rmsNormEpsilon } },
      outputs,
    });
    return [outputs[0]!, outputs[3]!];
  }

  /** A product, plus its bias where the model has one. */
  #project(input: string, name: string): string {
    const product = this.#linear.product(input, `${name}.weight`);
    if (!this.plan.has(`${name}.bias`)) return product;
    return this.#graph.node("Add", [product, this.#vector(`${name}.bias`)]);
  }

  #vector(name: string): string {
    const { rows } = this.plan.shapeOf(name);
    const region = this.#graph.weights.reserve(name, this.#type, [rows]);
    this.plan.add(name, (rowStart, values) => {
      const bytes = encodeFloats(values, this.#type);
      region.write(rowStart * (bytes.length / values.length), bytes);
    });
    return name;
  }

  /** Cosine and sine of each position's angles, `[contextLength, headSize / 2]`. */
  #storeRotations(): void {
    const { contextLength, headSize, rotation: { inverseFrequencies, amplitude } } = this.shape;
    const half = headSize / 2;
    const cosines = new Float32Array(contextLength * half);
    const sines = new Float32Array(contextLength * half);
    for (let position = 0; position < contextLength; position++) {
      for (let index = 0; index < half; index++) {
        const angle = position * inverseFrequencies[index]!;
        cosines[position * half + index] = Math.cos(angle) * amplitude;
        sines[position * half + index] = Math.sin(angle) * amplitude;
      }
    }
    for (const [name, values] of [["cos_cache", cosines], ["sin_cache", sines]] as const) {
      this.#graph.weights.reserve(name, this.#type, [contextLength, half])
        .write(0, encodeFloats(values, this.#type));
    }
  }

  #cacheDims(length: string): (string | number)[] {
    return ["batch_size", this.shape.kvHeadCount, length, this.shape.headSize];
  }
}
