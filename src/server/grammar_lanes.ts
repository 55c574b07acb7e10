/**
 * Compiling the schemas of strangers so that they hold up nobody else.
 *
 *     unknown grammar ──> a trial lane: compile, first mask, with a clock ─┬─ quick ──> the main lane
 *                                                                          └─ slow ───> stays in the trial lane
 *
 * A lane is a `GrammarWorker`: one thread, requests in their order, ended when one takes too long. In the main lane are
 * only grammars that have shown elsewhere that they are quick, so a text there never waits long for another one's
 * mask. What is slow shares its lane with what is unknown; while one trial lane is busy the next is used.
 *
 * Cost: a quick grammar is compiled twice, the first time; a lane's tables take some 100 MB for 151,936 tokens, and trial
 * lanes beyond the first are started only when needed.
 *
 * @module
 */

import type { TurnCompiler } from "../agent/mod.ts";
import { GrammarWorker, type WorkerGrammar } from "../decoding/mod.ts";
import type { CompileJsonSchemaOptions } from "../matcher/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";

/** Options of {@link GrammarLanes}. */
export interface GrammarLanesOptions {
  /** Time for one compilation or mask of an unknown or slow grammar, milliseconds. Default 2,000. */
  timeoutMs?: number;
  /** What compiles and gives its first mask faster goes to the main lane, milliseconds. Default 25. */
  quickMs?: number;
  /** Most lanes for unknown and slow grammars. Default 2. */
  trialLanes?: number;
  /** Told of each grammar that is asked for. */
  onLookup?: (result: GrammarLookup) => void;
}

/** Where a grammar was when it was asked for. */
export type GrammarLookup = "main" | "slow" | "new";

/** Grammars whose speed is remembered; each takes some 100 bytes. */
const REMEMBERED_GRAMMARS = 20_000;

/** The lanes of one vocabulary. */
export class GrammarLanes implements TurnCompiler, AsyncDisposable {
  readonly #vocabulary: Vocabulary;
  readonly #timeoutMs: number;
  readonly #quickMs: number;
  readonly #mostTrialLanes: number;
  readonly #onLookup: (result: GrammarLookup) => void;
  readonly #main: Lane;
  readonly #trials: Lane[] = [];
  /** Grammars by the hash of their source, and where they go. */
  readonly #places = new Map<string, Lane>();

  /** @param vocabulary The model's. */
  constructor(
    vocabulary: Vocabulary,
    { timeoutMs = 2000, quickMs = 25, trialLanes = 2, onLookup = () => {} }: GrammarLanesOptions =
      {},
  ) {
    this.#vocabulary = vocabulary;
    this.#timeoutMs = timeoutMs;
    this.#quickMs = quickMs;
    this.#mostTrialLanes = Math.max(1, trialLanes);
    this.#onLookup = onLookup;
    this.#main = this.#open();
    this.#trials.push(this.#open());
  }

  /** Resolves when the first lanes have their tables. */
  async ready(): Promise<void> {
    await Promise.all([this.#main.started, this.#trials[0]!.started]);
  }

  /** As `GrammarWorker.compileJsonSchema`. */
  compileJsonSchema(
    schema: unknown,
    options: CompileJsonSchemaOptions & { signal?: AbortSignal } = {},
  ): Promise<WorkerGrammar> {
    const { signal, ...others } = options;
    return this.#compile(
      ["jsonSchema", schema, others],
      (worker) => worker.compileJsonSchema(schema, options),
      signal,
    );
  }

  /** As `GrammarWorker.compileGrammar`. */
  compileGrammar(
    grammar: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<WorkerGrammar> {
    const compile = (worker: GrammarWorker) => worker.compileGrammar(grammar, options);
    return this.#compile(["grammar", grammar], compile, options.signal);
  }

  /** As `GrammarWorker.compileRegex`. */
  compileRegex(
    pattern: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<WorkerGrammar> {
    const compile = (worker: GrammarWorker) => worker.compileRegex(pattern, options);
    return this.#compile(["regex", pattern], compile, options.signal);
  }

  /** As `GrammarWorker.compileChoice`. */
  compileChoice(
    choices: readonly string[],
    options: { signal?: AbortSignal } = {},
  ): Promise<WorkerGrammar> {
    const compile = (worker: GrammarWorker) => worker.compileChoice(choices, options);
    return this.#compile(["choice", choices], compile, options.signal);
  }

  /**
   * The lane's Worker that a grammar belongs to.
   *
   * @param source Tells it from others; plain JSON.
   * @param compile Compiles it.
   * @throws Whatever `compile` throws.
   */
  async workerFor(
    source: unknown,
    compile: (worker: GrammarWorker) => Promise<WorkerGrammar>,
    signal?: AbortSignal,
  ): Promise<GrammarWorker> {
    const key = await hash(source);
    const known = this.#places.get(key);
    this.#onLookup(known === undefined ? "new" : known === this.#main ? "main" : "slow");
    if (known !== undefined) return await known.started;
    const lane = this.#leastBusyTrial();
    const elapsedMs = await lane.measure(compile, signal);
    const place = elapsedMs < this.#quickMs ? this.#main : lane;
    if (this.#places.size >= REMEMBERED_GRAMMARS) {
      this.#places.delete(this.#places.keys().next().value!);
    }
    this.#places.set(key, place);
    return await place.started;
  }

  /** Ends the threads. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#main, ...this.#trials].map((lane) => lane.close()));
  }

  async #compile(
    source: unknown,
    compile: (worker: GrammarWorker) => Promise<WorkerGrammar>,
    signal: AbortSignal | undefined,
  ): Promise<WorkerGrammar> {
    signal?.throwIfAborted();
    return await compile(await this.workerFor(source, compile, signal));
  }

  #leastBusyTrial(): Lane {
    let best = this.#trials[0]!;
    for (const lane of this.#trials) if (lane.waitingCount < best.waitingCount) best = lane;
    if (best.waitingCount > 0 && this.#trials.length < this.#mostTrialLanes) {
      best = this.#open();
      this.#trials.push(best);
    }
    return best;
  }

  #open(): Lane {
    return new Lane(this.#vocabulary, this.#timeoutMs);
  }
}

/** A Worker, and the trials that wait for it. */
class Lane {
  /** Settles when its tables are made. */
  readonly started: Promise<GrammarWorker>;
  /** Trials that are not over. */
  waitingCount = 0;
  #tail: Promise<unknown>;

  constructor(vocabulary: Vocabulary, timeoutMs: number) {
    this.started = GrammarWorker.start(vocabulary, { timeoutMs });
    this.#tail = this.started;
    this.started.catch(() => {}); // who compiles hears of it
  }

  /** Compiles, one trial after the other, and says how long it took. */
  async measure(
    compile: (worker: GrammarWorker) => Promise<WorkerGrammar>,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const before = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    this.waitingCount++;
    try {
      await before.catch(() => {});
      signal?.throwIfAborted();
      const worker = await this.started;
      const since = performance.now();
      await tryOut(await compile(worker));
      return performance.now() - since;
    } finally {
      this.waitingCount--;
      resolve();
    }
  }

  async close(): Promise<void> {
    await this.started.then((worker) => worker.close(), () => {});
  }
}

/** The first steps of a text: where a grammar that compiles at once may still be slow. */
async function tryOut(grammar: WorkerGrammar): Promise<void> {
  const guide = grammar.openGuide();
  try {
    await guide.start();
    await guide.mask();
  } finally {
    guide.dispose();
  }
}

async function hash(source: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(source));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toBase64();
}
