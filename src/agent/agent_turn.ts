/**
 * One turn of an agent: `writeTurn`, with a thought before it and a say in whether a tool is called.
 *
 *     prompt ─> a line of thought, in bounds ─> is a call probable enough? ─> call or answer, each in its frame
 *
 * Small models call tools when they should not. With a threshold the decision is not what the first token happens to be:
 * the probability of the opening tag is computed, reported, and held against the caller's number; then the turn is written
 * as one that must call, or as one that cannot. A frame leaves no room to think, so a thought is a free section before it:
 * one line, ended by a token limit where the model does not. Below stands `assistant_turn.ts`, which knows of neither.
 *
 * All parts share one cache, so the prompt is read once. A threshold costs one pass more, or two where the tag is
 * several tokens.
 *
 * @module
 */

import {
  type ChatMessage,
  generate,
  type LanguageModel,
  type SamplingOptions,
} from "../decoding/mod.ts";
import {
  type PreparedTurn,
  prepareTurn,
  type TurnEvent,
  type TurnResult,
  type TurnToolChoice,
  writeTurn,
} from "./assistant_turn.ts";
import { scoreContinuation } from "./call_probability.ts";
import { CALL_OPENING } from "./call_tags.ts";
import { ContinuedModel } from "./continued_model.ts";
import type { ToolDefinition } from "./tool_definition.ts";
import type { AnswerFormat, TurnCompiler } from "./turn_grammar.ts";

/** What a turn needs. */
export interface AgentTurn {
  /** The conversation so far. */
  readonly messages: readonly ChatMessage[];
  /** What may be called. */
  readonly tools: readonly ToolDefinition[];
  /** Whether something is. */
  readonly toolChoice: TurnToolChoice;
  /** Whether there may be several calls. */
  readonly parallelToolCalls: boolean;
  /** Least probability of a call under `"auto"`; undefined: the model's first words decide. */
  readonly callThreshold: number | undefined;
  /** Most tokens of a thought before the turn; 0 for none. */
  readonly thinkingTokens: number;
  /** The form of the answer. */
  readonly format: AnswerFormat;
  /** Most tokens. */
  readonly maxTokens: number;
  /** Seeded for this turn. */
  readonly sampling: SamplingOptions | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A piece of a thought. */
export interface ThinkingEvent {
  /** Tells it from a turn's events. */
  readonly type: "thinking";
  /** What was added. */
  readonly text: string;
}

/** What it came to. */
export interface WrittenAgentTurn {
  /** Null where none was asked for. */
  readonly thinking: string | null;
  /** Text, calls, tokens. */
  readonly result: TurnResult;
  /** Null where no threshold asked. */
  readonly callProbability: number | null;
}

/**
 * Writes the turn.
 *
 * @param model A loaded model.
 * @param compiler Where grammars are compiled.
 * @param turn See {@link AgentTurn}.
 */
export async function* writeAgentTurn(
  model: LanguageModel,
  compiler: TurnCompiler,
  turn: AgentTurn,
): AsyncGenerator<TurnEvent | ThinkingEvent, WrittenAgentTurn> {
  const { callThreshold, tools, signal } = turn;
  let prepared = await prepareTurn(model, turn, compiler);
  const promptTokens = prepared.promptTokenIds.length;
  await using shared = await ContinuedModel.open(model);
  const thought = turn.thinkingTokens > 0
    ? yield* think(shared, prepared, turn.thinkingTokens)
    : null;
  if (thought !== null) prepared = thought.turn;
  let forwardPasses = thought?.forwardPasses ?? 0;
  let callProbability: number | null = null;
  if (callThreshold !== undefined && turn.toolChoice === "auto" && tools.length > 0) {
    const tag = model.tokenizer.encode(CALL_OPENING, { allowSpecial: true });
    const score = await scoreContinuation(shared, prepared.promptTokenIds, tag, signal);
    callProbability = score.perToken;
    forwardPasses += score.forwardPasses;
    prepared = callProbability >= callThreshold ? mustCall(prepared) : cannotCall(prepared, tag);
  }
  const stream = writeTurn(shared, prepared);
  yield* stream;
  const [result] = await stream.result;
  const { usage } = result!;
  return {
    thinking: thought?.text ?? null,
    result: {
      ...result!,
      usage: {
        ...usage,
        promptTokens,
        completionTokens: usage.completionTokens + (usage.promptTokens - promptTokens),
        forwardPasses: usage.forwardPasses + forwardPasses,
      },
    },
    callProbability,
  };
}

/** What a thought begins with: told to answer in a form, a model would begin with the form. */
const THOUGHT_START = "Thought:";

/** Writes a line of thought; the turn goes on behind it. */
async function* think(
  model: LanguageModel,
  turn: PreparedTurn,
  thinkingTokens: number,
): AsyncGenerator<
  ThinkingEvent,
  { text: string; turn: PreparedTurn; forwardPasses: number } | null
> {
  const { sampling, signal } = turn.request;
  const opening = model.tokenizer.encode(THOUGHT_START);
  const closing = model.tokenizer.encode("\n");
  // What the thought may take is what the turn can do without: half of its tokens.
  const frame = opening.length + closing.length;
  const maxTokens = Math.min(thinkingTokens, Math.floor(turn.maxTokens / 2)) - frame;
  if (maxTokens < 1) return null;
  const begin = [...turn.promptTokenIds, ...opening];
  const stream = generate(model, {
    promptTokenIds: begin,
    maxTokens,
    sampling,
    signal,
    stop: ["\n", CALL_OPENING],
  });
  for await (const event of stream) {
    if (event.type === "token" && event.text !== "") yield { type: "thinking", text: event.text };
  }
  const { text, tokenIds, finishReason, usage } = await stream.result;
  // Without the tokens of the stop string; a thought that was cut may end within a character.
  const written = finishReason === "length" ? tokenIds : model.tokenizer.encode(text);
  const promptTokenIds = [...begin, ...written, ...closing];
  const used = promptTokenIds.length - turn.promptTokenIds.length;
  return {
    text: text.trim(),
    turn: { ...turn, promptTokenIds, maxTokens: Math.max(1, turn.maxTokens - used) },
    forwardPasses: usage.forwardPasses,
  };
}

function mustCall(turn: PreparedTurn): PreparedTurn {
  return { ...turn, request: { ...turn.request, toolChoice: "required" } };
}

/** The prompt keeps the tools: they are part of what the model decided by, and of what its cache holds. */
function cannotCall(turn: PreparedTurn, tag: readonly number[]): PreparedTurn {
  const { request } = turn;
  const { sampling } = request;
  // A tag that is a token of its own is kept away; one that is spelled out can only be stopped at.
  const kept = tag.length > 1
    ? sampling
    : { ...sampling, logitBias: { ...sampling?.logitBias, [tag[0]!]: -100 } };
  const stop = turn.answerGrammar === null ? [CALL_OPENING] : [];
  return {
    ...turn,
    callGrammar: null,
    continuationGrammar: null,
    request: { ...request, tools: [], sampling: kept, stop },
  };
}
