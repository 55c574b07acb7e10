/**
 * Conversion of checkpoints: a Hugging Face folder or a GGUF file of the architectures Qwen2 and Llama becomes a folder
 * that transformers.js, and with it `loadModel`, runs on webgpu, wasm and cpu. No Python is needed.
 *
 * @module
 */

export { EspalierError } from "../errors.ts";
export {
  CONVERSION_DTYPES,
  type ConversionDtype,
  type ConversionProgress,
  type ConversionResult,
  convertCheckpoint,
  type ConvertOptions,
} from "./convert_checkpoint.ts";
export { ConversionError, type ConversionReason } from "./errors.ts";
