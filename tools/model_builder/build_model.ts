/**
 * Writes a Qwen2-architecture model folder that transformers.js loads.
 *
 * Top of the model builder: shape, dtypes and seed in, a folder out, with `config.json`,
 * `generation_config.json`, `tokenizer.json`, `tokenizer_config.json` and `onnx/model{suffix}.onnx` for each dtype. Weights
 * are random but seeded. Models above {@link INLINE_LIMIT_BYTES} keep their weights in external files.
 *
 * Cost: the tiny preset takes a fraction of a second; the 0.5B shape about 10 s a dtype and, whatever
 * its size, a few hundred megabytes of memory.
 *
 * @module
 */

import { dirname, join } from "@std/path";
import { encodeOnnxModel } from "../../src/convert/onnx/onnx_format.ts";
import { FileWeightStore, MemoryWeightStore } from "../../src/convert/onnx/weight_file.ts";
import {
  cutTokenizer,
  loadQwenTokenizer,
  type TokenizerFiles,
  type TokenizerIds,
  tokenizerIds,
} from "./cut_tokenizer.ts";
import { type Dtype, DTYPES } from "./dtypes.ts";
import { type ModelShape, QWEN2_5_0_5B, TINY, weightShapes } from "./model_shape.ts";
import { buildQwen2Graph } from "./qwen2_graph.ts";
import { RandomWeights } from "./random_weights.ts";

/** Weights up to this size stay inside the `.onnx` file. */
const INLINE_LIMIT_BYTES = 64 * 2 ** 20;

/** Merges that the tiny preset's tokenizer keeps. */
const TINY_MERGE_COUNT = 4000;

/** Named sizes. */
export const PRESETS = ["tiny", "0.5b"] as const;

/** A named size: `tiny` for tests, `0.5b` with Qwen2.5-0.5B's true sizes for benchmarks. */
export type Preset = (typeof PRESETS)[number];

/** What to build. */
export interface BuildOptions {
  /** Folder to write into; made if absent, files of the same name are replaced. */
  out: string;
  /** Default `"tiny"`. */
  preset?: Preset;
  /** Weight formats, one `.onnx` file each; default fp32 alone. */
  dtypes?: readonly Dtype[];
  /** Any integer; the same seed gives the same weights in every dtype. Default 1. */
  seed?: number;
  /** Leave out the input `num_logits_to_keep`, as many models on the hub do. Default false. */
  allLogits?: boolean;
  /** Weights above this size go into external files; default 64 MiB. */
  inlineLimitBytes?: number;
  /** Called before each file is written. */
  onFile?: (path: string) => void;
}

/** File name suffix of a dtype, as transformers.js has them. */
const SUFFIXES: Record<Dtype, string> = { fp32: "", q8: "_quantized", q4: "_q4" };

/**
 * Builds a model folder.
 *
 * @returns The folder's path, as given.
 * @throws {TypeError} For an unknown preset, dtype or seed.
 * @example Build a model small enough for a test
 * ```ts
 * import { buildModel } from "./build_model.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await buildModel({ out: folder, preset: "tiny", dtypes: ["fp32"], seed: 1 });
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function buildModel(options: BuildOptions): Promise<string> {
  const { out, preset = "tiny", dtypes = ["fp32"] } = options;
  if (!PRESETS.includes(preset)) {
    throw new TypeError(`preset must be one of ${PRESETS.join(", ")}, given "${preset}"`);
  }
  for (const dtype of dtypes) {
    if (!DTYPES.includes(dtype)) {
      throw new TypeError(`dtype must be one of ${DTYPES.join(", ")}, given "${dtype}"`);
    }
  }
  const fullTokenizer = await loadQwenTokenizer();
  const tokenizer = preset === "tiny"
    ? cutTokenizer(fullTokenizer, TINY_MERGE_COUNT)
    : fullTokenizer;
  const ids = tokenizerIds(tokenizer);
  const shape: ModelShape = preset === "tiny"
    ? { ...TINY, vocabularySize: Math.ceil(ids.size / 64) * 64 }
    : QWEN2_5_0_5B;
  const externalFiles = await writeGraphs(shape, dtypes, options);
  await writeJsonFiles(out, shape, tokenizer, ids, externalFiles, options.onFile);
  return out;
}

/** Writes one graph a dtype; returns the number of external files by graph file name. */
async function writeGraphs(
  shape: ModelShape,
  dtypes: readonly Dtype[],
  options: BuildOptions,
): Promise<Record<string, number>> {
  const { out, seed = 1, allLogits = false, inlineLimitBytes = INLINE_LIMIT_BYTES, onFile } =
    options;
  const source = new RandomWeights(shape, seed);
  const weightCount = [...weightShapes(shape).values()]
    .reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const externalFiles: Record<string, number> = {};
  for (const dtype of dtypes) {
    const fileName = `model${SUFFIXES[dtype]}.onnx`;
    const path = join(out, "onnx", fileName);
    await Deno.mkdir(dirname(path), { recursive: true });
    onFile?.(path);
    const external = weightCount * 4 > inlineLimitBytes;
    const store = external ? new FileWeightStore(path) : new MemoryWeightStore();
    try {
      const graph = buildQwen2Graph(shape, source, dtype, store, !allLogits);
      await Deno.writeFile(path, encodeOnnxModel(graph));
    } finally {
      store.close();
    }
    if (external) externalFiles[fileName] = store.externalFileCount;
  }
  return externalFiles;
}

async function writeJsonFiles(
  out: string,
  shape: ModelShape,
  tokenizer: TokenizerFiles,
  ids: TokenizerIds,
  externalFiles: Record<string, number>,
  onFile?: (path: string) => void,
): Promise<void> {
  const config = {
    architectures: ["Qwen2ForCausalLM"],
    model_type: "qwen2",
    bos_token_id: ids.endOfText,
    eos_token_id: ids.endOfTurn,
    hidden_act: "silu",
    hidden_size: shape.hiddenSize,
    intermediate_size: shape.intermediateSize,
    max_position_embeddings: shape.contextLength,
    num_attention_heads: shape.headCount,
    num_hidden_layers: shape.layerCount,
    num_key_value_heads: shape.kvHeadCount,
    head_dim: shape.headSize,
    rms_norm_eps: shape.rmsNormEpsilon,
    rope_theta: shape.ropeTheta,
    tie_word_embeddings: true,
    use_cache: true,
    use_sliding_window: false,
    vocab_size: shape.vocabularySize,
    "transformers.js_config": { use_external_data_format: externalFiles },
  };
  const generationConfig = {
    bos_token_id: ids.endOfText,
    pad_token_id: ids.endOfText,
    eos_token_id: [ids.endOfTurn, ids.endOfText],
    do_sample: false,
  };
  const files = {
    "config.json": config,
    "generation_config.json": generationConfig,
    "tokenizer.json": tokenizer.tokenizer,
    "tokenizer_config.json": tokenizer.config,
  };
  for (const [name, content] of Object.entries(files)) {
    const path = join(out, name);
    onFile?.(path);
    await Deno.writeTextFile(path, JSON.stringify(content));
  }
}
