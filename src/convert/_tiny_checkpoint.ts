/**
 * Tiny checkpoints with random weights, and writers of the two kinds of files that they come in, for tests.
 *
 * Written for clarity and from the formats' descriptions, apart from the readers they test: the tensors are plain
 * arrays under the names of Hugging Face; a GGUF file of the architecture `llama` gets the rows of its queries and
 * keys in the order of such files.
 *
 * @module
 */

import { join } from "@std/path";
import {
  cutTokenizer,
  loadQwenTokenizer,
  type TokenizerFiles,
} from "../../tools/model_builder/cut_tokenizer.ts";

/** A tensor, row by row. */
export interface TinyTensor {
  dims: number[];
  values: Float32Array;
}

/** A checkpoint in memory. */
export interface TinyCheckpoint {
  config: Record<string, unknown> & TinySizes;
  tensors: Map<string, TinyTensor>;
}

/** The sizes of a tiny model, as `config.json` names them. */
interface TinySizes {
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim: number;
  vocab_size: number;
  max_position_embeddings: number;
  rms_norm_eps: number;
  rope_theta: number;
}

/** What varies between tiny models. */
export interface TinyOptions {
  architecture?: "qwen2" | "llama";
  /** Default true for Qwen2, false for Llama. */
  tied?: boolean;
  /** Further fields of `config.json`. */
  config?: Record<string, unknown>;
  /** Biases besides those of Qwen2: those of Llama's `attention_bias` and `mlp_bias`. */
  allBiases?: boolean;
}

/** Merges that the tiny tokenizer has; with 256 bytes and 22 added tokens it fills 378 of 384 ids. */
const MERGE_COUNT = 100;

const SIZES: TinySizes = {
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  vocab_size: 384,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
};

/** Makes a checkpoint; the same options give the same weights. */
export function tinyCheckpoint(options: TinyOptions = {}): TinyCheckpoint {
  const { architecture = "qwen2", tied = architecture === "qwen2", allBiases = false } = options;
  const config = {
    architectures: [architecture === "qwen2" ? "Qwen2ForCausalLM" : "LlamaForCausalLM"],
    model_type: architecture,
    hidden_act: "silu",
    ...SIZES,
    tie_word_embeddings: tied,
    ...options.config,
  };
  const { hidden_size, intermediate_size, num_hidden_layers, vocab_size, head_dim } = config;
  const queryWidth = config.num_attention_heads * head_dim;
  const kvWidth = config.num_key_value_heads * head_dim;
  const tensors = new Map<string, TinyTensor>();
  const next = uniform(7);
  const add = (name: string, dims: number[], size: number, middle = 0) => {
    const values = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    tensors.set(name, { dims, values: values.map(() => Math.fround(middle + size * next())) });
  };
  const addLinear = (name: string, outputs: number, inputs: number, hasBias: boolean) => {
    add(`${name}.weight`, [outputs, inputs], 2 / Math.sqrt(inputs));
    if (hasBias) add(`${name}.bias`, [outputs], 0.3);
  };
  add("model.embed_tokens.weight", [vocab_size, hidden_size], 0.4);
  for (let layer = 0; layer < num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const hasBias = architecture === "qwen2" || allBiases;
    add(`${prefix}.input_layernorm.weight`, [hidden_size], 0.3, 1);
    addLinear(`${prefix}.self_attn.q_proj`, queryWidth, hidden_size, hasBias);
    addLinear(`${prefix}.self_attn.k_proj`, kvWidth, hidden_size, hasBias);
    addLinear(`${prefix}.self_attn.v_proj`, kvWidth, hidden_size, hasBias);
    addLinear(`${prefix}.self_attn.o_proj`, hidden_size, queryWidth, allBiases);
    add(`${prefix}.post_attention_layernorm.weight`, [hidden_size], 0.3, 1);
    addLinear(`${prefix}.mlp.gate_proj`, intermediate_size, hidden_size, allBiases);
    addLinear(`${prefix}.mlp.up_proj`, intermediate_size, hidden_size, allBiases);
    addLinear(`${prefix}.mlp.down_proj`, hidden_size, intermediate_size, allBiases);
  }
  add("model.norm.weight", [hidden_size], 0.3, 1);
  if (!tied) add("lm_head.weight", [vocab_size, hidden_size], 0.4);
  return { config, tensors };
}

/** Numbers between -1 and 1. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  };
}

/** Bytes of a safetensors file. */
export function safetensorsBytes(
  tensors: ReadonlyMap<string, TinyTensor>,
  dtype: "F32" | "F16" | "BF16" = "F32",
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dims, values }] of tensors) {
    const bytes = encode(values, dtype);
    header[name] = { dtype, shape: dims, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    parts.push(bytes);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return concat([length, text, ...parts]);
}

/** Formats that matrices are rounded to here. */
export type RoundedFormat = "F16" | "BF16" | "Q8_0";

/** A checkpoint whose matrices have made their way through a smaller format; vectors only where asked for. */
export function rounded(
  { config, tensors }: TinyCheckpoint,
  format: RoundedFormat,
  { vectors = false } = {},
): TinyCheckpoint {
  const roundValues = (values: Float32Array): Float32Array => {
    if (format === "F16") return Float32Array.from(Float16Array.from(values));
    if (format === "Q8_0") return roundQ8(values);
    return new Float32Array(
      new Uint32Array(values.slice().buffer).map((word) => word & 0xffff0000).buffer,
    );
  };
  return {
    config,
    tensors: new Map(
      [...tensors].map(([name, { dims, values }]) => [
        name,
        { dims, values: dims.length === 1 && !vectors ? values : roundValues(values) },
      ]),
    ),
  };
}

function encode(values: Float32Array, dtype: "F32" | "F16" | "BF16"): Uint8Array<ArrayBuffer> {
  if (dtype === "F32") return new Uint8Array(values.slice().buffer);
  if (dtype === "F16") return new Uint8Array(Float16Array.from(values).buffer);
  const words = new Uint32Array(values.slice().buffer);
  return new Uint8Array(Uint16Array.from(words, (word) => word >>> 16).buffer);
}

let tokenizerFiles: Promise<TokenizerFiles> | undefined;

/** The first merges of Qwen2.5's tokenizer. */
function tinyTokenizer(): Promise<TokenizerFiles> {
  return tokenizerFiles ??= loadQwenTokenizer().then((files) => cutTokenizer(files, MERGE_COUNT));
}

/** Writes `config.json`, `model.safetensors` and a tokenizer's files. */
export async function writeCheckpointFolder(
  folder: string,
  { config, tensors }: TinyCheckpoint,
  dtype: "F32" | "F16" | "BF16" = "F32",
): Promise<void> {
  const tokenizer = await tinyTokenizer();
  const files: Record<string, unknown> = {
    "config.json": config,
    "generation_config.json": { eos_token_id: [358, 356] },
    "tokenizer.json": tokenizer.tokenizer,
    "tokenizer_config.json": tokenizer.config,
  };
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeTextFile(join(folder, name), JSON.stringify(content));
  }
  await Deno.writeFile(join(folder, "model.safetensors"), safetensorsBytes(tensors, dtype));
}

/** A value of GGUF metadata: the kind says which type a number is written as. */
export type GgufValue =
  | { u32: number }
  | { f32: number }
  | { bool: boolean }
  | { string: string }
  | { strings: readonly string[] }
  | { i32s: readonly number[] };

/** A tensor of a GGUF file; the outermost dimension first, as everywhere but in the file. */
export interface GgufTensor {
  name: string;
  dims: readonly number[];
  /** ggml's number of the type. */
  type: number;
  bytes: Uint8Array;
}

/** Bytes of a GGUF file. */
export function ggufBytes(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Uint8Array<ArrayBuffer> {
  const alignment = 32;
  const parts: Uint8Array[] = [];
  const u32 = (value: number) => parts.push(new Uint8Array(Uint32Array.of(value).buffer));
  const u64 = (value: number) =>
    parts.push(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(value);
    u64(bytes.length);
    parts.push(bytes);
  };
  parts.push(new TextEncoder().encode("GGUF"));
  u32(3);
  u64(tensors.length);
  u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    text(key);
    if ("u32" in value) u32(4), u32(value.u32);
    else if ("f32" in value) {
      u32(6);
      parts.push(new Uint8Array(Float32Array.of(value.f32).buffer));
    } else if ("bool" in value) u32(7), parts.push(Uint8Array.of(value.bool ? 1 : 0));
    else if ("string" in value) u32(8), text(value.string);
    else if ("strings" in value) {
      u32(9), u32(8), u64(value.strings.length);
      for (const item of value.strings) text(item);
    } else {
      u32(9), u32(5), u64(value.i32s.length);
      parts.push(new Uint8Array(Int32Array.from(value.i32s).buffer));
    }
  }
  let offset = 0;
  for (const { name, dims, type, bytes } of tensors) {
    text(name);
    u32(dims.length);
    for (const dim of dims.toReversed()) u64(dim);
    u32(type);
    u64(offset);
    offset += Math.ceil(bytes.length / alignment) * alignment;
  }
  const pad = () => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    parts.push(new Uint8Array((alignment - length % alignment) % alignment));
  };
  pad();
  for (const { bytes } of tensors) {
    parts.push(bytes);
    pad();
  }
  return concat(parts);
}

const GGUF_LAYER_NAMES: Record<string, string> = {
  "input_layernorm": "attn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "post_attention_layernorm": "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};

/** A checkpoint's tensors as a GGUF file has them; matrices in the given format, vectors in float32. */
export function ggufTensors(
  { config, tensors }: TinyCheckpoint,
  format: "F32" | "F16" | "Q8_0" = "F32",
): GgufTensor[] {
  return [...tensors].map(([name, { dims, values }]) => {
    const [, layer, part, kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? [];
    const ggufName = layer !== undefined
      ? `blk.${layer}.${GGUF_LAYER_NAMES[part!]}.${kind}`
      : name.replace("model.embed_tokens", "token_embd").replace("model.norm", "output_norm")
        .replace("lm_head", "output");
    const heads = part === "self_attn.q_proj"
      ? config.num_attention_heads
      : part === "self_attn.k_proj"
      ? config.num_key_value_heads
      : 0;
    const stored = config.model_type === "llama" && heads > 0
      ? interleaveRows(values, dims, heads)
      : values;
    if (dims.length === 1 || format === "F32") {
      return { name: ggufName, dims, type: 0, bytes: encode(stored, "F32") };
    }
    return format === "F16"
      ? { name: ggufName, dims, type: 1, bytes: encode(stored, "F16") }
      : { name: ggufName, dims, type: 8, bytes: encodeQ8(stored) };
  });
}

/** Puts the rows `i` and `i + half a head` of each head side by side. */
function interleaveRows(values: Float32Array, dims: number[], heads: number): Float32Array {
  const columns = dims[1] ?? 1, headRows = dims[0]! / heads, half = headRows / 2;
  const rows: number[] = [];
  for (let head = 0; head < heads; head++) {
    for (let pair = 0; pair < half; pair++) {
      rows.push(head * headRows + pair, head * headRows + pair + half);
    }
  }
  return Float32Array.from(
    rows.flatMap((row) => [...values.subarray(row * columns, (row + 1) * columns)]),
  );
}

/** The largest number of 32 becomes ±127; the scale is stored in 16 bits, as in Q8_0. */
function scalesQ8(values: Float32Array): Float32Array {
  return Float32Array.from({ length: values.length / 32 }, (_, block) => {
    const extreme = Math.max(...values.subarray(block * 32, block * 32 + 32).map(Math.abs));
    return Math.f16round(extreme / 127);
  });
}

function roundQ8(values: Float32Array): Float32Array {
  const scales = scalesQ8(values);
  return values.map((value, index) => {
    const scale = scales[index >> 5]!;
    return Math.round(value / scale) * scale;
  });
}

function encodeQ8(values: Float32Array): Uint8Array {
  return concat(
    [...scalesQ8(values)].flatMap((scale, block) => {
      const numbers = values.subarray(block * 32, block * 32 + 32);
      return [
        new Uint8Array(Float16Array.of(scale).buffer),
        new Uint8Array(Int8Array.from(numbers, (value) => Math.round(value / scale)).buffer),
      ];
    }),
  );
}

/** The metadata of a checkpoint, with the tiny tokenizer. */
export async function ggufMetadata(
  { config }: TinyCheckpoint,
): Promise<Record<string, GgufValue>> {
  const { tokenizer, config: tokenizerConfig } = await tinyTokenizer();
  const tokens: string[] = [], kinds: number[] = [];
  for (const [token, id] of Object.entries(tokenizer.model.vocab)) {
    tokens[id] = token;
    kinds[id] = 1;
  }
  for (const { id, content, special } of tokenizer.added_tokens) {
    tokens[id] = content;
    kinds[id] = special ? 3 : 4;
  }
  while (tokens.length < config.vocab_size) {
    kinds[tokens.length] = 5;
    tokens.push(`[PAD${tokens.length}]`);
  }
  const architecture = String(config.model_type);
  const key = (name: string) => `${architecture}.${name}`;
  return {
    "general.architecture": { string: architecture },
    [key("embedding_length")]: { u32: config.hidden_size },
    [key("feed_forward_length")]: { u32: config.intermediate_size },
    [key("context_length")]: { u32: config.max_position_embeddings },
    [key("block_count")]: { u32: config.num_hidden_layers },
    [key("attention.head_count")]: { u32: config.num_attention_heads },
    [key("attention.head_count_kv")]: { u32: config.num_key_value_heads },
    [key("attention.layer_norm_rms_epsilon")]: { f32: config.rms_norm_eps },
    [key("rope.freq_base")]: { f32: config.rope_theta },
    [key("rope.dimension_count")]: { u32: config.head_dim },
    "tokenizer.ggml.model": { string: "gpt2" },
    "tokenizer.ggml.pre": { string: "qwen2" },
    "tokenizer.ggml.tokens": { strings: tokens },
    "tokenizer.ggml.token_type": { i32s: kinds },
    "tokenizer.ggml.merges": {
      strings: tokenizer.model.merges.map((merge) =>
        typeof merge === "string" ? merge : merge.join(" ")
      ),
    },
    "tokenizer.ggml.bos_token_id": { u32: tokens.indexOf("<|endoftext|>") },
    "tokenizer.ggml.eos_token_id": { u32: tokens.indexOf("<|im_end|>") },
    "tokenizer.ggml.padding_token_id": { u32: tokens.indexOf("<|endoftext|>") },
    "tokenizer.ggml.add_bos_token": { bool: false },
    "tokenizer.chat_template": { string: String(tokenizerConfig.chat_template) },
  };
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
