/**
 * One token sequence through the masks, as a model that wants to write exactly this text would go.
 *
 * MaskBench's protocol: before each token compute the mask and look whether the token is in it, then
 * accept it; at the end EOS must be in the mask. Whatever can be masked can be driven (the interface is
 * the part of `Matcher` that is needed), so that benchmarks can put other engines beside this one.
 *
 * @module
 */

/** The part of a matcher that a text is driven through. */
export interface Drivable {
  /** Writes the mask of the next token; false for a dead end. */
  fillMask(mask: Uint32Array): boolean;
  /** Moves on; false if the token is not allowed. */
  acceptToken(id: number): boolean;
  isAccepting(): boolean;
}

/** Durations of the calls of a drive, in microseconds, appended by {@link drive}. */
export interface DriveTimings {
  readonly maskUs: number[];
  readonly acceptUs: number[];
}

/**
 * How a drive ended: the whole text and EOS were allowed, something was not, nothing at all was, or the
 * matcher contradicted its own mask.
 */
export type DriveOutcome = "accepted" | "refused" | "dead_end" | "inconsistent";

/**
 * Drives a text's tokens through a fresh matcher.
 *
 * @param matcher In its start state.
 * @param tokenIds The text.
 * @param eosTokenIds Ids of which one must be allowed at the end.
 * @param mask Buffer for the mask, `maskWordCount` words.
 * @param timings Where the durations go.
 * @returns The outcome and the number of tokens that were accepted.
 */
export function drive(
  matcher: Drivable,
  tokenIds: readonly number[],
  eosTokenIds: readonly number[],
  mask: Uint32Array,
  timings: DriveTimings,
): { outcome: DriveOutcome; acceptedCount: number } {
  for (let i = 0; i < tokenIds.length; i++) {
    if (!timedMask(matcher, mask, timings)) return { outcome: "dead_end", acceptedCount: i };
    const id = tokenIds[i]!;
    const allowed = isInMask(mask, id);
    const startedAt = performance.now();
    const accepted = matcher.acceptToken(id);
    timings.acceptUs.push((performance.now() - startedAt) * 1000);
    if (accepted !== allowed) return { outcome: "inconsistent", acceptedCount: i };
    if (!accepted) return { outcome: "refused", acceptedCount: i };
  }
  const acceptedCount = tokenIds.length;
  if (!timedMask(matcher, mask, timings)) return { outcome: "dead_end", acceptedCount };
  const mayEnd = eosTokenIds.some((id) => isInMask(mask, id));
  if (mayEnd !== matcher.isAccepting()) return { outcome: "inconsistent", acceptedCount };
  return { outcome: mayEnd ? "accepted" : "refused", acceptedCount };
}

/** Whether a token's bit is set. */
export function isInMask(mask: Uint32Array, id: number): boolean {
  return (mask[id >>> 5]! >>> (id & 31) & 1) === 1;
}

function timedMask(matcher: Drivable, mask: Uint32Array, timings: DriveTimings): boolean {
  const startedAt = performance.now();
  const alive = matcher.fillMask(mask);
  timings.maskUs.push((performance.now() - startedAt) * 1000);
  return alive;
}
