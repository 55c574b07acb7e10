/**
 * Models: load a causal language model through transformers.js, in a Worker, on webgpu, wasm or cpu; or keep
 * the model and the loop of transformers.js and hold them to a grammar ({@link EspalierLogitsProcessor}).
 *
 * Importing this module loads neither transformers.js nor ONNX Runtime; the Worker does, once a model is
 * loaded.
 *
 * @module
 */

export { EspalierError } from "../errors.ts";
export type {
  AppendOptions,
  ChatMessage,
  LanguageModel,
  ModelInfo,
  Sequence,
  Tokenizer,
} from "../decoding/mod.ts";
export {
  EspalierLogitsProcessor,
  type LogitsProcessorFunction,
  type LogitsTensor,
} from "./logits_processor.ts";
export { EMBEDDED_MODEL } from "./embedded_model.ts";
export { DEFAULT_MODEL, loadModel, type LoadModelOptions } from "./load_model.ts";
export { type DeviceChoice, DTYPE_SUFFIXES, gpuAdapterKind, type ModelDtype } from "./device.ts";
export {
  ModelLoadError,
  type ModelLoadReason,
  ModelRunError,
  type ModelRunReason,
} from "./errors.ts";
export { defaultCacheDir, type LoadProgress, type ModelFilesOptions } from "./model_files.ts";
export { PromptCachedModel, type PromptCacheOptions } from "./prompt_cache.ts";
export type { DownloadOptions } from "./download.ts";
export type { RuntimeDevice } from "./transformers_runtime.ts";
