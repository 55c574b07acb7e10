/**
 * A long text in overlapping pieces, each of at most so many tokens.
 *
 * First step of `extractLong()`. Cuts are made where a text pauses: between paragraphs, else lines, else sentences, else
 * words, else characters. A piece begins some tokens before the last one ended, so that what stands across a cut is whole in
 * one of them.
 *
 * Cost: every part of the text is encoded once, and each piece once more, to be sure of its length: a cut may split a token
 * of the whole text in several.
 *
 * @module
 */

/** A piece of a text, in UTF-16 code units as `slice` takes them. */
export interface TextChunk {
  /** Offset of its first code unit. */
  readonly start: number;
  /** Offset after its last one. */
  readonly end: number;
}

/** How long pieces may be, in tokens. */
export interface ChunkSizes {
  /** Most tokens of a piece; at least 8. */
  readonly chunkTokens: number;
  /** Tokens that a piece shares with the one before it, about; less than half of `chunkTokens`. */
  readonly overlapTokens: number;
}

interface Segment extends TextChunk {
  readonly tokenCount: number;
}

/** From the strongest pause to the weakest; a cut is after the match. */
const PAUSES = [/\n[^\S\n]*\n\s*/g, /\n\s*/g, /[.!?;:]["')\]]*\s+/g, /\s+/g];
/** A segment is at most this share of a piece, so that cuts and overlaps can be where they should. */
const SEGMENTS_PER_CHUNK = 16;

/**
 * Cuts a text into pieces.
 *
 * @param text Any text.
 * @param countTokens The model's tokenizer.
 * @param sizes See {@link ChunkSizes}.
 * @returns In the order of the text; together they cover it. One piece where all of it fits, none of them is only whitespace
 *   unless the text is.
 */
export function chunkText(
  text: string,
  countTokens: (text: string) => number,
  sizes: ChunkSizes,
): TextChunk[] {
  const { chunkTokens, overlapTokens } = sizes;
  const limit = Math.max(1, Math.floor(chunkTokens / SEGMENTS_PER_CHUNK));
  const segments = segmentsOf(text, 0, 0, limit, countTokens);
  const chunks: TextChunk[] = [];
  for (let first = 0, covered = 0; covered < segments.length;) {
    const end = endOfChunk(first);
    if (end <= covered) { // what is shared left no room for anything new
      first = covered;
      continue;
    }
    const chunk = { start: segments[first]!.start, end: segments[end - 1]!.end };
    if (end === segments.length || text.slice(chunk.start, chunk.end).trim() !== "") {
      chunks.push(chunk);
    }
    covered = end;
    first = end;
    let shared = 0;
    while (first > 0 && shared + segments[first - 1]!.tokenCount <= overlapTokens) {
      shared += segments[--first]!.tokenCount;
    }
  }
  return chunks;

  /** Index after the last segment of the piece that begins with this one. */
  function endOfChunk(first: number): number {
    let end = first, total = 0;
    while (end < segments.length && total + segments[end]!.tokenCount <= chunkTokens) {
      total += segments[end++]!.tokenCount;
    }
    if (end === first) return first + 1; // one character of more tokens than a piece may have
    const { start } = segments[first]!;
    while (
      end > first + 1 && countTokens(text.slice(start, segments[end - 1]!.end)) > chunkTokens
    ) end--;
    return end;
  }
}

/** The parts between pauses, cut at weaker ones where they are too long. */
function segmentsOf(
  text: string,
  offset: number,
  pause: number,
  limit: number,
  countTokens: (text: string) => number,
): Segment[] {
  const whole = { start: offset, end: offset + text.length };
  if (text.length <= limit) return [{ ...whole, tokenCount: countTokens(text) }];
  const parts = pause < PAUSES.length ? partsAfter(text, PAUSES[pause]!) : halves(text);
  if (parts.length === 1) {
    return pause < PAUSES.length
      ? segmentsOf(text, offset, pause + 1, limit, countTokens)
      : [{ ...whole, tokenCount: countTokens(text) }];
  }
  const segments: Segment[] = [];
  for (const part of parts) {
    // Parts that are short for certain are not encoded twice.
    const tokenCount = part.length <= 4 * limit ? countTokens(part) : Infinity;
    if (tokenCount <= limit) {
      segments.push({ start: offset, end: offset + part.length, tokenCount });
    } else {
      const next = Math.min(pause + 1, PAUSES.length);
      for (const segment of segmentsOf(part, offset, next, limit, countTokens)) {
        segments.push(segment);
      }
    }
    offset += part.length;
  }
  return segments;
}

function partsAfter(text: string, pause: RegExp): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { index, 0: match } of text.matchAll(pause)) {
    const to = index + match.length;
    if (to > from) parts.push(text.slice(from, to));
    from = to;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

/** Two parts of about the same length, no character cut in two; one where there is only one character. */
function halves(text: string): string[] {
  let middle = text.length >> 1;
  if ((text.charCodeAt(middle) & 0xfc00) === 0xdc00) middle++;
  return middle === 0 || middle >= text.length
    ? [text]
    : [text.slice(0, middle), text.slice(middle)];
}
