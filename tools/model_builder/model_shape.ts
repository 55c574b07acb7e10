/**
 * Sizes of a Qwen2-architecture model, and the names and shapes of its weights.
 *
 * Second layer of the model builder. The names are those of Hugging Face checkpoints, matrices stored
 * `[outputs, inputs]` row by row, so that random weights and a checkpoint's weights look the same to the
 * graph.
 *
 * @module
 */

/** Sizes that define a Qwen2 model; the fields of its `config.json`. */
export interface ModelShape {
  layerCount: number;
  hiddenSize: number;
  intermediateSize: number;
  headCount: number;
  kvHeadCount: number;
  headSize: number;
  /** Width of the logits: at least the tokenizer's size. */
  vocabularySize: number;
  /** Longest sequence, in tokens. */
  contextLength: number;
  ropeTheta: number;
  rmsNormEpsilon: number;
}

/** The true sizes of Qwen2.5-0.5B. */
export const QWEN2_5_0_5B: ModelShape = {
  layerCount: 24,
  hiddenSize: 896,
  intermediateSize: 4864,
  headCount: 14,
  kvHeadCount: 2,
  headSize: 64,
  vocabularySize: 151_936,
  contextLength: 32_768,
  ropeTheta: 1_000_000,
  rmsNormEpsilon: 1e-6,
};

/** Sizes for tests: everything Qwen2 has (grouped heads, several layers) at about a megabyte. */
export const TINY: Omit<ModelShape, "vocabularySize"> = {
  layerCount: 2,
  hiddenSize: 64,
  intermediateSize: 160,
  headCount: 4,
  kvHeadCount: 2,
  headSize: 16,
  contextLength: 4096,
  ropeTheta: 1_000_000,
  rmsNormEpsilon: 1e-6,
};

/** A weight: `rows × columns`; vectors have one column. */
export interface WeightShape {
  rows: number;
  columns: number;
}

/** Rows of weights by name, in float32. */
export interface WeightSource {
  /**
   * Rows `[rowStart, rowEnd)` of a weight, row by row.
   *
   * @param name A key of {@link weightShapes}.
   */
  readRows(name: string, rowStart: number, rowEnd: number): Float32Array;
}

/** Every weight of a model with tied embeddings, by its name in a checkpoint. */
export function weightShapes(shape: ModelShape): Map<string, WeightShape> {
  const { hiddenSize, intermediateSize, headSize } = shape;
  const queryWidth = shape.headCount * headSize, kvWidth = shape.kvHeadCount * headSize;
  const shapes = new Map<string, WeightShape>();
  const add = (name: string, rows: number, columns: number) => shapes.set(name, { rows, columns });
  add("model.embed_tokens.weight", shape.vocabularySize, hiddenSize);
  for (let layer = 0; layer < shape.layerCount; layer++) {
    const prefix = `model.layers.${layer}`;
    add(`${prefix}.input_layernorm.weight`, hiddenSize, 1);
    for (const [part, width] of [["q", queryWidth], ["k", kvWidth], ["v", kvWidth]] as const) {
      add(`${prefix}.self_attn.${part}_proj.weight`, width, hiddenSize);
      add(`${prefix}.self_attn.${part}_proj.bias`, width, 1);
    }
    add(`${prefix}.self_attn.o_proj.weight`, hiddenSize, queryWidth);
    add(`${prefix}.post_attention_layernorm.weight`, hiddenSize, 1);
    add(`${prefix}.mlp.gate_proj.weight`, intermediateSize, hiddenSize);
    add(`${prefix}.mlp.up_proj.weight`, intermediateSize, hiddenSize);
    add(`${prefix}.mlp.down_proj.weight`, hiddenSize, intermediateSize);
  }
  add("model.norm.weight", hiddenSize, 1);
  return shapes;
}
