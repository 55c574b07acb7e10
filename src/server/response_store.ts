/**
 * Answers of `/v1/responses` that a later request may refer to: by `previous_response_id`, or item by item.
 *
 * Kept in this process's memory, the oldest forgotten first; a client that asks for one that is gone is told so and
 * sends the conversation again. What belongs to one API key is not there for another.
 *
 * @module
 */

import type { ChatMessage } from "../decoding/mod.ts";

/** An answer with the conversation that led to it. */
export interface StoredResponse {
  /** The object as it was sent. */
  readonly response: { readonly id: string; readonly output: readonly OutputItem[] };
  /** The turns before it and its own, without instructions. */
  readonly messages: readonly ChatMessage[];
}

/** A part of an answer. */
export type OutputItem =
  | {
    readonly type: "message";
    readonly id: string;
    readonly status: string;
    readonly role: "assistant";
    readonly content: readonly { readonly type: "output_text"; readonly text: string }[];
  }
  | {
    readonly type: "function_call";
    readonly id: string;
    readonly status: string;
    readonly call_id: string;
    readonly name: string;
    readonly arguments: string;
  };

interface Entry {
  readonly keyName: string;
  readonly stored: StoredResponse;
  readonly sizeCharacters: number;
}

/** Keeps answers up to a size. */
export class ResponseStore {
  readonly #maximumCharacters: number;
  readonly #entries = new Map<string, Entry>();
  /** The answer that an item belongs to. */
  readonly #items = new Map<string, string>();
  #sizeCharacters = 0;

  /** @param maximumCharacters Of JSON, over all answers. */
  constructor(maximumCharacters = 32_000_000) {
    this.#maximumCharacters = maximumCharacters;
  }

  /** Keeps an answer. */
  put(keyName: string, stored: StoredResponse): void {
    const sizeCharacters = JSON.stringify(stored).length;
    const { id, output } = stored.response;
    this.#entries.set(id, { keyName, stored, sizeCharacters });
    for (const item of output) this.#items.set(item.id, id);
    this.#sizeCharacters += sizeCharacters;
    for (const [oldest] of this.#entries) {
      if (this.#sizeCharacters <= this.#maximumCharacters) break;
      this.#forget(oldest);
    }
  }

  /** Finds an answer; null where it is gone or somebody else's. */
  get(keyName: string, id: string): StoredResponse | null {
    const entry = this.#entries.get(id);
    return entry?.keyName === keyName ? entry.stored : null;
  }

  /** Finds a part of an answer. */
  item(keyName: string, id: string): OutputItem | null {
    const stored = this.get(keyName, this.#items.get(id) ?? "");
    return stored?.response.output.find((item) => item.id === id) ?? null;
  }

  /** Forgets an answer; false where there was none. */
  delete(keyName: string, id: string): boolean {
    if (this.get(keyName, id) === null) return false;
    this.#forget(id);
    return true;
  }

  #forget(id: string): void {
    const { stored, sizeCharacters } = this.#entries.get(id)!;
    this.#entries.delete(id);
    this.#sizeCharacters -= sizeCharacters;
    for (const item of stored.response.output) this.#items.delete(item.id);
  }
}
