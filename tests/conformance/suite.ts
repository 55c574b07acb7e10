// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * `deno task suite`: the official JSON-Schema-Test-Suite through the masks, five drafts, the required
 * tests (where formats do not assert) and `optional/format` (where they do).
 *
 * Each instance is written compactly and with spaces; both must come out right. Prints totals per draft
 * and compares each test with `suite.baseline.txt`, which may only get better.
 *
 * @module
 */

import { bold } from "@std/fmt/colors.js";
import { commandOptions, conclude, tallyCases } from "./_command.ts";
import {
  type ConformanceCase,
  DATA_MISSING,
  dataFolder,
  type Draft,
  DRAFTS,
  suiteCases,
  suiteRemotes,
} from "./data.ts";
import { totals } from "./tally.ts";
import { type Verdict, VERDICTS } from "./verdict.ts";

const TITLE = "Official suite tests that do not pass; `deno task suite --update` rewrites this.";

const options = commandOptions(
  "deno task suite: the official JSON Schema test suite through masks",
);
const folder = dataFolder();
if (folder === undefined) {
  console.log(DATA_MISSING);
} else {
  const tally = await tallyCases(selected(folder), options, suiteRemotes(folder));
  if (!options.json) { for (const line of draftLines(tally.instances)) console.log(line); }
  conclude(
    TITLE,
    tally,
    tally.instances,
    new URL("suite.baseline.txt", import.meta.url),
    options,
  );
}

function* selected(data: URL): Generator<ConformanceCase> {
  let index = 0;
  let taken = 0;
  for (const draft of Object.keys(DRAFTS) as Draft[]) {
    for (const part of ["required", "format"] as const) {
      for (const conformanceCase of suiteCases(data, draft, part)) {
        if (index++ % options.stride !== 0) continue;
        if (options.filter && !options.filter.test(conformanceCase.id)) continue;
        if (taken++ >= options.limit) return;
        yield conformanceCase;
      }
    }
  }
}

/** One line per draft and part, then one per file with failures. */
function* draftLines(instances: ReadonlyMap<string, Verdict>): Generator<string> {
  const parts = groupBy(instances, (id) => id.split("/").slice(0, 2).join("/"));
  const order = Object.keys(DRAFTS).flatMap((draft) => [`${draft}/required`, `${draft}/format`]);
  yield bold(`${"draft/part".padEnd(26)}  tests      pass           other than pass`);
  for (const part of order) if (parts.has(part)) yield row(part, parts.get(part)!);
  const files = groupBy(instances, (id) => id.slice(0, id.indexOf(":")));
  yield bold("\nfiles with tests that do not pass");
  for (const [file, verdicts] of [...files].sort()) {
    if (totals(verdicts).pass < verdicts.size) yield row(file, verdicts);
  }
  yield "";
}

function row(name: string, verdicts: ReadonlyMap<string, Verdict>): string {
  const counts = totals(verdicts);
  const percent = (100 * counts.pass / verdicts.size).toFixed(1);
  const others = VERDICTS.filter((verdict) => verdict !== "pass" && counts[verdict] > 0)
    .map((verdict) => `${verdict} ${counts[verdict]}`).join(", ");
  return `${name.padEnd(26)} ${String(verdicts.size).padStart(6)} ${
    String(counts.pass).padStart(7)
  } ${percent.padStart(6)}%   ${others}`;
}

function groupBy(
  verdicts: ReadonlyMap<string, Verdict>,
  keyOf: (id: string) => string,
): Map<string, Map<string, Verdict>> {
  const groups = new Map<string, Map<string, Verdict>>();
  for (const [id, verdict] of verdicts) {
    const key = keyOf(id);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, group = new Map());
    group.set(id, verdict);
  }
  return groups;
}
