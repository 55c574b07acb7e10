/**
 * How long a piece of work may take.
 *
 * What a schema costs is bounded by counts wherever a count says something; but counts multiply, and a stranger's schema finds
 * the product. So whoever starts a piece of work says how long it may take, and what all of it comes through (goals
 * for all that is asked of values, rows for all that is asked of texts) watches the clock. All work is done in one go, so
 * one clock serves a thread.
 *
 * The clock is this thread's processor time where the runtime tells it, so that a busy machine refuses nothing that an
 * idle one takes, up to a point; the time of day elsewhere. Processor time is dear to ask for (some 20 µs), and so it is asked for only when
 * the time of day says that the work is long.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";

const CHECKS_PER_LOOK = 64;
/** The part of a limit that passes by the time of day before processor time is asked for. */
const UNTIMED_PART = 0.1;
/** So many times the limit may pass by the time of day, however busy the machine is. */
const MOST_TIMES = 20;
/** Processor time comes in steps of so many milliseconds. */
const CLOCK_STEP_MS = 10;

/** A clock for one piece of work at a time. */
export class TimeLimit {
  #name = "";
  #limitMs = 0;
  /** When to look again, by the time of day. */
  #nextLook = Infinity;
  /** When it is too late in any case. */
  #deadline = Infinity;
  /** Processor time at the first look; null before it. */
  #startMs: number | null = null;
  #checks = 0;

  /**
   * Does some work, within a time.
   *
   * Work inside of limited work has the limit of the outer one.
   *
   * @param name Of the limit.
   * @param limitMs `Infinity`: as long as it takes.
   * @throws {LimitExceededError} It took longer.
   */
  within<T>(name: string, limitMs: number, work: () => T): T {
    if (this.#nextLook !== Infinity) return work();
    this.#name = name;
    this.#limitMs = limitMs;
    this.#startMs = null;
    const now = performance.now();
    this.#nextLook = now + limitMs * UNTIMED_PART;
    this.#deadline = now + limitMs * MOST_TIMES;
    try {
      return work();
    } finally {
      this.#nextLook = Infinity;
    }
  }

  /** To be called again and again while the work goes on. */
  check(): void {
    if (this.#nextLook === Infinity || ++this.#checks % CHECKS_PER_LOOK !== 0) return;
    if (performance.now() > this.#nextLook) this.#look();
  }

  #look(): void {
    const allowedMs = this.#limitMs * (1 - UNTIMED_PART);
    const spentMs = processorMs();
    this.#startMs ??= spentMs;
    const leftMs = allowedMs - (spentMs - this.#startMs);
    const now = performance.now();
    if (leftMs <= 0 || now >= this.#deadline) {
      throw new LimitExceededError(this.#name, Infinity, this.#limitMs);
    }
    this.#nextLook = Math.min(now + Math.max(leftMs, CLOCK_STEP_MS), this.#deadline);
  }
}

/** The clock of all work on this thread. */
export const workClock = new TimeLimit();

/** Node's API, which not every runtime has. */
interface ProcessorClock {
  threadCpuUsage?(): { readonly user: number; readonly system: number };
}

const clock = (globalThis as { readonly process?: ProcessorClock }).process;

function processorMs(): number {
  const usage = clock?.threadCpuUsage?.();
  return usage === undefined ? performance.now() : (usage.user + usage.system) / 1000;
}
