/**
 * The same work on item after item, several at a time, never far ahead of whoever takes the results.
 *
 *     source ──pull──> so many runners ──> results ──> consumer
 *                ^── waits while `window` items are running or finished and not taken
 *
 * Used by `extract_many.ts`. The runners go on while the consumer is busy, until the window is full; so a slow consumer
 * costs neither the model's time nor unbounded memory. In the order of the input a result waits for those before
 * it, and counts for the window meanwhile.
 *
 * Every way out is the same: work that runs is aborted and waited for, the source is closed.
 *
 * @module
 */

/** How {@link workConcurrently} goes about it. */
export interface ConcurrentWorkOptions {
  /** Items that are worked on at a time; at least 1. */
  readonly concurrency: number;
  /** Most items that are running, or finished and not taken; at least `concurrency`. */
  readonly window: number;
  /** Whether results come in the order of the items, and not as they finish. */
  readonly isOrdered: boolean;
  /** Ends everything; the iteration then throws its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Works on items.
 *
 * @param source The items; asked for one at a time.
 * @param work Does the work of one item. A rejection ends the whole run.
 * @param options See {@link ConcurrentWorkOptions}.
 * @returns The results. Where the source fails, those of the items before come first.
 */
export async function* workConcurrently<Item, Result>(
  source: AsyncIterator<Item>,
  work: (item: Item, index: number, signal: AbortSignal) => Promise<Result>,
  options: ConcurrentWorkOptions,
): AsyncGenerator<Result, void, void> {
  const run = new ConcurrentWork(source, work, options);
  try {
    yield* run.results();
  } finally {
    await run.end();
  }
}

class ConcurrentWork<Item, Result> {
  readonly #source: AsyncIterator<Item>;
  readonly #work: (item: Item, index: number, signal: AbortSignal) => Promise<Result>;
  readonly #options: ConcurrentWorkOptions;
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal;
  /** Results that nobody has taken: by the item's place, in the order in which they came. */
  readonly #finished = new Map<number, { readonly result: Result }>();
  readonly #runners: Promise<void>[] = [];
  readonly #waitingForRoom: (() => void)[] = [];
  /** Items that are running, or finished and not taken. */
  #openCount = 0;
  #pulledCount = 0;
  #isExhausted = false;
  #isEnded = false;
  #runningCount = 0;
  #sourceFailure: { readonly error: unknown } | null = null;
  #workFailure: { readonly error: unknown } | null = null;
  /** A pull waits for the one before it. */
  #pulling: Promise<unknown> = Promise.resolve();
  #wakeConsumer: () => void = () => {};

  constructor(
    source: AsyncIterator<Item>,
    work: (item: Item, index: number, signal: AbortSignal) => Promise<Result>,
    options: ConcurrentWorkOptions,
  ) {
    this.#source = source;
    this.#work = work;
    this.#options = options;
    const own = this.#controller.signal;
    this.#signal = options.signal ? AbortSignal.any([options.signal, own]) : own;
  }

  async *results(): AsyncGenerator<Result, void, void> {
    const { concurrency, signal } = this.#options;
    const wake = () => this.#wakeConsumer();
    signal?.addEventListener("abort", wake, { once: true });
    try {
      for (let count = 0; count < concurrency; count++) {
        this.#runningCount++;
        this.#runners.push(this.#runOne());
      }
      for (let takenCount = 0;; takenCount++) {
        const next = await this.#take(takenCount);
        if (next === null) return;
        yield next.result;
      }
    } finally {
      signal?.removeEventListener("abort", wake);
    }
  }

  /** Aborts what runs, closes the source, and resolves when nothing runs any more. */
  async end(): Promise<void> {
    this.#isEnded = true;
    this.#controller.abort(new DOMException("the run has ended", "AbortError"));
    for (const wake of this.#waitingForRoom.splice(0)) wake();
    // A source that hangs in `next` would make its `return` hang, too: nobody waits for it.
    if (!this.#isExhausted) this.#source.return?.().then(() => {}, () => {});
    await Promise.all(this.#runners);
  }

  /** The next result to hand out; null at the end. */
  async #take(takenCount: number): Promise<{ readonly result: Result } | null> {
    for (;;) {
      this.#options.signal?.throwIfAborted();
      if (this.#workFailure !== null) throw this.#workFailure.error;
      const [place] = this.#options.isOrdered ? [takenCount] : this.#finished.keys();
      const next = place === undefined ? undefined : this.#finished.get(place);
      if (next !== undefined) {
        this.#finished.delete(place!);
        this.#openCount--;
        this.#waitingForRoom.shift()?.();
        return next;
      }
      if (this.#runningCount === 0) {
        if (this.#sourceFailure !== null) throw this.#sourceFailure.error;
        return null;
      }
      await new Promise<void>((resolve) => this.#wakeConsumer = resolve);
    }
  }

  /** Takes items and works on them until there are none. */
  async #runOne(): Promise<void> {
    try {
      while (await this.#hasRoom()) {
        const pulled = await this.#pull();
        if (pulled === null) break;
        const { item, index } = pulled;
        this.#finished.set(index, { result: await this.#work(item, index, this.#signal) });
        this.#wakeConsumer();
      }
    } catch (error) {
      this.#workFailure ??= { error };
    } finally {
      this.#runningCount--;
      this.#wakeConsumer();
    }
  }

  /** Waits until one more item may be taken; false when the run has ended. */
  async #hasRoom(): Promise<boolean> {
    while (!this.#isEnded && !this.#isExhausted && this.#openCount >= this.#options.window) {
      await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve));
    }
    if (this.#isEnded || this.#isExhausted) return false;
    this.#openCount++;
    return true;
  }

  /** The next item; null when there is none, or the source failed. */
  #pull(): Promise<{ readonly item: Item; readonly index: number } | null> {
    const pulled = this.#pulling.then(async () => {
      if (this.#isExhausted || this.#isEnded) return null;
      try {
        const step = await untilAborted(this.#source.next(), this.#signal);
        if (!step.done) return { item: step.value, index: this.#pulledCount++ };
        this.#isExhausted = true;
      } catch (error) {
        // An abort closes the source later; one that failed is closed already.
        if (!this.#signal.aborted) {
          this.#isExhausted = true;
          this.#sourceFailure = { error };
        }
      }
      for (const wake of this.#waitingForRoom.splice(0)) wake();
      return null;
    });
    this.#pulling = pulled;
    return pulled;
  }
}

/** The promise's outcome, or the signal's reason if that comes first. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
    promise.catch(() => {}); // nobody waits for it any more
  }
}
