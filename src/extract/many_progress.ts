/**
 * How a run over many texts comes along, and how long it may take yet.
 *
 * Used by `extract_many.ts`. The time left is what the items so far took on average, those of an earlier run not counted,
 * times the items that are left; with several at a time that includes what running together gains.
 *
 * @module
 */

import type { Usage } from "../decoding/mod.ts";

/** How far a run is. */
export interface ManyProgress {
  /** Items that have ended, failed ones and those of earlier runs included. */
  readonly done: number;
  /** Those of them that failed in this run. */
  readonly failed: number;
  /** Those of them that an earlier run had ended. */
  readonly resumed: number;
  /** All items; null while that is not known. */
  readonly total: number | null;
  /** Tokens of the prompts so far. */
  readonly promptTokens: number;
  /** Those of them that were not computed, because a prompt before had begun with them. */
  readonly cachedTokens: number;
  /** Tokens written so far. */
  readonly completionTokens: number;
  /** Since the run began. */
  readonly elapsedMs: number;
  /** Estimate of what is left; null where nothing speaks for one. */
  readonly secondsLeft: number | null;
}

/** Counts what ends. */
export class ProgressCounter {
  readonly #startedAt = performance.now();
  readonly #total: number | null;
  #done = 0;
  #failed = 0;
  #resumed = 0;
  #promptTokens = 0;
  #cachedTokens = 0;
  #completionTokens = 0;

  /** @param total All items; null where that is not known. */
  constructor(total: number | null) {
    this.#total = total;
  }

  /** An item of an earlier run was passed over. */
  countResumed(): void {
    this.#done++;
    this.#resumed++;
  }

  /** An item has ended; without a usage it failed. */
  count(usage: Usage | null): void {
    this.#done++;
    if (usage === null) {
      this.#failed++;
      return;
    }
    this.#promptTokens += usage.promptTokens;
    this.#cachedTokens += usage.cachedTokens;
    this.#completionTokens += usage.completionTokens;
  }

  /** How far the run is now. */
  snapshot(): ManyProgress {
    const elapsedMs = performance.now() - this.#startedAt;
    const own = this.#done - this.#resumed;
    const left = this.#total === null ? null : Math.max(0, this.#total - this.#done);
    return {
      done: this.#done,
      failed: this.#failed,
      resumed: this.#resumed,
      total: this.#total,
      promptTokens: this.#promptTokens,
      cachedTokens: this.#cachedTokens,
      completionTokens: this.#completionTokens,
      elapsedMs,
      secondsLeft: left === null
        ? null
        : left === 0
        ? 0
        : own === 0
        ? null
        : elapsedMs / own * left / 1000,
    };
  }
}
