/**
 * The words for how a schema or an instance fared, from best to worst.
 *
 * @module
 */

/** How one instance fared; the verdict on a schema is the worst of its instances'. */
export type Verdict = (typeof VERDICTS)[number];

/**
 * All verdicts, best first; a baseline may only move to the left.
 *
 * - `pass`: a valid instance accepted, an invalid one refused.
 * - `refused_invalid_only`: the schema was refused by a clear error, and no valid instance needs it.
 * - `refused_valid`: the schema was refused by a clear error, and has valid instances.
 * - `false_negative`: a valid instance was refused.
 * - `timeout`: the schema took longer than its time limit.
 * - `dead_end`: after some accepted tokens nothing was allowed, not even to stop.
 * - `crash`: an error that is not a clear refusal, or a mask that disagrees with `acceptToken`.
 * - `false_positive`: an invalid instance was accepted. The worst, because nobody notices.
 */
export const VERDICTS = [
  "pass",
  "refused_invalid_only",
  "refused_valid",
  "false_negative",
  "timeout",
  "dead_end",
  "crash",
  "false_positive",
] as const;

/** Position in {@link VERDICTS}: larger is worse. */
export function severity(verdict: Verdict): number {
  return VERDICTS.indexOf(verdict);
}

/** The worst of some verdicts; `pass` of none. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  let result: Verdict = "pass";
  for (const verdict of verdicts) if (severity(verdict) > severity(result)) result = verdict;
  return result;
}

/** Reads a verdict's name. */
export function isVerdict(text: string): text is Verdict {
  return (VERDICTS as readonly string[]).includes(text);
}
