/**
 * One turn of a model that may call tools: calls whose arguments fit, or an answer in words.
 *
 *     tools -> prompt ─> is the probability of `<tool_call>` at least the threshold? ── no ──> free text
 *     tools -> frame of a call ────────────────────────────────────────────────────── yes ──> call under masks
 *                                                                            and again, for another call
 *
 * Each call is `{name, arguments}` of one of the tools: a name that is no tool's, or an argument of another tool, cannot
 * be written. Small models call tools when they should not, and the other way round, so the decision is a
 * number that is reported, held against a threshold that is the caller's. A call that the turn has already ends it.
 *
 * @module
 */

import {
  type ChatMessage,
  type FinishReason,
  type LanguageModel,
  type SamplingOptions,
  TokenLimitTooSmallError,
  type Usage,
} from "../decoding/mod.ts";
import type { ExtractionWhitespace } from "../extract/mod.ts";
import { compileCallGrammar } from "./call_grammar.ts";
import { callableTools } from "./callable_tools.ts";
import type { ToolCall, ToolDefinition } from "./tool_definition.ts";
import { encodeToolPrompt } from "./tool_prompt.ts";
import { Turn } from "./turn.ts";

/** Whether tools are called: as the model decides, at least one, none, or this one. */
export type ToolChoice = "auto" | "required" | "none" | { readonly name: string };

/** Options of {@link callTools}. */
export interface CallToolsOptions {
  /** The conversation so far, oldest turn first. */
  messages: readonly ChatMessage[];
  /** What may be called. */
  tools: readonly ToolDefinition[];
  /** Default `"auto"`. */
  choice?: ToolChoice;
  /** Whether there may be several calls. Default true. */
  parallel?: boolean;
  /** Most calls of a turn; default 16. */
  maxCalls?: number;
  /** Least probability of a call, 0 to 1, at which one is made under `"auto"`, or another one added. Default 0.5. */
  callThreshold?: number;
  /** Of the calls' JSON. Default `"spaced"`: what tool-calling models are trained on. */
  whitespace?: ExtractionWhitespace;
  /** Most tokens of the turn; default 1,024. With 0, an answer is decided on but not written. */
  maxTokens?: number;
  /** Default greedy. */
  sampling?: SamplingOptions;
  /** Ends the work within one forward pass; it then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What a turn came to. */
export interface ToolCallsResult {
  /** The calls, in the order in which they were written; empty where the model answers. */
  readonly calls: readonly ToolCall[];
  /** The turn as the model wrote it, tags included. */
  readonly text: string;
  /** `"length"` where `maxTokens` closed the calls or cut the answer. */
  readonly finishReason: FinishReason;
  /** Probability of a call, by token of its tag, before the threshold; `null` where there was nothing to decide. */
  readonly callProbability: number | null;
  /** What it cost, in tokens. */
  readonly usage: Usage;
}

/**
 * Lets a model call tools, or answer.
 *
 * @param model A loaded model.
 * @param options See {@link CallToolsOptions}.
 * @returns The calls or the answer, and what it took.
 * @throws {RangeError} A number is out of its range.
 * @throws {TypeError} There is no message, no tool to choose from, or no tool of the chosen name; or two tools share one.
 * @throws {UnsupportedSchemaError} A tool's parameters have a keyword that cannot be enforced.
 * @throws {TokenLimitTooSmallError} No call can be written in `maxTokens`.
 * @throws {ContextLengthError} Tools, messages and answer do not fit into the model's context.
 *
 * @example
 * ```ts
 * import { callTools } from "@espalier/core/agent";
 * import { scriptedModel } from "@espalier/core/testing";
 *
 * const call = '{"name": "weather", "arguments": {"city": "Oslo"}}';
 * await using model = scriptedModel({ script: `<tool_call>\n${call}\n</tool_call>` });
 * const { calls } = await callTools(model, {
 *   messages: [{ role: "user", content: "What is it like in Oslo?" }],
 *   tools: [{
 *     name: "weather",
 *     parameters: {
 *       type: "object",
 *       properties: { city: { type: "string" } },
 *       required: ["city"],
 *     },
 *   }],
 * });
 * console.assert(calls[0]?.arguments.city === "Oslo");
 * ```
 */
export async function callTools(
  model: LanguageModel,
  options: CallToolsOptions,
): Promise<ToolCallsResult> {
  const { messages, tools, choice = "auto", parallel = true, maxCalls = 16 } = options;
  const { callThreshold = 0.5, whitespace = "spaced" } = options;
  const { maxTokens = 1024, sampling, signal } = options;
  signal?.throwIfAborted();
  if (messages.length === 0) throw new TypeError("messages is empty");
  requireIn("callThreshold", callThreshold, callThreshold >= 0 && callThreshold <= 1, "0..1");
  requireIn("maxCalls", maxCalls, Number.isInteger(maxCalls) && maxCalls >= 1, "1, 2, …");
  const callable = callableTools(tools, choice);
  // Whatever is wrong with a tool is said before the model is asked.
  const grammar = callable.length === 0
    ? null
    : await compileCallGrammar(model, callable, whitespace);
  const prompt = encodeToolPrompt(model, messages, choice === "none" ? [] : tools);
  const turn = new Turn(model, prompt);

  let callProbability: number | null = null;
  while (grammar !== null && turn.calls.length < (parallel ? maxCalls : 1)) {
    const isFirst = turn.calls.length === 0;
    if (choice === "auto" || !isFirst) {
      const probability = await turn.probabilityOfCall(signal);
      if (isFirst) callProbability = probability;
      if (probability < callThreshold) break;
    }
    try {
      const left = Math.max(1, maxTokens - turn.usage.completionTokens);
      const isNew = await turn.writeCall({ grammar, maxTokens: left, sampling, signal });
      if (!isNew || turn.finishReason === "length") break;
    } catch (error) {
      if (isFirst || !(error instanceof TokenLimitTooSmallError)) throw error;
      turn.finishReason = "length"; // another call does not fit any more
      break;
    }
  }
  if (turn.calls.length === 0 && maxTokens > 0) {
    await turn.writeAnswer({ maxTokens, sampling, signal });
  }
  const { calls, text, finishReason, usage } = turn;
  return { calls, text, finishReason, callProbability, usage };
}

function requireIn(name: string, value: number, isIn: boolean, range: string): void {
  if (!isIn) throw new RangeError(`${name} must be in ${range}, got ${value}`);
}
