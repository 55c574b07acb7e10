/**
 * The time that a run has: one signal for the caller's abort, the time limit, and a consumer that left.
 *
 * The caller's abort is the caller's: the run rejects with its reason. The time limit is a budget: the run ends and says
 * so. Both stop passes and tools through the same signal; {@link RunClock.isTimeUp} tells them apart.
 *
 * @module
 */

/** Dispose of it when the run is over. */
export class RunClock implements Disposable {
  /** Aborted when the run has to stop. */
  readonly signal: AbortSignal;
  readonly #own = new AbortController();
  readonly #given: AbortSignal[];
  readonly #startMs = performance.now();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #isTimeUp = false;

  /**
   * Starts it.
   *
   * @param signals The caller's.
   * @param timeLimitMs Of the run; undefined for none.
   * @param earlierMs Used up before a pause.
   */
  constructor(
    signals: readonly (AbortSignal | undefined)[],
    timeLimitMs: number | undefined,
    private readonly earlierMs: number,
  ) {
    this.#given = signals.filter((signal) => signal !== undefined);
    this.signal = AbortSignal.any([...this.#given, this.#own.signal]);
    if (timeLimitMs === undefined) return;
    const end = () => {
      this.#isTimeUp = true;
      this.#own.abort(new DOMException("the run's time is up", "TimeoutError"));
    };
    // Longer times than a timer can count (25 days) are none.
    const leftMs = timeLimitMs - earlierMs;
    if (leftMs <= 0) end();
    else if (leftMs < 2 ** 31) this.#timer = setTimeout(end, leftMs);
  }

  /** Whether the time limit stopped the run, and not the caller. */
  get isTimeUp(): boolean {
    return this.#isTimeUp && !this.#given.some(({ aborted }) => aborted);
  }

  /** Time used up, pauses left out; milliseconds. */
  get elapsedMs(): number {
    return this.earlierMs + performance.now() - this.#startMs;
  }

  /** Ends whatever still runs. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    if (!this.#isTimeUp) this.#own.abort(new DOMException("the run is over", "AbortError"));
  }
}
