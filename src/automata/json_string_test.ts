/**
 * JSON string contents against an oracle that decodes byte by byte, and the algebra's laws.
 *
 * @module
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { Automaton } from "./automaton.ts";
import { JsonStringAlgebra } from "./json_string.ts";
import type { LanguageAlgebra } from "./language_algebra.ts";
import { RegexStore } from "./regex_store.ts";
import { EMPTY, EPSILON, type Regex } from "./regex_table.ts";
import { codePointSet, everyCodePoint, setHas } from "./unicode_sets.ts";

const store = new RegexStore();
const algebra = new JsonStringAlgebra(store);
const automaton = new Automaton(store);
const encoder = new TextEncoder();

function accepts(regex: Regex, content: string | Uint8Array): boolean {
  return automaton.matches(
    regex,
    typeof content === "string" ? encoder.encode(content) : content,
  );
}

/** The text that a JSON string's content stands for; null: it is no content of scalar values. */
function decode(bytes: Uint8Array): string | null {
  try {
    const content = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const text: unknown = JSON.parse(`"${content}"`);
    return typeof text === "string" && text.isWellFormed() ? text : null;
  } catch {
    return null;
  }
}

/** All ways to write one character. */
function encodings(character: string): fc.Arbitrary<string> {
  const hex = [...Array(character.length).keys()].map((i) =>
    "\\u" + character.charCodeAt(i).toString(16).padStart(4, "0")
  ).join("");
  const ways = [hex, hex.replace(/[a-f]/g, (digit) => digit.toUpperCase())];
  const short = JSON.stringify(character).slice(1, -1);
  ways.push(short.toWellFormed() === short ? short : hex);
  if (character === "/") ways.push("\\/");
  return fc.constantFrom(...ways);
}

const scalar = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  fc.constantFrom(
    ...'/"\\\b\f\n\r\t\0\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff',
    "😀",
    "\u{10ffff}",
  ),
);
const encoded = fc.array(scalar, { maxLength: 6 }).chain((characters) =>
  fc.tuple(fc.constant(characters.join("")), fc.tuple(...characters.map(encodings)))
);

Deno.test("every encoding of a text is a member of its literal, of all, and of nothing else", () => {
  fc.assert(fc.property(encoded, scalar, ([text, content], other) => {
    assert(accepts(algebra.literal(text), content.join("")));
    assert(accepts(algebra.all, content.join("")));
    assertFalse(accepts(algebra.complement(algebra.literal(text)), content.join("")));
    assertFalse(accepts(algebra.literal(text + other), content.join("")));
  }));
});

Deno.test("all holds exactly what a JSON decoder takes", () => {
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...'\\u"dD8cCfF0e/n\x1f \x7f') },
    { weight: 1, arbitrary: fc.constantFrom("\\u", "\\ud8", "\\uDC", "😀", "é") },
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 5 }),
    fc.array(piece, { maxLength: 14 }).map((pieces) => encoder.encode(pieces.join(""))),
    fc.tuple(
      fc.constantFrom("\\ud8", "\\uD83d\\uDe", "\\uDC"),
      fc.stringMatching(/^[0-9a-fA-F]{2}$/),
    )
      .map((parts) => encoder.encode(parts.join(""))),
  );
  fc.assert(
    fc.property(bytes, (content) => accepts(algebra.all, content) === (decode(content) !== null)),
    { numRuns: 2000 },
  );
});

Deno.test("characters holds exactly the encodings of the members of its set", () => {
  const bound = fc.oneof(
    fc.integer({ min: 0, max: 0x10ffff }),
    fc.integer({ min: 0, max: 0xff }),
    fc.constantFrom(0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff),
  );
  const ranges = fc.array(fc.tuple(bound, bound), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(ranges, scalar.chain((c) => fc.tuple(fc.constant(c), encodings(c))), (
      pairs,
      [character, content],
    ) => {
      const set = codePointSet(pairs.flatMap(([a, b]) => [Math.min(a, b), Math.max(a, b)]));
      const near = [...set.map((c) => String.fromCodePoint(c)), character];
      for (const c of near) {
        const text = c === character ? content : JSON.stringify(c).slice(1, -1);
        assertEquals(accepts(algebra.characters(set), text), setHas(set, c.codePointAt(0)!));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("the set of every code point is the very expression any, and its star is all", () => {
  assertEquals(algebra.characters(everyCodePoint), algebra.any);
  assertEquals(algebra.characters([...everyCodePoint]), algebra.any);
  assertEquals(algebra.repeat(algebra.any, 0, Infinity), algebra.all);
  assertEquals(algebra.characters([]), EMPTY);
});

Deno.test("intersections, unions and complements drop what all makes redundant", () => {
  const x = algebra.literal("x"), y = algebra.literal("y");
  assertEquals(algebra.intersect([x, algebra.all]), x);
  assertEquals(algebra.intersect([]), algebra.all);
  assertEquals(algebra.union([x, algebra.all]), algebra.all);
  assertEquals(algebra.complement(EMPTY), algebra.all);
  assertEquals(algebra.complement(algebra.all), EMPTY);
  assertEquals(algebra.complement(algebra.complement(x)), x);
  assertEquals(algebra.intersect([x, algebra.complement(x)]), EMPTY);
  assertEquals(algebra.intersect([algebra.complement(y), x]), store.intersect([x, store.not(y)]));
  assertEquals(
    algebra.intersect([algebra.complement(x), algebra.complement(y)]),
    store.intersect([algebra.all, store.not(x), store.not(y)]),
  );
  assertEquals(algebra.concat([algebra.all, algebra.all, x]), algebra.concat([algebra.all, x]));
  assertEquals(algebra.repeat(algebra.all, 2, 5), algebra.all);
});

Deno.test("complement and intersection agree with sets of texts", () => {
  const algebraOfTexts: LanguageAlgebra<Regex> = algebra;
  const ab = algebraOfTexts.characters([0x61, 0x62]);
  const short = algebraOfTexts.repeat(ab, 0, 3);
  const withA = algebraOfTexts.concat([algebra.all, algebra.literal("a"), algebra.all]);
  const withoutA = algebraOfTexts.intersect([short, algebraOfTexts.complement(withA)]);
  for (const text of ["", "a", "b", "bb", "bbb", "bab", "bbbb", "c", "\\u0062", "\\u0061"]) {
    const decoded = JSON.parse(`"${text}"`) as string;
    assertEquals(accepts(withoutA, text), /^b{0,3}$/.test(decoded), text);
  }
});

Deno.test("a literal with a lone surrogate holds no text", () => {
  for (const text of ["\ud800", "a\udc00", "\udc00\ud800", "\ud800a"]) {
    assertEquals(algebra.literal(text), EMPTY);
  }
  assertEquals(algebra.literal(""), EPSILON);
  assert(accepts(algebra.literal("\ud83d\ude00"), "\\uD83d\\uDE00"));
});

Deno.test("the automaton of any has 30 states at most", () => {
  const states = new Set<Regex>([algebra.any]);
  for (const state of states) {
    const row = automaton.row(state);
    for (let byte = 0; byte < 256; byte++) {
      const target = automaton.rows.data[row + byte]!;
      if (target !== EMPTY) states.add(target);
    }
  }
  assert(states.size <= 30, `${states.size} states`);
});
