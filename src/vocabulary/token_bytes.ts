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
  /** Always `"tokenizer_format"`. */
  readonly code = "tokenizer_format";
}

/** The parts of a `tokenizer.json`, or of a tokenizer object made from one, that matter here. */
export interface TokenizerJson {
  /**
   * The tokens: ids by token (BPE), or a list by id, of tokens with scores (Unigram) or of tokens alone
   * (what tokenizer objects keep).
   */
  model: {
    type?: string;
    vocab: Record<string, number> | ReadonlyMap<string, number> | (string | [string, number])[];
  };
  /** Tokens outside of the model's vocabulary, or special ones inside. */
  added_tokens?: { id: number; content: string; special?: boolean }[];
  /** How tokens become text; says whether they are byte-level. */
  decoder?: unknown;
  /** How texts are cut before tokenisation; says whether tokens are byte-level. */
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
  if (vocab === undefined || vocab === null || typeof vocab !== "object") {
    throw new TokenizerFormatError("the tokenizer's description has no `model.vocab`");
  }
  const entries = vocabularyEntries(vocab);
  const addedTokens = new Map<number, string>();
  for (const { id, content } of json.added_tokens ?? []) addedTokens.set(id, content);
  let size = 0;
  for (const [token, id] of entries) {
    if (typeof token !== "string") {
      throw new TokenizerFormatError(`the token with the id ${id} is no text`);
    }
    if (!isTokenId(id)) {
      throw new TokenizerFormatError(`token ${JSON.stringify(token)} has the id ${id}`);
    }
    if (id >= size) size = id + 1;
  }
  for (const [id, token] of addedTokens) {
    if (!isTokenId(id)) {
      throw new TokenizerFormatError(`added token ${JSON.stringify(token)} has the id ${id}`);
    }
    if (id >= size) size = id + 1;
  }
  const tokens: (Uint8Array | null)[] = new Array(size).fill(null);
  const decode = isByteLevel(json) ? decodeByteLevel : decodeSentencePiece;
  for (const [token, id] of entries) if (!addedTokens.has(id)) tokens[id] = decode(token);
  return { tokens, addedTokens };
}

function vocabularyEntries(vocab: TokenizerJson["model"]["vocab"]): [string, number][] {
  if (Array.isArray(vocab)) {
    return vocab.map((entry, id) => [Array.isArray(entry) ? entry[0] : entry, id]);
  }
  return vocab instanceof Map ? [...vocab] : Object.entries(vocab);
}

/** The bound keeps a corrupt file from asking for gigabytes. */
function isTokenId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id < 1 << 24;
}

function isByteLevel(json: TokenizerJson): boolean {
  // In a tokenizer object the parts are functions, with their description beside.
  const described = [json.decoder, json.pre_tokenizer].map((part) =>
    (part as { config?: unknown } | null | undefined)?.config ?? part ?? null
  );
  return JSON.stringify(described).includes('"ByteLevel"');
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
