/**
 * An engine's process, seen from the benchmark: started, asked, ended when it does not come back.
 *
 * @module
 */

import type {
  CaseMessage,
  CaseReply,
  FromEngine,
  ProcessMemory,
  ToEngine,
  VocabularyMessage,
} from "./protocol.ts";
import { linesOf } from "./serve_engine.ts";

/** How an engine's process is started. */
export interface EngineCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** What is known of an engine once it has loaded the vocabulary. */
export interface EngineStart {
  /** From the package itself, where it says. */
  readonly version: string | null;
  /** Memory with the engine's code alone, and with the vocabulary. */
  readonly emptyMemory: ProcessMemory;
  readonly loadedMemory: ProcessMemory;
  /** Time to build what all schemas share, ms. */
  readonly buildMs: number;
}

/** How a case ended: with a reply, or with the end of the process. */
export type CaseEnd =
  | { readonly reply: CaseReply }
  | { readonly end: "timeout" | "crash"; readonly detail: string };

/** How long a process may take to load the vocabulary, or to finish. */
const LOAD_LIMIT_MS = 180_000;
/** CPU time beyond a case's limit before the process is ended: it should have given up by itself. */
const GRACE_MS = 1_000;
/** How often a process that is late is looked at. */
const POLL_MS = 500;
/** Wall time after which it is ended, as a multiple of the limit, however little of the CPU it had. */
const WALL_FACTOR = 6;
/** The same where processor time is asked for, because the machine is busy. */
const BUSY_WALL_FACTOR = 40;

/** A running engine. */
export class EngineProcess {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string>;
  /** The end of what it printed on standard error. */
  #errorText = "";
  /** CPU time of the process at its last reply, ms. */
  #cpuMs = 0;

  private constructor({ command, args }: EngineCommand) {
    this.#process = new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#lines = linesOf(this.#process.stdout);
    this.#drainErrors();
  }

  /**
   * Starts an engine and gives it the vocabulary.
   *
   * @throws {Error} It ended instead, or took minutes.
   */
  static async start(
    command: EngineCommand,
    vocabulary: VocabularyMessage,
  ): Promise<{ engine: EngineProcess; start: EngineStart }> {
    const engine = new EngineProcess(command);
    const started = await engine.#within(LOAD_LIMIT_MS, engine.#receive());
    await engine.#send(vocabulary);
    const ready = await engine.#within(LOAD_LIMIT_MS, engine.#receive());
    if (started?.kind !== "started" || ready?.kind !== "ready") {
      await engine.stop();
      throw new Error(`the engine did not start: ${engine.#lastWords()}`);
    }
    const { version, memory: emptyMemory } = started;
    const { buildMs, memory: loadedMemory } = ready;
    return { engine, start: { version, emptyMemory, loadedMemory, buildMs } };
  }

  /**
   * Gives the vocabulary once more: what was learned of the last one is gone, but the process is warm.
   *
   * @throws {Error} It ended instead, or took minutes.
   */
  async renew(vocabulary: VocabularyMessage): Promise<void> {
    await this.#send(vocabulary);
    const ready = await this.#within(LOAD_LIMIT_MS, this.#receive());
    if (ready?.kind === "ready") return;
    await this.stop();
    throw new Error(`the engine did not start again: ${this.#lastWords()}`);
  }

  /** Runs a case. After an end in place of a reply the process is gone. */
  async run(message: CaseMessage): Promise<CaseEnd> {
    const startedAt = performance.now();
    await this.#send(message);
    const answer = this.#receive();
    const hardLimitMs = message.cpuLimitMs + GRACE_MS;
    const wallFactor = message.timesAre === "cpu" ? BUSY_WALL_FACTOR : WALL_FACTOR;
    for (let patienceMs = hardLimitMs;; patienceMs = POLL_MS) {
      const received = await this.#within(patienceMs, answer);
      if (received?.kind === "result") {
        this.#cpuMs = received.cpuMs;
        return { reply: received };
      }
      const elapsedMs = performance.now() - startedAt;
      if (received === undefined) { // it has ended
        await this.stop();
        return { end: "crash", detail: this.#lastWords() };
      }
      // Still at it. Another process may have had the core, so the wall's time alone is no verdict.
      const cpuMs = await cpuTimeMs(this.#process.pid);
      const usedMs = cpuMs === undefined ? elapsedMs : cpuMs - this.#cpuMs;
      if (usedMs > hardLimitMs || elapsedMs > message.cpuLimitMs * wallFactor) {
        await this.stop();
        return { end: "timeout", detail: `no answer after ${Math.round(elapsedMs)} ms` };
      }
    }
  }

  /** Asks for the last figures and lets the process go. */
  async finish(): Promise<(FromEngine & { kind: "finished" }) | undefined> {
    await this.#send({ kind: "finish" });
    const received = await this.#within(LOAD_LIMIT_MS, this.#receive());
    await this.stop();
    return received?.kind === "finished" ? received : undefined;
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#writer.abort().catch(() => {});
    await this.#process.status;
  }

  async #send(message: ToEngine): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(message) + "\n");
    await this.#writer.write(bytes).catch(() => {}); // that it has ended shows when it is asked
  }

  /** The next message; undefined when the process has ended. */
  async #receive(): Promise<FromEngine | undefined> {
    const { done, value } = await this.#lines.next();
    return done ? undefined : JSON.parse(value) as FromEngine;
  }

  /** What comes within a time, or `{ kind: "late" }`. */
  async #within<T>(limitMs: number, promise: Promise<T>): Promise<T | { kind: "late" }> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<{ kind: "late" }>((resolve) => {
      timer = setTimeout(() => resolve({ kind: "late" }), limitMs);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #drainErrors(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#process.stderr) {
      this.#errorText = (this.#errorText + decoder.decode(chunk, { stream: true })).slice(-2000);
    }
  }

  /** The last line that the process printed on standard error. */
  #lastWords(): string {
    return this.#errorText.trim().split("\n").at(-1)!.slice(-300) || "it ended without a word";
  }
}

/** CPU time that a process has used so far; undefined where `ps` does not say. */
async function cpuTimeMs(pid: number): Promise<number | undefined> {
  try {
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "time=", "-p", String(pid)] })
      .output();
    // [[days-]hours:]minutes:seconds
    const parts = new TextDecoder().decode(stdout).trim().split(/[-:]/).map(Number).reverse();
    if (parts.length < 2 || parts.some(Number.isNaN)) return undefined;
    const [seconds = 0, minutes = 0, hours = 0, days = 0] = parts;
    return (seconds + 60 * (minutes + 60 * (hours + 24 * days))) * 1000;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
