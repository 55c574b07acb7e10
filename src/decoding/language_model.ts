/**
 * The one interface between the decoding loop and whatever computes logits.
 *
 * A {@link LanguageModel} is loaded once and shared; each text being written has a {@link Sequence} of its
 * own (its KV cache). The loop, extraction, agents and the server know nothing else of a model, so a
 * scripted model in a test and a Worker running transformers.js look the same to them.
 *
 * @module
 */

import type { Vocabulary } from "../vocabulary/mod.ts";

/** One turn of a conversation, as chat templates take it. */
export interface ChatMessage {
  /** Who speaks. */
  role: "system" | "user" | "assistant" | "tool";
  /** What is said, as plain text: special tokens in it are text, too. */
  content: string;
}

/** Text to token ids and back, with the model's own chat template. */
export interface Tokenizer {
  /** Token ids of a text; special tokens written in the text are recognised only with `allowSpecial`. */
  encode(text: string, options?: { allowSpecial?: boolean }): number[];
  /**
   * The same tokens, special ones not recognised, by the pieces (words, punctuation, …) that the tokenizer never merges
   * across. Without it the loop works token by token.
   */
  encodePieces?(text: string): number[][];
  /** The text of token ids, special tokens left out. */
  decode(tokenIds: readonly number[]): string;
  /** The prompt text of a conversation, special tokens written out; ends where the assistant's turn begins. */
  renderChat(messages: readonly ChatMessage[], options?: { tools?: readonly unknown[] }): string;
}

/** Facts about a loaded model. */
export interface ModelInfo {
  /** Hub id or folder path, as given. */
  readonly id: string;
  /** Where the forward pass runs. */
  readonly device: "webgpu" | "wasm" | "cpu" | "mock";
  /** Weight format, e.g. `"q4"`. */
  readonly dtype: string;
  /** Longest sequence, prompt included, in tokens. */
  readonly contextLength: number;
  /** Width of a row of logits. */
  readonly logitsSize: number;
  /** Time from the call of `loadModel` to readiness, milliseconds. */
  readonly loadMs: number;
}

/** Options of one forward pass. */
export interface AppendOptions {
  /** How many positions' logits to return, counted from the last; default 1, 0 for none. */
  logitCount?: number;
  /** Cancels the pass before it starts or between its chunks. */
  signal?: AbortSignal;
}

/** One text being written: a token history and its KV cache. */
export interface Sequence {
  /** Tokens in the cache. */
  readonly tokenCount: number;
  /** How many of the first tokens were not computed, because another sequence had begun with them; default 0. */
  readonly cachedTokenCount?: number;
  /**
   * Feeds tokens and returns the logits of the last `logitCount` positions, `logitCount × logitsSize`,
   * row by row, float32. The buffer belongs to the caller until the next `append` of this sequence.
   * A failed or aborted append leaves the sequence as it was.
   */
  append(tokenIds: readonly number[], options?: AppendOptions): Promise<Float32Array>;
  /** Forgets all tokens from `tokenCount` on. */
  truncate(tokenCount: number): Promise<void>;
  /** A second sequence with the same history; the two go on independently. */
  fork(): Promise<Sequence>;
  /** Frees the cache. Idempotent. */
  dispose(): Promise<void>;
}

/** A loaded causal language model. */
export interface LanguageModel extends AsyncDisposable {
  /** Facts about it. */
  readonly info: ModelInfo;
  /** Text to token ids and back. */
  readonly tokenizer: Tokenizer;
  /** Token ids to bytes; what grammars are compiled for. */
  readonly vocabulary: Vocabulary;
  /** Opens an empty sequence. */
  openSequence(): Promise<Sequence>;
  /** Frees the model, its sequences and its Worker. Idempotent. */
  dispose(): Promise<void>;
}
