/**
 * Models that are built once and kept in a cache folder.
 *
 * Beside `build_model.ts`, for tests, examples, the demo and benchmarks: whoever asks first builds, everybody
 * else gets the path. The folder's name holds a hash of the builder's own source, so a change of the builder
 * makes a new model and old ones stay valid for whoever holds them. Concurrent callers, other processes included, are safe:
 * each builds into a folder of its own and the first rename wins.
 *
 * Cost, the first time: what building costs (the tiny model half a second); a millisecond after that.
 *
 * @module
 */

import { dirname, fromFileUrl, join } from "@std/path";
import { buildModel, type Preset } from "./build_model.ts";
import { type Dtype, DTYPES } from "./dtypes.ts";

/** Which model. */
export interface BuiltModelOptions {
  /** Weight formats in the folder; default all. */
  dtypes?: readonly Dtype[];
  /** Seed of the weights; default 1. */
  seed?: number;
  /** Folder that keeps built models; default `models/.built` in the project. */
  cacheDir?: string;
}

const SOURCE_FILES = [
  "build_model.ts",
  "cut_tokenizer.ts",
  "model_shape.ts",
  "qwen2_graph.ts",
  "random_weights.ts",
  ...[
    "rotation.ts",
    "onnx/block_rotation.ts",
    "onnx/decoder_graph.ts",
    "onnx/decoder_shape.ts",
    "onnx/graph_builder.ts",
    "onnx/linear_layers.ts",
    "onnx/onnx_format.ts",
    "onnx/quantization.ts",
    "onnx/weight_file.ts",
    "onnx/weight_plan.ts",
  ].map((name) => `../../src/convert/${name}`),
];

/**
 * The path of a folder with the tiny model, built on the first call.
 *
 * @param options Which weights, and where to keep them.
 * @returns An absolute path that `loadModel` takes. Do not change what is in it.
 */
export function ensureTinyModel(options: BuiltModelOptions = {}): Promise<string> {
  return ensureModel("tiny", options);
}

/**
 * As {@link ensureTinyModel}, for any size.
 *
 * @param preset The size; `"0.5b"` takes ten seconds and half a gigabyte a weight format.
 * @param options Which weights, and where to keep them.
 * @returns An absolute path that `loadModel` takes.
 */
export async function ensureModel(
  preset: Preset,
  options: BuiltModelOptions = {},
): Promise<string> {
  const { dtypes = DTYPES, seed = 1 } = options;
  const cacheDir = options.cacheDir ??
    fromFileUrl(new URL("../../models/.built", import.meta.url));
  const folder = join(
    cacheDir,
    `${preset}-${[...dtypes].sort().join("-")}-${seed}-${await sourceHash()}`,
  );
  if (await isFolder(folder)) return folder;
  await Deno.mkdir(cacheDir, { recursive: true });
  const building = await Deno.makeTempDir({ dir: dirname(folder), prefix: ".building-" });
  try {
    await buildModel({ out: building, preset, dtypes, seed });
    await Deno.rename(building, folder);
  } catch (error) {
    await Deno.remove(building, { recursive: true }).catch(() => {});
    if (!(await isFolder(folder))) throw error; // else somebody else was first
  }
  return folder;
}

async function sourceHash(): Promise<string> {
  const texts = await Promise.all(
    SOURCE_FILES.map((name) => Deno.readTextFile(new URL(name, import.meta.url))),
  );
  const bytes = new TextEncoder().encode(texts.join("\0"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
