/**
 * `espalier eval`: a set and a model in, a table and a report out.
 *
 * As in `extract`, what is cheap is looked at first: the arguments, the variants, the set, and only then is a model
 * loaded. Records are written as they come, so that an interrupted run goes on where it was when the same command is
 * given again; an interrupted run leaves a report of what there is.
 *
 * @module
 */

import { SingleBar } from "cli-progress";
import type { Command } from "commander";
import { basename, join } from "@std/path";
import {
  comparisonTables,
  type EvaluationRecord,
  type EvaluationReport,
  makeReport,
  parseVariant,
  readEvaluationSet,
  RecordFile,
  type RecordKey,
  reportToHtml,
  reportToJson,
  runEvaluation,
  selectItems,
  toMarkdown,
  VARIANT_PARTS,
} from "../eval/mod.ts";
import { type DeviceChoice, loadModel, type ModelDtype } from "../models/mod.ts";
import { InputError, oneLine } from "./failure.ts";
import { readText } from "./input.ts";
import { Interruption } from "./interruption.ts";
import { LoadReport } from "./load_report.ts";
import { withModelOptions } from "./model_options.ts";
import { integerFrom, numberIn } from "./option_values.ts";
import { note, print } from "./output.ts";

/** The command's options, as Commander names them. */
export interface EvalCommandOptions {
  model: string;
  device: DeviceChoice;
  dtype?: ModelDtype;
  threads?: number;
  revision?: string;
  cacheDir?: string;
  remoteHost?: string;
  report: string;
  variant: string[];
  limit?: number;
  offset?: number;
  seed?: number;
  maxTokens: number;
  restart?: boolean;
  json?: boolean;
  timeout?: number;
  quiet?: boolean;
}

const DEFAULT_VARIANTS = ["masks", "no-masks"];

const EXAMPLES = `
Variants:
  masks, no-masks, followed by any of
  ${VARIANT_PARTS.map((part) => `+${part}`).join(" ")}

Examples:
  espalier eval receipts.jsonl --model ./models/mine --report ./report
  espalier eval receipts.jsonl --limit 50 --seed 1 --variant masks masks+spaced masks+examples=2

A set is JSON lines, {"id", "text", "schema", "expected"} or {"id", "category", "messages", "functions", "expected"};
see docs/eval.md. The report's folder gets records.jsonl, report.json and report.html. The same command goes on where an
earlier one was interrupted. Exit codes: 0; 1 for a failure; 2 for bad usage. Wrong answers are no failure.`;

/** Adds the command to the program. */
export function defineEvalCommand(program: Command): void {
  withModelOptions(
    program.command("eval")
      .description("Measure how well a model extracts or calls tools, on a set with right answers.")
      .argument("<set>", "the set: JSON lines; -: standard input"),
  )
    .option("--report <folder>", "where records and reports go", "espalier-report")
    .option("--variant <names...>", "ways of asking to compare", DEFAULT_VARIANTS)
    .option("--limit <count>", "most items to run", integerFrom(1))
    .option("--offset <count>", "items to pass over", integerFrom(0))
    .option("--seed <integer>", "shuffle the set before --offset and --limit", integerFrom(0))
    .option("--max-tokens <count>", "most tokens of an answer", integerFrom(1), 512)
    .option("--restart", "drop the records of an earlier run in the report's folder")
    .option("--json", "print report.json's figures instead of tables")
    .option(
      "--timeout <seconds>",
      "give up after so long, downloads included",
      numberIn("above 0", (value) => value > 0 && value <= 1e6),
    )
    .option("--quiet", "no progress and no notes")
    .addHelpText("after", EXAMPLES)
    .action(async (set: string, options: EvalCommandOptions) => await runEval(set, options));
}

/**
 * Runs the command.
 *
 * @param set Path of the set.
 * @param options See {@link EvalCommandOptions}.
 * @param write Takes what goes to standard output.
 * @throws Whatever went wrong, after the model's Worker has ended.
 */
export async function runEval(
  set: string,
  options: EvalCommandOptions,
  write: (text: string) => Promise<void> = print,
): Promise<void> {
  using interruption = new Interruption(options.timeout);
  try {
    await run(set, options, interruption, write);
  } catch (error) {
    // What an abort comes out as depends on where it hit; its reason is what happened.
    throw interruption.signal.aborted ? interruption.signal.reason : error;
  }
}

async function run(
  set: string,
  options: EvalCommandOptions,
  interruption: Interruption,
  write: (text: string) => Promise<void>,
): Promise<void> {
  const { signal } = interruption;
  const { maxTokens, report: folder } = options;
  const tell = options.quiet ? () => {} : note;
  const variants = [...new Set(options.variant)].map(parseVariant);
  const text = await interruption.race(readText(set, "set"));
  const all = readEvaluationSet(text);
  const items = selectItems(all, options);
  if (items.length === 0) throw new InputError(`--offset leaves none of the ${all.length} items`);
  await makeFolder(folder);

  await using model = await load(options, signal);
  const { id, device, dtype } = model.info;
  tell(`${id} on ${device} (${dtype}); ${items.length} items, ${variants.length} variants`);
  const setDigest = await digest(text);
  const identity = { model: id, device, dtype, setDigest, maxTokens };
  const recordsPath = join(folder, "records.jsonl");
  if (options.restart) await removeIfThere(recordsPath);
  using file = await RecordFile.open(recordsPath, identity);
  const keys = items.flatMap(({ id }) => variants.map(({ name }) => ({ id, variant: name })));
  const isDone = (key: RecordKey) => file.has(key);
  try {
    using progress = new EvalProgress(keys.length, keys.filter(isDone).length, !!options.quiet);
    const evaluation = { items, variants, maxTokens, examplePool: all, isDone, signal };
    for await (const record of runEvaluation(model, evaluation)) {
      await file.append(record);
      progress.add(record);
    }
  } finally {
    // Of an interrupted run, too, what there is can be looked at.
    if (keys.some(isDone)) {
      const report = makeReport(items, file.records, variants.map(({ name }) => name), {
        ...identity,
        set: set === "-" ? "standard input" : basename(set),
        setItemCount: all.length,
        selection: describeSelection(items.length, options),
        createdAt: new Date().toISOString(),
      });
      await Deno.writeTextFile(join(folder, "report.json"), reportToJson(report));
      await Deno.writeTextFile(join(folder, "report.html"), reportToHtml(report));
      await write(options.json ? figuresOf(report) : tablesOf(report));
      tell(`report: ${join(folder, "report.html")}`);
    }
  }
}

function figuresOf({ run, variants }: EvaluationReport): string {
  return JSON.stringify({ run, variants }) + "\n";
}

function tablesOf(report: EvaluationReport): string {
  return comparisonTables(report).map((table) => `${table.title}\n\n${toMarkdown(table)}\n`)
    .join("\n");
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (cause) {
    const reason = oneLine((cause as Error).message);
    throw new InputError(`report folder ${JSON.stringify(folder)} cannot be made: ${reason}`, {
      cause,
    });
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function load(options: EvalCommandOptions, signal: AbortSignal) {
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

function describeSelection(count: number, { seed, offset = 0 }: EvalCommandOptions): string {
  const from = offset > 0 ? ` from number ${offset + 1} on` : "";
  return seed === undefined ? `${count}${from}` : `${count}${from}, shuffled with seed ${seed},`;
}

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A bar on a terminal; elsewhere (a log) a line every half minute. */
class EvalProgress implements Disposable {
  readonly #bar: SingleBar | null;
  readonly #total: number;
  #count: number;
  #lastNote = performance.now();

  constructor(total: number, done: number, private readonly isQuiet: boolean) {
    this.#total = total;
    this.#count = done;
    if (done > 0 && !isQuiet) note(`${done} records of an earlier run are kept`);
    this.#bar = isQuiet || !Deno.stderr.isTerminal() ? null : new SingleBar({
      format: "[{bar}] {value} of {total}, {eta_formatted} left  {id}",
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false, // signals are the command's business
    });
    this.#bar?.start(this.#total, this.#count, { id: "" });
  }

  /** Counts a record. */
  add(record: EvaluationRecord): void {
    this.#count++;
    this.#bar?.update(this.#count, { id: record.id });
    if (this.#bar !== null || this.isQuiet) return;
    if (performance.now() - this.#lastNote < 30_000) return;
    this.#lastNote = performance.now();
    note(`${this.#count} of ${this.#total}`);
  }

  /** Leaves the terminal as it was. */
  [Symbol.dispose](): void {
    this.#bar?.stop();
  }
}
