/**
 * Letting timers, signals and I/O run between two steps of a loop.
 *
 * A model that computes on this thread resolves its promises in microtasks, and then an abort or a timer
 * would wait until the loop is over. A message to oneself takes a turn of the event loop and costs about
 * 10 µs; a timer of 0 ms costs 2 ms, which is why it is not used.
 *
 * @module
 */

/** Gives the event loop a turn now and then. */
export class EventLoopYielder implements Disposable {
  readonly #channel = new MessageChannel();
  readonly #intervalMs: number;
  #lastTurn = performance.now();
  #wake: () => void = () => {};

  /** @param intervalMs Least time between two turns. */
  constructor(intervalMs = 5) {
    this.#intervalMs = intervalMs;
    this.#channel.port1.onmessage = () => this.#wake();
  }

  /** Resolves after a turn of the event loop if the last one is long enough ago, else at once. */
  async maybeYield(): Promise<void> {
    if (performance.now() - this.#lastTurn < this.#intervalMs) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#channel.port2.postMessage(null);
    });
    this.#lastTurn = performance.now();
  }

  /** Closes the channel, which would keep the process alive. */
  [Symbol.dispose](): void {
    this.#channel.port1.close();
    this.#channel.port2.close();
  }
}
