/**
 * What can go wrong with a model: while it is being loaded, and while it runs.
 *
 * Used throughout the models layer. Programs switch on `code` and `reason`; messages are for people. An abort
 * while running is not among these: it rejects with the signal's own reason.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";

/**
 * Why a model could not be loaded.
 *
 * - `network`: the hub could not be reached, or broke off more often than retries allow.
 * - `not_found`: the hub has no such model or revision, or it is not public; or there is no such folder.
 * - `missing_file`: the model exists but lacks a file that is needed.
 * - `corrupt_file`: a file is truncated, not what its checksum says, or not of its format.
 * - `unsupported_model`: the files are sound but not of a causal language model that runs here.
 * - `unsupported_device`, `unsupported_dtype`: not available on this machine, or not together.
 * - `storage`: the cache folder cannot be written.
 * - `out_of_memory`: the model does not fit.
 * - `aborted`: the caller's signal fired; `cause` is its reason.
 * - `runtime`: the runtime refused the model for another reason; see `cause`.
 */
export type ModelLoadReason =
  | "network"
  | "not_found"
  | "missing_file"
  | "corrupt_file"
  | "unsupported_model"
  | "unsupported_device"
  | "unsupported_dtype"
  | "storage"
  | "out_of_memory"
  | "aborted"
  | "runtime";

/** A model could not be loaded. */
export class ModelLoadError extends EspalierError {
  /** Always `"model_load"`. */
  readonly code = "model_load";

  /**
   * Makes the error.
   *
   * @param reason What kind of failure.
   * @param model Id or path, as the caller gave it.
   * @param message What failed, and what would help.
   * @param options `file`: the file concerned; `cause`: the error underneath.
   */
  constructor(
    /** What kind of failure. */
    readonly reason: ModelLoadReason,
    /** Id or path, as the caller gave it. */
    readonly model: string,
    message: string,
    options: { file?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.file = options.file;
  }

  /** The file that is missing or corrupt, relative to the model's folder. */
  readonly file: string | undefined;
}

/**
 * Why a loaded model could not go on.
 *
 * - `forward_failed`: a forward pass failed; on wasm and webgpu the model is unusable after that.
 * - `out_of_memory`: a forward pass ran out of memory; the model is unusable after that.
 * - `worker_died`: the model's Worker ended on its own.
 * - `disposed`: the model or the sequence was disposed while in use.
 */
export type ModelRunReason = "forward_failed" | "out_of_memory" | "worker_died" | "disposed";

/** A loaded model could not go on. */
export class ModelRunError extends EspalierError {
  /** Always `"model_run"`. */
  readonly code = "model_run";

  /**
   * Makes the error.
   *
   * @param reason What kind of failure.
   * @param message What failed.
   * @param options `cause`: the error underneath.
   */
  constructor(
    /** What kind of failure. */
    readonly reason: ModelRunReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
