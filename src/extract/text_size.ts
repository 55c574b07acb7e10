/**
 * Refusing a text that cannot fit, before it is tokenised as a whole.
 *
 * Encoding a megabyte takes seconds and the answer is known long before: the text is cut at line breaks or
 * spaces, the pieces are encoded one after the other, and counting stops when the context is full.
 *
 * @module
 */

import { ContextLengthError, type LanguageModel } from "../decoding/mod.ts";

const PIECE_CHARACTERS = 16_384;
/** A cut may split a token of the whole text in several; far more than that has been seen to. */
const SLACK_PER_PIECE = 32;

/**
 * @param model Its tokenizer and context length count.
 * @param text The text to be extracted from.
 * @throws {ContextLengthError} If the text alone is certain to overflow the context. A text that passes
 *   may still not fit together with the rest of the prompt.
 */
export function requireTextFits(model: LanguageModel, text: string): void {
  const { contextLength } = model.info;
  if (text.length <= contextLength) return; // a token is at least a byte
  let count = 0;
  for (let from = 0; from < text.length;) {
    const to = cutAfter(text, from);
    count += model.tokenizer.encode(text.slice(from, to)).length - SLACK_PER_PIECE;
    if (count >= contextLength) throw new ContextLengthError(count, contextLength, count, true);
    from = to;
  }
}

/** Where the piece that starts at `from` ends: before whitespace if there is some. */
function cutAfter(text: string, from: number): number {
  const end = from + PIECE_CHARACTERS;
  if (end >= text.length) return text.length;
  for (let at = end; at > end - 1024; at--) {
    if (/\s/.test(text[at]!) && !/\s/.test(text[at - 1]!)) return at;
  }
  const isInPair = (text.charCodeAt(end) & 0xfc00) === 0xdc00;
  return isInPair ? end + 1 : end;
}
