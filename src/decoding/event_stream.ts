/**
 * Events while something is being made, and the thing itself at the end.
 *
 * What `generate` and `streamExtract` return: iterate it to see the events as they come, or await
 * {@link EventStream.result} and let them pass. Nothing runs before one of the two is asked for, and the
 * producer is never ahead of the consumer by more than the event in hand.
 *
 * @module
 */

/**
 * An async iterable of events with a final result.
 *
 * It can be iterated once. Leaving the loop early stops the work and frees what it held; `result` then
 * rejects with an `AbortError`.
 *
 * @typeParam Event What is yielded on the way.
 * @typeParam Result What it comes to.
 */
export class EventStream<Event, Result> implements AsyncIterable<Event> {
  readonly #events: AsyncGenerator<Event, Result>;
  readonly #outcome = Promise.withResolvers<Result>();
  #isStarted = false;

  /**
   * Wraps a generator; nothing runs yet.
   *
   * @param events Yields the events and returns the result; its `finally` frees resources.
   */
  constructor(events: AsyncGenerator<Event, Result>) {
    this.#events = events;
    // Who iterates gets the error from the iteration; an unread result must not crash the process.
    this.#outcome.promise.catch(() => {});
  }

  /** The final result. Starts the work and drops the events when nobody has begun to iterate. */
  get result(): Promise<Result> {
    if (!this.#isStarted) void this.#drain();
    return this.#outcome.promise;
  }

  /**
   * Starts the work.
   *
   * @returns The events, as they come.
   * @throws {TypeError} If the stream was started before.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event, Result, void> {
    if (this.#isStarted) throw new TypeError("an event stream can be consumed only once");
    this.#isStarted = true;
    let isSettled = false;
    try {
      for (;;) {
        const step = await this.#events.next();
        if (step.done) {
          isSettled = true;
          this.#outcome.resolve(step.value);
          return step.value;
        }
        yield step.value;
      }
    } catch (error) {
      isSettled = true;
      this.#outcome.reject(error);
      throw error;
    } finally {
      if (!isSettled) { // the consumer left
        await this.#events.return(undefined as Result);
        this.#outcome.reject(
          new DOMException("the stream was left before its end", "AbortError"),
        );
      }
    }
  }

  async #drain(): Promise<void> {
    try {
      for await (const _event of this);
    } catch {
      // the result carries it
    }
  }
}
