/**
 * The forward pass of Qwen2 as an ONNX graph.
 *
 * Fifth layer of the model builder. Inputs and outputs are those that transformers.js feeds and reads:
 * `input_ids`, `attention_mask`, `position_ids` (int64), `num_logits_to_keep` (int64 scalar; 0 keeps all),
 * `past_key_values.N.key/value` `[batch, kvHeads, past, headSize]`; out come `logits` and `present.N.key/value`.
 * Attention is ONNX Runtime's `GroupQueryAttention`, rotation a separate `RotaryEmbedding` so that
 * `position_ids` are obeyed. Padding must be on the right.
 *
 * Source: the Qwen2.5 technical report (arXiv:2412.15115); operator documentation of com.microsoft.
 *
 * @module
 */

import { CONTRIB, GraphBuilder } from "./graph_builder.ts";
import { createLinearLayers, type Dtype, type LinearLayers } from "./linear_layers.ts";
import { type ModelShape, weightShapes, type WeightSource } from "./model_shape.ts";
import type { OnnxModel } from "./onnx_format.ts";
import { bytesOf, type WeightStore } from "./weight_file.ts";

/** Largest 64-bit integer that a JavaScript number holds exactly; as the end of a slice it means "to the end". */
const TO_THE_END = Number.MAX_SAFE_INTEGER;

/**
 * Builds the graph and writes its weights into the store.
 *
 * @param shape Sizes of the model.
 * @param source Its weights.
 * @param dtype Format of the matrices; norms and biases stay float32.
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
  return new Qwen2Graph(shape, source, dtype, store).build(keepsLogits);
}

class Qwen2Graph {
  readonly #graph: GraphBuilder;
  readonly #linear: LinearLayers;

  constructor(
    readonly shape: ModelShape,
    readonly source: WeightSource,
    dtype: Dtype,
    store: WeightStore,
  ) {
    this.#graph = new GraphBuilder(store);
    this.#linear = createLinearLayers(dtype, this.#graph, source, weightShapes(shape));
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
    this.#linear.logits(keep === null ? normalized : this.#lastPositions(normalized, keep));
    graph.output("logits", "float32", ["batch_size", "kept", shape.vocabularySize]);
    for (let layer = 0; layer < shape.layerCount; layer++) {
      for (const part of ["key", "value"]) {
        graph.output(`present.${layer}.${part}`, "float32", this.#cacheDims("total"));
      }
    }
    return graph.build("qwen2");
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
    const project = (part: string) =>
      graph.node("Add", [
        this.#linear.product(input, `${prefix}.${part}_proj.weight`),
        this.#vector(`${prefix}.${part}_proj.bias`),
      ]);
    const rotate = (value: string, heads: number) =>
      graph.node("RotaryEmbedding", [value, "position_ids", "cos_cache", "sin_cache"], {
        domain: CONTRIB,
        attributes: { interleaved: { int: 0 }, num_heads: { int: heads } },
      });
    const query = rotate(project("q"), headCount);
    const key = rotate(project("k"), kvHeadCount);
    const value = project("v");
    const past = ["key", "value"].map((part) =>
      graph.input(`past_key_values.${layer}.${part}`, "float32", this.#cacheDims("past"))
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
    return this.#linear.product(attended, `${prefix}.o_proj.weight`);
  }

  #feedForward(prefix: string, input: string): string {
    const graph = this.#graph;
    const gate = this.#linear.product(input, `${prefix}.mlp.gate_proj.weight`);
    const up = this.#linear.product(input, `${prefix}.mlp.up_proj.weight`);
    const activated = graph.node("Mul", [gate, graph.node("Sigmoid", [gate])]);
    return this.#linear.product(
      graph.node("Mul", [activated, up]),
      `${prefix}.mlp.down_proj.weight`,
    );
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

  #vector(name: string): string {
    const rows = weightShapes(this.shape).get(name)!.rows;
    this.#graph.weights.reserve(name, "float32", [rows])
      .write(0, bytesOf(this.source.readRows(name, 0, rows)));
    return name;
  }

  /** Cosine and sine of each position's angles, `[contextLength, headSize / 2]`. */
  #storeRotations(): void {
    const { contextLength, headSize, ropeTheta } = this.shape;
    const half = headSize / 2;
    const cosines = new Float32Array(contextLength * half);
    const sines = new Float32Array(contextLength * half);
    for (let position = 0; position < contextLength; position++) {
      for (let index = 0; index < half; index++) {
        const angle = position * ropeTheta ** (-index / half);
        cosines[position * half + index] = Math.cos(angle);
        sines[position * half + index] = Math.sin(angle);
      }
    }
    for (const [name, values] of [["cos_cache", cosines], ["sin_cache", sines]] as const) {
      this.#graph.weights.reserve(name, "float32", [contextLength, half]).write(0, bytesOf(values));
    }
  }

  #cacheDims(length: string): (string | number)[] {
    return ["batch_size", this.shape.kvHeadCount, length, this.shape.headSize];
  }
}
