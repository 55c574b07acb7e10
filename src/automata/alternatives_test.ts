/** Tests of what unions become; that the language stays the same is tested with random expressions in `regex_store_test.ts`. */

import { assertEquals, assertNotEquals } from "@std/assert";
import { Automaton } from "./automaton.ts";
import { RegexStore } from "./regex_store.ts";
import { EPSILON, KIND_UNION, type Regex } from "./regex_table.ts";

const store = new RegexStore();
const [a, b, c] = ["a", "b", "c"].map((letter) => store.byte(letter.charCodeAt(0))) as [
  Regex,
  Regex,
  Regex,
];
const rest = store.concat(b, c);
const counted = (min: number, max: number, tail = rest) =>
  store.concat(store.repeat(a, min, max), tail);

Deno.test("byte sets before the same rest are one byte set", () => {
  assertEquals(
    store.union([store.concat(a, rest), store.concat(b, rest)]),
    store.concat(store.bytes([97, 98]), rest),
  );
});

Deno.test("rounds of one expression before the same rest are joined if no count lies between", () => {
  assertEquals(store.union([counted(0, 7), counted(0, 9)]), counted(0, 9));
  assertEquals(store.union([counted(2, 4), counted(3, 6)]), counted(2, 6));
  assertEquals(store.union([counted(2, 3), counted(4, 6)]), counted(2, 6));
  assertEquals(store.union([counted(1, 6), rest]), counted(0, 6));
  assertEquals(store.kind.at(store.union([counted(2, 3), counted(5, 6)])), KIND_UNION);
});

Deno.test("an alternative with fewer rounds left of everything is dropped", () => {
  const part = store.concat(store.repeat(a, 1, 63), b);
  const state = (inner: number, outer: number) =>
    store.concat(store.repeat(a, 0, inner), store.concat(b, store.repeat(part, 0, outer)));
  assertEquals(store.union([state(5, 7), state(9, 8)]), state(9, 8));
  assertNotEquals(store.union([state(9, 7), state(5, 8)]), state(5, 8));
  assertEquals(
    store.union([rest, store.concat(store.star(part), rest)]),
    store.concat(store.star(part), rest),
  );
});

Deno.test("repeats of one expression in a row are one repeat", () => {
  assertEquals(store.sequence([store.optional(a), store.optional(a), a]), store.repeat(a, 1, 3));
  assertEquals(store.concat(store.repeat(a, 2, 3), store.repeat(a, 4, 5)), store.repeat(a, 6, 8));
  assertEquals(store.concat(store.star(a), EPSILON), store.star(a));
});

Deno.test("rounds of rounds are rounds if no number of them is left out", () => {
  assertEquals(store.repeat(store.repeat(a, 1, 100), 1, 100), store.repeat(a, 1, 10_000));
  assertEquals(store.repeat(store.repeat(a, 0, 3), 0, 5), store.repeat(a, 0, 15));
  assertEquals(store.repeat(store.repeat(a, 2, 2), 3, 3), store.repeat(a, 6, 6));
  assertNotEquals(store.repeat(store.repeat(a, 2, 2), 0, 3), store.repeat(a, 0, 6));
  assertNotEquals(store.repeat(store.repeat(a, 3, 4), 0, 3), store.repeat(a, 0, 12));
});

Deno.test("parts of bounded length, bounded in number, have few states", () => {
  const own = new RegexStore();
  const any = own.bytes([0, 255]);
  const part = own.concat(own.repeat(any, 1, 63), own.byte(46));
  const automaton = new Automaton(own);
  let state = own.concat(own.repeat(part, 1, 127), own.byte(97));
  for (
    const byte of new TextEncoder().encode("ab.cd.ef.gh.ij.kl.mn.op.qr.st.uv.wx.yz.".repeat(8))
  ) {
    state = automaton.step(state, byte);
    const size = own.kind.at(state) === KIND_UNION ? own.b.at(state) : 1;
    if (size > 8) throw new Error(`a state of ${size} alternatives`);
  }
});
