/**
 * The figures of a run, and how they are printed.
 *
 * @module
 */

import { bold } from "@std/fmt/colors.js";
import type { ConformanceCase } from "./data.ts";
import type { CaseResult } from "./run_case.ts";
import { type PercentileSummary, Samples } from "./samples.ts";
import { type Verdict, VERDICTS, worst } from "./verdict.ts";

/** Something that did not pass, for the list at the end. */
export interface Failure {
  readonly id: string;
  readonly instance: string;
  readonly verdict: Verdict;
  readonly detail: string;
}

/** Collects results and adds them up. */
export class Tally {
  /** Verdict of each schema: the worst of its instances'. */
  readonly schemas = new Map<string, Verdict>();
  /** Verdict of each instance, under `schema id: description` (numbered where that repeats). */
  readonly instances = new Map<string, Verdict>();
  /** Schemas refused at compile time, by `code subject`. */
  readonly refusals = new Map<string, number>();
  readonly failures: Failure[] = [];
  compiledCount = 0;
  readonly timings = {
    compileMs: new Samples(),
    firstMaskMs: new Samples(),
    maskUs: new Samples(),
    acceptUs: new Samples(),
  };
  /** Schemas with their slowest mask and first mask. */
  readonly slowest: { id: string; maskUs: number; firstMaskMs: number }[] = [];

  add(result: CaseResult, { id, instances }: ConformanceCase): void {
    this.schemas.set(id, worst(result.verdicts));
    instances.forEach(({ description }, index) => {
      const verdict = result.verdicts[index]!;
      this.instances.set(unused(this.instances, `${id}: ${description}`), verdict);
      if (verdict === "pass") return;
      this.failures.push({
        id,
        instance: description,
        verdict,
        detail: result.details[index]!,
      });
    });
    if (result.refusal) {
      const key = `${result.refusal.code} ${result.refusal.subject}`.trim();
      this.refusals.set(key, (this.refusals.get(key) ?? 0) + 1);
    }
    if (result.compileMs !== undefined) {
      this.compiledCount++;
      this.timings.compileMs.add(result.compileMs);
    }
    if (result.firstMaskMs !== undefined) this.timings.firstMaskMs.add(result.firstMaskMs);
    this.timings.maskUs.addAll(result.maskUs);
    this.timings.acceptUs.addAll(result.acceptUs);
    this.slowest.push({
      id,
      maskUs: result.maskUs.reduce((a, b) => Math.max(a, b), 0),
      firstMaskMs: result.firstMaskMs ?? 0,
    });
  }

  /** Everything but the ids that pass, for `--json`. */
  toJSON(): Record<string, unknown> {
    return {
      schemas: { total: this.schemas.size, compiled: this.compiledCount, ...totals(this.schemas) },
      instances: { total: this.instances.size, ...totals(this.instances) },
      refusals: Object.fromEntries(descending(this.refusals)),
      timings: this.timingSummaries(),
      failures: this.failures,
    };
  }

  /** Percentiles of each series, units in the names. */
  timingSummaries(): Record<string, PercentileSummary> {
    return Object.fromEntries(
      Object.entries(this.timings).map(([name, samples]) => [name, samples.summary()]),
    );
  }

  /** The report for people. */
  *lines(): Generator<string> {
    const total = this.schemas.size;
    yield bold("                      schemas           instances");
    yield `compiled              ${share(this.compiledCount, total)}`;
    const schemaTotals = totals(this.schemas);
    const instanceTotals = totals(this.instances);
    for (const verdict of VERDICTS) {
      const name = verdict === "pass" ? "wholly right / pass" : verdict;
      yield `${name.padEnd(21)} ${share(schemaTotals[verdict], total)}   ` +
        share(instanceTotals[verdict], this.instances.size);
    }
    if (this.refusals.size > 0) {
      yield bold("\nrefused at compile time");
      for (const [key, schemaCount] of descending(this.refusals)) {
        yield `${String(schemaCount).padStart(6)}  ${key}`;
      }
    }
    yield* this.timingLines();
  }

  /** Times, and the schemas that took longest. */
  *timingLines(): Generator<string> {
    yield bold("\ntimes                    count       p50       p90       p99       max");
    for (const [name, summary] of Object.entries(this.timingSummaries())) {
      const { count, p50, p90, p99, max } = summary;
      const cells = [p50, p90, p99, max].map((value) => String(value).padStart(10)).join("");
      yield `${name.padEnd(20)}${String(count).padStart(10)}${cells}`;
    }
    for (const key of ["firstMaskMs", "maskUs"] as const) {
      yield bold(`\nslowest ${key}`);
      for (const entry of this.slowest.sort((a, b) => b[key] - a[key]).slice(0, 5)) {
        yield `${entry[key].toFixed(1).padStart(10)}  ${entry.id}`;
      }
    }
  }
}

/** How often each verdict occurs. */
export function totals(verdicts: ReadonlyMap<string, Verdict>): Record<Verdict, number> {
  const result = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<
    Verdict,
    number
  >;
  for (const verdict of verdicts.values()) result[verdict]++;
  return result;
}

function share(part: number, whole: number): string {
  const percent = whole === 0 ? "" : `${(100 * part / whole).toFixed(2)}%`;
  return `${String(part).padStart(7)} ${percent.padStart(8)}`;
}

function descending(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** `id`, or `id (2)`, `id (3)`, … if it is taken. */
function unused(taken: ReadonlyMap<string, unknown>, id: string): string {
  if (!taken.has(id)) return id;
  let number = 2;
  while (taken.has(`${id} (${number})`)) number++;
  return `${id} (${number})`;
}
