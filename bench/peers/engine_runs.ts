/**
 * The engines of the benchmark, and a run of one of them: process, warm-up, results.
 *
 * @module
 */

import type { ConformanceCase } from "../../tests/conformance/data.ts";
import { type Verdict, worst } from "../../tests/conformance/verdict.ts";
import { type EngineCommand, EngineProcess, type EngineStart } from "./engine_process.ts";
import { nativeEnvironment } from "./native_environment.ts";
import type { CaseReply, TextOutcome, VocabularyMessage } from "./protocol.ts";

/** A schema, and its instances as tokens. */
export interface PeerCase {
  readonly conformanceCase: ConformanceCase;
  /** Token ids of each instance. */
  readonly texts: readonly (readonly number[])[];
}

/** What one engine made of one schema. */
export interface SchemaResult {
  /** The worst of its instances'. */
  readonly verdict: Verdict;
  readonly isCompiled: boolean;
  readonly detail?: string;
  readonly compileMs?: number;
  readonly firstMaskMs?: number;
  readonly maskUs: readonly number[];
  readonly acceptUs: readonly number[];
}

/** Names of the engines, in the order of the tables. */
export const ENGINE_NAMES = [
  "espalier",
  "transformers.js",
  "web-xgrammar",
  "llguidance",
  "xgrammar",
] as const;

/** Name of an engine. */
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Warm-up is cut short after this wall time; a process that replaces another gets less. */
const WARM_UP_LIMIT_MS = 60_000;
const SECOND_WARM_UP_LIMIT_MS = 10_000;

/** An engine on its way through the schemas. */
export class EngineRun {
  readonly results = new Map<string, SchemaResult>();
  /** Of the first process. */
  start: EngineStart | undefined;
  /** Resident set of the process after its last schema, and the largest after any, MiB. */
  lastRssMiB = 0;
  largestRssMiB = 0;
  extras: Readonly<Record<string, number>> = {};
  /** Processes that were started after the first, because that had to be ended or had ended. */
  restartCount = 0;
  #process: EngineProcess | undefined;
  /** Warm-up schemas that ended a process. */
  readonly #unfit = new Set<PeerCase>();

  private constructor(
    readonly name: EngineName,
    private readonly command: EngineCommand,
    private readonly vocabulary: VocabularyMessage,
    private readonly warmUp: readonly PeerCase[],
    private readonly cpuLimitMs: number,
  ) {}

  /** Starts and warms up an engine; a text says why it cannot be had. */
  static async begin(
    name: EngineName,
    vocabulary: VocabularyMessage,
    warmUp: readonly PeerCase[],
    cpuLimitMs: number,
  ): Promise<EngineRun | string> {
    const command = await commandOf(name);
    if (typeof command === "string") return command;
    const run = new EngineRun(name, command, vocabulary, warmUp, cpuLimitMs);
    try {
      await run.#warm(WARM_UP_LIMIT_MS);
    } catch (error) {
      return (error as Error).message;
    }
    return run;
  }

  /** Runs a schema and keeps what came of it. */
  async run(peerCase: PeerCase): Promise<void> {
    const { conformanceCase } = peerCase;
    if (this.#process === undefined) {
      this.restartCount++;
      await this.#warm(SECOND_WARM_UP_LIMIT_MS);
    }
    const end = await this.#case(peerCase);
    this.results.set(
      conformanceCase.id,
      "reply" in end ? resultOf(end.reply, conformanceCase) : {
        verdict: end.end,
        isCompiled: false,
        detail: end.detail,
        maskUs: [],
        acceptUs: [],
      },
    );
  }

  /** Takes the last figures and ends the process. */
  async end(): Promise<void> {
    const finished = await this.#process?.finish();
    if (finished !== undefined) this.lastRssMiB = finished.memory.rssMiB;
    this.extras = finished?.extras ?? {};
  }

  /** Makes sure that there is a process that has seen the warm-up. */
  async #warm(limitMs: number): Promise<void> {
    const startedAt = performance.now();
    for (const peerCase of this.warmUp) {
      if (performance.now() - startedAt > limitMs) break;
      await this.#ensureProcess();
      if (this.#unfit.has(peerCase)) continue;
      await this.#case(peerCase);
      if (this.#process === undefined) this.#unfit.add(peerCase);
    }
    await this.#ensureProcess();
  }

  async #ensureProcess(): Promise<void> {
    if (this.#process !== undefined) return;
    const { engine, start } = await EngineProcess.start(this.command, this.vocabulary);
    this.#process = engine;
    this.start ??= start;
  }

  async #case({ conformanceCase, texts }: PeerCase) {
    const process = this.#process!;
    const end = await process.run({
      kind: "case",
      schema: JSON.stringify(conformanceCase.schema),
      texts,
      cpuLimitMs: this.cpuLimitMs,
    });
    if ("end" in end) this.#process = undefined;
    else {
      this.lastRssMiB = end.reply.rssMiB;
      this.largestRssMiB = Math.max(this.largestRssMiB, this.lastRssMiB);
      if (end.reply.isBroken) {
        this.#process = undefined;
        await process.stop();
      }
    }
    return end;
  }
}

/** Reads a reply as MaskBench would. */
export function resultOf(reply: CaseReply, { instances }: ConformanceCase): SchemaResult {
  const { refusal, isUnsatisfiable, outcomes, compileMs, firstMaskMs, maskUs, acceptUs } = reply;
  const needed = instances.some(({ valid }) => valid);
  const verdict = refusal === undefined
    ? worst(instances.map(({ valid }, index) => judge(outcomes[index]!, valid)))
    : isUnsatisfiable
    ? (needed ? "false_negative" : "pass")
    : (needed ? "refused_valid" : "refused_invalid_only");
  const detail = refusal ?? reply.detail;
  return {
    verdict,
    isCompiled: compileMs !== undefined,
    ...(detail === undefined ? {} : { detail }),
    compileMs,
    firstMaskMs,
    maskUs,
    acceptUs,
  };
}

function judge(outcome: TextOutcome, valid: boolean): Verdict {
  switch (outcome) {
    case "accepted":
      return valid ? "pass" : "false_positive";
    case "refused":
      return valid ? "false_negative" : "pass";
    case "error":
      return "crash";
    default:
      return outcome;
  }
}

/** How an engine is started, or why it cannot be. */
async function commandOf(name: EngineName): Promise<EngineCommand | string> {
  const file = (path: string) => decodeURIComponent(new URL(path, import.meta.url).pathname);
  const deno = (module: string, ...permissions: string[]): EngineCommand => ({
    command: Deno.execPath(),
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-read",
      "--allow-env",
      "--allow-sys",
      ...permissions,
      "--v8-flags=--expose-gc",
      file(module),
    ],
  });
  switch (name) {
    case "espalier":
      return deno("espalier.ts");
    case "transformers.js":
      return deno("transformers_js.ts", "--allow-ffi"); // transformers.js loads its runtime
    case "web-xgrammar":
      return deno("web_xgrammar.ts");
    case "llguidance":
    case "xgrammar": {
      const { python, skipped } = await nativeEnvironment();
      return python === undefined ? skipped : { command: python, args: [file("native.py"), name] };
    }
  }
}
