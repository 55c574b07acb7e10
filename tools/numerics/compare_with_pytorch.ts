/**
 * Converted checkpoints against PyTorch: the same weights, the same prompt, how far apart are the logits.
 *
 * Development only, as it needs Python with PyTorch and transformers (`requirements.txt`):
 *
 *     deno task numerics --python VENV/bin/python
 *
 * For each variant of Qwen2 and Llama, `write_checkpoints.py` makes a tiny checkpoint with random weights. It is
 * converted to every weight format and run by ONNX Runtime. The float format must agree within 1e-4 in each logit;
 * for the others the size of the error against the size of the logits is bounded. The readers of ggml's blocks are
 * compared with those of Python's `gguf`. Exit code 1 says that a bound is not kept.
 *
 * Random weights are the hard case for small formats: nothing in them averages out as in a trained model.
 *
 * @module
 */

import { AutoModelForCausalLM, Tensor } from "@huggingface/transformers";
import { Command } from "commander";
import { join } from "@std/path";
import { type ConversionDtype, convertCheckpoint } from "../../src/convert/mod.ts";
import { GGML_FORMATS } from "../../src/convert/number_formats.ts";
import { loadModel } from "../../src/models/mod.ts";
import { cutTokenizer, loadQwenTokenizer } from "../model_builder/cut_tokenizer.ts";

/** Merges of the tokenizer that goes with the checkpoints; it is not used. */
const MERGE_COUNT = 100;

/** A format and where it runs; `library` is transformers.js itself, as our loader leaves 16 bits to GPUs. */
interface Run {
  dtype: ConversionDtype;
  device: "cpu" | "wasm" | "library";
  /** Bound on the largest difference of two logits. */
  maxDifference?: number;
  /** Bound on the error's size against that of the logits, both as root mean squares. */
  maxRelative?: number;
}

const RUNS: readonly Run[] = [
  { dtype: "fp32", device: "cpu", maxDifference: 1e-4 },
  { dtype: "fp32", device: "wasm", maxDifference: 1e-4 },
  { dtype: "fp16", device: "library", maxRelative: 0.01 },
  { dtype: "q8", device: "cpu", maxRelative: 0.08 },
  { dtype: "q8", device: "wasm", maxRelative: 0.08 },
  { dtype: "q4", device: "cpu", maxRelative: 0.7 },
  { dtype: "q4f16", device: "library", maxRelative: 0.7 },
];

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("numerics")
    .description("Compare converted checkpoints with PyTorch.")
    .option("--python <path>", "Python with the packages of requirements.txt", "python3")
    .option(
      "--checkpoints <folder>",
      "what write_checkpoints.py has written, instead of running it",
    );
  command.parse([...args], { from: "user" });
  const { python, checkpoints } = command.opts<{ python: string; checkpoints?: string }>();
  const work = await Deno.makeTempDir();
  try {
    const folder = checkpoints ?? join(work, "checkpoints");
    if (checkpoints === undefined) await writeCheckpoints(python, folder);
    const failures = [...await compareBlocks(folder), ...await compareLogits(folder, work)];
    for (const failure of failures) print(`NOT KEPT: ${failure}`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function writeCheckpoints(python: string, folder: string): Promise<void> {
  const script = new URL("write_checkpoints.py", import.meta.url).pathname;
  const { success } = await new Deno.Command(python, {
    args: [script, folder],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${python} could not write the checkpoints`);
}

/** Decodes random blocks; returns what differs. */
async function compareBlocks(folder: string): Promise<string[]> {
  const blocks: Record<string, { bytes: number[]; numbers: number[] }> = JSON.parse(
    await Deno.readTextFile(join(folder, "blocks.json")),
  );
  const failures: string[] = [];
  for (const [type, { bytes, numbers }] of Object.entries(blocks)) {
    const format = GGML_FORMATS.get(Number(type))!;
    const decoded = new Float32Array(numbers.length);
    format.decode(Uint8Array.from(bytes), decoded);
    const difference = Math.max(
      ...numbers.map((number, index) =>
        Math.abs(number - decoded[index]!) / Math.max(1, Math.abs(number))
      ),
    );
    print(`${format.name.padEnd(18)} ${numbers.length} numbers, largest difference ${difference}`);
    if (!(difference < 1e-6)) failures.push(`${format.name}: ${difference}`);
  }
  return failures;
}

async function compareLogits(folder: string, work: string): Promise<string[]> {
  const tokenizer = join(work, "tokenizer"), out = join(work, "converted");
  await Deno.mkdir(tokenizer);
  const files = cutTokenizer(await loadQwenTokenizer(), MERGE_COUNT);
  await Deno.writeTextFile(join(tokenizer, "tokenizer.json"), JSON.stringify(files.tokenizer));
  await Deno.writeTextFile(join(tokenizer, "tokenizer_config.json"), JSON.stringify(files.config));

  const failures: string[] = [];
  const title = (run: Run) => `${run.dtype} ${run.device === "library" ? "" : run.device}`.trim();
  print(["".padEnd(18), ...RUNS.map((run) => title(run).padEnd(10))].join(" "));
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory) continue;
    const source = join(folder, name);
    const prompt: number[] = JSON.parse(await Deno.readTextFile(join(source, "prompt.json")));
    const expected = new Float32Array((await Deno.readFile(join(source, "logits.f32"))).buffer);
    await convertCheckpoint({
      source,
      out,
      tokenizer,
      dtype: RUNS.map((run) => run.dtype),
      overwrite: true,
    });
    const cells: string[] = [];
    for (const run of RUNS) {
      const logits = run.device === "library"
        ? await logitsOfLibrary(out, run.dtype, prompt)
        : await logitsOfLoader(out, run.dtype, run.device, prompt);
      const { difference, relative } = compare(logits, expected);
      const isKept = run.maxDifference === undefined
        ? relative < run.maxRelative!
        : difference < run.maxDifference;
      cells.push((run.maxDifference === undefined ? relative : difference).toExponential(1));
      if (!isKept) failures.push(`${name}, ${title(run)}: ${cells.at(-1)}`);
    }
    print([name.padEnd(18), ...cells.map((cell) => cell.padEnd(10))].join(" "));
  }
  return failures;
}

function compare(
  logits: Float32Array,
  expected: Float32Array,
): { difference: number; relative: number } {
  if (logits.length !== expected.length) {
    throw new Error(`${logits.length} logits, PyTorch has ${expected.length}`);
  }
  let difference = 0, errorSquares = 0, squares = 0;
  for (let index = 0; index < expected.length; index++) {
    const error = Math.abs(logits[index]! - expected[index]!);
    if (!(error <= difference)) difference = error;
    errorSquares += error ** 2;
    squares += expected[index]! ** 2;
  }
  return { difference, relative: Math.sqrt(errorSquares / squares) };
}

async function logitsOfLoader(
  folder: string,
  dtype: ConversionDtype,
  device: "cpu" | "wasm",
  prompt: number[],
): Promise<Float32Array> {
  await using model = await loadModel(folder, { device, dtype, threads: 1 });
  const sequence = await model.openSequence();
  return await sequence.append(prompt, { logitCount: prompt.length });
}

async function logitsOfLibrary(
  folder: string,
  dtype: ConversionDtype,
  prompt: number[],
): Promise<Float32Array> {
  const model = await AutoModelForCausalLM.from_pretrained(folder, {
    device: "cpu",
    dtype,
    local_files_only: true,
  });
  try {
    const count = prompt.length;
    const { logits } = await model({
      input_ids: new Tensor("int64", BigInt64Array.from(prompt, BigInt), [1, count]),
      attention_mask: new Tensor("int64", new BigInt64Array(count).fill(1n), [1, count]),
      num_logits_to_keep: new Tensor("int64", [0n], []),
    });
    return logits.data;
  } finally {
    await model.dispose();
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
