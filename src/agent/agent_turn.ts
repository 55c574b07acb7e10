/**
 * One turn of an agent: `writeTurn` with a say in whether a tool is called.
 *
 * Small models call tools when they should not. With a threshold the decision is not what the first token happens to be:
 * the probability of the opening tag is computed, reported, and held against the caller's number; then the turn is written
 * as one that must call, or as one that cannot. Below it stands `assistant_turn.ts`, which knows nothing of agents.
 *
 * Cost of a threshold: one look at the prompt's logits, which a model with a prompt cache need not compute again.
 *
 * @module
 */

import type { ChatMessage, LanguageModel, SamplingOptions } from "../decoding/mod.ts";
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
  /** The form of the answer. */
  readonly format: AnswerFormat;
  /** Most tokens. */
  readonly maxTokens: number;
  /** Seeded for this turn. */
  readonly sampling: SamplingOptions | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** What it came to. */
export interface WrittenAgentTurn {
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
): AsyncGenerator<TurnEvent, WrittenAgentTurn> {
  const { callThreshold, tools, signal } = turn;
  const isAsked = callThreshold !== undefined && turn.toolChoice === "auto" && tools.length > 0;
  let prepared = await prepareTurn(model, turn, compiler);
  let callProbability: number | null = null;
  let decisionPasses = 0;
  if (isAsked) {
    const tag = model.tokenizer.encode(CALL_OPENING, { allowSpecial: true });
    const score = await scoreContinuation(model, prepared.promptTokenIds, tag, signal);
    callProbability = score.perToken;
    decisionPasses = score.forwardPasses;
    prepared = callProbability >= callThreshold ? mustCall(prepared) : cannotCall(prepared, tag);
  }
  const stream = writeTurn(model, prepared);
  yield* stream;
  const [result] = await stream.result;
  const { usage } = result!;
  return {
    result: {
      ...result!,
      usage: { ...usage, forwardPasses: usage.forwardPasses + decisionPasses },
    },
    callProbability,
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
