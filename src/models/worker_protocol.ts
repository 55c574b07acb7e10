/**
 * The messages between a model's owner and its Worker.
 *
 * Bottom of the models layer: types only. Every request but `cancel` is answered once, by `done` or
 * `failed`, in the order of the requests. Large arrays travel by transfer, never by copy: token ids to
 * the Worker, logits back, and the logits' buffer to the Worker again with the next append.
 *
 * @module
 */

import type { OpenOptions } from "./transformers_runtime.ts";

/** How the Worker opens the model. */
export interface LoadRequest extends OpenOptions {
  /** Width of a row of logits. */
  logitsSize: number;
  /** Longest sequence in tokens. */
  contextLength: number;
}

/** What a request asks for. Sequence ids are chosen by the owner; a sequence exists from its first `append`. */
export type RequestBody =
  | { type: "load"; options: LoadRequest }
  | {
    type: "append";
    sequence: number;
    tokenIds: Int32Array<ArrayBuffer>;
    logitCount: number;
    /** A buffer of earlier logits, given back for reuse. */
    recycled?: ArrayBuffer;
  }
  | { type: "truncate"; sequence: number; tokenCount: number }
  | { type: "fork"; sequence: number; newSequence: number }
  | { type: "close"; sequence: number };

/** To the Worker. */
export type Request = (RequestBody & { requestId: number }) | { type: "cancel"; requestId: number };

/** A failure, in a form that survives the way between threads. */
export interface SerializedError {
  kind: "aborted" | "out_of_memory" | "failed";
  name: string;
  message: string;
  /** Whether the model cannot be used any more. */
  fatal: boolean;
}

/** From the Worker. */
export type Reply =
  | { type: "done"; requestId: number; logits?: Float32Array<ArrayBuffer> }
  | { type: "failed"; requestId: number; error: SerializedError };
