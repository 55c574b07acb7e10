/**
 * `GET /v1/models` and `GET /v1/models/:id`.
 *
 * @module
 */

import type { ModelHost } from "./model_host.ts";
import type { ServerRequest } from "./request_scope.ts";
import type { ServerContext } from "./server_context.ts";

/** The list. */
export function listModels({ models }: ServerContext): (c: ServerRequest) => Response {
  return (c) =>
    c.json({
      object: "list",
      data: [...models.entries].map(([id, host]) => modelObject(id, host)),
    });
}

/** One of them. */
export function showModel({ models }: ServerContext): (c: ServerRequest) => Response {
  return (c) => {
    const id = c.req.param("id")!;
    return c.json(modelObject(id, models.find(id)));
  };
}

/** OpenAI's fields, and vLLM's `max_model_len`. */
function modelObject(id: string, host: ModelHost): object {
  return {
    id,
    object: "model",
    created: host.createdAt,
    owned_by: "espalier",
    root: host.model.info.id,
    max_model_len: host.model.info.contextLength,
  };
}
