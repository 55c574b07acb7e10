/**
 * Tells on standard error how a conversion comes along.
 *
 * On a terminal there is a progress bar; elsewhere (a log) there is a line for each weight format.
 *
 * @module
 */

import { SingleBar } from "cli-progress";
import type { ConversionProgress } from "../convert/mod.ts";
import { note } from "./output.ts";

/** Numbers are told in millions. */
const MILLION = 1e6;

/** Reports until it is disposed of. */
export class ConvertReport implements Disposable {
  readonly #isTerminal: boolean;
  #bar: SingleBar | null = null;
  #dtype = "";

  /** @param isTerminal Whether standard error is one. */
  constructor(isTerminal: boolean = Deno.stderr.isTerminal()) {
    this.#isTerminal = isTerminal;
  }

  /** Takes an event of `convertCheckpoint`. */
  update({ dtype, doneNumbers, totalNumbers }: ConversionProgress): void {
    if (!this.#isTerminal) {
      if (dtype !== this.#dtype) note(`writing the weights as ${dtype}`);
      this.#dtype = dtype;
      return;
    }
    if (!this.#bar) {
      this.#bar = new SingleBar({
        format: "{dtype} [{bar}] {percentage}% of {millions} million weights, {eta_formatted} left",
        barCompleteChar: "█",
        barIncompleteChar: "░",
        barsize: 24,
        hideCursor: true,
        clearOnComplete: true,
        gracefulExit: false, // signals are the command's business
      });
      const millions = (totalNumbers / MILLION).toFixed(0);
      this.#bar.start(totalNumbers, 0, { dtype, millions });
    }
    this.#bar.update(doneNumbers, { dtype });
  }

  /** Leaves the terminal as it was. */
  [Symbol.dispose](): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}
