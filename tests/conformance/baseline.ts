/**
 * The ratchet: a committed, readable list of what does not pass, which may only get shorter and milder.
 *
 * The file has a comment, the totals, and then one line for each id that does not pass, in order:
 * `<verdict> <id>`. An id that is not in it passes.
 *
 * @module
 */

import { isVerdict, severity, type Verdict, VERDICTS } from "./verdict.ts";

/** Verdicts by id. */
export type Verdicts = ReadonlyMap<string, Verdict>;

/** One id whose verdict is not the baseline's. */
export interface Change {
  readonly id: string;
  readonly before: Verdict;
  readonly now: Verdict;
}

/** Reads a baseline; undefined if there is none yet. */
export function readBaseline(file: URL): Verdicts | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return parseBaseline(text);
}

/** The ids of a baseline's text. */
export function parseBaseline(text: string): Verdicts {
  const verdicts = new Map<string, Verdict>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const space = line.indexOf(" ");
    const verdict = line.slice(0, space);
    if (!isVerdict(verdict)) {
      throw new SyntaxError(`baseline line ${index + 1}: ${JSON.stringify(verdict)} is no verdict`);
    }
    verdicts.set(line.slice(space).trimStart(), verdict);
  }
  return verdicts;
}

/**
 * The text of a baseline.
 *
 * @param title First line of the comment: what is listed and how it is updated.
 * @param verdicts Of all ids, the passing ones included.
 */
export function formatBaseline(title: string, verdicts: Verdicts): string {
  const totals = VERDICTS.map((verdict) => `#   ${verdict.padEnd(20)} ${count(verdicts, verdict)}`);
  const rows = [...verdicts]
    .filter(([, verdict]) => verdict !== "pass")
    .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
    .map(([id, verdict]) => `${verdict.padEnd(20)} ${id}`);
  return [`# ${title}`, `# ${verdicts.size} in all:`, ...totals, "", ...rows, ""].join("\n");
}

/** How many ids have a verdict. */
export function count(verdicts: Verdicts, wanted: Verdict): number {
  let total = 0;
  for (const verdict of verdicts.values()) if (verdict === wanted) total++;
  return total;
}

/**
 * What changed, over the ids that were run.
 *
 * @returns `worse` must be empty for a run to succeed.
 */
export function compare(
  baseline: Verdicts,
  now: Verdicts,
): { worse: Change[]; better: Change[] } {
  const worse: Change[] = [];
  const better: Change[] = [];
  for (const [id, verdict] of now) {
    const before = baseline.get(id) ?? "pass";
    const change = { id, before, now: verdict };
    if (severity(verdict) > severity(before)) worse.push(change);
    if (severity(verdict) < severity(before)) better.push(change);
  }
  return { worse, better };
}
