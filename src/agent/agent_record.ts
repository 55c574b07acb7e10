/**
 * A run as plain JSON: what was asked, what the model wrote, what the tools answered.
 *
 * Everything else follows from these: the conversation that the model sees, the sums, the state to go on from. So
 * a record is what is kept for an audit, replayed in a test, or sent to another machine while somebody thinks about an
 * approval.
 *
 * @module
 */

import type { ChatMessage } from "../decoding/mod.ts";
import type { TurnToolCall, TurnUsage } from "./assistant_turn.ts";
import { callText } from "./written_call.ts";

/** Any value that JSON can write. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Why a call has no value. */
export type ToolFailureKind =
  /** There is no such tool (any more). */
  | "unknown_tool"
  /** The schema library refused the arguments. */
  | "invalid_arguments"
  /** It threw. */
  | "failed"
  /** Its time was up, or the run's. */
  | "timed_out"
  /** It returned what JSON cannot write. */
  | "not_json"
  /** Somebody did not allow it. */
  | "denied"
  /** The run's tokens ended in the middle of the turn, so its arguments may not be what the model meant. */
  | "cut_off";

/** What a call came to. */
export type ToolResult =
  & {
    /** The call. */
    readonly callId: string;
    /** The tool. */
    readonly name: string;
  }
  & (
    | { readonly isError: false; readonly value: JsonValue }
    | {
      readonly isError: true;
      readonly kind: ToolFailureKind;
      /** Shown to the model. */
      readonly message: string;
    }
  );

/** One turn of the model and what the tools answered. */
export interface AgentStep {
  /** From 0. */
  readonly index: number;
  /** What the model thought before; null where it was not asked to. */
  readonly thinking: string | null;
  /** What the model said; null where it only called. */
  readonly text: string | null;
  /** Its calls, in their order. */
  readonly toolCalls: readonly TurnToolCall[];
  /** Their results, in the same order. */
  readonly toolResults: readonly ToolResult[];
  /** `"length"` where the run's tokens ended it. */
  readonly finishReason: "stop" | "length" | "tool_calls";
  /** How probable the model found a call, where `callThreshold` asked; else null. */
  readonly callProbability: number | null;
  /** Why the schema library refused this answer; null where it did not. */
  readonly refusal: string | null;
  /** Tokens. */
  readonly usage: TurnUsage;
}

/** A run, or its beginning. */
export interface AgentRecord {
  /** Of this form. */
  readonly version: 1;
  /** What was asked, without the agent's instructions. */
  readonly input: readonly ChatMessage[];
  /** Of the draws; null when greedy. */
  readonly seed: number | null;
  /** What happened. */
  readonly steps: readonly AgentStep[];
}

/** A run that waits for approvals. */
export interface AgentState extends AgentRecord {
  /** The step that waits; a result is null where the call has not run yet. */
  readonly pending: Omit<AgentStep, "toolResults"> & {
    readonly toolResults: readonly (ToolResult | null)[];
  };
  /** How long the run has taken so far, without the waiting; milliseconds. */
  readonly elapsedMs: number;
}

/**
 * The conversation that the model sees.
 *
 * @param instructions The system turn; undefined for none.
 * @param record The run so far.
 */
export function conversationOf(
  instructions: string | undefined,
  { input, steps }: Pick<AgentRecord, "input" | "steps">,
): ChatMessage[] {
  const messages: ChatMessage[] = instructions === undefined
    ? [...input]
    : [{ role: "system", content: instructions }, ...input];
  for (const { thinking, text, toolCalls, toolResults, refusal } of steps) {
    const calls = toolCalls.map(({ name, arguments: json }) => callText(name, json));
    const words = [thinking === null ? null : `Thought: ${thinking}`, text].filter(Boolean);
    const content = [...words, ...calls].join("\n");
    messages.push({ role: "assistant", content });
    for (const result of toolResults) messages.push({ role: "tool", content: shownResult(result) });
    if (refusal !== null) {
      messages.push({ role: "user", content: `That is not right: ${refusal}. Answer again.` });
    }
  }
  return messages;
}

/** The sums over steps; `promptTokens` counts each prompt, as each is read. */
export function usageOf(steps: readonly Pick<AgentStep, "usage">[]): TurnUsage {
  const sum = {
    promptTokens: 0,
    cachedTokens: 0,
    completionTokens: 0,
    forcedTokens: 0,
    forwardPasses: 0,
  };
  for (const { usage } of steps) {
    for (const key of Object.keys(sum) as (keyof TurnUsage)[]) sum[key] += usage[key];
  }
  return sum;
}

/** A text as it is, any other value as JSON, a failure as JSON that says so. */
function shownResult(result: ToolResult): string {
  if (result.isError) return JSON.stringify({ error: result.message });
  return typeof result.value === "string" ? result.value : JSON.stringify(result.value);
}
