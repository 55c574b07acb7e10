/**
 * Many cases over a few Workers, each case under a time limit.
 *
 * A schema that hangs must not hang the run: its Worker is terminated and replaced, and its instances get
 * the verdict `timeout`. A Worker that dies gives `crash` in the same way.
 *
 * @module
 */

import type { FromWorker, ToWorker } from "./_case_worker.ts";
import type { ConformanceCase } from "./data.ts";
import type { CaseResult, RunOptions } from "./run_case.ts";
import type { Verdict } from "./verdict.ts";

/** Options of {@link runCases}. */
export interface RunCasesOptions extends RunOptions {
  /** Workers at once. */
  readonly jobs: number;
  /** Wall time a schema with all its instances may take, ms. */
  readonly timeoutMs: number;
  /** Called after each case, in the order in which they end. */
  readonly onResult: (result: CaseResult, conformanceCase: ConformanceCase) => void;
}

/** What the run itself cost. */
export interface RunStatistics {
  readonly elapsedMs: number;
  /** Largest JavaScript heap that a Worker reported between cases, bytes. */
  readonly peakHeapBytes: number;
}

/** Runs all cases; results come through `onResult`. */
export async function runCases(
  cases: Iterable<ConformanceCase> | AsyncIterable<ConformanceCase>,
  options: RunCasesOptions,
): Promise<RunStatistics> {
  const startedAt = performance.now();
  const source = iterate(cases);
  let peakHeapBytes = 0;
  // An async generator queues concurrent calls of next(), so each job simply takes the next case.
  const job = async () => {
    let worker: CaseWorker | undefined;
    try {
      for (let next = await source.next(); !next.done; next = await source.next()) {
        worker ??= await CaseWorker.start(options);
        const { result, heapBytes } = await worker.run(next.value, options.timeoutMs);
        if (heapBytes === undefined) worker = undefined; // it was terminated
        else peakHeapBytes = Math.max(peakHeapBytes, heapBytes);
        options.onResult(result, next.value);
      }
    } finally {
      worker?.terminate();
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, job));
  return { elapsedMs: performance.now() - startedAt, peakHeapBytes };
}

async function* iterate<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* items;
}

/** A Worker and the one case it is at. */
class CaseWorker {
  readonly #worker = new Worker(new URL("./_case_worker.ts", import.meta.url), { type: "module" });

  static async start({ externalSchemas }: RunOptions): Promise<CaseWorker> {
    const worker = new CaseWorker();
    await new Promise<void>((resolve, reject) => {
      worker.#worker.onmessage = () => resolve();
      worker.#worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`the worker did not start: ${event.message}`));
      };
      worker.#post({ kind: "start", options: { externalSchemas } });
    });
    return worker;
  }

  /** Runs a case; a result without `heapBytes` means that the Worker is gone. */
  run(
    conformanceCase: ConformanceCase,
    timeoutMs: number,
  ): Promise<{ result: CaseResult; heapBytes?: number }> {
    return new Promise((resolve) => {
      let phase = "compiling";
      const giveUp = (verdict: Verdict, detail: string) => {
        clearTimeout(timer);
        this.terminate();
        const { id, instances } = conformanceCase;
        resolve({
          result: {
            id,
            verdicts: instances.map(() => verdict),
            details: instances.map(() => detail),
            maskUs: [],
            acceptUs: [],
          },
        });
      };
      const timer = setTimeout(() => giveUp("timeout", `${timeoutMs} ms, ${phase}`), timeoutMs);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        giveUp("crash", `the worker died ${phase}: ${event.message}`);
      };
      this.#worker.onmessage = ({ data: message }: MessageEvent<FromWorker>) => {
        if (message.kind === "compiled") phase = "matching";
        if (message.kind !== "done") return;
        clearTimeout(timer);
        resolve({ result: message.result, heapBytes: message.heapBytes });
      };
      this.#post({ kind: "case", conformanceCase });
    });
  }

  terminate(): void {
    this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
