/** Tests of looking back into a string's content. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { randomSpelling } from "../../tests/properties/spelling.ts";
import { seededRandom } from "../../tests/random_walk/walk.ts";
import { compileFree } from "./_matcher_fixtures.ts";
import { Cursor, TextBytes } from "./cursor.ts";
import { countCharacters, isBetweenCharacters } from "./string_text.ts";

const encoder = new TextEncoder();
const grammar = compileFree({ type: "string" });

/** Where `isBetweenCharacters` says yes while a string literal is written, as lengths of the text. */
function betweenIn(literal: string): number[] {
  const text = new TextBytes();
  const cursor = new Cursor(grammar.internals.begin().state);
  cursor.settle(grammar.internals.begin().state);
  const places: number[] = [];
  const bytes = encoder.encode(literal);
  for (const byte of bytes.subarray(0, -1)) {
    if (!cursor.step(byte, text)) throw new Error(`${literal} is no string`);
    text.push(byte);
    if (text.length === 1) cursor.lexemeStart = 1; // as in a name: the content without the quote
    if (isBetweenCharacters(cursor, text)) places.push(text.length);
  }
  return places;
}

Deno.test("between characters: not inside of UTF-8, escapes and pairs of escapes", () => {
  assertEquals(betweenIn('"ab"'), [1, 2, 3]);
  assertEquals(betweenIn('"é日😀"'), [1, 3, 6, 10]);
  assertEquals(betweenIn('"\\n\\\\"'), [1, 3, 5]);
  assertEquals(betweenIn('"\\\\\\\\n"'), [1, 3, 5, 6]);
  assertEquals(betweenIn('"\\u00e9x"'), [1, 7, 8]);
  assertEquals(betweenIn('"\\\\u00e9"'), [1, 3, 4, 5, 6, 7, 8]);
  assertEquals(betweenIn('"\\ud83d\\ude00"'), [1, 13]);
  assertEquals(betweenIn('"\\uDBFF\\uDFFFu"'), [1, 13, 14]);
});

Deno.test("there are as many places between characters as characters, however they are spelt", () => {
  const texts = fc.string({ unit: "binary", maxLength: 8 }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(texts, fc.nat(), (text, seed) => {
      const literal = randomSpelling(text, seededRandom(seed)).trim();
      assertEquals(betweenIn(literal).length, [...text].length + 1, literal);
      const content = encoder.encode(literal.slice(1, -1));
      assertEquals(countCharacters(content, content.length), [...text].length, literal);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a character that is not complete counts", () => {
  const count = (content: string, length: number) =>
    countCharacters(encoder.encode(content), length);
  assertEquals(count("ab", 1), 1);
  assertEquals(count("😀a", 2), 1);
  assertEquals(count("\\u00e9a", 3), 1);
  assertEquals(count("\\ud83d\\ude00a", 8), 1);
  assertEquals(count("\\ud83d\\ude00a", 13), 2);
  assertEquals(count("", 0), 0);
});
