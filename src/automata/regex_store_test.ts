import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LimitExceededError } from "../errors.ts";
import { build, members, TEXTS, tree } from "./_expression_oracle.ts";
import { Automaton } from "./automaton.ts";
import { RegexStore } from "./regex_store.ts";
import { ALL, EMPTY, EPSILON, KIND_BYTES, KIND_UNION, type Regex } from "./regex_table.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const encodedTexts = TEXTS.map(bytes);

Deno.test("an expression that is built again is the same integer", () => {
  fc.assert(fc.property(fc.array(tree, { maxLength: 5 }), (trees) => {
    const store = new RegexStore();
    const first = trees.map((tree) => build(store, tree));
    const size = store.size;
    assertEquals(trees.map((tree) => build(store, tree)), first);
    assertEquals(store.size, size);
  }));
});

Deno.test("unions and intersections do not depend on order, nesting or repetition", () => {
  fc.assert(
    fc.property(fc.array(tree, { minLength: 2, maxLength: 5 }), fc.nat(), (trees, seed) => {
      const store = new RegexStore();
      const parts = trees.map((tree) => build(store, tree));
      const rotated = [...parts.slice(seed % parts.length), ...parts.slice(0, seed % parts.length)];
      const cut = 1 + seed % (parts.length - 1);
      for (const make of [store.union.bind(store), store.intersect.bind(store)]) {
        const together = make(parts);
        assertEquals(make(rotated), together);
        assertEquals(make([...parts].reverse()), together);
        assertEquals(make([...parts, ...parts]), together);
        assertEquals(make([together, parts[0]!]), make([parts[0]!, together]));
        assertEquals(make([together]), together);
        const nested = make([make(parts.slice(0, cut)), make(parts.slice(cut))]);
        assertEquals(sameMembers(store, nested, together), true);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("concatenation does not depend on nesting", () => {
  fc.assert(fc.property(tree, tree, tree, (x, y, z) => {
    const store = new RegexStore();
    const [a, b, c] = [x, y, z].map((tree) => build(store, tree)) as [Regex, Regex, Regex];
    assertEquals(store.concat(store.concat(a, b), c), store.concat(a, store.concat(b, c)));
    assertEquals(store.sequence([a, b, c]), store.concat(a, store.concat(b, c)));
  }));
});

Deno.test("units, zeros and double negation disappear", () => {
  fc.assert(fc.property(tree, (tree) => {
    const store = new RegexStore();
    const x = build(store, tree);
    assertEquals(store.concat(x, EPSILON), x);
    assertEquals(store.concat(EPSILON, x), x);
    assertEquals(store.concat(x, EMPTY), EMPTY);
    assertEquals(store.concat(EMPTY, x), EMPTY);
    assertEquals(store.union([x, EMPTY]), x);
    assertEquals(store.union([x, ALL]), ALL);
    assertEquals(store.intersect([x, ALL]), x);
    assertEquals(store.intersect([x, EMPTY]), EMPTY);
    assertEquals(store.intersect([x, store.not(x)]), EMPTY);
    assertEquals(store.not(store.not(x)), x);
    assertEquals(store.repeat(x, 1, 1), x);
    assertEquals(store.repeat(x, 0, 0), EPSILON);
    assertEquals(store.star(store.star(x)), store.star(x));
    assertEquals(store.optional(store.star(x)), store.star(x));
    if (store.nullable.at(x) === 1) assertEquals(store.union([x, EPSILON]), x);
  }));
  const store = new RegexStore();
  assertEquals(store.union([]), EMPTY);
  assertEquals(store.intersect([]), ALL);
  assertEquals(store.sequence([]), EPSILON);
  assertEquals(store.literal(bytes("")), EPSILON);
  assertEquals(store.not(EMPTY), ALL);
  assertEquals(store.star(EMPTY), EPSILON);
  assertEquals(store.repeat(EMPTY, 2, 3), EMPTY);
  assertEquals(
    store.concat(ALL, store.concat(ALL, store.byte(1))),
    store.concat(ALL, store.byte(1)),
  );
});

Deno.test("byte sets are merged, and alternatives with the same tail", () => {
  const store = new RegexStore();
  const set = store.bytes([98, 99, 97, 97, 120, 122, 121, 121, 5, 4]);
  assertEquals(store.kind.at(set), KIND_BYTES);
  assertEquals([...store.pool.data.subarray(store.a.at(set), store.a.at(set) + 4)], [
    97,
    99,
    120,
    122,
  ]);
  assertEquals(store.bytes([]), EMPTY);
  assertEquals(store.bytes([7, 7]), store.byte(7));
  assertEquals(store.bytes([0, 127, 128, 255]), store.bytes([0, 255]));
  const [a, b, c, tail] = [97, 98, 99, 100].map((byte) => store.byte(byte)) as [
    Regex,
    Regex,
    Regex,
    Regex,
  ];
  assertEquals(store.union([a, b]), store.bytes([97, 98]));
  assertEquals(
    store.union([store.concat(a, tail), store.concat(b, tail), c]),
    store.union([c, store.concat(store.bytes([97, 98]), tail)]),
  );
});

Deno.test("a universe absorbs what is known to lie within it", () => {
  const store = new RegexStore();
  const letter = store.bytes([97, 122]);
  const pair = store.concat(store.byte(200), store.byte(201));
  const texts = store.universe(store.union([letter, pair]));
  assertEquals(store.universe(store.union([letter, pair])), texts);
  const x = store.byte(120);
  store.declareWithin(x, texts);
  const hasX = store.sequence([texts, x, texts]);
  assertEquals(store.union([texts, hasX]), texts);
  assertEquals(store.union([texts, hasX, store.byte(7)]), store.union([store.byte(7), texts]));
  assertEquals(store.intersect([texts, hasX]), hasX);
  assertEquals(store.intersect([hasX, store.not(texts)]), EMPTY);
  assertEquals(
    store.intersect([hasX, store.repeat(pair, 2, 5), texts]),
    store.intersect([hasX, store.repeat(pair, 2, 5)]),
  );
  // What is not known to lie within stays, as does a label.
  for (const other of [store.byte(7), store.not(hasX), store.label(3)]) {
    assertEquals(store.kind.at(store.union([texts, other])), KIND_UNION);
    assertNotEquals(store.intersect([texts, other]), other);
  }
  assertNotEquals(store.intersect([store.byte(7), store.not(texts)]), EMPTY);
  // Once x was read, anything may follow: one state.
  const automaton = new Automaton(store);
  assertEquals(automaton.run(hasX, bytes("abcx")), texts);
  assertEquals(automaton.run(hasX, bytes("xxx")), texts);
});

Deno.test("a universe changes no language", () => {
  fc.assert(
    fc.property(tree, fc.constantFrom("abc", "ab", "c"), (tree, letters) => {
      const store = new RegexStore();
      store.universe(build(store, { op: "bytes", letters }));
      for (const letter of letters) {
        store.declareWithin(
          store.byte(letter.charCodeAt(0)),
          store.star(build(store, { op: "bytes", letters })),
        );
      }
      const regex = build(store, tree);
      const automaton = new Automaton(store);
      const got = Uint8Array.from(encodedTexts, (text) => automaton.matches(regex, text) ? 1 : 0);
      assertEquals(got, members(tree));
    }),
    { numRuns: 500 },
  );
});

Deno.test("a store has room for 31 universes", () => {
  const store = new RegexStore();
  for (let byte = 0; byte < 31; byte++) store.universe(store.byte(byte));
  assertEquals(store.universe(store.byte(30)), store.star(store.byte(30)));
  assertThrows(() => store.universe(store.byte(31)), RangeError, "31 universes");
  const last = store.star(store.byte(30));
  assertEquals(store.union([last, store.repeat(store.byte(30), 2, 4)]), last);
  assert(store.union([last, store.repeat(store.byte(29), 2, 4)]) !== last);
});

Deno.test("bounds of repetitions are kept; large ones are no bound or refused", () => {
  const store = new RegexStore();
  const a = store.byte(97);
  const bounds = (regex: Regex) => [store.repeatMin(regex), store.repeatMax(regex)];
  assertEquals(bounds(store.repeat(a, 2, 5)), [2, 5]);
  assertEquals(bounds(store.repeat(a, 0x7fffffff, Infinity)), [0x7fffffff, Infinity]);
  assertEquals(bounds(store.repeat(a, 3, 5e9)), [3, Infinity]);
  const nullable = store.concat(store.optional(a), store.optional(store.byte(98)));
  assertEquals(bounds(store.repeat(nullable, 3, 4)), [0, 4]);
  const error = assertThrows(() => store.repeat(a, 2 ** 31, Infinity), LimitExceededError);
  assertEquals(error.limit, "repeatMinimum");
});

Deno.test("a full store says so", () => {
  const store = new RegexStore({ expressions: 100 });
  const error = assertThrows(
    () => store.literal(new Uint8Array(200).map((_, i) => i)),
    LimitExceededError,
  );
  assertEquals([error.limit, error.maximum], ["expressions", 100]);
});

Deno.test("a store keeps its expressions apart while it grows", () => {
  const store = new RegexStore();
  const literals = Array.from({ length: 3000 }, (_, i) => store.literal(bytes(`${i}x`)));
  assertEquals(new Set(literals).size, 3000);
  const all = store.union(literals);
  literals.forEach((regex, i) => assertEquals(store.literal(bytes(`${i}x`)), regex));
  const automaton = new Automaton(store);
  assert(automaton.matches(all, bytes("2999x")));
  assert(!automaton.matches(all, bytes("3000x")));
});

function sameMembers(store: RegexStore, x: Regex, y: Regex): boolean {
  if (x === y) return true;
  const automaton = new Automaton(store);
  return encodedTexts.every((text) => automaton.matches(x, text) === automaton.matches(y, text));
}
