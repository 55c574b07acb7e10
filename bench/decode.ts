// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * `deno task bench:decode`: what an extraction costs at the size of Qwen2.5-0.5B, end to end.
 *
 * Builds the model's shape with random weights and the whole 151,665-token vocabulary (once a weight format, ten
 * seconds and half a gigabyte each, kept in `models/.built`), and runs one extraction after another through it,
 * each configuration in a process of its own, so that its peak memory is its own. Prints the load time, the peak
 * of the resident memory, prefill and decoding rates, and how much of a step masks, completions and sampling take. The
 * mask of a step is computed while the model computes the logits, so its share is of work, not of waiting.
 *
 * Random weights do not change the cost of a pass; the output is as long as the schema lets it be.
 *
 * @module
 */

import { bold } from "@std/fmt/colors.js";
import { parseArgs } from "node:util";
import { z } from "zod";
import { extract, type ExtractionResult, loadModel, type Timings } from "../mod.ts";
import { ensureModel } from "../tools/model_builder/mod.ts";

const HELP = `deno task bench:decode: load, prefill and decoding at the shape of Qwen2.5-0.5B

  --configurations LIST  of cpu-q4, cpu-q8, wasm-q8, webgpu-q4 (default cpu-q4,wasm-q8)
  --runs N               extractions each; the medians are printed (default 3)
  --threads N            of a forward pass (default: the runtime's)
  --record NAME          write bench/records/<date>_<NAME>.json
  --help`;

/** About as long as an invoice; with the schema's outline some 250 tokens of prompt. */
const TEXT =
  `Nordlicht Papier GmbH, Speicherstr. 4, 20457 Hamburg. INVOICE NL-20391, 3 February 2025.
Bill to: Atelier Brandt, Lindenweg 12, 04109 Leipzig. 12 x Watercolour block A3, 14.90 each; 4 x Ink,
black, 250 ml, 9.50 each; delivery 6.95. Total EUR 223.75, VAT included. Please pay by 5 March 2025.`;

const Invoice = z.object({
  number: z.string().min(4).max(16),
  seller: z.string().min(8).max(24),
  issued: z.iso.date(),
  currency: z.enum(["EUR", "USD", "GBP"]),
  lines: z.array(z.object({
    description: z.string().min(4).max(24),
    quantity: z.int().min(1).max(999),
  })).min(2).max(3),
  isPaid: z.boolean(),
});

const CONFIGURATIONS = {
  "cpu-q4": { device: "cpu", dtype: "q4" },
  "cpu-q8": { device: "cpu", dtype: "q8" },
  "wasm-q8": { device: "wasm", dtype: "q8" },
  "webgpu-q4": { device: "webgpu", dtype: "q4" },
} as const;

type ConfigurationName = keyof typeof CONFIGURATIONS;

/** What one configuration came to; times in milliseconds, medians over the runs. */
interface Measurement {
  configuration: ConfigurationName;
  loadMs: number;
  /** Largest resident memory of the process, in MiB. */
  peakRssMiB: number;
  promptTokens: number;
  prefillTokensPerSecond: number;
  completionTokens: number;
  decodeMsPerToken: number;
  maskMsPerToken: number;
  completionMsPerToken: number;
  sampleMsPerToken: number;
}

async function measure(
  configuration: ConfigurationName,
  runs: number,
  threads: number | undefined,
): Promise<Measurement> {
  const { device, dtype } = CONFIGURATIONS[configuration];
  const memory = watchMemory();
  await using model = await loadModel(await builtModel(configuration), { device, dtype, threads });
  const results: ExtractionResult<unknown>[] = [];
  for (let run = 0; run < runs; run++) {
    const result = await extract(model, {
      schema: Invoice,
      text: TEXT,
      sampling: { temperature: 1, seed: run },
      maxTokens: 600,
    });
    results.push(result);
  }
  const perToken = (pick: (timings: Timings) => number) =>
    median(results.map(({ timings, usage }) => pick(timings) / usage.completionTokens));
  return {
    configuration,
    loadMs: model.info.loadMs,
    peakRssMiB: await memory.peakMiB(),
    promptTokens: results[0]!.usage.promptTokens,
    prefillTokensPerSecond: median(
      results.map(({ timings, usage }) => usage.promptTokens / (timings.prefillMs / 1000)),
    ),
    completionTokens: median(results.map(({ usage }) => usage.completionTokens)),
    decodeMsPerToken: perToken(({ decodeMs }) => decodeMs),
    maskMsPerToken: perToken(({ maskMs }) => maskMs),
    completionMsPerToken: perToken(({ completionMs }) => completionMs),
    sampleMsPerToken: perToken(({ sampleMs }) => sampleMs),
  };
}

function builtModel(configuration: ConfigurationName): Promise<string> {
  return ensureModel("0.5b", { dtypes: [CONFIGURATIONS[configuration].dtype] });
}

/** Peak of the resident memory: the kernel's own figure on Linux, elsewhere the largest of samples. */
function watchMemory(): { peakMiB(): Promise<number> } {
  let peakBytes = 0;
  const sample = () => peakBytes = Math.max(peakBytes, Deno.memoryUsage().rss);
  const timer = setInterval(sample, 50);
  return {
    async peakMiB() {
      clearInterval(timer);
      sample();
      if (Deno.build.os !== "linux") return peakBytes / 2 ** 20;
      const status = await Deno.readTextFile("/proc/self/status");
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? peakBytes / 1024) / 1024;
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Runs this script again for one configuration, so that memory is counted for it alone. */
async function measureInProcess(
  configuration: ConfigurationName,
  args: readonly string[],
): Promise<Measurement> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-all", new URL(import.meta.url).pathname],
      ...["--child", configuration, ...args],
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`the process that measures ${configuration} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell, index) => String(cell)[index === 0 ? "padEnd" : "padStart"](11)).join("");
}

function printTable(measurements: readonly Measurement[]): void {
  console.log(bold(row([
    ...[
      "",
      "load s",
      "RSS MiB",
      "prompt",
      "prefill/s",
      "output",
      "ms/token",
      "mask",
      "closing",
      "sample",
    ],
  ])));
  for (const one of measurements) {
    const share = (milliseconds: number) =>
      `${(100 * milliseconds / one.decodeMsPerToken).toFixed(1)} %`;
    console.log(row([
      one.configuration,
      (one.loadMs / 1000).toFixed(1),
      one.peakRssMiB.toFixed(0),
      one.promptTokens,
      one.prefillTokensPerSecond.toFixed(0),
      one.completionTokens,
      one.decodeMsPerToken.toFixed(1),
      share(one.maskMsPerToken),
      share(one.completionMsPerToken),
      share(one.sampleMsPerToken),
    ]));
  }
}

const { values } = parseArgs({
  options: {
    configurations: { type: "string", default: "cpu-q4,wasm-q8" },
    runs: { type: "string", default: "3" },
    threads: { type: "string" },
    record: { type: "string" },
    child: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const runs = Number(values.runs);
const threads = values.threads === undefined ? undefined : Number(values.threads);

if (values.help) {
  console.log(HELP);
} else if (values.child !== undefined) {
  console.log(JSON.stringify(await measure(values.child as ConfigurationName, runs, threads)));
} else {
  const names = values.configurations.split(",");
  const unknown = names.find((name) => !Object.hasOwn(CONFIGURATIONS, name));
  if (unknown !== undefined || !Number.isInteger(runs) || runs < 1) {
    console.error(HELP);
    Deno.exit(2);
  }
  const measurements: Measurement[] = [];
  for (const name of names as ConfigurationName[]) {
    await builtModel(name); // outside of the process that is measured
    const args = [
      "--runs",
      values.runs,
      ...threads === undefined ? [] : ["--threads", `${threads}`],
    ];
    measurements.push(await measureInProcess(name, args));
  }
  printTable(measurements);
  if (values.record !== undefined) {
    const date = new Date().toISOString().slice(0, 10);
    const record = {
      date,
      deno: Deno.version.deno,
      cpuCount: navigator.hardwareConcurrency,
      runs,
      threads: threads ?? null,
      measurements,
    };
    const file = new URL(`records/${date}_${values.record}.json`, import.meta.url);
    await Deno.writeTextFile(file, JSON.stringify(record, null, 2) + "\n");
    console.log(`written: bench/records/${date}_${values.record}.json`);
  }
}
