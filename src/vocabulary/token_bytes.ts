/**
 * Token bytes out of a tokenizer's description.
 *
 * A `tokenizer.json` writes tokens as text. Byte-level tokenizers (GPT-2's scheme: Qwen, Llama 3, SmolLM)
 * map each byte to a printable character; SentencePiece-like ones write a space as `▁` and rare bytes as
 * `<0xNN>`. Both are undone here, so that the engine sees bytes only.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";

/** The tokenizer's description could not be understood. */
export class TokenizerFormatError extends EspalierError {
  readonly code = "tokenizer_format";
}

/** The parts of a `tokenizer.json` that matter here. */
export interface TokenizerJson {
  model: { type?: string; vocab: Record<string, number> | [string, number][] };
  added_tokens?: { id: number; content: string; special?: boolean }[];
  decoder?: unknown;
  pre_tokenizer?: unknown;
}

/** Token id -> bytes; null for ids without text (unused, added or special tokens). */
export interface TokenTable {
  tokens: (Uint8Array | null)[];
  /** Ids of all added tokens: special ones, and ones like `<tool_call>` that frame the text. */
  addedTokens: Map<number, string>;
}

/** Reads the token bytes of a parsed `tokenizer.json`. */
export function tokenTable(json: TokenizerJson): TokenTable {
  const vocab = json?.model?.vocab;
  if (vocab === null || typeof vocab !== "object") {
    throw new TokenizerFormatError("the tokenizer's description has no `model.vocab`");
  }
  const entries: [string, number][] = Array.isArray(vocab)
    ? vocab.map(([token], id) => [token, id])
    : Object.entries(vocab);
  const addedTokens = new Map<number, string>();
  for (const { id, content } of json.added_tokens ?? []) addedTokens.set(id, content);
  let size = 0;
  for (const [token, id] of entries) {
    if (!Number.isInteger(id) || id < 0) {
      throw new TokenizerFormatError(`token ${JSON.stringify(token)} has the id ${id}`);
    }
    if (id >= size) size = id + 1;
  }
  for (const id of addedTokens.keys()) if (id >= size) size = id + 1;
  const tokens: (Uint8Array | null)[] = new Array(size).fill(null);
  const decode = isByteLevel(json) ? decodeByteLevel : decodeSentencePiece;
  for (const [token, id] of entries) if (!addedTokens.has(id)) tokens[id] = decode(token);
  return { tokens, addedTokens };
}

function isByteLevel(json: TokenizerJson): boolean {
  return JSON.stringify([json.decoder ?? null, json.pre_tokenizer ?? null]).includes(
    '"ByteLevel"',
  );
}

const encoder = new TextEncoder();

/** GPT-2's byte-to-character table, inverted; -1 for characters outside of it. */
const byteOfCharacter: Int16Array = (() => {
  const table = new Int16Array(512).fill(-1);
  let extra = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) ||
      byte >= 0xae;
    table[printable ? byte : extra++] = byte;
  }
  return table;
})();

function decodeByteLevel(token: string): Uint8Array {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const code = token.charCodeAt(i);
    const byte = code < 512 ? byteOfCharacter[code] as number : -1;
    if (byte < 0) return encoder.encode(token); // not in the byte alphabet: written as itself
    bytes[i] = byte;
  }
  return bytes;
}

function decodeSentencePiece(token: string): Uint8Array {
  const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
  if (byte !== null) return Uint8Array.of(parseInt(byte[1] as string, 16));
  return encoder.encode(token.replaceAll("\u2581", " "));
}
