/**
 * Turns as `chat.completion` objects, and their events as `chat.completion.chunk`s.
 *
 * The order of chunks that clients rely on: the role first, then text; a call's id, type and name before its arguments; the
 * reason of the end in a chunk of its own; usage, where it was asked for, in a last one without choices; `[DONE]`.
 *
 * Source: OpenAI's API description (the chat completion object, the chunk object).
 *
 * @module
 */

import type { TurnEvent, TurnResult, TurnUsage } from "../agent/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import type { ServerEvent } from "./event_stream_response.ts";
import { type ContentLogprob, contentLogprob } from "./token_logprobs.ts";

/** What all objects of one answer have in common. */
export interface AnswerHead {
  /** Unique. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** The name that was asked for. */
  readonly model: string;
  /** Changes when answers may. */
  readonly system_fingerprint: string;
}

/**
 * `usage`, as chat and text completions have it.
 *
 * @param usages Of all samples.
 * @param sampleCount How many follow one another that share a prompt.
 */
export function usageOf(usages: readonly TurnUsage[], sampleCount: number): object {
  const firsts = usages.filter((_, index) => index % sampleCount === 0);
  const prompt = firsts.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  const cached = firsts.reduce((sum, { cachedTokens }) => sum + cachedTokens, 0);
  const completion = usages.reduce((sum, { completionTokens }) => sum + completionTokens, 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/**
 * The whole answer.
 *
 * @param head See {@link AnswerHead}.
 * @param results The samples.
 * @param vocabulary Where probabilities were asked for.
 */
export function chatCompletion(
  head: AnswerHead,
  results: readonly TurnResult[],
  vocabulary: Vocabulary | null,
): object {
  return {
    ...head,
    object: "chat.completion",
    choices: results.map(({ text, toolCalls, finishReason, tokens }, index) => ({
      index,
      message: {
        role: "assistant",
        content: text,
        refusal: null,
        annotations: [],
        ...(toolCalls.length > 0 && {
          tool_calls: toolCalls.map(({ id, name, arguments: json }) => ({
            id,
            type: "function",
            function: { name, arguments: json },
          })),
        }),
      },
      logprobs: vocabulary && {
        content: tokens.map((token) => contentLogprob(vocabulary, token)),
        refusal: null,
      },
      finish_reason: finishReason,
    })),
    usage: usageOf(results.map(({ usage }) => usage), results.length),
  };
}

/**
 * The answer in pieces.
 *
 * @param head See {@link AnswerHead}.
 * @param events Of all samples.
 * @param vocabulary Where probabilities were asked for.
 * @param includeUsage Whether usage was.
 */
export async function* chatChunks(
  head: AnswerHead,
  events: AsyncIterable<TurnEvent>,
  vocabulary: Vocabulary | null,
  includeUsage: boolean,
): AsyncGenerator<ServerEvent, void> {
  const chunk = (choices: object[], usage: object | null = null): ServerEvent => ({
    data: {
      ...head,
      object: "chat.completion.chunk",
      choices,
      ...(includeUsage && { usage }),
    },
  });
  const usages: TurnUsage[] = [];
  let begunCount = 0;
  /** Of tokens that have no text of their own yet. */
  let logprobs: ContentLogprob[] = [];
  const choice = (index: number, delta: object, finishReason: string | null = null) => {
    const content = logprobs;
    logprobs = [];
    return chunk([{
      index,
      delta,
      logprobs: vocabulary && content.length > 0 ? { content, refusal: null } : null,
      finish_reason: finishReason,
    }]);
  };
  for await (const event of events) {
    const { sampleIndex: index } = event;
    if (begunCount <= index) {
      begunCount = index + 1;
      yield choice(index, { role: "assistant", content: "", refusal: null });
    }
    switch (event.type) {
      case "text":
        if (vocabulary && event.token) logprobs.push(contentLogprob(vocabulary, event.token));
        if (event.text !== "") yield choice(index, { content: event.text });
        break;
      case "call_start": {
        const { callIndex, id, name } = event;
        const call = { index: callIndex, id, type: "function", function: { name, arguments: "" } };
        yield choice(index, { tool_calls: [call] });
        break;
      }
      case "call_arguments": {
        const call = { index: event.callIndex, function: { arguments: event.text } };
        yield choice(index, { tool_calls: [call] });
        break;
      }
      case "end":
        usages.push(event.result.usage);
        yield choice(index, {}, event.result.finishReason);
        break;
    }
  }
  if (includeUsage) yield chunk([], usageOf(usages, usages.length));
  yield { data: "[DONE]" };
}
