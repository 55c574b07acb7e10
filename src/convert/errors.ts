/**
 * What can go wrong with a checkpoint that is being converted.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";

/**
 * Why a checkpoint could not be converted.
 *
 * - `not_found`: there is no such file or folder.
 * - `missing_file`: the folder lacks a file that is needed.
 * - `corrupt_file`: a file is not of its format, or contradicts itself.
 * - `truncated_file`: a file ends before its data does.
 * - `unsupported_architecture`: neither Qwen2 nor Llama.
 * - `unsupported_configuration`: the architecture is known, but not this variant of it.
 * - `unsupported_tensor_type`: weights in a format that is not read here.
 * - `unsupported_tokenizer`: the tokenizer cannot be rebuilt from what the file says.
 * - `missing_tensor`, `unexpected_tensor`: the checkpoint lacks a weight, or has one that would be left out.
 * - `wrong_shape`: a weight has not the shape that the configuration asks for, or one that a format cannot have.
 * - `output_exists`: there is something at the output's path.
 * - `storage`: the output cannot be written.
 * - `aborted`: the caller's signal fired; `cause` is its reason.
 */
export type ConversionReason =
  | "not_found"
  | "missing_file"
  | "corrupt_file"
  | "truncated_file"
  | "unsupported_architecture"
  | "unsupported_configuration"
  | "unsupported_tensor_type"
  | "unsupported_tokenizer"
  | "missing_tensor"
  | "unexpected_tensor"
  | "wrong_shape"
  | "output_exists"
  | "storage"
  | "aborted";

/** A checkpoint could not be converted; nothing is left at the output's path that was not there before. */
export class ConversionError extends EspalierError {
  /** Always `"conversion"`. */
  readonly code = "conversion";

  /**
   * Makes the error.
   *
   * @param reason What kind of failure.
   * @param message What failed, and what would help.
   * @param options `file`: path of the file concerned; `tensor`: name of the weight concerned, as in that file;
   *   `cause`: the error underneath.
   */
  constructor(
    /** What kind of failure. */
    readonly reason: ConversionReason,
    message: string,
    options: { file?: string; tensor?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.file = options.file;
    this.tensor = options.tensor;
  }

  /** Path of the file concerned. */
  readonly file: string | undefined;

  /** The weight concerned, by its name in the file. */
  readonly tensor: string | undefined;
}
