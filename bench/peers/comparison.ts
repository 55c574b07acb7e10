/**
 * The figures of a side-by-side run, and how they are printed.
 *
 * @module
 */

import { type PercentileSummary, Samples } from "../../tests/conformance/samples.ts";
import { type Verdict, VERDICTS } from "../../tests/conformance/verdict.ts";
import type { EngineRun, SchemaResult } from "./engine_runs.ts";
import type { ProcessMemory } from "./protocol.ts";

/** One engine's figures; a skipped engine has a reason only. */
export type EngineFigures =
  | { readonly skipped: string }
  | {
    readonly skipped?: undefined;
    readonly version: string;
    readonly schemas: {
      readonly run: number;
      readonly compiled: number;
      readonly refused: number;
      /** By the worst of their instances'. */
      readonly verdicts: Readonly<Record<Verdict, number>>;
    };
    readonly timings: Timings;
    /** Over the schemas that all engines of the run got wholly right: the same masks, nearly. */
    readonly commonTimings: Timings;
    readonly vocabularyBuildMs: number;
    readonly memory: {
      readonly empty: ProcessMemory;
      readonly vocabularyLoaded: ProcessMemory;
      readonly afterRunRssMiB: number;
      readonly largestRssMiB: number;
    };
    readonly processRestarts: number;
    readonly extras: Readonly<Record<string, number>>;
  };

/** Percentiles, units in the names. */
export interface Timings {
  readonly compileMs: PercentileSummary;
  readonly firstMaskMs: PercentileSummary;
  readonly maskUs: PercentileSummary;
  readonly acceptUs: PercentileSummary;
}

/** Adds an engine's results up. `isCommon` tells the schemas that all engines got wholly right. */
export function figuresOf(
  run: EngineRun,
  version: string,
  isCommon: (id: string) => boolean,
): EngineFigures {
  const verdicts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<
    Verdict,
    number
  >;
  for (const { verdict } of run.results.values()) verdicts[verdict]++;
  const results = [...run.results];
  return {
    version: run.start!.version ?? version,
    schemas: {
      run: results.length,
      compiled: results.filter(([, { isCompiled }]) => isCompiled).length,
      refused: verdicts.refused_valid + verdicts.refused_invalid_only,
      verdicts,
    },
    timings: timingsOf(results.map(([, result]) => result)),
    commonTimings: timingsOf(results.filter(([id]) => isCommon(id)).map(([, result]) => result)),
    vocabularyBuildMs: Math.round(run.start!.buildMs),
    memory: {
      empty: run.start!.emptyMemory,
      vocabularyLoaded: run.start!.loadedMemory,
      afterRunRssMiB: run.lastRssMiB,
      largestRssMiB: run.largestRssMiB,
    },
    processRestarts: run.restartCount,
    extras: run.extras,
  };
}

function timingsOf(results: readonly SchemaResult[]): Timings {
  const samples = {
    compileMs: new Samples(),
    firstMaskMs: new Samples(),
    maskUs: new Samples(),
    acceptUs: new Samples(),
  };
  for (const { compileMs, firstMaskMs, maskUs, acceptUs } of results) {
    if (compileMs !== undefined) samples.compileMs.add(compileMs);
    if (firstMaskMs !== undefined) samples.firstMaskMs.add(firstMaskMs);
    samples.maskUs.addAll(maskUs);
    samples.acceptUs.addAll(acceptUs);
  }
  return {
    compileMs: samples.compileMs.summary(),
    firstMaskMs: samples.firstMaskMs.summary(),
    maskUs: samples.maskUs.summary(),
    acceptUs: samples.acceptUs.summary(),
  };
}

/** The tables, in Markdown. */
export function* markdownTables(
  engines: Readonly<Record<string, EngineFigures>>,
): Generator<string> {
  const present = Object.entries(engines).flatMap(([name, figures]) =>
    figures.skipped === undefined ? [{ name, ...figures }] : []
  );
  yield* table(
    "Verdicts, schemas",
    [
      "engine",
      "version",
      "run",
      "compiled",
      "refused",
      "wholly right",
      "wrong accepts",
      "wrong refusals",
      "dead ends",
      "crashes, errors",
      "timeouts",
    ],
    present.map(({ name, version, schemas: { run, compiled, refused, verdicts } }) => [
      name,
      version,
      run,
      compiled,
      refused,
      `${verdicts.pass} (${(100 * verdicts.pass / run).toFixed(1)}%)`,
      verdicts.false_positive,
      verdicts.false_negative,
      verdicts.dead_end,
      verdicts.crash,
      verdicts.timeout,
    ]),
  );
  for (
    const [title, key] of [
      ["Times, schemas that the engine compiled", "timings"],
      ["Times, schemas that every engine got wholly right", "commonTimings"],
    ] as const
  ) {
    yield* table(
      title,
      [
        "engine",
        "schemas",
        "masks",
        "mask p50",
        "p90",
        "p99",
        "max",
        "compile + first mask p50",
        "p99",
        "max",
        "accept p50",
        "p99",
      ],
      present.map(({ name, [key]: { firstMaskMs, maskUs, acceptUs } }) => [
        name,
        firstMaskMs.count,
        maskUs.count,
        duration(maskUs.p50),
        duration(maskUs.p90),
        duration(maskUs.p99),
        duration(maskUs.max),
        duration(firstMaskMs.p50 * 1000),
        duration(firstMaskMs.p99 * 1000),
        duration(firstMaskMs.max * 1000),
        duration(acceptUs.p50),
        duration(acceptUs.p99),
      ]),
    );
  }
  yield* table(
    "Memory of the process, MiB resident",
    [
      "engine",
      "without a vocabulary",
      "with it",
      "after the run",
      "largest",
      "vocabulary built in",
      "processes",
    ],
    present.map(({ name, memory, vocabularyBuildMs, processRestarts }) => [
      name,
      memory.empty.rssMiB,
      memory.vocabularyLoaded.rssMiB,
      memory.afterRunRssMiB,
      memory.largestRssMiB,
      duration(vocabularyBuildMs * 1000),
      processRestarts + 1,
    ]),
  );
  const espalier = present.find(({ name }) => name === "espalier");
  if (espalier !== undefined) {
    const { empty, vocabularyLoaded: loaded } = espalier.memory;
    yield* table("Espalier", ["figure", "value"], [
      ["vocabulary, JavaScript heap MiB", difference(loaded.heapMiB, empty.heapMiB)],
      ["vocabulary, buffers MiB", difference(loaded.buffersMiB, empty.buffersMiB)],
      ...Object.entries(espalier.extras),
    ]);
  }
  for (const [name, figures] of Object.entries(engines)) {
    if (figures.skipped !== undefined) yield `${name}: skipped, ${figures.skipped}`;
  }
}

function* table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): Generator<string> {
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  yield `## ${title}`;
  yield "";
  yield line(head);
  yield line(widths.map((width) => "-".repeat(width)));
  yield* cells.slice(1).map(line);
  yield "";
}

/** A time in the unit in which it has one to three digits before the point. */
function duration(us: number): string {
  if (Number.isNaN(us)) return "";
  const [value, unit] = us < 1000 ? [us, "µs"] : us < 1e6 ? [us / 1000, "ms"] : [us / 1e6, "s"];
  return `${Number(value.toPrecision(3))} ${unit}`;
}

function difference(after: number | undefined, before: number | undefined): string {
  return after === undefined || before === undefined ? "" : (after - before).toFixed(1);
}
