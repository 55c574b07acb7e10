/**
 * Sizes of a decoder of the Llama family, and the names and shapes of its weights.
 *
 * Second layer of the graph writer. Qwen2 and Llama differ only in what is said here: which products have a
 * bias, whether the output product shares the embedding, and how positions turn into angles. The names are
 * those of Hugging Face checkpoints, matrices stored `[outputs, inputs]` row by row, so that random weights and
 * a checkpoint's weights look the same to the graph.
 *
 * @module
 */

/** How a position turns queries and keys: one angle for each pair of numbers in a head. */
export interface Rotation {
  /** Radians a position, for each of the `headSize / 2` pairs. */
  inverseFrequencies: Float64Array;
  /** Factor on cosines and sines; 1 but for YaRN. */
  amplitude: number;
}

/** Sizes that define a decoder; mostly the fields of its `config.json`. */
export interface DecoderShape {
  layerCount: number;
  hiddenSize: number;
  intermediateSize: number;
  headCount: number;
  kvHeadCount: number;
  /** A multiple of 8. */
  headSize: number;
  /** Width of the logits: at least the tokenizer's size. */
  vocabularySize: number;
  /** Longest sequence, in tokens. */
  contextLength: number;
  rmsNormEpsilon: number;
  rotation: Rotation;
  /** Whether the logits are the product with the embedding, rather than with a matrix of their own. */
  tiedEmbeddings: boolean;
  /** Which products have a bias added. */
  biases: {
    /** Queries, keys and values. */
    qkv: boolean;
    /** The product after attention. */
    output: boolean;
    /** The three products of the feed-forward part. */
    feedForward: boolean;
  };
}

/** A weight: `rows × columns`; vectors have one column. */
export interface WeightShape {
  rows: number;
  columns: number;
}

/** Rows of weights by name, in float32. */
export interface WeightSource {
  /**
   * Rows `[rowStart, rowEnd)` of a weight, row by row; valid until the next call.
   *
   * @param name A key of {@link weightShapes}.
   */
  readRows(name: string, rowStart: number, rowEnd: number): Float32Array;
}

/** Name of the embedding in a checkpoint. */
export const EMBEDDING = "model.embed_tokens.weight";

/** Name of the output matrix in a checkpoint whose embeddings are not tied. */
export const OUTPUT_MATRIX = "lm_head.weight";

/** Every weight of a model, by its name in a checkpoint. */
export function weightShapes(shape: DecoderShape): Map<string, WeightShape> {
  const { hiddenSize, intermediateSize, headSize, biases } = shape;
  const queryWidth = shape.headCount * headSize, kvWidth = shape.kvHeadCount * headSize;
  const shapes = new Map<string, WeightShape>();
  const add = (name: string, rows: number, columns: number) => shapes.set(name, { rows, columns });
  const addLinear = (name: string, outputs: number, inputs: number, hasBias: boolean) => {
    add(`${name}.weight`, outputs, inputs);
    if (hasBias) add(`${name}.bias`, outputs, 1);
  };
  add(EMBEDDING, shape.vocabularySize, hiddenSize);
  for (let layer = 0; layer < shape.layerCount; layer++) {
    const prefix = `model.layers.${layer}`;
    add(`${prefix}.input_layernorm.weight`, hiddenSize, 1);
    for (const [part, width] of [["q", queryWidth], ["k", kvWidth], ["v", kvWidth]] as const) {
      addLinear(`${prefix}.self_attn.${part}_proj`, width, hiddenSize, biases.qkv);
    }
    addLinear(`${prefix}.self_attn.o_proj`, hiddenSize, queryWidth, biases.output);
    add(`${prefix}.post_attention_layernorm.weight`, hiddenSize, 1);
    addLinear(`${prefix}.mlp.gate_proj`, intermediateSize, hiddenSize, biases.feedForward);
    addLinear(`${prefix}.mlp.up_proj`, intermediateSize, hiddenSize, biases.feedForward);
    addLinear(`${prefix}.mlp.down_proj`, hiddenSize, intermediateSize, biases.feedForward);
  }
  add("model.norm.weight", hiddenSize, 1);
  if (!shape.tiedEmbeddings) add(OUTPUT_MATRIX, shape.vocabularySize, hiddenSize);
  return shapes;
}
