// deno-lint-ignore-file no-console -- the output of command-line scripts

/**
 * What the two conformance commands share: options, progress, the report and the ratchet.
 *
 * @module
 */

import { bold, green, red } from "@std/fmt/colors.js";
import { parseArgs } from "node:util";
import { compare, formatBaseline, readBaseline, type Verdicts } from "./baseline.ts";
import type { ConformanceCase } from "./data.ts";
import { runCases } from "./run_cases.ts";
import { Tally } from "./tally.ts";

/** Options of both commands. */
export interface CommandOptions {
  readonly limit: number;
  readonly stride: number;
  readonly filter: RegExp | undefined;
  readonly jobs: number;
  readonly timeoutMs: number;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly update: boolean;
  readonly acceptRegressions: boolean;
}

const HELP = `
  --limit N               stop after N schemas
  --stride N              every Nth schema only
  --filter REGEX          schemas whose id matches
  --jobs N                Workers at once (default: cores, at most 4)
  --timeout SECONDS       per schema (default 10)
  --verbose               list what does not pass, with the reason
  --json                  totals and failures as JSON on standard output
  --update                write the baseline (whole runs only; refused if anything got worse)
  --accept-regressions    with --update: write it all the same
  --help`;

/** Reads the command line; prints the help and exits where asked or where it is wrong. */
export function commandOptions(title: string): CommandOptions {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  let values;
  try {
    ({ values } = parseArgs({
      args: Deno.args,
      options: {
        limit: text,
        stride: text,
        filter: text,
        jobs: text,
        timeout: text,
        json: flag,
        verbose: flag,
        update: flag,
        "accept-regressions": flag,
        help: flag,
      },
    }));
  } catch (error) {
    console.error(`${(error as Error).message}\n${HELP}`);
    Deno.exit(2);
  }
  if (values.help) {
    console.log(`${title}\n${HELP}`);
    Deno.exit(0);
  }
  return {
    limit: positive("limit", values.limit, Infinity),
    stride: positive("stride", values.stride, 1),
    filter: values.filter === undefined ? undefined : new RegExp(values.filter),
    jobs: positive("jobs", values.jobs, Math.min(4, navigator.hardwareConcurrency)),
    timeoutMs: positive("timeout", values.timeout, 10) * 1000,
    json: values.json,
    verbose: values.verbose,
    update: values.update,
    acceptRegressions: values["accept-regressions"],
  };
}

function positive(name: string, text: string | undefined, missing: number): number {
  if (text === undefined) return missing;
  const value = Number(text);
  if (!(value > 0)) {
    console.error(`--${name} takes a positive number, not ${JSON.stringify(text)}`);
    Deno.exit(2);
  }
  return value;
}

/** Runs cases with a line of progress on standard error. */
export async function tallyCases(
  cases: Iterable<ConformanceCase> | AsyncIterable<ConformanceCase>,
  options: CommandOptions,
  externalSchemas: Record<string, unknown>,
): Promise<Tally> {
  const tally = new Tally();
  const showProgress = Deno.stderr.isTerminal();
  const statistics = await runCases(cases, {
    jobs: options.jobs,
    timeoutMs: options.timeoutMs,
    externalSchemas,
    onResult(result, conformanceCase) {
      tally.add(result, conformanceCase);
      if (showProgress && tally.schemas.size % 20 === 0) {
        Deno.stderr.writeSync(
          new TextEncoder().encode(
            `\r${tally.schemas.size} schemas, now ${result.id.slice(0, 60)}\x1b[K`,
          ),
        );
      }
    },
  });
  if (showProgress) Deno.stderr.writeSync(new TextEncoder().encode("\r\x1b[K"));
  console.error(
    `${tally.schemas.size} schemas in ${(statistics.elapsedMs / 1000).toFixed(1)} s, ` +
      `${options.jobs} jobs, largest heap ${(statistics.peakHeapBytes / 2 ** 20).toFixed(0)} MiB`,
  );
  return tally;
}

/**
 * Prints the report and holds the verdicts against the baseline.
 *
 * Sets the exit code to 1 if anything is worse than the baseline says.
 *
 * @param title First line of the baseline file.
 * @param verdicts What is ratcheted: verdicts by id.
 */
export function conclude(
  title: string,
  tally: Tally,
  verdicts: Verdicts,
  baselineFile: URL,
  options: CommandOptions,
): void {
  if (options.verbose) {
    for (const { id, instance, verdict, detail } of tally.failures) {
      console.error(`${red(verdict)} ${bold(id)}: ${instance}\n    ${detail}`);
    }
  }
  if (options.json) console.log(JSON.stringify(tally, null, 2));
  else for (const line of tally.lines()) console.log(line);

  const baseline = readBaseline(baselineFile);
  const isWhole = options.limit === Infinity && options.stride === 1 && !options.filter;
  const { worse, better } = compare(baseline ?? new Map(), verdicts);
  if (baseline === undefined) {
    console.error("no baseline yet; --update writes it");
  } else {
    console.error(`against the baseline: ${better.length} better, ${worse.length} worse`);
    for (const { id, before, now } of worse) console.error(red(`  ${before} -> ${now}  ${id}`));
  }
  const regressed = baseline !== undefined && worse.length > 0 && !options.acceptRegressions;
  if (options.update && !isWhole) {
    console.error("--update needs a whole run, without --limit, --stride and --filter");
    Deno.exitCode = 2;
  } else if (options.update && !regressed) {
    Deno.writeTextFileSync(baselineFile, formatBaseline(title, verdicts));
    console.error(green("baseline written"));
  } else if (regressed) {
    Deno.exitCode = 1;
  } else if (better.length > 0 && isWhole) {
    console.error("--update would record what got better");
  }
}
