/**
 * A checkpoint, whatever it is stored as.
 *
 * What the readers (`hugging_face_folder.ts`, `gguf_checkpoint.ts`) give and `convert_checkpoint.ts` takes: the
 * shape of the decoder, its weights by the names of Hugging Face, and the files that go beside the graph.
 *
 * @module
 */

import type { Architecture, Configuration } from "./configuration.ts";
import { ConversionError } from "./errors.ts";
import type { JsonObject } from "./json_file.ts";
import { type DecoderShape, EMBEDDING, OUTPUT_MATRIX, weightShapes } from "./onnx/decoder_shape.ts";
import { type StoredTensor, StoredTensors } from "./stored_tensors.ts";

/** A file that goes beside the graph: its text, or the path of a file to copy. */
export type SideFile = { text: string } | { copyOf: string };

/** An opened checkpoint; dispose of it to close its files. */
export interface Checkpoint extends Disposable {
  architecture: Architecture;
  shape: DecoderShape;
  weights: StoredTensors;
  /** `config.json`, as far as the source has it. */
  config: JsonObject;
  generationConfig: JsonObject;
  /** The tokenizer's files by name. */
  sideFiles: ReadonlyMap<string, SideFile>;
}

/** Tensors that old checkpoints store although they follow from the configuration. */
const DERIVED = /\.rotary_emb\.inv_freq$|\.masked_bias$|\.attn\.bias$/;

/**
 * Completes a configuration by what the tensors tell, and checks them against it.
 *
 * @param tensors By the names of Hugging Face; all that the checkpoint has.
 * @throws {ConversionError} If they do not fit.
 */
export function openWeights(
  configuration: Configuration,
  tensors: ReadonlyMap<string, StoredTensor>,
): { shape: DecoderShape; weights: StoredTensors } {
  const used = new Map([...tensors].filter(([name]) => !DERIVED.test(name)));
  const tiedEmbeddings = configuration.tiedEmbeddings ?? !used.has(OUTPUT_MATRIX);
  if (tiedEmbeddings) used.delete(OUTPUT_MATRIX); // a second copy of the embedding
  const { sizes } = configuration;
  const embedding = used.get(EMBEDDING);
  const hasBias = (part: string) => used.has(`model.layers.0.${part}.bias`);
  const shape: DecoderShape = {
    ...sizes,
    tiedEmbeddings,
    biases: {
      qkv: hasBias("self_attn.q_proj"),
      output: hasBias("self_attn.o_proj"),
      feedForward: hasBias("mlp.gate_proj"),
    },
  };
  if (configuration.architecture === "qwen2" && !shape.biases.qkv) {
    throw new ConversionError(
      "missing_tensor",
      'Qwen2 has biases of queries, keys and values; the checkpoint has no "model.layers.0.self_attn.q_proj.bias"',
      { file: embedding?.file, tensor: "model.layers.0.self_attn.q_proj.bias" },
    );
  }
  const weights = new StoredTensors(used);
  weights.check(weightShapes(shape));
  return { shape, weights };
}
