/**
 * A conversation as the token ids that the model sees.
 *
 * The chat template gives a text with special tokens written out, and that text is encoded as a whole, so
 * that token boundaries are the ones the model was trained on. What a user wrote must not gain power by
 * that: a message that contains `<|im_end|>` could otherwise close its own turn. So the special tokens of
 * the result are counted against those of the template alone, and when there are more, the messages are
 * encoded piece by piece, as plain text.
 *
 * Cost: one encoding of the prompt and one of the bare template.
 *
 * @module
 */

import type { Vocabulary } from "../vocabulary/mod.ts";
import type { ChatMessage, Tokenizer } from "./language_model.ts";

/** Options of {@link encodeChat}. */
export interface EncodeChatOptions {
  /** Tool definitions for the template, as `Tokenizer.renderChat` takes them. */
  tools?: readonly unknown[];
}

/**
 * Token ids of a conversation, up to where the assistant's turn begins.
 *
 * @param model Whose tokenizer and special tokens to use.
 * @param messages The turns, oldest first.
 * @param options See {@link EncodeChatOptions}.
 * @returns The ids, in which no special token stems from a message's content.
 */
export function encodeChat(
  model: { readonly tokenizer: Tokenizer; readonly vocabulary: Vocabulary },
  messages: readonly ChatMessage[],
  options: EncodeChatOptions = {},
): number[] {
  const { tokenizer, vocabulary } = model;
  const rendered = tokenizer.renderChat(messages, options);
  const tokenIds = tokenizer.encode(rendered, { allowSpecial: true });

  const marks = messages.map((_, index) => contentMark(index, rendered));
  const frame = tokenizer.renderChat(
    messages.map((message, index) => ({ ...message, content: marks[index]! })),
    options,
  );
  const pieces = splitAtMarks(frame, marks);
  let expected = 0;
  for (const piece of pieces) {
    if (piece.mark !== null) continue;
    expected += countSpecial(vocabulary, tokenizer.encode(piece.text, { allowSpecial: true }));
  }
  if (countSpecial(vocabulary, tokenIds) <= expected) return tokenIds;

  return pieces.flatMap((piece) =>
    piece.mark === null
      ? tokenizer.encode(piece.text, { allowSpecial: true })
      : tokenizer.encode(messages[piece.mark]!.content)
  );
}

/** A name for a message's content that occurs nowhere in the prompt. */
function contentMark(index: number, rendered: string): string {
  for (let salt = 0;; salt++) {
    const mark = `CONTENT-${index}-${salt}-MARK`;
    if (!rendered.includes(mark)) return mark;
  }
}

/** Cuts a text at the marks; `mark` is the index of the one that stood there. */
function splitAtMarks(
  text: string,
  marks: readonly string[],
): { text: string; mark: number | null }[] {
  const pieces: { text: string; mark: number | null }[] = [];
  let from = 0;
  while (from < text.length) {
    let at = text.length, found: number | null = null;
    for (const [index, mark] of marks.entries()) {
      const position = text.indexOf(mark, from);
      if (position >= 0 && position < at) {
        at = position;
        found = index;
      }
    }
    if (at > from) pieces.push({ text: text.slice(from, at), mark: null });
    if (found === null) break;
    pieces.push({ text: marks[found]!, mark: found });
    from = at + marks[found]!.length;
  }
  return pieces;
}

function countSpecial(vocabulary: Vocabulary, tokenIds: readonly number[]): number {
  let count = 0;
  for (const id of tokenIds) if (vocabulary.isSpecial(id)) count++;
  return count;
}
