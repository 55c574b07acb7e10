/**
 * Converts a checkpoint into a folder that transformers.js loads.
 *
 * Top of the conversion: opens the source, and for each weight format builds the graph and streams the weights into
 * it, one panel of rows at a time. Memory is a few panels, whatever the model's size. The event loop has a turn
 * after each panel, so that an abort and a progress bar take effect.
 *
 * @module
 */

import { DTYPE_SUFFIXES } from "../models/mod.ts";
import type { Checkpoint, SideFile } from "./checkpoint.ts";
import { ConversionError } from "./errors.ts";
import { isGgufFile, openGguf } from "./gguf_checkpoint.ts";
import { openHuggingFaceFolder, readTokenizerFiles } from "./hugging_face_folder.ts";
import type { JsonObject } from "./json_file.ts";
import { planDecoderGraph } from "./onnx/decoder_graph.ts";
import type { DecoderShape } from "./onnx/decoder_shape.ts";
import { type Dtype, DTYPES, floatTypeOf } from "./onnx/linear_layers.ts";
import { encodeOnnxModel } from "./onnx/onnx_format.ts";
import { Q4_BLOCK_SIZE } from "./onnx/quantization.ts";
import { FileWeightStore } from "./onnx/weight_file.ts";
import { explainStorage, OutputFolder } from "./output_folder.ts";

/** Options of {@link convertCheckpoint}. */
export interface ConvertOptions {
  /** A folder with `config.json` and safetensors files, or a GGUF file. */
  source: string;
  /** Folder to write. */
  out: string;
  /** Weight formats, one graph each; default `"q8"`, which runs on every device. */
  dtype?: ConversionDtype | readonly ConversionDtype[];
  /** Folder with the tokenizer's files, if they are not to be taken from the source. */
  tokenizer?: string;
  /** Replace what is at `out`. Default false. */
  overwrite?: boolean;
  /** Told how far it has come, after each few million numbers. */
  onProgress?: (progress: ConversionProgress) => void;
  /** Stops the conversion; the promise rejects with reason `aborted`. */
  signal?: AbortSignal;
}

/** Weight formats that can be written. */
export type ConversionDtype = Dtype;

/** The weight formats that can be written. */
export const CONVERSION_DTYPES: readonly ConversionDtype[] = DTYPES;

/** How far a conversion has come. */
export interface ConversionProgress {
  /** The weight format being written. */
  dtype: ConversionDtype;
  /** The weight being written, by its name in a Hugging Face checkpoint. */
  tensor: string;
  /** Numbers converted, over all weight formats. */
  doneNumbers: number;
  /** Numbers to convert, over all weight formats. */
  totalNumbers: number;
}

/** What was written. */
export interface ConversionResult {
  /** The folder, as given. */
  out: string;
  /** `"qwen2"` or `"llama"`. */
  architecture: string;
  /** Numbers in the checkpoint's weights. */
  parameterCount: number;
  /** Files by their path in the folder, with their sizes in bytes. */
  files: Record<string, number>;
}

/**
 * Converts a checkpoint.
 *
 * The folder appears at `out` when it is complete; after a failure nothing is there that was not before.
 *
 * Cost: about 20 ns a parameter and weight format; memory of some 100 MB, whatever the size.
 *
 * @returns What was written.
 * @throws {ConversionError} With the `reason`; see {@link ConversionError}.
 * @throws {TypeError} For an unknown `dtype`.
 *
 * @example Convert a fine-tune for all devices
 * ```ts ignore
 * import { convertCheckpoint } from "@espalier/core/convert";
 * import { loadModel } from "@espalier/core/models";
 *
 * await convertCheckpoint({
 *   source: "./my-fine-tune",
 *   out: "./models/my-fine-tune",
 *   dtype: ["q4", "q8"],
 * });
 * await using model = await loadModel("./models/my-fine-tune");
 * ```
 */
export async function convertCheckpoint(options: ConvertOptions): Promise<ConversionResult> {
  const { source, out, overwrite = false, signal } = options;
  const dtypes = readDtypes(options.dtype ?? "q8");
  try {
    signal?.throwIfAborted();
    using checkpoint = await open(source, options.tokenizer);
    checkShape(checkpoint.shape, dtypes, source);
    await using folder = await OutputFolder.create(out, overwrite);
    try {
      const written = await writeGraphs(checkpoint, dtypes, folder, options);
      await writeSideFiles(checkpoint, written, folder);
      const files = await fileSizes(folder);
      signal?.throwIfAborted();
      await folder.finish();
      const { parameterCount } = written;
      return { out, architecture: checkpoint.architecture, parameterCount, files };
    } catch (error) {
      throw explainStorage(error, out);
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new ConversionError("aborted", `the conversion of "${source}" was aborted`, {
      cause: signal.reason,
    });
  }
}

function readDtypes(given: ConversionDtype | readonly ConversionDtype[]): readonly Dtype[] {
  const dtypes = [...new Set(typeof given === "string" ? [given] : given)];
  for (const dtype of dtypes) {
    if (DTYPES.includes(dtype)) continue;
    throw new TypeError(
      `dtype must be one of ${DTYPES.join(", ")}, given ${JSON.stringify(dtype)}`,
    );
  }
  if (dtypes.length === 0) throw new TypeError("dtype must name at least one weight format");
  return dtypes;
}

async function open(source: string, tokenizer: string | undefined): Promise<Checkpoint> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(source);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ConversionError("not_found", `there is no file or folder "${source}"`, {
      file: source,
    });
  }
  const tokenizerFiles = tokenizer === undefined ? undefined : await readTokenizerFiles(tokenizer);
  if (info.isDirectory) return await openHuggingFaceFolder(source, tokenizerFiles);
  if (await isGgufFile(source)) return await openGguf(source, tokenizerFiles);
  throw new ConversionError(
    "corrupt_file",
    `"${source}" is neither a folder nor a GGUF file`,
    { file: source },
  );
}

/** The 4-bit operators take rows of whole blocks. */
function checkShape(shape: DecoderShape, dtypes: readonly Dtype[], source: string): void {
  if (!dtypes.some((dtype) => dtype.startsWith("q4"))) return;
  const widths = [shape.hiddenSize, shape.intermediateSize, shape.headCount * shape.headSize];
  const odd = widths.find((width) => width % Q4_BLOCK_SIZE !== 0);
  if (odd === undefined) return;
  throw new ConversionError(
    "wrong_shape",
    `"${source}" has matrices of ${odd} columns; 4-bit formats need multiples of ${Q4_BLOCK_SIZE}`,
    { file: source },
  );
}

/** What is known of the graphs once they are written. */
interface WrittenGraphs {
  parameterCount: number;
  /** Number of files with weights, by the graph's file name, as transformers.js wants to be told. */
  externalFiles: Record<string, number>;
}

/** Writes one graph a weight format. */
async function writeGraphs(
  checkpoint: Checkpoint,
  dtypes: readonly Dtype[],
  folder: OutputFolder,
  { onProgress, signal }: ConvertOptions,
): Promise<WrittenGraphs> {
  await Deno.mkdir(folder.join("onnx"));
  const written: WrittenGraphs = { parameterCount: 0, externalFiles: {} };
  for (const [index, dtype] of dtypes.entries()) {
    const fileName = `model${DTYPE_SUFFIXES[dtype]}.onnx`;
    const path = folder.join("onnx", fileName);
    using store = new FileWeightStore(path);
    const { model, plan } = planDecoderGraph(checkpoint.shape, dtype, store);
    written.parameterCount = plan.numberCount;
    for (const { name, doneNumbers } of plan.run(checkpoint.weights)) {
      onProgress?.({
        dtype,
        tensor: name,
        doneNumbers: index * plan.numberCount + doneNumbers,
        totalNumbers: dtypes.length * plan.numberCount,
      });
      await nextTask();
      signal?.throwIfAborted();
    }
    await Deno.writeFile(path, encodeOnnxModel(model));
    written.externalFiles[fileName] = store.externalFileCount;
  }
  return written;
}

async function writeSideFiles(
  checkpoint: Checkpoint,
  { externalFiles }: WrittenGraphs,
  folder: OutputFolder,
): Promise<void> {
  const halves = DTYPES.filter((dtype) => floatTypeOf(dtype) === "float16");
  const config: JsonObject = {
    ...checkpoint.config,
    head_dim: checkpoint.shape.headSize,
    "transformers.js_config": {
      use_external_data_format: externalFiles,
      kv_cache_dtype: Object.fromEntries(halves.map((dtype) => [dtype, "float16"])),
    },
  };
  const files = new Map<string, SideFile>([
    ["config.json", { text: JSON.stringify(config, null, 2) }],
    ["generation_config.json", { text: JSON.stringify(checkpoint.generationConfig, null, 2) }],
    ...checkpoint.sideFiles,
  ]);
  for (const [name, file] of files) {
    if ("text" in file) await Deno.writeTextFile(folder.join(name), file.text);
    else await Deno.copyFile(file.copyOf, folder.join(name));
  }
}

async function fileSizes(folder: OutputFolder): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const part of ["", "onnx/"]) {
    for await (const { name, isFile } of Deno.readDir(folder.join(part))) {
      if (isFile) sizes[part + name] = (await Deno.stat(folder.join(part, name))).size;
    }
  }
  return sizes;
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
