/**
 * `POST /v1/responses`, and `GET` and `DELETE /v1/responses/:id`.
 *
 * @module
 */

import { ApiError } from "./api_error.ts";
import { readBody } from "./read_body.ts";
import type { ServerRequest } from "./request_scope.ts";
import { asTurn, ResponseAnswer } from "./responses_answer.ts";
import { responsesRequest } from "./responses_request.ts";
import { readConversation, readResponsesTurn } from "./responses_turn.ts";
import { answerTurns, type ServerContext } from "./server_context.ts";

/** Writes a response. */
export function createResponse(server: ServerContext): (c: ServerRequest) => Promise<Response> {
  return async (c) => {
    const body = await readBody(c, responsesRequest, server.limits.bodyBytes);
    const keyName = c.get("scope").record.keyName!;
    const host = server.models.find(body.model);
    const conversation = readConversation(body, server.responses, keyName);
    const request = readResponsesTurn(body, conversation, host.sampling);
    const answer = new ResponseAnswer(
      {
        id: `resp_${crypto.randomUUID().replaceAll("-", "")}`,
        created_at: Math.floor(Date.now() / 1000),
        model: body.model ?? host.id,
      },
      body,
      request.logprobs === undefined ? null : host.model.vocabulary,
      (response) => {
        if (body.store === false) return;
        const messages = [...conversation, asTurn(response.output)];
        server.responses.put(keyName, { response, messages });
      },
    );
    return await answerTurns(c, host, [request], {
      whole: ([result]) => answer.whole(result!),
      pieces: body.stream ? (events) => answer.pieces(events) : null,
      errorEvent: (error) => answer.errorEvent(error),
    });
  };
}

/** One that was kept. */
export function getResponse({ responses }: ServerContext): (c: ServerRequest) => Response {
  return (c) => {
    const stored = responses.get(c.get("scope").record.keyName!, c.req.param("id")!);
    if (stored === null) throw notFound();
    return c.json(stored.response);
  };
}

/** Forgets one. */
export function deleteResponse({ responses }: ServerContext): (c: ServerRequest) => Response {
  return (c) => {
    const id = c.req.param("id")!;
    if (!responses.delete(c.get("scope").record.keyName!, id)) throw notFound();
    return c.json({ id, object: "response.deleted", deleted: true });
  };
}

function notFound(): ApiError {
  return new ApiError(404, "response_not_found", "this response is not known here (any more)", {
    param: "id",
  });
}
