/**
 * `POST /v1/chat/completions`.
 *
 * @module
 */

import { type AnswerHead, chatChunks, chatCompletion } from "./chat_answer.ts";
import { chatRequest } from "./chat_request.ts";
import { readChatTurn } from "./chat_turn.ts";
import type { ModelHost } from "./model_host.ts";
import { readBody } from "./read_body.ts";
import type { ServerRequest } from "./request_scope.ts";
import { answerTurns, type ServerContext } from "./server_context.ts";

/** The endpoint. */
export function chatCompletions(server: ServerContext): (c: ServerRequest) => Promise<Response> {
  return async (c) => {
    const body = await readBody(c, chatRequest, server.limits.bodyBytes);
    const host = server.models.find(body.model);
    const request = readChatTurn(body, host.sampling, server.limits);
    const head = answerHead("chatcmpl-", body.model ?? host.id, host);
    const vocabulary = request.logprobs === undefined ? null : host.model.vocabulary;
    const includeUsage = body.stream_options?.include_usage ?? false;
    return await answerTurns(c, host, [request], {
      whole: (results) => chatCompletion(head, results, vocabulary),
      pieces: body.stream ? (events) => chatChunks(head, events, vocabulary, includeUsage) : null,
    });
  };
}

/** What the objects of one answer have in common. */
export function answerHead(prefix: string, model: string, host: ModelHost): AnswerHead {
  const { device, dtype } = host.model.info;
  return {
    id: `${prefix}${crypto.randomUUID().replaceAll("-", "")}`,
    created: Math.floor(Date.now() / 1000),
    model,
    system_fingerprint: `fp_${device}_${dtype}`,
  };
}
