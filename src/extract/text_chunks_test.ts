import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { chunkText } from "./text_chunks.ts";

const countWords = (text: string) => text.split(/\s+/).filter((word) => word !== "").length;
const countBytes = (text: string) => new TextEncoder().encode(text).length;

Deno.test("a text that fits is one piece", () => {
  assertEquals(chunkText("one two three", countWords, { chunkTokens: 8, overlapTokens: 2 }), [
    { start: 0, end: 13 },
  ]);
});

Deno.test("pieces end where the text pauses, and share what stands before a cut", () => {
  const sentences = Array.from({ length: 12 }, (_, index) => `Number ${index} has four words. `);
  const text = sentences.join("");
  const pieces = chunkText(text, countWords, { chunkTokens: 32, overlapTokens: 6 })
    .map(({ start, end }) => text.slice(start, end));
  assert(pieces.length > 1);
  for (const [index, piece] of pieces.entries()) {
    assert(countWords(piece) <= 32, piece);
    const next = pieces[index + 1];
    if (next === undefined) continue;
    const start = text.indexOf(next);
    const shared = text.indexOf(piece) + piece.length - start;
    assert(shared > 0, "the pieces share something");
    assert(countWords(text.slice(start, start + shared)) <= 6);
  }
});

Deno.test("whatever the text, pieces cover it, fit, go on, and cut no character", () => {
  const texts = fc.string({ unit: fc.constantFrom(..."ab c.\n😀é"), minLength: 1, maxLength: 400 });
  fc.assert(fc.property(
    texts,
    fc.integer({ min: 8, max: 60 }),
    fc.integer({ min: 0, max: 30 }),
    (text, chunkTokens, overlap) => {
      const overlapTokens = Math.min(overlap, Math.floor(chunkTokens / 2) - 1);
      const chunks = chunkText(text, countBytes, { chunkTokens, overlapTokens });
      let covered = 0, last = -1;
      for (const { start, end } of chunks) {
        assert(text.slice(Math.min(covered, start), start).trim() === "", "nothing is left out");
        assert(start > last && end > covered, "each goes on");
        assert(countBytes(text.slice(start, end)) <= chunkTokens);
        assert((text.charCodeAt(start) & 0xfc00) !== 0xdc00, "no character is cut");
        [covered, last] = [end, start];
      }
      assert(text.slice(covered).trim() === "");
    },
  ));
});
