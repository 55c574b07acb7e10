/// <reference lib="webworker" />

/**
 * The thread that `fuzz.ts` runs the checks in, so that a check that does not end can be told.
 *
 * @module
 */

import { Tally } from "./properties/check.ts";
import { describeReproducer, search } from "./properties/report.ts";

/** What to run. */
export interface FuzzOrder {
  readonly seed: number;
  readonly timeMs: number;
  readonly keepsGoing: boolean;
}

/** What is said on the way. */
export type FuzzMessage =
  | { readonly kind: "start"; readonly schema: string; readonly seed: number }
  | { readonly kind: "found"; readonly text: string }
  | { readonly kind: "progress"; readonly text: string }
  | { readonly kind: "done"; readonly text: string };

/** Schemas of one seed; every batch has a seed of its own. */
const BATCH = 200;
const REPORT_MS = 10_000;

declare const self: DedicatedWorkerGlobalScope;
self.onmessage = async ({ data }: MessageEvent<FuzzOrder>) => {
  const say = (message: FuzzMessage) => self.postMessage(message);
  const tally = new Tally();
  const startedAt = performance.now(), until = startedAt + data.timeMs;
  let reportedAt = startedAt;
  for (let seed = data.seed; performance.now() < until; seed = seed + 1 | 0) {
    const limits = { schemas: BATCH, timeMs: until - performance.now() };
    const reproducer = await search(seed, limits, tally, (schema, textSeed) => {
      say({ kind: "start", schema: JSON.stringify(schema), seed: textSeed });
    });
    if (reproducer !== null) {
      say({ kind: "found", text: `with --seed ${seed}: ${describeReproducer(reproducer)}` });
      if (!data.keepsGoing) break;
    }
    if (performance.now() - reportedAt > REPORT_MS) {
      reportedAt = performance.now();
      say({ kind: "progress", text: throughput() });
    }
  }
  const notes: string[] = [];
  if (tally.slowestMs > 1000) notes.push(`slowest: ${JSON.stringify(tally.slowest)}`);
  if (tally.lateLimits > 0) notes.push(`a late limit: ${tally.lateLimit}`);
  say({ kind: "done", text: [throughput(), ...notes].join("\n") });

  function throughput(): string {
    const seconds = (performance.now() - startedAt) / 1000;
    return `${seconds.toFixed(0)} s, ${(tally.schemas / seconds).toFixed(0)} schemas/s, ` +
      `${(tally.texts / seconds).toFixed(0)} texts/s: ${tally}`;
  }
};
