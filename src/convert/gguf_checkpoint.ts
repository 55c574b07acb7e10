/**
 * A checkpoint as llama.cpp stores it: one GGUF file (or several that are split by its tool) with weights,
 * configuration and tokenizer.
 *
 * `@huggingface/gguf` reads the header; here its words are translated: the metadata into a `config.json`, names of
 * tensors into those of Hugging Face, the tokenizer into a `tokenizer.json` (`gguf_tokenizer.ts`). In files of the
 * architecture `llama` the rows of queries and keys lie in another order, which is undone while reading.
 *
 * Cost: the header is read in pieces of 2 MB until it is complete; 0.4 s for 49,152 tokens.
 * Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 *
 * @module
 */

import {
  GGMLQuantizationType,
  gguf,
  type GGUFParseOutput,
  parseGgufShardFilename,
} from "@huggingface/gguf";
import { type Checkpoint, openWeights, type SideFile } from "./checkpoint.ts";
import { type Configuration, readConfiguration } from "./configuration.ts";
import { ConversionError } from "./errors.ts";
import { rebuildTokenizer } from "./gguf_tokenizer.ts";
import { GgufMetadata } from "./gguf_metadata.ts";
import type { JsonObject } from "./json_file.ts";
import { GGML_FORMATS } from "./number_formats.ts";
import { EMBEDDING } from "./onnx/decoder_shape.ts";
import { dividedRotation } from "./rotation.ts";
import { type StoredTensor, StoredTensors } from "./stored_tensors.ts";

/** Names of tensors outside of the layers. */
const MODEL_TENSORS: Readonly<Record<string, string>> = {
  "token_embd": "model.embed_tokens",
  "output_norm": "model.norm",
  "output": "lm_head",
};

/** Names of a layer's tensors. */
const LAYER_TENSORS: Readonly<Record<string, string>> = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_norm: "post_attention_layernorm",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

/** Factors that the frequencies are divided by, in files of Llama 3.1 and later. */
const ROTATION_FACTORS = "rope_freqs.weight";

/** Magic number of the format. */
const MAGIC = "GGUF";

/** Whether a file begins as a GGUF file does. */
export async function isGgufFile(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(MAGIC.length);
  await file.read(bytes);
  return new TextDecoder().decode(bytes) === MAGIC;
}

/**
 * Opens a GGUF file.
 *
 * @param path The file, or the first one of a split model.
 * @param tokenizerFiles The tokenizer's files, where they are known from elsewhere; by default the tokenizer is
 *   rebuilt from the metadata.
 * @throws {ConversionError} If something is broken or not supported.
 */
export async function openGguf(
  path: string,
  tokenizerFiles?: ReadonlyMap<string, SideFile>,
): Promise<Checkpoint> {
  const header = await readHeader(path);
  const metadata = new GgufMetadata(header.metadata as unknown as JsonObject, path);
  const tensors = new Map<string, StoredTensor>();
  collectTensors(path, header, tensors);
  const partCount = metadata.optionalNumber("split.count") ?? 1;
  for (const part of partCount > 1 ? otherParts(path) : []) {
    collectTensors(part, await readHeader(part), tensors);
  }
  const config = readConfig(metadata, tensors.get(EMBEDDING));
  const configuration = readConfiguration(config, path);
  if (configuration.architecture === "llama") interleave(tensors, configuration);
  const tokenizer = tokenizerFiles ? null : rebuildTokenizer(metadata);

  const factors = tensors.get(ROTATION_FACTORS);
  tensors.delete(ROTATION_FACTORS);
  const { shape, weights } = openWeights(configuration, tensors);
  if (factors) shape.rotation = dividedRotation(shape.rotation, readVector(factors));
  return {
    architecture: configuration.architecture,
    shape,
    weights,
    config: { ...config, ...tokenizer?.ids, tie_word_embeddings: shape.tiedEmbeddings },
    generationConfig: tokenizer?.generationConfig ?? {},
    sideFiles: tokenizerFiles ?? tokenizer!.files,
    [Symbol.dispose]: () => weights[Symbol.dispose](),
  };
}

async function readHeader(path: string): Promise<GGUFParseOutput> {
  let header: GGUFParseOutput;
  try {
    header = await gguf(path, { allowLocalFile: true });
  } catch (cause) {
    throw new ConversionError(
      "corrupt_file",
      `the header of "${path}" cannot be read, it is corrupt or cut short: ${
        (cause as Error).message
      }`,
      { file: path, cause },
    );
  }
  if (header.littleEndian) return header;
  throw new ConversionError("unsupported_tensor_type", `"${path}" is big-endian`, { file: path });
}

/** The files of a split model besides its first one. */
function otherParts(path: string): string[] {
  const name = parseGgufShardFilename(path);
  if (name === null || Number(name.shard) !== 1) {
    throw new ConversionError(
      "missing_file",
      `"${path}" is a part of a split model; give the part 1, under its name "…-00001-of-0000N.gguf"`,
      { file: path },
    );
  }
  return Array.from(
    { length: Number(name.total) - 1 },
    (_, index) => `${name.prefix}-${String(index + 2).padStart(5, "0")}-of-${name.total}.gguf`,
  );
}

/** Adds a file's tensors, under the names of Hugging Face where they have one. */
function collectTensors(
  path: string,
  header: GGUFParseOutput,
  tensors: Map<string, StoredTensor>,
): void {
  for (const { name, shape, dtype, offset } of header.tensorInfos) {
    const format = GGML_FORMATS.get(dtype);
    if (!format) {
      throw new ConversionError(
        "unsupported_tensor_type",
        `the weight "${name}" is stored as ${
          GGMLQuantizationType[dtype] ?? `type ${dtype}`
        }; read are ${[...GGML_FORMATS.values()].map((known) => known.name).join(", ")}`,
        { file: path, tensor: name },
      );
    }
    const fullName = translateName(name);
    if (tensors.has(fullName)) {
      throw new ConversionError("corrupt_file", `"${path}" has a second weight "${name}"`, {
        file: path,
        tensor: name,
      });
    }
    tensors.set(fullName, {
      file: path,
      name,
      format,
      dims: shape.map(Number).reverse(), // ggml names the innermost dimension first
      byteOffset: Number(header.tensorDataOffset) + Number(offset),
    });
  }
}

function translateName(name: string): string {
  const [, layer, part, kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(name) ?? [];
  if (part === undefined) return name;
  const translated = (layer === undefined ? MODEL_TENSORS : LAYER_TENSORS)[part];
  if (translated === undefined) return name;
  const prefix = layer === undefined ? "" : `model.layers.${layer}.`;
  return `${prefix}${translated}.${kind}`;
}

/** Says of queries and keys that the rows of each head are in the order of this architecture's files. */
function interleave(tensors: Map<string, StoredTensor>, { sizes }: Configuration): void {
  for (const [name, tensor] of tensors) {
    const part = /\.self_attn\.([qk])_proj\./.exec(name)?.[1];
    if (part === undefined) continue;
    const interleavedHeads = part === "q" ? sizes.headCount : sizes.kvHeadCount;
    tensors.set(name, { ...tensor, interleavedHeads });
  }
}

function readConfig(metadata: GgufMetadata, embedding: StoredTensor | undefined): JsonObject {
  const architecture = metadata.string("general.architecture");
  const key = (name: string) => `${architecture}.${name}`;
  const size = (name: string) => metadata.optionalNumber(key(name));
  if ((size("expert_count") ?? 0) > 0) throw metadata.unsupported("a mixture of experts");
  const headCount = size("attention.head_count"), hiddenSize = size("embedding_length");
  const headSize = size("attention.key_length") ??
    (headCount && hiddenSize ? hiddenSize / headCount : undefined);
  const turned = size("rope.dimension_count") ?? headSize;
  return {
    architectures: [architecture === "qwen2" ? "Qwen2ForCausalLM" : "LlamaForCausalLM"],
    model_type: architecture,
    hidden_act: "silu",
    hidden_size: hiddenSize,
    intermediate_size: size("feed_forward_length"),
    max_position_embeddings: size("context_length"),
    num_attention_heads: headCount,
    num_hidden_layers: size("block_count"),
    num_key_value_heads: size("attention.head_count_kv"),
    head_dim: headSize,
    rms_norm_eps: size("attention.layer_norm_rms_epsilon"),
    rope_theta: size("rope.freq_base"),
    rope_scaling: readScaling(metadata, key),
    ...(turned === headSize ? {} : { partial_rotary_factor: turned! / headSize! }),
    ...(size("attention.sliding_window") === undefined ? {} : { use_sliding_window: true }),
    use_cache: true,
    vocab_size: embedding?.dims[0] ?? size("vocab_size"),
  };
}

function readScaling(metadata: GgufMetadata, key: (name: string) => string): JsonObject | null {
  const number = (name: string) => metadata.optionalNumber(key(`rope.scaling.${name}`));
  const kind = metadata.optionalString(key("rope.scaling.type")) ?? "none";
  const factor = number("factor") ?? metadata.optionalNumber(key("rope.scale_linear")) ?? 1;
  if (kind === "none" && factor === 1) return null;
  if (kind !== "yarn") return { rope_type: kind === "none" ? "linear" : kind, factor };
  // llama.cpp multiplies what follows from the factor; a configuration names the product.
  const attentionFactor = number("attn_factor") ?? number("yarn_attn_factor");
  return {
    rope_type: kind,
    factor,
    original_max_position_embeddings: number("original_context_length"),
    beta_fast: number("yarn_beta_fast"),
    beta_slow: number("yarn_beta_slow"),
    attention_factor: attentionFactor === undefined
      ? undefined
      : attentionFactor * (0.1 * Math.log(factor) + 1),
  };
}

function readVector(tensor: StoredTensor): Float32Array {
  using tensors = new StoredTensors(new Map([[tensor.name, tensor]]));
  return tensors.readRows(tensor.name, 0, tensor.dims[0]!).slice();
}
