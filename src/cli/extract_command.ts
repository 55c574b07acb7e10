/**
 * `espalier extract`: a text and a schema in, JSON out.
 *
 * What can be wrong is looked at in the order of its cost: the arguments, the schema, the text, and only then
 * is a model loaded (and, the first time, downloaded). Whatever happens after that, the model's Worker is
 * ended before the command returns.
 *
 * @module
 */

import { type Command, InvalidArgumentError, Option } from "commander";
import type { SamplingOptions } from "../decoding/mod.ts";
import {
  compileExtraction,
  EmptyTextError,
  type ExtractionResult,
  type ExtractionWhitespace,
  extractLong,
  type ItemKeys,
  streamExtract,
} from "../extract/mod.ts";
import { type DeviceChoice, loadModel, type ModelDtype } from "../models/mod.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import { InputError } from "./failure.ts";
import { readText } from "./input.ts";
import { Interruption } from "./interruption.ts";
import { LoadReport } from "./load_report.ts";
import { withModelOptions } from "./model_options.ts";
import { integerFrom, numberIn } from "./option_values.ts";
import { note, print } from "./output.ts";
import { readSchemaFile } from "./schema_file.ts";

/** The command's options, as Commander names them. */
export interface ExtractCommandOptions {
  schema: string;
  textFile?: string;
  model: string;
  device: DeviceChoice;
  dtype?: ModelDtype;
  threads?: number;
  revision?: string;
  cacheDir?: string;
  remoteHost?: string;
  instructions?: string;
  maxTokens?: number;
  temperature: number;
  topK?: number;
  topP?: number;
  seed?: number;
  whitespace: ExtractionWhitespace;
  pretty?: boolean;
  stream?: boolean;
  long?: boolean;
  chunkTokens?: number;
  uniqueBy?: ItemKeys;
  timeout?: number;
  quiet?: boolean;
}

const EXAMPLES = `
Examples:
  espalier extract --schema invoice.json --text-file invoice.txt --pretty
  cat mail.txt | espalier extract --schema meeting.ts --stream

A schema file is JSON Schema (.json), or a module (.ts, .js) whose default export or export "schema" is a
zod schema, a Standard Schema or JSON Schema. Exit codes: 0; 1 for a failure; 2 for bad usage.`;

/** Adds the command to the program. */
export function defineExtractCommand(program: Command): void {
  const command = withModelOptions(
    program.command("extract")
      .description("Extract JSON that fits a schema from a text.")
      .requiredOption("--schema <file>", "the schema: JSON Schema, or a module that exports one")
      .option("--text-file <file>", "the text; default and -: standard input"),
  )
    .option("--instructions <text>", "what to look for, in your own words")
    .option("--max-tokens <count>", "most tokens to write; default: 1024", integerFrom(1))
    .option(
      "--temperature <number>",
      "0 takes the most probable token, more varies",
      numberIn("of at least 0", (value) => value >= 0 && value < Infinity),
      0,
    )
    .option("--top-k <count>", "draw from the k most probable tokens", integerFrom(1))
    .option(
      "--top-p <number>",
      "draw from the most probable tokens that reach this probability",
      numberIn("above 0 and up to 1", (value) => value > 0 && value <= 1),
    )
    .option("--seed <integer>", "make the draws repeatable", integerFrom(0))
    .addOption(
      new Option("--whitespace <kind>", "of the JSON that the model writes")
        .choices(["compact", "spaced"]).default("compact"),
    )
    .addOption(new Option("--json", "print the value on one line (the default)"))
    .addOption(new Option("--pretty", "print the value indented").conflicts("json"))
    .addOption(
      new Option("--stream", "print the JSON as the model writes it")
        .conflicts(["json", "pretty"]),
    )
    .addOption(
      new Option("--long", "read a text beyond the model's context in overlapping parts")
        .conflicts("stream"),
    )
    .option(
      "--chunk-tokens <count>",
      "most tokens of a part; implies --long",
      integerFrom(32),
    )
    .addOption(
      new Option(
        "--unique-by <pointer=name>",
        "what tells a list's items apart, such as /lines=sku; may be repeated; implies --long",
      ).argParser(readItemKey),
    )
    .option(
      "--timeout <seconds>",
      "give up after so long, downloads included",
      numberIn("above 0", (value) => value > 0 && value <= 1e6),
    )
    .option("--quiet", "no progress and no notes")
    .addHelpText("after", EXAMPLES);
  command.action(async (options: ExtractCommandOptions) => {
    for (const [name, value] of [["top-k", options.topK], ["top-p", options.topP]] as const) {
      if (value !== undefined && options.temperature === 0) {
        command.error(`error: option '--${name}' has no effect without a --temperature above 0`);
      }
    }
    options.long ??= options.chunkTokens !== undefined || options.uniqueBy !== undefined;
    if (options.long && options.stream) {
      command.error("error: option '--stream' cannot be used with parts of a long text");
    }
    await runExtract(options);
  });
}

/** `/lines=sku`, or `/lines=sku,date`; several of them are collected. */
function readItemKey(given: string, before: ItemKeys = {}): ItemKeys {
  const [, pointer, names] = /^((?:\/[^=]*)?)=(.+)$/.exec(given) ?? [];
  if (pointer === undefined || names === undefined) {
    throw new InvalidArgumentError("It must be a JSON Pointer, =, and names: /lines=sku");
  }
  return { ...before, [pointer]: names.split(",") };
}

/**
 * Runs the command.
 *
 * @param options See {@link ExtractCommandOptions}.
 * @param write Takes what goes to standard output.
 * @throws Whatever went wrong, after the model's Worker has ended.
 */
export async function runExtract(
  options: ExtractCommandOptions,
  write: (text: string) => Promise<void> = print,
): Promise<void> {
  using interruption = new Interruption(options.timeout);
  try {
    await run(options, interruption, write);
  } catch (error) {
    // What an abort comes out as depends on where it hit; its reason is what happened.
    throw interruption.signal.aborted ? interruption.signal.reason : error;
  }
}

async function run(
  options: ExtractCommandOptions,
  interruption: Interruption,
  write: (text: string) => Promise<void>,
): Promise<void> {
  const { signal } = interruption;
  const { whitespace, instructions, maxTokens } = options;
  const tell = options.quiet ? () => {} : note;

  const schema = await interruption.race(readSchemaFile(options.schema));
  await compileExtraction(schema, singleBytes(), { whitespace }); // before anything is downloaded
  if (options.textFile === undefined && Deno.stdin.isTerminal()) {
    tell("reading the text from the terminal; Ctrl+D ends it");
  }
  const text = await interruption.race(readText(options.textFile, "text"));
  if (text.trim() === "") throw new EmptyTextError();

  await using model = await load(options, signal);
  const { info } = model;
  tell(`${info.id} on ${info.device} (${info.dtype}), ready in ${duration(info.loadMs)}`);
  const sampling = readSampling(options);
  const extraction = { schema, text, instructions, maxTokens, sampling, whitespace, signal };
  if (options.long) {
    const { chunkTokens, uniqueBy } = options;
    const result = await extractLong(model, {
      ...extraction,
      chunkTokens,
      uniqueBy,
      onChunk: ({ done, total }) => tell(`part ${done} of ${total}`),
    });
    await write(toJson(result.value, options.pretty ? 2 : 0) + "\n");
    return tell(summary(result, null));
  }
  const stream = streamExtract(model, extraction);
  if (options.stream) {
    let hasBegun = false;
    try {
      for await (const event of stream) {
        if (event.type !== "token" || event.text === "") continue;
        hasBegun = true;
        await write(event.text);
      }
    } finally {
      if (hasBegun) await write("\n");
    }
  }
  const result = await stream.result;
  if (!options.stream) await write(toJson(result.value, options.pretty ? 2 : 0) + "\n");
  tell(summary(result, result.seed));
}

async function load(options: ExtractCommandOptions, signal: AbortSignal) {
  using report = new LoadReport();
  const { device, dtype, threads, revision, cacheDir, remoteHost } = options;
  return await loadModel(options.model, {
    device,
    dtype,
    threads,
    revision,
    cacheDir,
    remoteHost,
    signal,
    onProgress: options.quiet ? undefined : (progress) => report.update(progress),
  });
}

function readSampling(options: ExtractCommandOptions): SamplingOptions {
  const { temperature, topK, topP, seed } = options;
  return { temperature, topK, topP, seed };
}

/** A schema that compiles for these 256 tokens compiles for any vocabulary that can write every byte. */
function singleBytes(): Vocabulary {
  const tokens = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  return Vocabulary.fromBytes([...tokens, null], { eosTokenIds: [256] });
}

function toJson(value: unknown, indent: number): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value, null, indent);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new InputError(`the schema's value cannot be written as JSON: ${reason}`, { cause });
  }
  if (json !== undefined) return json;
  throw new InputError(`the schema's value cannot be written as JSON: it is ${typeof value}`);
}

function summary(
  result: Pick<ExtractionResult<unknown>, "usage" | "timings" | "finishReason">,
  seed: number | null,
): string {
  const { usage, timings, finishReason } = result;
  const { promptTokens, completionTokens } = usage;
  const rate = completionTokens / (timings.decodeMs / 1000);
  return `prompt: ${promptTokens} tokens in ${duration(timings.prefillMs)}; ` +
    `output: ${completionTokens} tokens in ${duration(timings.decodeMs)} (${
      rate.toFixed(1)
    } a second)` +
    (seed === null ? "" : `; seed: ${seed}`) +
    (finishReason === "length" ? "; --max-tokens ended it: the last values may be cut short" : "");
}

function duration(milliseconds: number): string {
  return milliseconds < 1000
    ? `${milliseconds.toFixed(0)} ms`
    : `${(milliseconds / 1000).toFixed(1)} s`;
}
