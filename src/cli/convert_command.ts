/**
 * `espalier convert`: a checkpoint in, a folder that transformers.js loads out.
 *
 * An interruption is seen between two pieces of a weight; what was written until then is removed before the command
 * returns.
 *
 * @module
 */

import { type Command, InvalidArgumentError } from "commander";
import {
  CONVERSION_DTYPES,
  type ConversionDtype,
  type ConversionResult,
  convertCheckpoint,
} from "../convert/mod.ts";
import { ConvertReport } from "./convert_report.ts";
import { Interruption } from "./interruption.ts";
import { note } from "./output.ts";

/** The command's options, as Commander names them. */
export interface ConvertCommandOptions {
  dtype: ConversionDtype[];
  tokenizer?: string;
  overwrite?: boolean;
  quiet?: boolean;
}

const EXAMPLES = `
Examples:
  espalier convert ./my-fine-tune ./models/my-fine-tune --dtype q4,q8
  espalier convert ./model.Q4_K_M.gguf ./models/model --dtype q8

The source is a folder with config.json, safetensors files and a tokenizer, or a GGUF file; the architectures are
qwen2 and llama. q8 runs on every device; q4 is smaller, for cpu and webgpu; q4f16 and fp16 are for GPUs
with 16-bit shaders. Exit codes: 0; 1 for a failure; 2 for bad usage.`;

/** Adds the command to the program. */
export function defineConvertCommand(program: Command): void {
  program.command("convert")
    .description("Convert a checkpoint into a folder that transformers.js loads.")
    .argument("<source>", "folder with safetensors files, or GGUF file")
    .argument("<out>", "folder to write")
    .option(
      "--dtype <list>",
      `weight formats, separated by commas: ${CONVERSION_DTYPES.join(", ")}`,
      readDtypes,
      ["q8"],
    )
    .option("--tokenizer <folder>", "take the tokenizer's files from this folder")
    .option("--overwrite", "replace what is at <out>")
    .option("--quiet", "no progress and no notes")
    .addHelpText("after", EXAMPLES)
    .action(async (source: string, out: string, options: ConvertCommandOptions) => {
      await runConvert(source, out, options);
    });
}

/**
 * Runs the command.
 *
 * @throws Whatever went wrong, after what was written has been removed.
 */
export async function runConvert(
  source: string,
  out: string,
  { dtype, tokenizer, overwrite, quiet }: ConvertCommandOptions,
): Promise<void> {
  using interruption = new Interruption(undefined);
  const { signal } = interruption;
  const started = performance.now();
  let result: ConversionResult;
  try {
    using report = new ConvertReport();
    result = await convertCheckpoint({
      source,
      out,
      dtype,
      tokenizer,
      overwrite,
      signal,
      onProgress: quiet ? undefined : (progress) => report.update(progress),
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
  if (!quiet) note(summary(result, performance.now() - started));
}

function readDtypes(text: string): ConversionDtype[] {
  return text.split(",").map((part) => {
    const dtype = CONVERSION_DTYPES.find((known) => known === part.trim());
    if (!dtype) throw new InvalidArgumentError(`Known are ${CONVERSION_DTYPES.join(", ")}.`);
    return dtype;
  });
}

function summary({ out, architecture, parameterCount, files }: ConversionResult, ms: number) {
  const sizeBytes = Object.values(files).reduce((sum, size) => sum + size, 0);
  return `${out}: ${architecture}, ${(parameterCount / 1e6).toFixed(1)} million parameters, ` +
    `${(sizeBytes / 1e6).toFixed(1)} MB in ${Object.keys(files).length} files, in ${
      (ms / 1000).toFixed(1)
    } s`;
}
