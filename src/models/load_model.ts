/**
 * Loads a language model, from a folder or from the hub, onto a device.
 *
 * Top of the models layer. In order: choose the device, get and check the files, start the Worker, and while
 * it opens the model, build tokenizer and vocabulary here. Whatever fails, the Worker is gone
 * afterwards and the error says why.
 *
 * @module
 */

import type { LanguageModel } from "../decoding/mod.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import { ChatTokenizer } from "./chat_tokenizer.ts";
import { type DeviceChoice, type ModelDtype, resolveDevice } from "./device.ts";
import { ModelLoadError, ModelRunError } from "./errors.ts";
import { type LoadProgress, type ModelFilesOptions, openModelFiles } from "./model_files.ts";
import { type ModelFolder, readModelFolder } from "./model_folder.ts";
import { PromptCachedModel } from "./prompt_cache.ts";
import { WorkerClient, WorkerFailure } from "./worker_client.ts";
import { WorkerModel } from "./worker_model.ts";

/** The model that is loaded when none is named. */
export const DEFAULT_MODEL = "onnx-community/Qwen2.5-0.5B-Instruct";

/** Options of {@link loadModel}. */
export interface LoadModelOptions extends ModelFilesOptions {
  /** Default `"auto"`: webgpu if there is a GPU, else cpu, else wasm. */
  device?: DeviceChoice;
  /** Weight format; by default the best for the device among those that the model has. */
  dtype?: ModelDtype;
  /** Folder that downloads are kept in; default: the user's cache folder, or `ESPALIER_CACHE`. */
  cacheDir?: string;
  /** Where models are downloaded from; default `https://huggingface.co/`. */
  remoteHost?: string;
  /** Branch, tag or commit; default `main`. */
  revision?: string;
  /** Threads of a forward pass on cpu and wasm; default: as many as there are processors, at most 4 on wasm. */
  threads?: number;
  /**
   * Most bytes of keys and values that are kept of earlier texts, for prompts that begin like them; default 256 MiB (some
   * 10,000 tokens of Qwen2.5-0.5B), 0 to keep none.
   */
  promptCacheBytes?: number;
  /** Called at most ten times a second and file. */
  onProgress?: (progress: LoadProgress) => void;
  /** Stops the download or ends the Worker; the promise rejects with reason `aborted`. */
  signal?: AbortSignal;
}

const MAX_DEFAULT_WASM_THREADS = 4;
const DEFAULT_PROMPT_CACHE_BYTES = 256 * 1024 * 1024;

/**
 * Loads a model into a Worker of its own.
 *
 * The Worker keeps the process alive: dispose of the model when it is not needed any more, or declare it
 * with `await using`.
 *
 * @param idOrPath Hub id such as `"owner/name"`, or a folder's path or file URL. A name that is neither
 *   clearly a path (`./…`, `/…`) nor that of a folder with a `config.json` is a hub id. Default {@link DEFAULT_MODEL}.
 * @throws {ModelLoadError} With the `reason`; see {@link ModelLoadError}.
 * @throws {RangeError} If `threads` is not a positive integer, or `promptCacheBytes` is below 0.
 *
 * @example Load a folder and feed it a prompt
 * ```ts ignore
 * import { loadModel } from "@espalier/core/models";
 *
 * await using model = await loadModel("./models/my-model", { device: "cpu" });
 * const sequence = await model.openSequence();
 * const logits = await sequence.append(model.tokenizer.encode("Hello"));
 * console.assert(logits.length === model.info.logitsSize);
 * ```
 */
export async function loadModel(
  idOrPath: string = DEFAULT_MODEL,
  options: LoadModelOptions = {},
): Promise<LanguageModel> {
  const started = performance.now();
  const { signal, threads, onProgress, promptCacheBytes = DEFAULT_PROMPT_CACHE_BYTES } = options;
  if (!(promptCacheBytes >= 0)) {
    throw new RangeError(`promptCacheBytes must be at least 0, given ${promptCacheBytes}`);
  }
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1 || threads > 64)) {
    throw new RangeError(`threads must be an integer from 1 to 64, given ${threads}`);
  }
  let client: WorkerClient | undefined;
  try {
    signal?.throwIfAborted();
    const device = await resolveDevice(options.device ?? "auto", idOrPath);
    const files = await openModelFiles(idOrPath, options);
    const folder = await readModelFolder(idOrPath, files, device, options.dtype);
    signal?.throwIfAborted();
    const progress = { file: folder.graphFile, totalBytes: folder.weightBytes };
    onProgress?.({ phase: "load", ...progress, loadedBytes: 0 });
    client = new WorkerClient(`model ${idOrPath}`);
    const opened = openInWorker(client, folder, device.device, threads, signal);
    opened.catch(() => {}); // awaited below; a failure of the tokenizer may come first
    await nextTask(); // lets the Worker start before this thread is busy
    const { tokenizer, vocabulary } = readTokenizer(idOrPath, folder);
    await opened;
    signal?.throwIfAborted();
    onProgress?.({ phase: "ready", ...progress, loadedBytes: folder.weightBytes });
    const info = {
      id: idOrPath,
      device: device.device,
      dtype: folder.dtype,
      contextLength: folder.contextLength,
      logitsSize: folder.logitsSize,
      loadMs: performance.now() - started,
    };
    const model = new WorkerModel(client, info, tokenizer, vocabulary);
    const { keyValueBytes: bytesPerToken } = folder;
    return promptCacheBytes > 0 && bytesPerToken !== undefined
      ? new PromptCachedModel(model, { maximumBytes: promptCacheBytes, bytesPerToken })
      : model;
  } catch (error) {
    client?.end(new ModelRunError("disposed", "the model was not loaded"));
    throw explain(idOrPath, error, signal);
  }
}

/** Opens the model in the Worker; an abort ends the Worker at once, as opening cannot be interrupted. */
async function openInWorker(
  client: WorkerClient,
  folder: ModelFolder,
  device: "webgpu" | "wasm" | "cpu",
  threads: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stop = () => client.end(new ModelRunError("disposed", "the load was aborted"));
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await client.request({
      type: "load",
      options: {
        folder: folder.folder,
        device,
        dtype: folder.dtype,
        externalFileCount: folder.externalFileCount,
        threads: device === "wasm"
          ? threads ?? Math.min(navigator.hardwareConcurrency, MAX_DEFAULT_WASM_THREADS)
          : device === "webgpu"
          ? 1
          : threads,
        logitsSize: folder.logitsSize,
        contextLength: folder.contextLength,
      },
    });
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function readTokenizer(
  model: string,
  folder: ModelFolder,
): { tokenizer: ChatTokenizer; vocabulary: Vocabulary } {
  const { tokenizerJson, tokenizerConfig, chatTemplate, eosTokenIds, logitsSize } = folder;
  try {
    return {
      tokenizer: new ChatTokenizer(tokenizerJson, tokenizerConfig, chatTemplate),
      vocabulary: Vocabulary.fromTokenizer(tokenizerJson, { eosTokenIds, logitsSize }),
    };
  } catch (error) {
    throw new ModelLoadError(
      "unsupported_model",
      model,
      `the tokenizer of "${model}" cannot be used: ${messageOf(error)}`,
      { file: "tokenizer.json", cause: error },
    );
  }
}

function explain(model: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) {
    return new ModelLoadError("aborted", model, `loading "${model}" was aborted`, {
      cause: signal.reason,
    });
  }
  if (error instanceof WorkerFailure) {
    const outOfMemory = error.failure.kind === "out_of_memory";
    return new ModelLoadError(
      outOfMemory ? "out_of_memory" : "runtime",
      model,
      outOfMemory
        ? `there is not enough memory for "${model}"; choose a smaller dtype: ${error.message}`
        : `the runtime cannot open "${model}": ${error.message}`,
      { cause: error },
    );
  }
  if (error instanceof ModelRunError) {
    return new ModelLoadError("runtime", model, `loading "${model}" failed: ${error.message}`, {
      cause: error,
    });
  }
  return error;
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
