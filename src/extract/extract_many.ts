/**
 * Typed data out of many texts: {@link extract} over a list or a stream, several at a time.
 *
 *     items -> numbered -> (passed over if an earlier run did it) -> extract -> line in the file -> result
 *
 * One item that fails is a result like others, and the run goes on. Nothing is read far ahead, so the items may come from
 * a database or a socket, and what a run keeps in memory does not grow with their number but for the ids.
 *
 * How many run at a time is a matter of speed alone: a model whose passes take several texts at once writes them
 * together, and the prompt's beginning, which all items share, is computed once.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";
import type { LanguageModel } from "../decoding/mod.ts";
import { workConcurrently } from "./concurrent_work.ts";
import { extract, type ExtractionResult, type ExtractOptions } from "./extract.ts";
import { compileExtraction } from "./extraction_grammar.ts";
import { countItems, type ManyItems, type NumberedItem, readItems } from "./many_items.ts";
import { type ManyProgress, ProgressCounter } from "./many_progress.ts";
import { ResumeFile, type ResumeRecord } from "./resume_file.ts";
import type { InferOutput } from "./schema_input.ts";

/** Options of {@link extractMany}: those of `extract`, for every item, and how to go about it. */
export interface ExtractManyOptions<Schema>
  extends Omit<ExtractOptions<Schema>, "text" | "onPartial"> {
  /** Items that are worked on at a time; default 4. */
  concurrency?: number;
  /**
   * Whether results come in the order of the items, or as they end. Default `"input"`; a long item then holds back
   * those after it, at most `concurrency` of them.
   */
  order?: "input" | "completion";
  /** How many items there will be, for the progress; default: what an array or a set has. */
  total?: number;
  /** Whether the iteration throws an item's error after it has given the failed item. Default false. */
  stopOnError?: boolean;
  /** How often an item is tried again when the model broke while it ran (`model_run` errors). Default 1. */
  retries?: number;
  /**
   * A file of JSON lines that each result is written to as soon as its item ends. What an earlier run has written there is
   * passed over; a file of another schema, prompt or model is refused. What failed because the model broke is not written,
   * so that another run tries it again. The folder must exist.
   */
  resumeFile?: string;
  /** Whether items that failed in an earlier run are tried again. Default false: they are passed over, too. */
  retryFailed?: boolean;
  /** Called as soon as an item ends, in that order; an exception ends the run. */
  onItem?: (item: ManyResult<InferOutput<Schema>>) => void;
  /** Called at the start, and whenever an item has ended or was passed over. */
  onProgress?: (progress: ManyProgress) => void;
}

/** What all results of {@link extractMany} have. */
export interface ManyResultBase {
  /** The item's own id, or its place in decimal digits. */
  readonly id: string;
  /** Place in the input, from 0. */
  readonly index: number;
  /** How far the run was when the item ended. */
  readonly progress: ManyProgress;
}

/** An item that was extracted. */
export interface ManySuccess<Value> extends ManyResultBase {
  /** The value, checked and transformed by the schema. */
  readonly value: Value;
  /** The value with where it stands in the text, and what it took. */
  readonly extraction: ExtractionResult<Value>;
  /** Nothing went wrong. */
  readonly error: null;
}

/** An item that failed. */
export interface ManyFailure extends ManyResultBase {
  /** There is none. */
  readonly value: undefined;
  /** There is none. */
  readonly extraction: null;
  /** What `extract` threw for it, or what is wrong with the item itself. */
  readonly error: Error;
}

/** The outcome of one item: `error` tells which. */
export type ManyResult<Value> = ManySuccess<Value> | ManyFailure;

const DEFAULT_CONCURRENCY = 4;

/**
 * Extracts typed data from many texts.
 *
 * Nothing runs before the first result is asked for. Leaving the iteration early ends what runs.
 *
 * @param model A loaded model.
 * @param items Texts, or texts with ids: an array, a generator, a stream. Read as they are needed, never more than
 *   twice `concurrency` ahead of the results that were taken.
 * @param options See {@link ExtractManyOptions}.
 * @returns A result for each item. The iteration throws only what concerns all of them: a schema that cannot be used,
 *   an abort (the signal's reason), a model that was disposed of, a failure of `items` itself (after the results of those
 *   before), of `onItem`, or of the file; with `stopOnError` an item's error, too.
 * @throws {RangeError} `concurrency` or `retries` is out of range.
 * @throws {TypeError} `items` cannot be iterated.
 *
 * @example Three texts, one of which has nothing in it
 * ```ts
 * import { extractMany } from "@espalier/core/extract";
 * import { scriptedModel } from "@espalier/core/testing";
 * import * as z from "zod";
 *
 * await using model = scriptedModel({ script: '{"born":1815}' });
 * const found: unknown[] = [];
 * for await (
 *   const { id, value, error } of extractMany(model, ["Ada, born in 1815", " ", { id: "b", text: "1815" }], {
 *     schema: z.object({ born: z.int() }),
 *   })
 * ) {
 *   found.push(error ? error.name : `${id}: ${value.born}`);
 * }
 * console.assert(found.join() === "0: 1815,EmptyTextError,b: 1815");
 * ```
 */
export function extractMany<Schema>(
  model: LanguageModel,
  items: ManyItems,
  options: ExtractManyOptions<Schema>,
): AsyncGenerator<ManyResult<InferOutput<Schema>>, void, void> {
  requireInteger("concurrency", options.concurrency, 1, 1024);
  requireInteger("retries", options.retries, 0, 100);
  return run(model, readItems(items), countItems(items), options);
}

type Results<Schema> = AsyncGenerator<ManyResult<InferOutput<Schema>>, void, void>;

async function* run<Schema>(
  model: LanguageModel,
  items: AsyncGenerator<NumberedItem, void, void>,
  count: number | null,
  options: ExtractManyOptions<Schema>,
): Results<Schema> {
  const { concurrency = DEFAULT_CONCURRENCY, order = "input", signal, stopOnError } = options;
  signal?.throwIfAborted();
  const { jsonSchema } = await compileExtraction(options.schema, model.vocabulary, options);
  const { instructions, examples, whitespace, undeclaredProperties, abstainBelow } = options;
  using file = options.resumeFile === undefined ? null : await ResumeFile.open(options.resumeFile, {
    model: model.info.id,
    jsonSchema,
    prompt: { instructions, examples, whitespace, undeclaredProperties, abstainBelow },
  });
  const progress = new ProgressCounter(options.total ?? count);
  options.onProgress?.(progress.snapshot());
  const source = file === null ? items : passOver(items, file, progress, options);

  async function work(
    item: NumberedItem,
    _index: number,
    signal: AbortSignal,
  ): Promise<ManyResult<InferOutput<Schema>>> {
    const { extraction, error, record } = await attempt(model, item, { ...options, signal });
    if (record !== null) await file?.append(item, record);
    progress.count(extraction?.usage ?? null);
    const base = { id: item.id, index: item.index, progress: progress.snapshot() };
    const result = extraction !== null
      ? { ...base, value: extraction.value, extraction, error: null }
      : { ...base, value: undefined, extraction, error };
    options.onProgress?.(base.progress);
    options.onItem?.(result);
    return result;
  }

  const window = 2 * concurrency;
  const results = workConcurrently(source, work, {
    concurrency,
    window,
    isOrdered: order === "input",
    signal,
  });
  for await (const result of results) {
    yield result;
    if (stopOnError && result.error !== null) throw result.error;
  }
}

type Outcome<Value> =
  & {
    /** What the file keeps of it; null where another run should try again. */
    readonly record: ResumeRecord | null;
  }
  & (
    | { readonly extraction: ExtractionResult<Value>; readonly error: null }
    | { readonly extraction: null; readonly error: Error }
  );

/** Extracts from one item, again where the model broke; rejects only with what ends the run. */
async function attempt<Schema>(
  model: LanguageModel,
  { text, fault }: NumberedItem,
  options: ExtractManyOptions<Schema>,
): Promise<Outcome<InferOutput<Schema>>> {
  const { signal, retries = 1 } = options;
  if (fault !== null) return { extraction: null, error: fault, record: null };
  for (let triesLeft = retries;; triesLeft--) {
    try {
      const extraction = await extract(model, { ...options, text });
      const record = options.resumeFile === undefined ? null : recordOf(extraction);
      return { extraction, error: null, record };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const modelFailure = modelFailureOf(error);
      if (modelFailure === "disposed") throw error;
      if (modelFailure !== null && triesLeft > 0) continue;
      return failure(error, modelFailure === null);
    }
  }
}

/** Why the model could not go on; null for any other error. */
function modelFailureOf(error: unknown): string | null {
  if (!(error instanceof EspalierError) || error.code !== "model_run") return null;
  return (error as EspalierError & { readonly reason: string }).reason;
}

/** An item's failure; one that is the item's own would come again. */
function failure(thrown: unknown, isItems: boolean): Outcome<never> {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
  const { name, message } = error;
  const code = error instanceof EspalierError ? error.code : null;
  return { extraction: null, error, record: isItems ? { error: { name, code, message } } : null };
}

/** What the file keeps of a result; throws where the value is none that JSON has. */
function recordOf(
  { value, leaves, finishReason, usage, seed }: ExtractionResult<unknown>,
): ResumeRecord {
  const record = { value: value ?? null, finishReason, leaves, usage, seed };
  JSON.stringify(record);
  return record;
}

/** Leaves out what an earlier run has done. */
async function* passOver<Schema>(
  items: AsyncGenerator<NumberedItem, void, void>,
  file: ResumeFile,
  progress: ProgressCounter,
  { retryFailed = false, onProgress }: ExtractManyOptions<Schema>,
): AsyncGenerator<NumberedItem, void, void> {
  for await (const item of items) {
    const outcome = item.fault === null ? await file.outcomeOf(item) : null;
    if (outcome === null || outcome === "failed" && retryFailed) {
      yield item;
      continue;
    }
    progress.countResumed();
    onProgress?.(progress.snapshot());
  }
}

function requireInteger(name: string, value: number | undefined, minimum: number, maximum: number) {
  if (value === undefined || Number.isInteger(value) && value >= minimum && value <= maximum) {
    return;
  }
  throw new RangeError(
    `${name} must be an integer from ${minimum} to ${maximum}, got ${value}`,
  );
}
