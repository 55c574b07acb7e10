/**
 * The loop of an agent: a turn, its calls, their results, and again, until there is an answer or a reason to stop.
 *
 *     ┌─> budgets ─> turn ─┬─ calls ─> results ─> stop conditions ──┐
 *     │                    └─ answer ─> the schema library's check ─┤ refused
 *     └─────────────────────────────────────────────────────────────┘
 *
 * It ends with one of: an answer; a named reason (see {@link AgentStopReason}); calls that wait for approval. The loop
 * keeps nothing but its record, which is plain JSON, so it can be left and entered again between any two steps. A
 * replay is the same loop, with results from the record in place of tools.
 *
 * @module
 */

import {
  type ChatMessage,
  ContextLengthError,
  type LanguageModel,
  type SamplingOptions,
  TokenLimitTooSmallError,
} from "../decoding/mod.ts";
import type { ReadSchema } from "../extract/mod.ts";
import {
  type AgentRecord,
  type AgentState,
  type AgentStep,
  conversationOf,
  type ToolResult,
  usageOf,
} from "./agent_record.ts";
import { writeAgentTurn, type WrittenAgentTurn } from "./agent_turn.ts";
import type { TurnToolCall, TurnToolChoice, TurnUsage } from "./assistant_turn.ts";
import { ReplayMismatchError } from "./errors.ts";
import { type CallableTool, failure } from "./execute_call.ts";
import type { RunClock } from "./run_clock.ts";
import type { StopCondition } from "./stop_conditions.ts";
import type { Scope } from "./telemetry.ts";
import { type Approval, runToolRound } from "./tool_round.ts";
import type { TurnCompiler } from "./turn_grammar.ts";

/** Why a run ended without an answer. */
export type AgentStopReason =
  /** `stopWhen` said so. */
  | "stop_condition"
  /** There were `maxSteps` steps. */
  | "max_steps"
  /** `maxTokens` were written; what the last step says may be cut. */
  | "max_tokens"
  /** `timeLimitMs` are over. */
  | "time_limit"
  /** The conversation no longer fits into the model's context. */
  | "context_length"
  /** A replay came to the end of its record. */
  | "end_of_record";

/** What every end of a run has. */
export interface AgentOutcome {
  /** What happened, in order. */
  readonly steps: readonly AgentStep[];
  /** What the model said last; null where it said nothing. */
  readonly text: string | null;
  /** Sums over the steps. */
  readonly usage: TurnUsage;
  /** The run as plain JSON, to keep and to replay. */
  readonly record: AgentRecord;
}

/** What a run came to. */
export type AgentResult<Output = string> =
  & AgentOutcome
  & (
    | {
      readonly status: "answered";
      /** The answer: of the output schema's type, or a text. */
      readonly output: Output;
    }
    | { readonly status: "stopped"; readonly reason: AgentStopReason }
    | {
      readonly status: "needs_approval";
      /** The calls that wait. */
      readonly calls: readonly TurnToolCall[];
      /** What `resume` needs: plain JSON. */
      readonly state: AgentState;
    }
  );

/** What happens in a run. */
export type AgentEvent<Output = string> =
  /** The model thought something, before its turn. */
  | { readonly type: "thinking"; readonly stepIndex: number; readonly text: string }
  /** The model said something. */
  | { readonly type: "text"; readonly stepIndex: number; readonly text: string }
  /** A call began. */
  | {
    readonly type: "call_start";
    readonly stepIndex: number;
    readonly callIndex: number;
    readonly id: string;
    readonly name: string;
  }
  /** Its arguments went on. */
  | {
    readonly type: "call_arguments";
    readonly stepIndex: number;
    readonly callIndex: number;
    readonly text: string;
  }
  /** It is complete. */
  | {
    readonly type: "call_end";
    readonly stepIndex: number;
    readonly callIndex: number;
    readonly call: TurnToolCall;
  }
  /** A tool answered; in the order of the calls. */
  | {
    readonly type: "tool_result";
    readonly stepIndex: number;
    readonly callIndex: number;
    readonly result: ToolResult;
  }
  /** A step is complete. */
  | { readonly type: "step"; readonly step: AgentStep }
  /** The run is over, or waits. */
  | { readonly type: "final"; readonly result: AgentResult<Output> };

/** An agent whose schemas were read. */
export interface ReadAgent {
  readonly model: LanguageModel;
  readonly compiler: TurnCompiler;
  readonly instructions: string | undefined;
  readonly tools: ReadonlyMap<string, CallableTool>;
  /** Null where the answer is text. */
  readonly output: ReadSchema | null;
  readonly stopWhen: readonly StopCondition[];
  readonly maxSteps: number;
  readonly maxTokens: number;
  readonly toolChoice: TurnToolChoice;
  readonly parallelToolCalls: boolean;
  readonly callThreshold: number | undefined;
  readonly thinkingTokens: number;
  readonly sampling: SamplingOptions | undefined;
  readonly onStep: ((step: AgentStep) => unknown) | undefined;
}

/** Where a run begins. */
export interface RunStart {
  readonly input: readonly ChatMessage[];
  readonly seed: number | null;
  readonly steps: readonly AgentStep[];
  /** A step that waited. */
  readonly pending: AgentState["pending"] | null;
  readonly approvals: Readonly<Record<string, Approval>>;
  /** Where the results come from in a replay; else null. */
  readonly recorded: readonly AgentStep[] | null;
}

type Pending = AgentState["pending"];

/** Runs the loop. */
export class AgentRun {
  readonly #steps: AgentStep[];

  constructor(
    private readonly agent: ReadAgent,
    private readonly start: RunStart,
    private readonly clock: RunClock,
    private readonly scope: Scope,
  ) {
    this.#steps = [...start.steps];
  }

  /** From where the start says to the end. */
  async *events(): AsyncGenerator<AgentEvent<unknown>, AgentResult<unknown>> {
    let { pending } = this.start;
    for (;;) {
      if (pending === null) {
        const reason = this.#exhausted();
        if (reason !== null) return this.#stopped(reason);
        const written = yield* this.#write();
        if (typeof written === "string") return this.#stopped(written);
        pending = written;
      }
      if (pending.toolCalls.length === 0) {
        const answer = yield* this.#answer(pending);
        if (answer !== null) return answer;
      } else {
        const toolResults = yield* this.#results(pending);
        if (toolResults.includes(null)) return this.#waiting({ ...pending, toolResults });
        yield* this.#complete({ ...pending, toolResults: toolResults as ToolResult[] });
        if (pending.finishReason === "length") return this.#stopped("max_tokens");
        if (this.agent.stopWhen.some((condition) => condition(this.#steps))) {
          return this.#stopped("stop_condition");
        }
      }
      pending = null;
    }
  }

  /** The budget that is used up; null where there is room for another step. */
  #exhausted(): AgentStopReason | null {
    const { recorded } = this.start, { length } = this.#steps;
    if (recorded !== null && length >= recorded.length) return "end_of_record";
    if (length >= this.agent.maxSteps) return "max_steps";
    if (this.#tokensLeft < 1) return "max_tokens";
    return this.clock.isTimeUp ? "time_limit" : null;
  }

  get #tokensLeft(): number {
    return this.agent.maxTokens - usageOf(this.#steps).completionTokens;
  }

  /** Has the model write a turn; a reason where it could not. */
  async *#write(): AsyncGenerator<AgentEvent, Pending | AgentStopReason> {
    const { agent, clock } = this;
    const index = this.#steps.length;
    using span = this.scope.begin("chat", agent.model.info.id, {
      "gen_ai.request.model": agent.model.info.id,
    });
    try {
      const turn = writeAgentTurn(agent.model, agent.compiler, {
        messages: conversationOf(agent.instructions, { ...this.start, steps: this.#steps }),
        tools: [...agent.tools.values()].map(({ read }) => read.definition),
        // Whoever must call at every step never comes to an answer.
        toolChoice: index === 0 || agent.toolChoice === "none" ? agent.toolChoice : "auto",
        parallelToolCalls: agent.parallelToolCalls,
        callThreshold: agent.callThreshold,
        thinkingTokens: agent.thinkingTokens,
        format: agent.output === null
          ? { type: "text" }
          : { type: "json_schema", schema: agent.output.jsonSchema },
        maxTokens: this.#tokensLeft,
        sampling: this.#seeded(index),
        signal: clock.signal,
      });
      const { result, callProbability, thinking } = yield* ownEvents(turn, index);
      const { text, toolCalls, finishReason, usage } = result;
      span.note({
        "gen_ai.usage.input_tokens": usage.promptTokens,
        "gen_ai.usage.output_tokens": usage.completionTokens,
        "gen_ai.response.finish_reasons": [finishReason],
      });
      const toolResults = toolCalls.map(() => null);
      const refusal = null;
      return {
        index,
        thinking,
        text,
        toolCalls,
        toolResults,
        finishReason,
        callProbability,
        refusal,
        usage,
      };
    } catch (error) {
      if (clock.isTimeUp) return "time_limit";
      if (error instanceof TokenLimitTooSmallError && index > 0) return "max_tokens";
      // A prompt that is too long from the start is the caller's; one that grew is a budget.
      if (error instanceof ContextLengthError && index > 0) return "context_length";
      span.fail(error instanceof Error ? error.name : "unknown");
      throw error;
    }
  }

  /** Takes an answer; null where the model has to try again. */
  async *#answer(
    pending: Pending,
  ): AsyncGenerator<AgentEvent, AgentResult<unknown> | null> {
    const { recorded } = this.start;
    const step = { ...pending, toolResults: [] };
    if (recorded !== null) requireSame(recorded[step.index]!, step);
    if (step.finishReason === "length") {
      yield* this.#complete(step);
      return this.#stopped("max_tokens");
    }
    let output: unknown = step.text ?? "";
    if (this.agent.output !== null) {
      const checked = await this.agent.output.validate(JSON.parse(step.text!));
      if ("issues" in checked) {
        const refusal = checked.issues.map(({ path, message }) =>
          path.length > 0 ? `${path.join(".")}: ${message}` : message
        ).join("; ");
        yield* this.#complete({ ...step, refusal });
        return null;
      }
      output = checked.value;
    }
    yield* this.#complete(step);
    return { ...this.#outcome(), status: "answered", output };
  }

  /** The results of a turn's calls, from the tools or from the record. */
  async *#results(pending: Pending): AsyncGenerator<AgentEvent, (ToolResult | null)[]> {
    const { index: stepIndex, toolCalls: calls, toolResults: known } = pending;
    const { recorded, approvals } = this.start;
    const results: (ToolResult | null)[] = [];
    if (recorded !== null) {
      const step = recorded[stepIndex]!;
      requireSame(step, pending);
      results.push(
        ...step.toolResults.map((result, at) => ({ ...result, callId: calls[at]!.id })),
      );
    } else if (pending.finishReason === "length") {
      const message = "the turn was cut off, so it was not called";
      results.push(...calls.map((call) => failure(call, "cut_off", message)));
    } else {
      const { agent: { tools }, clock, scope } = this;
      const round = runToolRound({ calls, known, approvals, tools, clock, scope });
      let next = await round.next();
      for (; !next.done; next = await round.next()) {
        yield { type: "tool_result", stepIndex, ...next.value };
      }
      return next.value;
    }
    for (const [callIndex, result] of results.entries()) {
      yield { type: "tool_result", stepIndex, callIndex, result: result! };
    }
    return results;
  }

  async *#complete(step: AgentStep): AsyncGenerator<AgentEvent, void> {
    this.#steps.push(step);
    await this.agent.onStep?.(step);
    yield { type: "step", step };
  }

  #stopped(reason: AgentStopReason): AgentResult<unknown> {
    return { ...this.#outcome(), status: "stopped", reason };
  }

  #waiting(pending: Pending): AgentResult<unknown> {
    const outcome = this.#outcome();
    return {
      ...outcome,
      text: pending.text,
      status: "needs_approval",
      calls: pending.toolCalls.filter((_, at) => pending.toolResults[at] === null),
      usage: usageOf([...this.#steps, pending]),
      state: { ...outcome.record, pending, elapsedMs: this.clock.elapsedMs },
    };
  }

  #outcome(): AgentOutcome {
    const steps = [...this.#steps];
    const { input, seed } = this.start;
    return {
      steps,
      text: steps.at(-1)?.text ?? null,
      usage: usageOf(steps),
      record: { version: 1, input, seed, steps },
    };
  }

  #seeded(stepIndex: number): SamplingOptions | undefined {
    const { sampling } = this.agent, { seed } = this.start;
    if (seed === null) return sampling;
    return { ...sampling, seed: (seed + stepIndex * SEEDS_BETWEEN_STEPS) % 2 ** 53 };
  }
}

/** A prime, so that the seeds of a step's sections do not meet those of another step. */
const SEEDS_BETWEEN_STEPS = 15_485_863;

/** A turn's events as the agent's. */
async function* ownEvents(
  turn: ReturnType<typeof writeAgentTurn>,
  stepIndex: number,
): AsyncGenerator<AgentEvent, WrittenAgentTurn> {
  try {
    for (;;) {
      const step = await turn.next();
      if (step.done) return step.value;
      const event = step.value;
      if (event.type === "prompt" || event.type === "end") continue;
      if (event.type === "text" || event.type === "thinking") {
        const { type, text } = event;
        if (text !== "") yield { type, stepIndex, text };
      } else {
        const { sampleIndex: _, ...own } = event;
        yield { ...own, stepIndex };
      }
    }
  } finally {
    await turn.return(undefined as never); // frees the cache where the consumer left
  }
}

/** Whether a replayed turn says what the recorded one said. */
function requireSame(
  recorded: AgentStep,
  written: Pick<AgentStep, "index" | "text" | "toolCalls">,
): void {
  const [before, now] = [recorded, written].map(({ text, toolCalls }) =>
    toolCalls.length > 0
      ? toolCalls.map(({ name, arguments: json }) => `${name}(${json})`).join(", ")
      : JSON.stringify(text)
  );
  if (before !== now) throw new ReplayMismatchError(written.index, before!, now!);
}
