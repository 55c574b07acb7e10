/**
 * Grammars in a Worker: compiling and masks on another thread than the program's.
 *
 *     program's thread                         Worker
 *     GrammarWorker.compileJsonSchema ──────>  compileJsonSchema
 *     WorkerGrammar, given to generate() ───>  Matcher, masks, token limit
 *
 * A schema of a stranger may take seconds to compile, and some masks take milliseconds: in a server that would stop
 * everybody else. Here nothing on the program's thread takes longer than to send a message, a request that takes too long
 * is ended, and the mask of the next token is computed while the model runs.
 *
 * To end a request its thread is ended. A new one takes its place, and grammars and texts that were on the
 * old one are made again there when they are used next; a text is its tokens, so nothing of it is lost.
 *
 * Cost: some 0.1 ms a token for the messages; a thread has its own tables of the vocabulary, some 100 MB for 151,936 tokens.
 *
 * @module
 */

import type { Grammar } from "../grammar/mod.ts";
import type { CompileGrammarOptions, CompileJsonSchemaOptions } from "../matcher/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { GrammarConnection, ThreadEndedError } from "./grammar_connection.ts";
import type { Answer, GrammarSource, RequestBody } from "./grammar_worker_protocol.ts";
import type { Guide, TextStart, Verdict } from "./guide.ts";

/** Options of {@link GrammarWorker.start}. */
export interface GrammarWorkerOptions {
  /**
   * Time for one compilation, one mask or one token, in milliseconds; default 10,000. What takes longer fails with a
   * `LimitExceededError` whose limit is `"timeoutMs"`.
   */
  timeoutMs?: number;
}

/** Options of the compiling methods of {@link GrammarWorker}. */
export interface CompileInWorkerOptions {
  /** Stops waiting; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Options of {@link GrammarWorker.compileGrammar}; functions cannot go to another thread, so imports are texts. */
export type GrammarInWorkerOptions = Omit<CompileGrammarOptions, "imports"> & {
  /** The texts that Lark's `%import` reads from, by name. */
  readonly imports?: Readonly<Record<string, string>>;
};

/** A thread on a busy machine may take seconds to load its modules; that is no grammar's doing. */
const START_TIMEOUT_MS = 60_000;

/** Compiles grammars on another thread, for `generate()` and `extract()`. */
export class GrammarWorker implements AsyncDisposable {
  readonly #vocabulary: Vocabulary;
  readonly #timeoutMs: number;
  #connection: GrammarConnection;
  #isClosed = false;
  #nextId = 1;

  private constructor(vocabulary: Vocabulary, timeoutMs: number) {
    this.#vocabulary = vocabulary;
    this.#timeoutMs = timeoutMs;
    this.#connection = this.#connect();
  }

  /**
   * Starts the Worker.
   *
   * @param vocabulary The tokens of the model that will write.
   * @param options See {@link GrammarWorkerOptions}.
   * @returns The Worker, ready; close it when it is not needed any more.
   * @throws {RangeError} `timeoutMs` is not a positive number.
   *
   * @example
   * ```ts
   * import { generate, GrammarWorker } from "@espalier/core/decoding";
   * import { scriptedModel } from "@espalier/core/testing";
   *
   * await using model = scriptedModel({ script: "[1,2]" });
   * await using grammars = await GrammarWorker.start(model.vocabulary);
   * const grammar = await grammars.compileJsonSchema({ type: "array", items: { type: "integer" } });
   * const messages = [{ role: "user" as const, content: "Count." }];
   * console.assert((await generate(model, { messages, grammar }).result).text === "[1,2]");
   * ```
   */
  static async start(
    vocabulary: Vocabulary,
    { timeoutMs = 10_000 }: GrammarWorkerOptions = {},
  ): Promise<GrammarWorker> {
    if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be above 0, got ${timeoutMs}`);
    const worker = new GrammarWorker(vocabulary, timeoutMs);
    await worker.#started;
    return worker;
  }

  /** Settles when the current thread has read the vocabulary. */
  #started: Promise<unknown> = Promise.resolve();

  /**
   * Compiles a JSON Schema, as the function `compileJsonSchema` does.
   *
   * @param schema A parsed schema.
   * @param options Those of `compileJsonSchema`, and a signal.
   * @returns A grammar for `generate()`.
   * @throws {LimitExceededError} Of `"timeoutMs"`, too.
   * @throws What `compileJsonSchema` throws.
   */
  compileJsonSchema(
    schema: unknown,
    options: CompileJsonSchemaOptions & CompileInWorkerOptions = {},
  ): Promise<WorkerGrammar> {
    const { signal, ...others } = options;
    return this.#compile({ kind: "jsonSchema", schema, options: others }, signal);
  }

  /**
   * Compiles a context-free grammar, as the function `compileGrammar` does.
   *
   * @param grammar Its text, in GBNF or Lark's notation, or what `parseGrammar` or `taggedText` made.
   * @param options Those of `compileGrammar`, the imports as texts by their names, and a signal.
   * @returns A grammar for `generate()`.
   * @throws {LimitExceededError} Of `"timeoutMs"`, too.
   * @throws What `compileGrammar` throws.
   */
  compileGrammar(
    grammar: string | Grammar,
    options: GrammarInWorkerOptions & CompileInWorkerOptions = {},
  ): Promise<WorkerGrammar> {
    const { signal, ...others } = options;
    return this.#compile({ kind: "grammar", grammar, options: others }, signal);
  }

  /**
   * Compiles a regular expression, as the function `compileRegex` does.
   *
   * @param pattern Without slashes and flags.
   * @param options A signal.
   * @returns A grammar for `generate()`.
   * @throws {LimitExceededError} Of `"timeoutMs"`, too.
   * @throws What `compileRegex` throws.
   */
  compileRegex(pattern: string, options: CompileInWorkerOptions = {}): Promise<WorkerGrammar> {
    return this.#compile({ kind: "regex", pattern }, options.signal);
  }

  /**
   * Compiles a list of texts, as the function `compileChoice` does.
   *
   * @param choices At least one text.
   * @param options A signal.
   * @returns A grammar for `generate()`.
   * @throws {LimitExceededError} Of `"timeoutMs"`, too.
   * @throws What `compileChoice` throws.
   */
  compileChoice(
    choices: readonly string[],
    options: CompileInWorkerOptions = {},
  ): Promise<WorkerGrammar> {
    return this.#compile({ kind: "choice", choices }, options.signal);
  }

  /** Ends the thread. Texts that are under way fail. Idempotent. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#connection.end(new GrammarWorkerClosed());
    return Promise.resolve();
  }

  /** The same as {@link GrammarWorker.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal A number that no other grammar or text of this Worker has. */
  newId(): number {
    return this.#nextId++;
  }

  /**
   * @internal The thread at work, a new one where the last was ended.
   *
   * @throws {TypeError} The Worker was closed.
   */
  get connection(): GrammarConnection {
    if (this.#isClosed) throw new GrammarWorkerClosed();
    if (this.#connection.hasEnded) this.#connection = this.#connect();
    return this.#connection;
  }

  /** @internal Lets the thread forget a grammar. */
  forget(id: number): void {
    this.#connection.request({ type: "release", grammar: id }).catch(() => {});
  }

  #connect(): GrammarConnection {
    const connection = new GrammarConnection(this.#timeoutMs);
    this.#started = connection.request(
      { type: "start", vocabulary: this.#vocabulary.pack() },
      Math.max(this.#timeoutMs, START_TIMEOUT_MS),
    );
    this.#started.catch(() => {}); // who waits for the thread hears of it
    return connection;
  }

  async #compile(
    source: GrammarSource,
    signal: AbortSignal | undefined,
  ): Promise<WorkerGrammar> {
    signal?.throwIfAborted();
    const grammar = new WorkerGrammar(this, source);
    const compiled = grammar.prepare();
    if (signal === undefined) await compiled;
    else await unlessAborted(compiled, signal);
    return grammar;
  }
}

class GrammarWorkerClosed extends TypeError {
  constructor() {
    super("the GrammarWorker is closed");
  }
}

/** A grammar of a {@link GrammarWorker}. */
export class WorkerGrammar {
  readonly #worker: GrammarWorker;
  readonly #source: GrammarSource;
  readonly #id: number;
  /** The thread that has it, or is about to. */
  #connection: GrammarConnection | undefined;
  /** Settles when it has. */
  #compiled: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(worker: GrammarWorker, source: GrammarSource) {
    this.#worker = worker;
    this.#source = source;
    this.#id = worker.newId();
    released.register(this, { worker, id: this.#id });
  }

  /** @internal Its number on the thread. */
  get id(): number {
    return this.#id;
  }

  /**
   * @internal The thread at work, with this grammar compiled on it.
   *
   * A thread that ends meanwhile, because of somebody else, is replaced.
   */
  prepare(): Promise<GrammarConnection> {
    return retrying(async () => {
      const { connection } = this.#worker;
      if (this.#connection !== connection) {
        this.#connection = connection;
        this.#compiled = send(connection, {
          type: "compile",
          grammar: this.#id,
          source: this.#source,
        });
      }
      await this.#compiled;
      return connection;
    });
  }

  /** @internal The state of a new text. */
  openGuide(): Guide {
    return new WorkerGuide(this.#worker, this);
  }
}

/** Grammars that nobody holds any more are forgotten by the thread, too. */
const released = new FinalizationRegistry<{ worker: GrammarWorker; id: number }>(
  ({ worker, id }) => worker.forget(id),
);

/** A text on the thread. */
class WorkerGuide implements Guide {
  maskMs = 0;
  completionMs = 0;
  readonly #worker: GrammarWorker;
  readonly #grammar: WorkerGrammar;
  readonly #id: number;
  /** The tokens so far: the text can be begun anew from them. */
  readonly #tokenIds: number[] = [];
  #connection: GrammarConnection | undefined;
  #mask: Promise<Uint32Array | null> | undefined;

  constructor(worker: GrammarWorker, grammar: WorkerGrammar) {
    this.#worker = worker;
    this.#grammar = grammar;
    this.#id = worker.newId();
  }

  async start(): Promise<TextStart> {
    const { start } = await retrying(() => this.#open());
    this.#askMask();
    return start!;
  }

  mask(): Promise<Uint32Array | null> {
    return this.#mask ?? this.#askMask();
  }

  async draft(tokenIds: readonly number[]): Promise<readonly Uint32Array[] | null> {
    return (await this.#ask({ type: "draft", text: this.#id, tokenIds })).masks ?? null;
  }

  accept(tokenId: number, tokensLeft: number): Promise<Verdict> {
    const verdict = this.#accept(tokenId, tokensLeft);
    this.#askMask(verdict); // right behind: it is computed while the model runs
    return verdict;
  }

  async #accept(tokenId: number, tokensLeft: number): Promise<Verdict> {
    const body = { type: "accept", text: this.#id, tokenId, tokensLeft } as const;
    const { verdict } = await this.#ask(body);
    if (verdict!.isAccepted) this.#tokenIds.push(...(verdict!.closing ?? [tokenId]));
    return verdict!;
  }

  dispose(): void {
    if (!this.#isOpen()) return;
    this.#connection!.request({ type: "close", text: this.#id }).catch(() => {});
  }

  /** @param before What has to be known before the text can be begun anew. */
  #askMask(before?: Promise<unknown>): Promise<Uint32Array | null> {
    const mask = this.#ask({ type: "mask", text: this.#id }, before)
      .then((answer) => answer.mask ?? null);
    mask.catch(() => {}); // the loop asks for it, or has come to an end without it
    return this.#mask = mask;
  }

  /** Asks about the text, which is begun anew where its thread has ended. */
  #ask(body: RequestBody, before?: Promise<unknown>): Promise<Answer> {
    return retrying(async () => {
      if (!this.#isOpen()) {
        await before;
        if (!this.#isOpen()) await this.#open();
      }
      return this.#read(await this.#connection!.request(body));
    });
  }

  #isOpen(): boolean {
    return this.#connection?.hasEnded === false;
  }

  async #open(): Promise<Answer> {
    const connection = await this.#grammar.prepare();
    const grammar = this.#grammar.id, tokenIds = this.#tokenIds;
    const answer = await connection.request({ type: "open", text: this.#id, grammar, tokenIds });
    this.#connection = connection;
    return this.#read(answer);
  }

  #read(answer: Answer): Answer {
    this.maskMs = answer.maskMs ?? this.maskMs;
    this.completionMs = answer.completionMs ?? this.completionMs;
    return answer;
  }
}

/** Sends what the caller gave; what cannot be sent is no JSON. */
function send(connection: GrammarConnection, body: RequestBody): Promise<Answer> {
  return connection.request(body).catch((error) => {
    if (!(error instanceof DOMException) || error.name !== "DataCloneError") throw error;
    throw new TypeError(`the grammar holds what is not JSON: ${error.message}`, { cause: error });
  });
}

/** Does again what was lost with a thread that ended because of somebody else. */
async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1;; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ThreadEndedError) || count === MOST_ATTEMPTS) throw error;
    }
  }
}

/** A neighbour that is stuck again and again must not keep a text waiting for ever. */
const MOST_ATTEMPTS = 5;

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    promise.catch(() => {});
  }
}
