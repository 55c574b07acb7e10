/**
 * UTF-8 languages against the platform's decoder.
 *
 * @module
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { Automaton } from "./automaton.ts";
import { RegexStore } from "./regex_store.ts";
import { codePointSet, everyCodePoint, setHas } from "./unicode_sets.ts";
import { Utf8Algebra } from "./utf8.ts";

const store = new RegexStore();
const algebra = new Utf8Algebra(store);
const automaton = new Automaton(store);
const encoder = new TextEncoder();

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

Deno.test("all holds exactly the well-formed byte sequences", () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(
      0x7f,
      0x80,
      0xbf,
      0xc1,
      0xc2,
      0xe0,
      0xa0,
      0x9f,
      0xed,
      0xef,
      0xf0,
      0x90,
      0xf4,
      0x8f,
    ),
  );
  const bytes = fc.array(byte, { maxLength: 5 }).map((list) => Uint8Array.from(list));
  fc.assert(
    fc.property(bytes, (text) => automaton.matches(algebra.all, text) === isUtf8(text)),
    { numRuns: 3000 },
  );
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 61) {
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
    assert(automaton.matches(algebra.any, encoder.encode(String.fromCodePoint(codePoint))));
  }
});

Deno.test("characters holds exactly the members of its set", () => {
  const bound = fc.oneof(fc.integer({ min: 0, max: 0x10ffff }), fc.integer({ min: 0, max: 0x900 }));
  const ranges = fc.array(fc.tuple(bound, bound), { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(ranges, (pairs) => {
    const set = codePointSet(pairs.flatMap(([a, b]) => [Math.min(a, b), Math.max(a, b)]));
    for (const codePoint of set.flatMap((c) => [c - 1, c, c + 1])) {
      if (codePoint < 0 || codePoint > 0x10ffff || !setHas(everyCodePoint, codePoint)) continue;
      const text = encoder.encode(String.fromCodePoint(codePoint));
      assertEquals(automaton.matches(algebra.characters(set), text), setHas(set, codePoint));
    }
  }));
});

Deno.test("a literal holds its own text only, with no escapes", () => {
  const quote = algebra.literal('a"\\\n😀');
  assert(automaton.matches(quote, encoder.encode('a"\\\n😀')));
  assertFalse(automaton.matches(quote, encoder.encode('a\\"\\\\\\n😀')));
  assertFalse(automaton.matches(quote, encoder.encode('a"\\\n')));
});

Deno.test("a complement holds every other text, and only well-formed ones", () => {
  const rest = algebra.complement(algebra.literal("é"));
  assert(automaton.matches(rest, encoder.encode("e")));
  assertFalse(automaton.matches(rest, encoder.encode("é")));
  assertFalse(automaton.matches(rest, Uint8Array.of(0xc3)));
});
