/**
 * Writes the sections of one turn; the working half of `assistant_turn.ts`.
 *
 * Sections share a cache: the next one's prompt is the last one's text, and only what is new is read. Tags are written as
 * the tokens that the tokenizer has for them, whatever the model spelled them with.
 *
 * @module
 */

import {
  generate,
  type GenerationResult,
  type SamplingOptions,
  type TokenEvent,
  TokenLimitTooSmallError,
} from "../decoding/mod.ts";
import type { PreparedTurn, TurnEvent, TurnResult, TurnToolCall } from "./assistant_turn.ts";
import { CallArgumentsReader } from "./call_arguments.ts";
import type { ContinuedModel } from "./continued_model.ts";
import { CALL_END, CALL_START } from "./call_tags.ts";
import type { TurnGrammar } from "./turn_grammar.ts";

/** An event that does not say yet of which sample it is. */
type OwnEvent = TurnEvent extends infer Event
  ? Event extends TurnEvent ? Omit<Event, "sampleIndex"> : never
  : never;

const CALL_TAG = CALL_START.trimEnd();

/** Writes one sample. */
export class TurnWriter {
  readonly #model: ContinuedModel;
  readonly #turn: PreparedTurn;
  readonly #sampling: SamplingOptions | undefined;
  /** The prompt and what was written so far. */
  readonly #tokenIds: number[];
  readonly #calls: TurnToolCall[] = [];
  readonly #tokens: TokenEvent[] = [];
  #text = "";
  #finishReason: "stop" | "length" = "stop";
  #sectionCount = 0;
  #hasReadPrompt = false;
  #cachedTokens = 0;
  #forcedTokens = 0;
  #forwardPasses = 0;
  readonly #timings = { prefillMs: 0, decodeMs: 0, maskMs: 0 };

  /** @param model A cache for this turn; samples may share it. */
  constructor(model: ContinuedModel, turn: PreparedTurn, sampleIndex: number) {
    this.#model = model;
    this.#turn = turn;
    this.#tokenIds = [...turn.promptTokenIds];
    this.#sampling = seeded(turn.request.sampling, sampleIndex);
  }

  /** Writes all sections. */
  async *write(): AsyncGenerator<OwnEvent> {
    const { callGrammar, request: { toolChoice = "auto" } } = this.#turn;
    const mustCall = toolChoice === "required" || typeof toolChoice === "object";
    if (callGrammar === null || !mustCall && !(yield* this.#beginsCall())) {
      yield* this.#writeAnswer();
      if (callGrammar === null || !this.#isAtCall) return;
    }
    yield* this.#writeCalls(callGrammar);
  }

  /** What the turn came to. */
  result(): TurnResult {
    const { promptTokenIds } = this.#turn;
    const hasCalls = this.#calls.length > 0;
    return {
      text: hasCalls && this.#text === "" ? null : this.#text,
      toolCalls: this.#calls,
      finishReason: hasCalls && this.#finishReason === "stop" ? "tool_calls" : this.#finishReason,
      tokens: this.#tokens,
      usage: {
        promptTokens: promptTokenIds.length,
        cachedTokens: this.#cachedTokens,
        completionTokens: this.#tokenIds.length - promptTokenIds.length,
        forcedTokens: this.#forcedTokens,
        forwardPasses: this.#forwardPasses,
      },
      timings: this.#timings,
    };
  }

  /** Whether the answer ended where the model wrote the tag of a call. */
  #isAtCall = false;

  /** Lets the model's first words decide between a call and an answer of a form. */
  async *#beginsCall(): AsyncGenerator<OwnEvent, boolean> {
    if (this.#turn.answerGrammar === null) return false; // free text finds the tag by itself
    const most = this.#model.tokenizer.encode(CALL_TAG).length;
    let written = "";
    const section = this.#section({ maxTokens: Math.min(most, this.#tokensLeft) });
    for await (const event of section) {
      if (event.type === "prompt") yield event;
      else written += event.text;
      if (written !== "" && !CALL_TAG.startsWith(written)) break;
    }
    return written.startsWith(CALL_TAG);
  }

  async *#writeAnswer(): AsyncGenerator<OwnEvent> {
    const { request, answerGrammar } = this.#turn;
    const { stop = [], tools = [], logprobs } = request;
    const isFree = answerGrammar === null;
    const mayCall = isFree && tools.length > 0;
    const section = this.#section({
      grammar: answerGrammar ?? undefined,
      maxTokens: this.#tokensLeft,
      stop: mayCall ? [...stop, CALL_TAG] : stop,
      logprobs,
    });
    // Space before a call belongs to its frame, so it is held back until something follows.
    let space = "";
    let result: GenerationResult | undefined;
    for (;;) {
      const step = await section.next();
      if (step.done) {
        result = step.value;
        break;
      }
      if (step.value.type === "prompt") {
        yield step.value;
        continue;
      }
      const token = step.value;
      let text = space + token.text;
      space = mayCall ? /\s*$/.exec(text)![0] : "";
      text = text.slice(0, text.length - space.length);
      this.#text += text;
      if (logprobs !== undefined) this.#tokens.push(token);
      yield { type: "text", text, token };
    }
    this.#isAtCall = mayCall && result.stopString === CALL_TAG;
    // What came out at the very end (half a character, the beginning of a stop string) has no token of its own.
    const rest = this.#isAtCall ? "" : result.text.slice(this.#text.length);
    this.#text += rest;
    if (rest !== "") yield { type: "text", text: rest, token: null };
    if (this.#isAtCall) {
      this.#tokenIds.push(...this.#model.tokenizer.encode(this.#text));
    } else {
      this.#tokenIds.push(...result.tokenIds);
      this.#finishReason = result.finishReason;
    }
  }

  async *#writeCalls(grammar: TurnGrammar): AsyncGenerator<OwnEvent> {
    const encode = (text: string) => this.#model.tokenizer.encode(text, { allowSpecial: true });
    const closing = encode(CALL_END);
    while (this.#calls.length < this.#turn.maxCalls) {
      const callIndex = this.#calls.length;
      if (callIndex > 0 && !(await this.#goesOn())) return;
      const isFirst = this.#tokenIds.length === this.#turn.promptTokenIds.length;
      const opening = encode(isFirst ? CALL_START : `\n${CALL_START}`);
      const maxTokens = this.#tokensLeft - opening.length - closing.length;
      const before = this.#tokenIds.length;
      this.#tokenIds.push(...opening);
      try {
        if (maxTokens < 1) throw new TokenLimitTooSmallError(opening.length + 1, maxTokens);
        const ended = yield* this.#writeCall(grammar, maxTokens, callIndex);
        this.#tokenIds.push(...closing);
        if (ended) return;
      } catch (error) {
        // A call that does not fit any more is no failure of those before it.
        const mayStop = callIndex > 0 || this.#text !== "";
        if (!(error instanceof TokenLimitTooSmallError) || !mayStop) throw error;
        this.#tokenIds.length = before;
        this.#finishReason = "length";
        return;
      }
    }
  }

  /** Writes one call; true where the token limit ended it. */
  async *#writeCall(
    grammar: TurnGrammar,
    maxTokens: number,
    callIndex: number,
  ): AsyncGenerator<OwnEvent, boolean> {
    const id = newCallId();
    const reader = new CallArgumentsReader();
    const section = this.#section({ grammar, maxTokens });
    let hasBegun = false;
    let step = await section.next();
    for (; !step.done; step = await section.next()) {
      if (step.value.type === "prompt") {
        yield step.value;
        continue;
      }
      const text = reader.push(step.value.text);
      if (!hasBegun && reader.name !== null) {
        hasBegun = true;
        yield { type: "call_start", callIndex, id, name: reader.name };
      }
      if (text !== "") yield { type: "call_arguments", callIndex, text };
    }
    const call = { id, name: reader.name!, arguments: reader.arguments };
    this.#calls.push(call);
    this.#tokenIds.push(...step.value.tokenIds);
    yield { type: "call_end", callIndex, call };
    if (step.value.finishReason !== "length") return false;
    this.#finishReason = "length";
    return true;
  }

  /** Asks the model whether there is another call: a line break, or the end. */
  async #goesOn(): Promise<boolean> {
    const grammar = this.#turn.continuationGrammar;
    if (grammar === null || this.#tokensLeft < 1) return false;
    let text = "";
    for await (const event of this.#section({ grammar, maxTokens: 1 })) {
      if (event.type === "token") text += event.text;
    }
    return text !== "";
  }

  get #tokensLeft(): number {
    const { maxTokens, promptTokenIds } = this.#turn;
    return maxTokens - (this.#tokenIds.length - promptTokenIds.length);
  }

  /** One generation over the shared cache; the first prompt event of the turn is passed on. */
  async *#section(options: {
    grammar?: TurnGrammar;
    maxTokens: number;
    stop?: readonly string[];
    logprobs?: number;
  }): AsyncGenerator<TokenEvent | OwnEvent & { type: "prompt" }, GenerationResult> {
    const isFirst = this.#sectionCount === 0;
    const stream = generate(this.#model, {
      ...options,
      promptTokenIds: this.#tokenIds,
      sampling: seeded(this.#sampling, this.#sectionCount++ * SEEDS_BETWEEN_SECTIONS),
      signal: this.#turn.request.signal,
    });
    for await (const event of stream) {
      if (event.type === "token") yield event;
      else if (!this.#hasReadPrompt) {
        this.#hasReadPrompt = true;
        const { promptTokenCount } = event;
        this.#timings.prefillMs += event.prefillMs;
        yield { type: "prompt", promptTokenCount };
      }
    }
    const result = await stream.result;
    if (isFirst) this.#cachedTokens = result.usage.cachedTokens;
    this.#forcedTokens += result.usage.forcedTokens;
    this.#forwardPasses += result.usage.forwardPasses;
    this.#timings.decodeMs += result.timings.decodeMs;
    this.#timings.maskMs += result.timings.maskMs;
    return result;
  }
}

/** So that the samples' seeds, which follow one another, do not meet those of other sections. */
const SEEDS_BETWEEN_SECTIONS = 1_000_003;

function seeded(
  sampling: SamplingOptions | undefined,
  offset: number,
): SamplingOptions | undefined {
  if (sampling?.seed === undefined) return sampling;
  return { ...sampling, seed: (sampling.seed + offset) % 2 ** 53 };
}

function newCallId(): string {
  return `call_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`;
}
