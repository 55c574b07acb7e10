/**
 * A turn as the `response` object, and its events as the typed events of a response's stream.
 *
 * Source: OpenAI's API description (the response object, streaming events of responses).
 *
 * @module
 */

import type { TurnEvent, TurnResult, TurnToolCall } from "../agent/mod.ts";
import { callText } from "../agent/mod.ts";
import type { ChatMessage } from "../decoding/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import type { ApiError } from "./api_error.ts";
import type { ServerEvent } from "./event_stream_response.ts";
import type { OutputItem } from "./response_store.ts";
import type { ResponsesRequest } from "./responses_request.ts";
import { type ContentLogprob, contentLogprob } from "./token_logprobs.ts";

/** What is known of a response before it is written. */
export interface ResponseHead {
  /** Unique. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly created_at: number;
  /** The name that was asked for. */
  readonly model: string;
}

/** The words of an answer while they are written. */
interface Message {
  readonly id: string;
  readonly outputIndex: number;
  text: string;
  readonly logprobs: ContentLogprob[];
}

/** Writes one response, whole or as events. */
export class ResponseAnswer {
  readonly #head: ResponseHead;
  readonly #request: ResponsesRequest;
  readonly #vocabulary: Vocabulary | null;
  readonly #onDone: (response: ReturnType<ResponseAnswer["whole"]>) => void;
  readonly #ids = new Map<string, string>();
  #sequenceNumber = 0;

  /**
   * @param head See {@link ResponseHead}.
   * @param request Parts of it are repeated.
   * @param vocabulary Where probabilities were asked for.
   * @param onDone Told of the response when it is complete.
   */
  constructor(
    head: ResponseHead,
    request: ResponsesRequest,
    vocabulary: Vocabulary | null,
    onDone: (response: ReturnType<ResponseAnswer["whole"]>) => void,
  ) {
    this.#head = head;
    this.#request = request;
    this.#vocabulary = vocabulary;
    this.#onDone = onDone;
  }

  /** The whole response. */
  whole(
    result: TurnResult,
  ): { readonly id: string; readonly output: readonly OutputItem[]; readonly status: string } {
    const output: OutputItem[] = [];
    if (result.text !== null) {
      const logprobs = result.tokens.map((token) => contentLogprob(this.#vocabulary!, token));
      output.push(this.#messageItem(this.#idOf("message", "msg_"), result.text, logprobs));
    }
    for (const call of result.toolCalls) output.push(this.#callItem(call, "completed"));
    const isCut = result.finishReason === "length";
    const { promptTokens, cachedTokens, completionTokens } = result.usage;
    const response = this.#object(isCut ? "incomplete" : "completed", output, {
      incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
      usage: {
        input_tokens: promptTokens,
        input_tokens_details: { cached_tokens: cachedTokens },
        output_tokens: completionTokens,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: promptTokens + completionTokens,
      },
    });
    this.#onDone(response);
    return response;
  }

  /** The response in pieces. */
  async *pieces(events: AsyncIterable<TurnEvent>): AsyncGenerator<ServerEvent, void> {
    const response = this.#object("in_progress", []);
    yield this.#event("response.created", { response });
    yield this.#event("response.in_progress", { response });
    let message: Message | null = null;
    let outputIndex = 0;
    /** Of tokens that have no text of their own yet. */
    let logprobs: ContentLogprob[] = [];
    for await (const event of events) {
      switch (event.type) {
        case "text": {
          if (this.#vocabulary && event.token) {
            logprobs.push(contentLogprob(this.#vocabulary, event.token));
          }
          if (event.text === "") break; // a tag of a call makes no message
          if (message === null) {
            message = { id: this.#idOf("message", "msg_"), outputIndex, text: "", logprobs: [] };
            yield* this.#beginMessage(message);
          }
          message.text += event.text;
          message.logprobs.push(...logprobs);
          yield this.#event("response.output_text.delta", {
            ...placeOf(message.id, message.outputIndex),
            delta: event.text,
            logprobs,
          });
          logprobs = [];
          break;
        }
        case "call_start": {
          if (message !== null && message.outputIndex === outputIndex) {
            yield* this.#endMessage(message);
            outputIndex++;
          }
          const { id, name } = event;
          const item = this.#callItem({ id, name, arguments: "" }, "in_progress");
          yield this.#event("response.output_item.added", { output_index: outputIndex, item });
          break;
        }
        case "call_arguments":
          yield this.#event("response.function_call_arguments.delta", {
            item_id: this.#currentCall,
            output_index: outputIndex,
            delta: event.text,
          });
          break;
        case "call_end": {
          const item = this.#callItem(event.call, "completed");
          yield this.#event("response.function_call_arguments.done", {
            item_id: item.id,
            output_index: outputIndex,
            name: event.call.name,
            arguments: event.call.arguments,
          });
          yield this.#event("response.output_item.done", { output_index: outputIndex, item });
          outputIndex++;
          break;
        }
        case "end": {
          if (message === null && event.result.text !== null) { // an answer without words
            message = { id: this.#idOf("message", "msg_"), outputIndex, text: "", logprobs: [] };
            yield* this.#beginMessage(message);
          }
          if (message !== null && message.outputIndex === outputIndex) {
            message.logprobs.push(...logprobs);
            yield* this.#endMessage(message);
          }
          const whole = this.whole(event.result);
          yield this.#event(`response.${whole.status}`, { response: whole });
          break;
        }
      }
    }
  }

  /** An error in the middle of the stream. */
  errorEvent(error: ApiError): ServerEvent {
    const { message, param, code } = error.body.error;
    return this.#event("error", { code, message, param, error: error.body.error });
  }

  *#beginMessage({ id, outputIndex }: Message): Generator<ServerEvent> {
    yield this.#event("response.output_item.added", {
      output_index: outputIndex,
      item: { type: "message", id, status: "in_progress", role: "assistant", content: [] },
    });
    yield this.#event("response.content_part.added", {
      ...placeOf(id, outputIndex),
      part: textPart("", []),
    });
  }

  *#endMessage({ id, outputIndex, text, logprobs }: Message): Generator<ServerEvent> {
    const place = placeOf(id, outputIndex);
    yield this.#event("response.output_text.done", { ...place, text, logprobs });
    yield this.#event("response.content_part.done", { ...place, part: textPart(text, logprobs) });
    yield this.#event("response.output_item.done", {
      output_index: outputIndex,
      item: this.#messageItem(id, text, logprobs),
    });
  }

  #event(type: string, fields: object): ServerEvent {
    return { event: type, data: { type, sequence_number: this.#sequenceNumber++, ...fields } };
  }

  #messageItem(id: string, text: string, logprobs: ContentLogprob[]): OutputItem {
    const content = [textPart(text, logprobs)];
    return { type: "message", id, status: "completed", role: "assistant", content };
  }

  #currentCall = "";

  #callItem(call: TurnToolCall, status: string): OutputItem {
    const id = this.#idOf(call.id, "fc_");
    this.#currentCall = id;
    const { id: call_id, name, arguments: json } = call;
    return { type: "function_call", id, status, call_id, name, arguments: json };
  }

  /** The same item has the same id in the stream and in the whole. */
  #idOf(key: string, prefix: string): string {
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = `${prefix}${crypto.randomUUID().replaceAll("-", "")}`;
      this.#ids.set(key, id);
    }
    return id;
  }

  #object<Fields extends object>(status: string, output: readonly OutputItem[], fields?: Fields) {
    const request = this.#request;
    return {
      ...this.#head,
      object: "response",
      status,
      background: false,
      error: null,
      incomplete_details: null,
      instructions: request.instructions ?? null,
      max_output_tokens: request.max_output_tokens ?? null,
      output,
      parallel_tool_calls: request.parallel_tool_calls ?? true,
      previous_response_id: request.previous_response_id ?? null,
      reasoning: { effort: null, summary: null },
      service_tier: "default",
      store: request.store ?? true,
      temperature: request.temperature ?? 1,
      text: { format: request.text?.format ?? { type: "text" } },
      tool_choice: request.tool_choice ?? "auto",
      tools: request.tools ?? [],
      top_logprobs: request.top_logprobs ?? 0,
      top_p: request.top_p ?? 1,
      truncation: "disabled",
      usage: null,
      user: request.user ?? null,
      metadata: request.metadata ?? {},
      ...fields,
    };
  }
}

/** The assistant's turn, for a later request that refers to it. */
export function asTurn(output: readonly OutputItem[]): ChatMessage {
  const parts = output.map((item) =>
    item.type === "message"
      ? item.content.map(({ text }) => text).join("")
      : callText(item.name, item.arguments)
  );
  return { role: "assistant", content: parts.filter((part) => part !== "").join("\n") };
}

function placeOf(id: string, outputIndex: number): object {
  return { item_id: id, output_index: outputIndex, content_index: 0 };
}

function textPart(text: string, logprobs: ContentLogprob[]) {
  return { type: "output_text" as const, text, annotations: [], logprobs };
}
