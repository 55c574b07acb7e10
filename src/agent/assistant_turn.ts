/**
 * One turn of an assistant, as typed events: words, JSON of a given form, calls of tools.
 *
 *     messages, tools, form ──> prepareTurn: prompt, grammars ──> writeTurn: sections, one after the other
 *
 *     free text ─ <tool_call> ─> {"name": …, "arguments": …} ─ </tool_call> ─> another call, or the end
 *
 * A turn is written in sections, each a generation of its own over one shared cache, so the prompt is read
 * once, for all sections and all samples. Free text ends where the model writes the tag of a call; what follows is under a
 * grammar whose only names are those of the tools and whose arguments fit that tool's schema. Whether there is another
 * call is a choice under a mask, too. With a form (`format`), the answer is under its grammar; with tools beside
 * it, the model's first token decides between a call and the answer.
 *
 * Cost: besides the tokens one pass more for each section.
 *
 * @module
 */

import {
  type ChatMessage,
  ContextLengthError,
  EventStream,
  type GenerationResult,
  type LanguageModel,
  type SamplingOptions,
  type TokenEvent,
} from "../decoding/mod.ts";
import { type JsonSchemaObject, outlineSchema } from "../extract/mod.ts";
import { ContinuedModel } from "./continued_model.ts";
import { encodeToolPrompt } from "./tool_prompt.ts";
import { callableTools } from "./callable_tools.ts";
import type { ToolDefinition } from "./tool_definition.ts";
import {
  type AnswerFormat,
  answerGrammar,
  callGrammar,
  localCompiler,
  type TurnCompiler,
  type TurnGrammar,
} from "./turn_grammar.ts";
import { TurnWriter } from "./turn_writer.ts";

/** Whether tools are called: as the model decides, at least one, none, or this one. */
export type TurnToolChoice = "auto" | "required" | "none" | { readonly name: string };

/** What a turn is asked for. */
export interface TurnRequest {
  /** The conversation so far; or its tokens, in `promptTokenIds`. */
  messages?: readonly ChatMessage[];
  /** In place of `messages`; then there are no tools. */
  promptTokenIds?: readonly number[];
  /** What may be called; default nothing. */
  tools?: readonly ToolDefinition[];
  /** Default `"auto"`. */
  toolChoice?: TurnToolChoice;
  /** Whether there may be several calls in one turn; default true. A named tool is called once. */
  parallelToolCalls?: boolean;
  /** Form of the answer; default text. */
  format?: AnswerFormat;
  /** Whether the model is told of the form in the system turn; default true. */
  describeFormat?: boolean;
  /** Most tokens to write, tags of calls included; default, and at most, what the context has room for. */
  maxTokens?: number;
  /** Default greedy. */
  sampling?: SamplingOptions;
  /** Strings at which the answer ends; at most 15. */
  stop?: readonly string[];
  /** Asks for the probabilities of the answer's tokens, and so many of the most probable ones. */
  logprobs?: number;
  /** How many answers; default 1. Their seeds follow one another. */
  sampleCount?: number;
  /** Ends the turn within one forward pass. */
  signal?: AbortSignal;
}

/** A turn that can be written: all that can be wrong with the request has been looked at. */
export interface PreparedTurn {
  /** As asked for. */
  readonly request: TurnRequest;
  /** The prompt. */
  readonly promptTokenIds: readonly number[];
  /** Most tokens to write. */
  readonly maxTokens: number;
  /** The frame of the answer; null for free text. */
  readonly answerGrammar: TurnGrammar | null;
  /** The frame of a call; null where nothing can be called. */
  readonly callGrammar: TurnGrammar | null;
  /** After a call: a line break before another one, or nothing. Null where there can be one call only. */
  readonly continuationGrammar: TurnGrammar | null;
  /** Most calls. */
  readonly maxCalls: number;
}

/** A call. */
export interface TurnToolCall {
  /** Unique. */
  readonly id: string;
  /** The tool. */
  readonly name: string;
  /** JSON that fits the tool's parameters. */
  readonly arguments: string;
}

/** What happens in a turn; each event says of which sample it is. */
export type TurnEvent =
  & (
    /** The prompt was read. */
    | { readonly type: "prompt"; readonly promptTokenCount: number }
    /** The answer went on. */
    | { readonly type: "text"; readonly text: string; readonly token: TokenEvent | null }
    /** A call began. */
    | {
      readonly type: "call_start";
      readonly callIndex: number;
      readonly id: string;
      readonly name: string;
    }
    /** Its arguments went on. */
    | { readonly type: "call_arguments"; readonly callIndex: number; readonly text: string }
    /** It is complete. */
    | { readonly type: "call_end"; readonly callIndex: number; readonly call: TurnToolCall }
    /** The turn is complete. */
    | { readonly type: "end"; readonly result: TurnResult }
  )
  & { readonly sampleIndex: number };

/** What a turn came to. */
export interface TurnResult {
  /** The answer; null where there are only calls. */
  readonly text: string | null;
  /** The calls, in their order. */
  readonly toolCalls: readonly TurnToolCall[];
  /** Why it ended; `"tool_calls"` where the caller has to answer calls. */
  readonly finishReason: "stop" | "length" | "tool_calls";
  /** The tokens of the answer, where `logprobs` asked for them. */
  readonly tokens: readonly TokenEvent[];
  /** Tokens. */
  readonly usage: TurnUsage;
  /** Milliseconds. */
  readonly timings: TurnTimings;
}

/** What a turn cost, in tokens. */
export interface TurnUsage {
  /** Tokens of the prompt. */
  readonly promptTokens: number;
  /** Those of them that were not computed, because another prompt had begun with them. */
  readonly cachedTokens: number;
  /** Tokens written, tags of calls included. */
  readonly completionTokens: number;
  /** Those of them that grammars forced. */
  readonly forcedTokens: number;
  /** Passes of the model. */
  readonly forwardPasses: number;
}

/** Where the time of a turn went; sums over its sections. */
export type TurnTimings = Pick<GenerationResult["timings"], "prefillMs" | "decodeMs" | "maskMs">;

/** Most calls of a turn. */
const MAXIMUM_CALLS = 16;

/**
 * Looks at all that can be wrong with a request before the model is asked: tools, schemas, the length of the prompt.
 *
 * @param model A loaded model.
 * @param request See {@link TurnRequest}.
 * @param compiler Where grammars are compiled; default on this thread.
 * @throws {TypeError} No messages, two tools of one name, a choice that no tool has.
 * @throws {ContextLengthError} The prompt leaves no room for an answer.
 * @throws Whatever the compilers throw.
 */
export async function prepareTurn(
  model: LanguageModel,
  request: TurnRequest,
  compiler: TurnCompiler = localCompiler(model.vocabulary),
): Promise<PreparedTurn> {
  const { tools = [], toolChoice = "auto", format = { type: "text" }, signal } = request;
  const { parallelToolCalls = true } = request;
  const callable = callableTools(tools, toolChoice);
  const promptTokenIds = readPrompt(model, request);
  const room = model.info.contextLength - promptTokenIds.length;
  if (room < 1) {
    throw new ContextLengthError(
      promptTokenIds.length + 1,
      model.info.contextLength,
      promptTokenIds.length,
    );
  }
  const mustCall = toolChoice === "required" || typeof toolChoice === "object";
  const maxCalls = parallelToolCalls && typeof toolChoice !== "object" ? MAXIMUM_CALLS : 1;
  return {
    request,
    promptTokenIds,
    maxTokens: Math.min(room, request.maxTokens ?? room),
    answerGrammar: mustCall ? null : await answerGrammar(format, compiler, signal),
    callGrammar: callable.length === 0 ? null : await callGrammar(callable, compiler, signal),
    continuationGrammar: callable.length === 0 || maxCalls === 1
      ? null
      : await compiler.compileRegex("\\n?", { signal }),
    maxCalls,
  };
}

/**
 * Writes a turn.
 *
 * @param model The model it was prepared for.
 * @param turn Made by {@link prepareTurn}.
 * @returns Events, and a result for each sample. Errors as of `generate`.
 */
export function writeTurn(
  model: LanguageModel,
  turn: PreparedTurn,
): EventStream<TurnEvent, TurnResult[]> {
  return new EventStream(run(model, turn));
}

async function* run(
  model: LanguageModel,
  turn: PreparedTurn,
): AsyncGenerator<TurnEvent, TurnResult[]> {
  const { sampleCount = 1 } = turn.request;
  const results: TurnResult[] = [];
  await using cache = await ContinuedModel.open(model);
  for (let sampleIndex = 0; sampleIndex < sampleCount; sampleIndex++) {
    const writer = new TurnWriter(cache, turn, sampleIndex);
    for await (const event of writer.write()) yield { ...event, sampleIndex } as TurnEvent;
    results.push(writer.result());
    yield { type: "end", result: results.at(-1)!, sampleIndex };
  }
  return results;
}

function readPrompt(model: LanguageModel, request: TurnRequest): readonly number[] {
  const { messages, promptTokenIds, tools = [], toolChoice = "auto" } = request;
  if (promptTokenIds !== undefined) {
    if (promptTokenIds.length === 0) throw new TypeError("promptTokenIds is empty");
    return promptTokenIds;
  }
  if (messages === undefined || messages.length === 0) throw new TypeError("messages is empty");
  const described = withFormat(messages, request);
  return encodeToolPrompt(model, described, toolChoice === "none" ? [] : tools);
}

/** Tells the model of the form that its answer will have; a mask alone makes a small model guess. */
function withFormat(
  messages: readonly ChatMessage[],
  { format = { type: "text" }, describeFormat = true, toolChoice = "auto" }: TurnRequest,
): readonly ChatMessage[] {
  if (!describeFormat || toolChoice === "required" || typeof toolChoice === "object") {
    return messages;
  }
  const words = formatWords(format);
  if (words === null) return messages;
  const [first, ...rest] = messages;
  return first?.role === "system"
    ? [{ ...first, content: `${first.content}\n\n${words}` }, ...rest]
    : [{ role: "system", content: words }, ...messages];
}

function formatWords(format: AnswerFormat): string | null {
  switch (format.type) {
    case "json_object":
      return "Answer with a JSON object and nothing else.";
    case "json_schema": {
      const { schema } = format;
      if (typeof schema !== "object" || schema === null) return "Answer with JSON.";
      const outline = outlineSchema(schema as JsonSchemaObject);
      return `Answer with JSON of this form and nothing else:\n${outline}`;
    }
    default: // patterns and choices are for those who write prompts for them
      return null;
  }
}
