// deno-lint-ignore-file no-console -- silences it, because standard output is for answers

/**
 * The process of an engine that runs in Deno: reads cases, drives their texts, answers with times.
 *
 * The drive is MaskBench's protocol: before each token compute the mask and look whether the token is in it,
 * then accept it; at the end an EOS must be in the mask. `native.py` is the same in Python.
 *
 * @module
 */

import process from "node:process";
import type {
  CaseMessage,
  CaseReply,
  FromEngine,
  ProcessMemory,
  TextOutcome,
  ToEngine,
  VocabularyMessage,
} from "./protocol.ts";

/** The vocabulary as engines take it. */
export interface PeerVocabulary {
  /** Bytes of each token; null for special tokens and unused ids. */
  readonly tokens: readonly (Uint8Array | null)[];
  readonly eosTokenIds: readonly number[];
  readonly specialTokenIds: readonly number[];
  readonly logitsSize: number;
  /** Where the tokenizer's `tokenizer.json` is. */
  readonly tokenizerFile: string;
}

/** An engine behind the interface that the benchmark needs. */
export interface PeerEngine {
  /** Builds what is shared by all schemas. Its time is reported, but is no schema's. */
  load(vocabulary: PeerVocabulary): void | Promise<void>;
  /** Compiles a schema; throws to refuse it. */
  compile(schema: string): PeerGrammar | Promise<PeerGrammar>;
  /** How an error of `compile` is to be read. */
  classify(error: unknown): "refused" | "unsatisfiable" | "error" | "broken";
  /** Figures of its own, asked for at the end. */
  extras?(): Record<string, number>;
}

/** A compiled schema. */
export interface PeerGrammar {
  /** A matcher at the start of a text. */
  start(): PeerMatcher | Promise<PeerMatcher>;
  dispose?(): void;
}

/** The state of one text. */
export interface PeerMatcher {
  /** Computes the mask of the next token; false for a dead end. This is what is timed. */
  fillMask(): boolean | Promise<boolean>;
  /** Whether the last mask has a token. */
  allows(id: number): boolean;
  /** Moves on by a token that the mask has; false or an error contradicts the mask. */
  acceptToken(id: number): boolean;
  dispose?(): void;
}

/** Answers until it is told to finish. Called once, by the module that is the process. */
export async function serveEngine(engine: PeerEngine): Promise<void> {
  // What engines print must not get between the answers.
  console.log =
    console.info =
    console.warn =
    console.debug =
      () => {};
  reply({ kind: "started", version: null, memory: processMemory() });
  let eosTokenIds: readonly number[] = [];
  for await (const line of linesOf(Deno.stdin.readable)) {
    const message = JSON.parse(line) as ToEngine;
    if (message.kind === "finish") {
      const memory = processMemory(); // before anything more is done
      reply({ kind: "finished", memory, extras: engine.extras?.() ?? {} });
      return;
    }
    if (message.kind === "vocabulary") {
      const vocabulary = { ...message, tokens: tokensOf(message) };
      eosTokenIds = message.eosTokenIds;
      const startedAt = performance.now();
      await engine.load(vocabulary);
      const buildMs = performance.now() - startedAt;
      reply({ kind: "ready", buildMs, memory: processMemory() });
    } else reply(await runCase(engine, message, eosTokenIds));
  }
}

async function runCase(
  engine: PeerEngine,
  { schema, texts, cpuLimitMs, timesAre = "wall" }: CaseMessage,
  eosTokenIds: readonly number[],
): Promise<CaseReply> {
  const clock = new CaseClock(cpuLimitMs);
  const now = timesAre === "cpu" ? cpuMs : () => performance.now();
  const timings = { maskUs: [] as number[], acceptUs: [] as number[] };
  const maskCounts: number[] = [];
  const conclude = (rest: Partial<CaseReply>): CaseReply => ({
    kind: "result",
    outcomes: [],
    ...timings,
    maskCounts,
    cpuMs: cpuMs(),
    rssMiB: mebibytes(Deno.memoryUsage().rss),
    ...rest,
  });
  const startedAt = now();
  let grammar: PeerGrammar;
  let matcher: PeerMatcher;
  try {
    grammar = await engine.compile(schema);
    matcher = await grammar.start();
  } catch (error) {
    const detail = describe(error);
    const reading = engine.classify(error);
    if (reading === "refused") return conclude({ refusal: detail });
    if (reading === "unsatisfiable") return conclude({ refusal: detail, isUnsatisfiable: true });
    const outcomes = texts.map(() => "error" as const);
    return conclude({ outcomes, detail, isBroken: reading === "broken" });
  }
  const compileMs = now() - startedAt;
  const outcomes: TextOutcome[] = [];
  let detail: string | undefined;
  let firstMaskMs: number | undefined;
  let isBroken = false;
  try {
    const maskStartedAt = now();
    const filled = matcher.fillMask();
    const alive = filled instanceof Promise ? await filled : filled;
    const maskMs = now() - maskStartedAt;
    timings.maskUs.push(rounded(maskMs * 1000));
    firstMaskMs = compileMs + maskMs;
    matcher.dispose?.();
    if (!alive) outcomes.push(...texts.map(() => "dead_end" as const));
    else if (clock.isOver()) outcomes.push(...texts.map(() => "timeout" as const));
    for (const text of texts.slice(outcomes.length)) {
      matcher = await grammar.start();
      const maskCountBefore = timings.maskUs.length;
      try {
        outcomes.push(await drive(matcher, text, eosTokenIds, timings, clock, now));
      } catch (error) {
        outcomes.push("error");
        detail ??= describe(error);
        isBroken ||= engine.classify(error) === "broken";
      }
      maskCounts.push(timings.maskUs.length - maskCountBefore);
      if (isBroken) break;
      matcher.dispose?.();
    }
    if (!isBroken) grammar.dispose?.();
  } catch (error) {
    detail ??= describe(error);
    isBroken ||= engine.classify(error) === "broken";
  }
  while (outcomes.length < texts.length) outcomes.push("error");
  return conclude({ outcomes, detail, compileMs, firstMaskMs, isBroken });
}

async function drive(
  matcher: PeerMatcher,
  text: readonly number[],
  eosTokenIds: readonly number[],
  timings: { maskUs: number[]; acceptUs: number[] },
  clock: CaseClock,
  now: () => number,
): Promise<TextOutcome> {
  for (let at = 0;; at++) {
    if (clock.isOver()) return "timeout";
    const maskStartedAt = now();
    const filled = matcher.fillMask();
    const alive = filled instanceof Promise ? await filled : filled;
    timings.maskUs.push(rounded((now() - maskStartedAt) * 1000));
    if (!alive) return "dead_end";
    if (at === text.length) {
      return eosTokenIds.some((id) => matcher.allows(id)) ? "accepted" : "refused";
    }
    const id = text[at]!;
    if (!matcher.allows(id)) return "refused";
    const acceptStartedAt = now();
    const accepted = matcher.acceptToken(id);
    timings.acceptUs.push(rounded((now() - acceptStartedAt) * 1000));
    if (!accepted) throw new Error(`token ${id} is in the mask and was not accepted`);
  }
}

/** Whether a case has used its CPU time up. Asking costs nothing as long as the wall says no. */
class CaseClock {
  readonly #startedAt = performance.now();
  readonly #cpuAtStart = cpuMs();

  constructor(private readonly limitMs: number) {}

  isOver(): boolean {
    // One thread uses no more CPU than wall time; collectors in the background may, and are let off.
    return performance.now() - this.#startedAt > this.limitMs &&
      cpuMs() - this.#cpuAtStart > this.limitMs;
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function processMemory(): ProcessMemory {
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed, external } = Deno.memoryUsage();
  return {
    rssMiB: mebibytes(rss),
    heapMiB: mebibytes(heapUsed),
    buffersMiB: mebibytes(external),
  };
}

/** Each token in an array of its own, as tokenizers leave them. */
function tokensOf({ bytes, lengths }: VocabularyMessage): (Uint8Array | null)[] {
  const joined = Uint8Array.fromBase64(bytes);
  let start = 0;
  return lengths.map((length) => length < 0 ? null : joined.slice(start, start += length));
}

function mebibytes(bytes: number): number {
  return Number((bytes / 2 ** 20).toFixed(1));
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function describe(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500);
}

function reply(message: FromEngine): void {
  const bytes = new TextEncoder().encode(JSON.stringify(message) + "\n");
  for (let written = 0; written < bytes.length;) {
    written += Deno.stdout.writeSync(bytes.subarray(written));
  }
}

/** The lines of a stream of UTF-8. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // A line may be megabytes long and come in pieces of 64 KiB, so pieces are joined once.
  let pieces: string[] = [];
  for await (const chunk of stream) {
    const lines = decoder.decode(chunk, { stream: true }).split("\n");
    for (const line of lines.slice(0, -1)) {
      pieces.push(line);
      yield pieces.join("");
      pieces = [];
    }
    pieces.push(lines.at(-1)!);
  }
}
