/**
 * Agents: a model, its instructions, tools, and when to stop.
 *
 *     const agent = createAgent({ model, instructions, tools })
 *     agent.run(input)                  ─> result, or { status: "needs_approval", state }
 *     agent.resume(state, { approvals })─> goes on
 *     agent.replay(record)              ─> the same run, without running a tool
 *
 * The calls of every turn are written under masks: a tool that does not exist cannot be called, and arguments fit their
 * schema. The loop itself is in `agent_run.ts`.
 *
 * @module
 */

import {
  type ChatMessage,
  EventStream,
  type LanguageModel,
  RandomSource,
  type SamplingOptions,
} from "../decoding/mod.ts";
import { type ExtractionSchema, type InferOutput, readSchema } from "../extract/mod.ts";
import type { AgentRecord, AgentState, AgentStep } from "./agent_record.ts";
import { type AgentEvent, type AgentResult, AgentRun, type ReadAgent } from "./agent_run.ts";
import type { RunStart } from "./agent_run.ts";
import { AgentStateError } from "./errors.ts";
import type { TurnToolChoice } from "./assistant_turn.ts";
import { rememberedCompiler } from "./remembered_compiler.ts";
import { RunClock } from "./run_clock.ts";
import type { StopCondition } from "./stop_conditions.ts";
import { Scope, type TelemetryApi } from "./telemetry.ts";
import type { Tool } from "./tool.ts";
import type { Approval } from "./tool_round.ts";
import { localCompiler, type TurnCompiler } from "./turn_grammar.ts";

/** Options of {@link createAgent}. */
export interface AgentOptions<OutputSchema = undefined> {
  /** A loaded model. */
  model: LanguageModel;
  /** Who the agent is and what it should do: the system turn. */
  instructions?: string;
  /** What it may call; default nothing. */
  tools?: readonly Tool[];
  /** Schema of the answer; default: a text. */
  output?: OutputSchema;
  /** Ends a run after a step with calls; with several, the first that says so. */
  stopWhen?: StopCondition | readonly StopCondition[];
  /** Most turns of the model in a run; default 10. */
  maxSteps?: number;
  /** Most tokens that the model writes in a run, all turns together; default 4,096. */
  maxTokens?: number;
  /** Most time of a run, tools included, milliseconds; default none. */
  timeLimitMs?: number;
  /** Of the first turn; later ones are `"auto"`, unless it is `"none"`. Default `"auto"`. */
  toolChoice?: TurnToolChoice;
  /** Whether a turn may have several calls; they run side by side. Default true. */
  parallelToolCalls?: boolean;
  /**
   * Least probability of a call, 0 to 1, at which one is made under `"auto"`. The probability is in each step. Default:
   * what the model writes first decides.
   */
  callThreshold?: number;
  /**
   * Most tokens of a line of thought before each turn, which a frame would leave no room for; at most half of what the run
   * has left. Default 0: none.
   */
  thinkingTokens?: number;
  /** Default greedy. */
  sampling?: SamplingOptions;
  /** Called after each step; awaited, and what it throws ends the run. */
  onStep?: (step: AgentStep) => unknown;
  /** Ends every run of the agent; it then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Where grammars are compiled and masks computed; a `GrammarWorker` will do. Default: on this thread. */
  grammars?: TurnCompiler;
  /** `@opentelemetry/api`; default: imported if the program has it. Null: no spans. */
  openTelemetry?: TelemetryApi | null;
}

/** Options of one run. */
export interface AgentRunOptions {
  /** Ends this run. */
  signal?: AbortSignal;
}

/** Options of {@link Agent.resume}. */
export interface ResumeOptions extends AgentRunOptions {
  /** By the id of a call; calls that are not named wait on. */
  approvals: Readonly<Record<string, Approval>>;
}

/** An agent; made by {@link createAgent}. It keeps nothing of a run, so runs may overlap as far as the model lets them. */
export interface Agent<Output = string> {
  /**
   * Runs to an answer, a reason to stop, or a call that waits for approval.
   *
   * @param input What the user says, or a conversation.
   * @throws {ContextLengthError} The first prompt leaves no room for a turn.
   * @throws {TokenLimitTooSmallError} Neither a call nor an answer can be written in `maxTokens`.
   * @throws {UnsupportedSchemaError} A schema has a keyword that cannot be enforced.
   * @throws {TypeError} There are no messages, or `toolChoice` names no tool.
   */
  run(
    input: string | readonly ChatMessage[],
    options?: AgentRunOptions,
  ): Promise<AgentResult<Output>>;
  /** As `run`, with what happens on the way. Nothing runs before the stream is read. */
  stream(
    input: string | readonly ChatMessage[],
    options?: AgentRunOptions,
  ): EventStream<AgentEvent<Output>, AgentResult<Output>>;
  /**
   * Goes on where a run waited.
   *
   * @param state Of the result; it may have been JSON in between. Whoever can write it decides what the agent believes to
   *   have happened, so take it from nobody you do not trust.
   * @throws {AgentStateError} It is no such state, or an approval is for a call that does not wait.
   */
  resume(state: AgentState, options: ResumeOptions): Promise<AgentResult<Output>>;
  /** As `resume`, with what happens on the way. */
  resumeStream(
    state: AgentState,
    options: ResumeOptions,
  ): EventStream<AgentEvent<Output>, AgentResult<Output>>;
  /**
   * Runs again with the record's seed, and takes the results of calls from the record: no tool runs.
   *
   * @throws {ReplayMismatchError} The model wrote something else than in the record.
   * @throws {AgentStateError} It is no record.
   */
  replay(record: AgentRecord, options?: AgentRunOptions): Promise<AgentResult<Output>>;
}

/**
 * Makes an agent.
 *
 * @param options See {@link AgentOptions}.
 * @returns The agent. Schemas are read with the first run; what is wrong with them is thrown there.
 * @throws {RangeError} A number is out of its range.
 * @throws {TypeError} Two tools have the same name.
 *
 * @example
 * ```ts
 * import { createAgent, tool } from "@espalier/core/agent";
 * import { scriptedModel } from "@espalier/core/testing";
 * import { z } from "zod";
 *
 * const call = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
 * await using model = scriptedModel({
 *   script: (prompt) => prompt.includes("4 degrees") ? "It is 4 degrees." : call,
 * });
 * const agent = createAgent({
 *   model,
 *   tools: [tool({
 *     name: "weather",
 *     parameters: z.object({ city: z.string() }),
 *     execute: ({ city }) => `4 degrees in ${city}`,
 *   })],
 * });
 * const result = await agent.run("What is it like in Oslo?");
 * console.assert(result.status === "answered" && result.output === "It is 4 degrees.");
 * ```
 */
export function createAgent<OutputSchema extends ExtractionSchema | undefined = undefined>(
  options: AgentOptions<OutputSchema>,
): Agent<OutputSchema extends undefined ? string : InferOutput<OutputSchema>> {
  type Output = OutputSchema extends undefined ? string : InferOutput<OutputSchema>;
  requireValid(options);
  const { sampling, signal, timeLimitMs, openTelemetry } = options;
  const compiler = rememberedCompiler(options.grammars ?? localCompiler(options.model.vocabulary));
  let read: Promise<ReadAgent> | undefined;

  async function* events(
    start: () => RunStart,
    run: AgentRunOptions,
    elapsedMs: number,
  ): AsyncGenerator<AgentEvent<unknown>, AgentResult<unknown>> {
    signal?.throwIfAborted();
    run.signal?.throwIfAborted();
    const begin = start();
    const agent = await (read ??= readAgent(options, compiler));
    using clock = new RunClock([signal, run.signal], timeLimitMs, elapsedMs);
    const around = await Scope.open(openTelemetry);
    using scope = around.begin("invoke_agent", options.model.info.id, {
      "gen_ai.request.model": options.model.info.id,
    });
    try {
      const result = yield* new AgentRun(agent, begin, clock, scope).events();
      const { promptTokens, completionTokens } = result.usage;
      scope.note({
        "gen_ai.usage.input_tokens": promptTokens,
        "gen_ai.usage.output_tokens": completionTokens,
        "espalier.agent.status": result.status,
      });
      yield { type: "final", result };
      return result;
    } catch (error) {
      scope.fail(error instanceof Error ? error.name : "unknown");
      throw error;
    }
  }

  const stream = (start: () => RunStart, run: AgentRunOptions, elapsedMs = 0) =>
    new EventStream(events(start, run, elapsedMs)) as EventStream<
      AgentEvent<Output>,
      AgentResult<Output>
    >;
  const fresh = { steps: [], pending: null, approvals: {}, recorded: null };
  const agent: Agent<Output> = {
    stream: (input, run = {}) =>
      stream(() => ({ ...fresh, input: readInput(input), seed: chooseSeed(sampling) }), run),
    resumeStream: (state, { approvals, ...run }) =>
      stream(() => readState(state, approvals), run, Number(state?.elapsedMs) || 0),
    run: (input, run) => agent.stream(input, run).result,
    resume: (state, run) => agent.resumeStream(state, run).result,
    replay: (record, run = {}) =>
      stream(() => {
        requireRecord(record);
        const { input, seed, steps } = record;
        return { ...fresh, input, seed, recorded: steps };
      }, run).result,
  };
  return agent;
}

function requireValid({ tools = [], ...options }: AgentOptions<unknown>): void {
  const { maxSteps = 1, maxTokens = 1, timeLimitMs = 1, callThreshold = 0, thinkingTokens = 0 } =
    options;
  if (!Number.isInteger(maxSteps) || maxSteps < 1) {
    throw new RangeError(`maxSteps must be a positive integer, got ${maxSteps}`);
  }
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    throw new RangeError(`maxTokens must be a positive integer, got ${maxTokens}`);
  }
  if (!(timeLimitMs > 0)) throw new RangeError(`timeLimitMs must be above 0, got ${timeLimitMs}`);
  if (!(callThreshold >= 0 && callThreshold <= 1)) {
    throw new RangeError(`callThreshold must be in 0..1, got ${callThreshold}`);
  }
  if (!Number.isInteger(thinkingTokens) || thinkingTokens < 0) {
    throw new RangeError(`thinkingTokens must be 0 or a positive integer, got ${thinkingTokens}`);
  }
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new TypeError(`two tools are named ${JSON.stringify(twice)}`);
}

async function readAgent(
  options: AgentOptions<unknown>,
  compiler: TurnCompiler,
): Promise<ReadAgent> {
  const { tools = [], output, stopWhen = [] } = options;
  const read = await Promise.all(
    tools.map(async (tool) => [tool.name, { tool, read: await tool.read() }] as const),
  );
  return {
    model: options.model,
    compiler,
    instructions: options.instructions,
    tools: new Map(read),
    output: output === undefined ? null : await readSchema(output),
    stopWhen: typeof stopWhen === "function" ? [stopWhen] : stopWhen,
    maxSteps: options.maxSteps ?? 10,
    maxTokens: options.maxTokens ?? 4096,
    toolChoice: options.toolChoice ?? "auto",
    parallelToolCalls: options.parallelToolCalls ?? true,
    callThreshold: options.callThreshold,
    thinkingTokens: options.thinkingTokens ?? 0,
    sampling: options.sampling,
    onStep: options.onStep,
  };
}

function readInput(input: string | readonly ChatMessage[]): readonly ChatMessage[] {
  if (typeof input === "string") return [{ role: "user", content: input }];
  if (input.length === 0) throw new TypeError("the input has no messages");
  return input.map(({ role, content }) => ({ role, content }));
}

/** Null when greedy: there is nothing to draw. */
function chooseSeed({ temperature = 0, seed }: SamplingOptions = {}): number | null {
  return temperature > 0 ? seed ?? RandomSource.fromEntropy().seed : null;
}

function readState(state: AgentState, approvals: Readonly<Record<string, Approval>>): RunStart {
  requireRecord(state);
  const { input, seed, steps, pending } = state;
  if (!Array.isArray(pending?.toolCalls) || !Array.isArray(pending.toolResults)) {
    throw new AgentStateError("nothing in it waits for approval");
  }
  const waiting = pending.toolCalls.filter((_, index) => pending.toolResults[index] === null)
    .map(({ id }) => id);
  const stray = Object.keys(approvals).find((id) => !waiting.includes(id));
  if (stray !== undefined) {
    throw new AgentStateError(`no call ${JSON.stringify(stray)} waits in it`);
  }
  return { input, seed, steps, pending, approvals, recorded: null };
}

function requireRecord(record: AgentRecord): void {
  if (record?.version !== 1) {
    throw new AgentStateError(`its version is ${JSON.stringify(record?.version)}, not 1`);
  }
  if (!Array.isArray(record.input) || !Array.isArray(record.steps)) {
    throw new AgentStateError("it has no input or no steps");
  }
}
