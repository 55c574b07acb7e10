// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * `deno task bench:peers`: the same schemas, instances and tokens through Espalier and its peers.
 *
 * MaskBench's schemas, Qwen2.5's vocabulary, one machine, one run. Each engine has a process of its own
 * (`peers/protocol.ts`); each schema goes through all engines before the next one does, one engine at a time, so that
 * what else the machine does meets all of them alike. The engine that goes first changes from schema to schema. What
 * is built for the vocabulary is no schema's time, and schemas that are not in the sample warm every engine up.
 *
 * @module
 */

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import configuration from "../deno.json" with { type: "json" };
import {
  type ConformanceCase,
  DATA_MISSING,
  dataFolder,
  maskBenchCases,
} from "../tests/conformance/data.ts";
import { qwenTokens, type TextTokens } from "../tests/conformance/qwen_tokens.ts";
import { type EngineFigures, figuresOf, markdownTables } from "./peers/comparison.ts";
import { ENGINE_NAMES, type EngineName, EngineRun, type PeerCase } from "./peers/engine_runs.ts";
import { vocabularyMessage } from "./peers/vocabulary_message.ts";

const HELP = `deno task bench:peers: the same schemas through Espalier and other engines

  --engines A,B    of ${ENGINE_NAMES.join(", ")} (default: all)
  --stride N       every Nth schema (default 28: 323 schemas)
  --offset N       begin with schema N (default 0)
  --limit N        stop after N schemas
  --warm-up N      schemas beside the sample that are run before the clock counts (default 20)
  --timeout S      CPU time per schema (default 10)
  --failures       list the schemas that are not wholly right, with the reason
  --record NAME    write bench/records/<date>_<NAME>.json and .md
  --help

The native engines need python3; their packages go into .cache/ the first time.`;

const { values } = parseArgs({
  options: {
    engines: { type: "string", default: ENGINE_NAMES.join(",") },
    stride: { type: "string", default: "28" },
    offset: { type: "string", default: "0" },
    limit: { type: "string", default: "Infinity" },
    "warm-up": { type: "string", default: "20" },
    timeout: { type: "string", default: "10" },
    failures: { type: "boolean", default: false },
    record: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const folder = dataFolder();
if (values.help) console.log(HELP);
else if (folder === undefined) console.log(DATA_MISSING);
else await bench(folder);

async function bench(data: URL): Promise<void> {
  const [stride, offset, limit, warmUpCount, timeoutS] = [
    values.stride,
    values.offset,
    values.limit,
    values["warm-up"],
    values.timeout,
  ].map(Number) as [number, number, number, number, number];
  const names = values.engines.split(",").map(engineName);
  const startedAt = performance.now();

  const tokens = qwenTokens();
  const { sample, warmUp } = await selectCases(data, { stride, offset, limit, warmUpCount });
  const peerCases = (cases: ConformanceCase[]) => cases.map((one) => peerCase(one, tokens));
  const cases = peerCases(sample);
  const vocabulary = vocabularyMessage(tokens);

  const skipped = new Map<EngineName, string>();
  const runs: EngineRun[] = [];
  for (const name of names) {
    progress(`${name} warms up`);
    const run = await EngineRun.begin(name, vocabulary, peerCases(warmUp), timeoutS * 1000);
    if (typeof run === "string") skipped.set(name, run);
    else runs.push(run);
  }
  for (const [index, one] of cases.entries()) {
    for (let turn = 0; turn < runs.length; turn++) {
      const run = runs[(index + turn) % runs.length]!;
      progress(`schema ${index + 1} of ${cases.length}, ${run.name}`);
      await run.run(one);
    }
  }
  for (const run of runs) await run.end();
  progress("");

  const isCommon = (id: string) => runs.every((run) => run.results.get(id)?.verdict === "pass");
  const engines: Record<string, EngineFigures> = {};
  for (const name of names) {
    const run = runs.find((one) => one.name === name);
    engines[name] = run === undefined
      ? { skipped: skipped.get(name)! }
      : figuresOf(run, pinnedVersion(name), isCommon);
  }
  const record = {
    date: new Date().toISOString().slice(0, 10),
    deno: Deno.version.deno,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    cpu: { model: cpus()[0]?.model ?? "unknown", count: navigator.hardwareConcurrency },
    selection: { stride, offset, ...(limit === Infinity ? {} : { limit }) },
    warmUpSchemas: warmUp.length,
    cpuLimitS: timeoutS,
    elapsedS: Math.round((performance.now() - startedAt) / 1000),
    engines,
  };
  const text = [
    `# MaskBench, ${cases.length} schemas, ${record.date}`,
    "",
    `Deno ${record.deno}, ${record.platform}, ${record.cpu.count} cores (${record.cpu.model}); ` +
    `every schema number ${stride}n + ${offset}; ${timeoutS} s of CPU a schema.`,
    "",
    ...markdownTables(engines),
  ].join("\n").trimEnd();
  console.log(text);
  if (values.failures) listFailures(runs);
  if (values.record !== undefined) {
    const name = `records/${record.date}_${values.record}`;
    const write = (extension: string, content: string) =>
      Deno.writeTextFile(new URL(`${name}.${extension}`, import.meta.url), content + "\n");
    await write("json", JSON.stringify(record, null, 2));
    await write("md", text);
    console.log(`\nwritten: bench/${name}.json and .md`);
  }
}

/** The sample, and schemas for the warm-up that lie between those of the sample, from all over the file. */
async function selectCases(
  data: URL,
  { stride, offset, limit, warmUpCount }: {
    stride: number;
    offset: number;
    limit: number;
    warmUpCount: number;
  },
): Promise<{ sample: ConformanceCase[]; warmUp: ConformanceCase[] }> {
  const between = Math.floor(stride / 2); // with a stride of 1 there is nothing between
  let taken = 0;
  const sampleIds = new Set<string>();
  const others: string[] = [];
  for await (
    const _ of maskBenchCases(data, (index, id) => {
      const isTurn = (remainder: number) =>
        index >= offset && (index - offset) % stride === remainder;
      if (isTurn(0) && taken < limit) {
        taken++;
        sampleIds.add(id);
      }
      if (isTurn(between)) others.push(id);
      return false;
    })
  );
  const step = Math.max(1, Math.floor(others.length / Math.max(1, warmUpCount)));
  const warmUpIds = new Set(
    others.filter((_, index) => index % step === 0).slice(0, warmUpCount),
  );
  const sample: ConformanceCase[] = [], warmUp: ConformanceCase[] = [];
  for await (
    const one of maskBenchCases(data, (_, id) => sampleIds.has(id) || warmUpIds.has(id))
  ) {
    if (sampleIds.has(one.id)) sample.push(one);
    if (warmUpIds.has(one.id)) warmUp.push(one);
  }
  return { sample, warmUp };
}

function peerCase(conformanceCase: ConformanceCase, { encode }: TextTokens): PeerCase {
  return {
    conformanceCase,
    texts: conformanceCase.instances.map(({ texts: [text] }) => encode(text!)),
  };
}

/** The version that `deno.json` has; Python packages say theirs themselves. */
function pinnedVersion(name: EngineName): string {
  const imports = configuration.imports;
  const specifier = {
    "espalier": `@${configuration.version}`,
    "transformers.js": imports["@huggingface/transformers-structured-output"],
    "web-xgrammar": imports["@mlc-ai/web-xgrammar"],
    "llguidance": "",
    "xgrammar": "",
  }[name];
  return specifier.split("@").at(-1)!;
}

function listFailures(runs: readonly EngineRun[]): void {
  for (const { name, results } of runs) {
    console.log(`\n## ${name}: not wholly right\n`);
    for (const [id, { verdict, detail }] of results) {
      if (verdict !== "pass") console.log(`- ${verdict}: ${id}${detail ? `: ${detail}` : ""}`);
    }
  }
}

function engineName(text: string): EngineName {
  const name = ENGINE_NAMES.find((one) => one === text.trim());
  if (name !== undefined) return name;
  console.error(`--engines takes some of ${ENGINE_NAMES.join(", ")}, not ${JSON.stringify(text)}`);
  Deno.exit(2);
}

/** One line on standard error that is written over; nothing where nobody looks. */
function progress(text: string): void {
  if (Deno.stderr.isTerminal()) {
    Deno.stderr.writeSync(new TextEncoder().encode(`\r${text}\x1b[K`));
  }
}
