/**
 * Tells on standard error how the loading of a model comes along.
 *
 * On a terminal large downloads have a progress bar; elsewhere (a log) they have one line each. Small files
 * are passed over.
 *
 * @module
 */

import { SingleBar } from "cli-progress";
import type { LoadProgress } from "../models/mod.ts";
import { note } from "./output.ts";

/** Files below this size are there before anybody has read their name. */
const LARGE_BYTES = 4 * 2 ** 20;

/** Reports until it is disposed of. */
export class LoadReport implements Disposable {
  readonly #isTerminal: boolean;
  #bar: SingleBar | null = null;
  #file = "";

  /** @param isTerminal Whether standard error is one. */
  constructor(isTerminal: boolean = Deno.stderr.isTerminal()) {
    this.#isTerminal = isTerminal;
  }

  /** Takes an event of `loadModel`. */
  update(progress: LoadProgress): void {
    const { phase, file, loadedBytes, totalBytes } = progress;
    if (phase !== "download" || totalBytes === undefined || totalBytes < LARGE_BYTES) {
      if (file !== this.#file || phase !== "download") this.#endBar();
      return;
    }
    if (file !== this.#file) this.#begin(file, totalBytes);
    this.#bar?.update(loadedBytes);
    if (loadedBytes >= totalBytes) this.#endBar();
  }

  /** Leaves the terminal as it was. */
  [Symbol.dispose](): void {
    this.#endBar();
  }

  #begin(file: string, totalBytes: number): void {
    this.#endBar();
    this.#file = file;
    if (!this.#isTerminal) {
      note(`downloading ${file} (${megabytes(totalBytes)} MB)`);
      return;
    }
    this.#bar = new SingleBar({
      format: "{file} [{bar}] {percentage}% of {size} MB, {eta_formatted} left",
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false, // signals are the command's business
    });
    this.#bar.start(totalBytes, 0, { file, size: megabytes(totalBytes) });
  }

  #endBar(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}

function megabytes(sizeBytes: number): string {
  return (sizeBytes / 1e6).toFixed(0);
}
