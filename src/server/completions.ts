/**
 * `POST /v1/completions`: the older interface, a text that goes on.
 *
 * Prompts are taken as they are, special tokens of the model included, so a caller may write a chat template by hand.
 *
 * Source: OpenAI's API description (create completion).
 *
 * @module
 */

import * as z from "zod";
import type { TurnEvent, TurnRequest, TurnResult, TurnUsage } from "../agent/mod.ts";
import type { TokenEvent } from "../decoding/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { invalidRequest } from "./api_error.ts";
import { type AnswerHead, usageOf } from "./chat_answer.ts";
import { answerHead } from "./chat_completions.ts";
import { countField, stopField, streamOptionsField } from "./chat_request.ts";
import { readCount, readStop } from "./chat_turn.ts";
import type { ServerEvent } from "./event_stream_response.ts";
import { guidedFields, guidedFormat } from "./guided_fields.ts";
import type { ModelHost } from "./model_host.ts";
import { readBody } from "./read_body.ts";
import type { ServerRequest } from "./request_scope.ts";
import { samplingFields, samplingOf } from "./sampling_fields.ts";
import { answerTurns, type ServerContext } from "./server_context.ts";
import { contentLogprob } from "./token_logprobs.ts";

const tokenIds = z.array(z.int().min(0)).min(1);

/** The body. */
export const completionRequest = z.looseObject({
  model: z.string().nullish(),
  prompt: z.union([
    z.string(),
    z.array(z.string()).min(1).max(64),
    tokenIds,
    z.array(tokenIds).min(1).max(64),
  ]),
  ...samplingFields,
  ...guidedFields,
  n: countField,
  best_of: z.int().min(1).nullish(),
  stop: stopField,
  max_tokens: z.int().min(1).nullish().describe("default 16"),
  logprobs: z.int().min(0).max(20).nullish(),
  echo: z.boolean().nullish(),
  suffix: z.string().nullish(),
  stream: z.boolean().nullish(),
  stream_options: streamOptionsField,
});

type CompletionRequest = z.output<typeof completionRequest>;

/** What OpenAI's API says where a request does not. */
const DEFAULT_MAX_TOKENS = 16;

/** The endpoint. */
export function completions(server: ServerContext): (c: ServerRequest) => Promise<Response> {
  return async (c) => {
    const body = await readBody(c, completionRequest, server.limits.bodyBytes);
    const host = server.models.find(body.model);
    refuseUnsupported(body);
    const sampleCount = readCount(body.n, server.limits);
    const prompts = readPrompts(body.prompt, host);
    const format = guidedFormat(body);
    const requests = prompts.map((promptTokenIds): TurnRequest => ({
      promptTokenIds,
      format,
      maxTokens: body.max_tokens ?? DEFAULT_MAX_TOKENS,
      sampling: samplingOf(body, host.sampling),
      stop: readStop(body.stop),
      logprobs: body.logprobs ?? undefined,
      sampleCount,
    }));
    const { tokenizer, vocabulary } = host.model;
    const answer = new CompletionAnswer(
      answerHead("cmpl-", body.model ?? host.id, host),
      sampleCount,
      body.logprobs === null || body.logprobs === undefined ? null : vocabulary,
      body.echo ? prompts.map((ids) => tokenizer.decode(ids)) : null,
    );
    const includeUsage = body.stream_options?.include_usage ?? false;
    return await answerTurns(c, host, requests, {
      whole: (results) => answer.whole(results),
      pieces: body.stream ? (events) => answer.pieces(events, includeUsage) : null,
    });
  };
}

function refuseUnsupported({ suffix, best_of, n, echo, logprobs }: CompletionRequest): void {
  if (suffix) throw invalidRequest("suffix is not supported", "suffix", "unsupported");
  if (typeof best_of === "number" && best_of !== (n ?? 1)) {
    throw invalidRequest("best_of must be the same as n", "best_of", "unsupported");
  }
  if (echo && typeof logprobs === "number") {
    throw invalidRequest("echo gives no logprobs", "logprobs", "unsupported");
  }
}

function readPrompts(
  prompt: CompletionRequest["prompt"],
  { model }: ModelHost,
): readonly (readonly number[])[] {
  const { tokenizer, vocabulary } = model;
  const encode = (text: string) => {
    // An empty prompt is the beginning of any text.
    return text === ""
      ? [vocabulary.eosTokenIds[0]!]
      : tokenizer.encode(text, { allowSpecial: true });
  };
  if (typeof prompt === "string") return [encode(prompt)];
  const lists = prompt.map((item) => typeof item === "string" ? encode(item) : item);
  const prompts = typeof lists[0] === "number" ? [lists as number[]] : lists as number[][];
  for (const id of prompts.flat()) {
    if (id < model.info.logitsSize) continue;
    throw invalidRequest(`prompt: ${id} is not a token id of this model`, "prompt");
  }
  return prompts;
}

/** Writes the answer's objects. */
class CompletionAnswer {
  constructor(
    private readonly head: AnswerHead,
    private readonly sampleCount: number,
    /** Where probabilities were asked for. */
    private readonly vocabulary: Vocabulary | null,
    /** Where the prompts are to be repeated. */
    private readonly echoes: readonly string[] | null,
  ) {}

  whole(results: readonly TurnResult[]): object {
    return this.object(
      results.map(({ text, tokens, finishReason }, index) =>
        this.choice(index, this.echo(index) + (text ?? ""), tokens, 0, finishReason)
      ),
      usageOf(results.map(({ usage }) => usage), this.sampleCount),
    );
  }

  async *pieces(
    events: AsyncIterable<TurnEvent>,
    includeUsage: boolean,
  ): AsyncGenerator<ServerEvent, void> {
    const usages: TurnUsage[] = [];
    const chunk = (choices: object[], usage: object | null = null) => ({
      data: this.object(choices, includeUsage ? usage : undefined),
    });
    let tokens: TokenEvent[] = [];
    let offset = 0;
    for await (const { sampleIndex: index, ...event } of events) {
      if (event.type === "prompt" && this.echoes !== null) {
        yield chunk([this.choice(index, this.echo(index), [], 0, null)]);
      } else if (event.type === "text") {
        if (event.token !== null) tokens.push(event.token);
        if (event.text === "") continue;
        yield chunk([this.choice(index, event.text, tokens, offset, null)]);
        offset += event.text.length;
        tokens = [];
      } else if (event.type === "end") {
        usages.push(event.result.usage);
        yield chunk([this.choice(index, "", tokens, offset, event.result.finishReason)]);
        offset = 0;
        tokens = [];
      }
    }
    if (includeUsage) yield chunk([], usageOf(usages, this.sampleCount));
    yield { data: "[DONE]" };
  }

  private object(choices: object[], usage: object | null | undefined): object {
    return {
      ...this.head,
      object: "text_completion",
      choices,
      ...(usage !== undefined && { usage }),
    };
  }

  private choice(
    index: number,
    text: string,
    tokens: readonly TokenEvent[],
    offset: number,
    finishReason: string | null,
  ): object {
    const logprobs = this.vocabulary && tokenLists(this.vocabulary, tokens, offset);
    return { index, text, logprobs, finish_reason: finishReason };
  }

  private echo(index: number): string {
    return this.echoes?.[Math.floor(index / this.sampleCount)] ?? "";
  }
}

/** Probabilities in this interface's own form: one list for each kind of fact. */
function tokenLists(vocabulary: Vocabulary, events: readonly TokenEvent[], start: number): object {
  let offset = start;
  const told = events.map((event) => contentLogprob(vocabulary, event));
  return {
    tokens: told.map(({ token }) => token),
    token_logprobs: told.map(({ logprob }) => logprob),
    top_logprobs: told.map(({ top_logprobs }) =>
      Object.fromEntries(top_logprobs.map(({ token, logprob }) => [token, logprob]))
    ),
    text_offset: events.map(({ text }) => {
      const at = offset;
      offset += text.length;
      return at;
    }),
  };
}
