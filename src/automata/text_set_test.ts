/**
 * Sets of texts against plain sets and against the JSON string algebra.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Automaton } from "./automaton.ts";
import { JsonStringAlgebra } from "./json_string.ts";
import { RegexStore } from "./regex_store.ts";
import { EMPTY, type Regex } from "./regex_table.ts";
import { TextSet, textSetMachine } from "./text_set.ts";
import { Utf8Algebra } from "./utf8.ts";

const encoder = new TextEncoder();

/** Steps a set through the content of a JSON string; whether a text is complete, or null when it died. */
function walk(set: TextSet, content: string): boolean | null {
  let low = 0, high = set.size, depth = 0, pending = 0;
  for (const byte of encoder.encode(content)) {
    if (!set.step(low, high, depth, pending, byte)) return null;
    ({ nextLow: low, nextHigh: high, nextDepth: depth, nextPending: pending } = set);
  }
  return set.isComplete(low, high, depth, pending);
}

/** Checks that two languages have the same automaton, byte by byte. */
function assertSameLanguage(automaton: Automaton, left: Regex, right: Regex): void {
  const seen = new Set<string>();
  const queue: [Regex, Regex][] = [[left, right]];
  for (const [x, y] of queue) {
    const rowX = automaton.row(x), rowY = automaton.row(y);
    assertEquals(automaton.store.nullable.at(x), automaton.store.nullable.at(y));
    for (let byte = 0; byte < 256; byte++) {
      const nextX = automaton.rows.data[rowX + byte]!, nextY = automaton.rows.data[rowY + byte]!;
      assertEquals(nextX === EMPTY, nextY === EMPTY, `byte ${byte} after ${x}, ${y}`);
      const key = `${nextX} ${nextY}`;
      if (nextX !== EMPTY && !seen.has(key)) {
        seen.add(key);
        queue.push([nextX, nextY]);
      }
    }
  }
}

const character = fc.constantFrom(
  ...'ab"\\/\n\u0001\u007fé\u07ff\u0800\ud000\ud7ff\ue000\uffff😀😁\u{10000}\u{10fc00}\u{10ffff}',
);
const texts = fc.array(fc.array(character, { maxLength: 3 }).map((list) => list.join("")), {
  maxLength: 12,
});

Deno.test("texts are sorted by code points and found again", () => {
  fc.assert(fc.property(texts, character, (list, other) => {
    const set = TextSet.of(list);
    const codePoints = (text: string) => [...text].map((c) => c.codePointAt(0)!);
    const sorted = [...new Set(list)].sort((a, b) => {
      const x = codePoints(a), y = codePoints(b);
      for (let i = 0; i < Math.min(x.length, y.length); i++) {
        if (x[i] !== y[i]) return x[i]! - y[i]!;
      }
      return x.length - y.length;
    });
    assertEquals(set.size, sorted.length);
    for (const [index, text] of sorted.entries()) {
      assertEquals(set.text(index), text);
      assertEquals(set.indexOf(text), index);
      assertEquals(set.indexOf(text + other), sorted.indexOf(text + other));
    }
  }));
});

Deno.test("the JSON machine is the union of the literals", () => {
  fc.assert(
    fc.property(texts, (list) => {
      const store = new RegexStore();
      const algebra = new JsonStringAlgebra(store);
      const union = algebra.union(list.map((text) => algebra.literal(text)));
      const machine = store.machine(textSetMachine(TextSet.of(list), "json"));
      if (list.length === 0) assertEquals(machine, EMPTY);
      else assertSameLanguage(new Automaton(store), union, machine);
    }),
    { numRuns: 100 },
  );
});

Deno.test("the UTF-8 machine is the union of the literals", () => {
  fc.assert(
    fc.property(texts, (list) => {
      const store = new RegexStore();
      const algebra = new Utf8Algebra(store);
      const union = algebra.union(list.map((text) => algebra.literal(text)));
      const machine = store.machine(textSetMachine(TextSet.of(list), "utf8"));
      if (list.length === 0) assertEquals(machine, EMPTY);
      else assertSameLanguage(new Automaton(store), union, machine);
    }),
    { numRuns: 100 },
  );
});

Deno.test("transitions gives what step gives for every byte", () => {
  const list = ["", "a", "ab", 'a"', "é", "è", "😀", "😁", "\ud000", "\ue000", "/", "\\", "\n"];
  for (const encoding of ["json", "utf8"] as const) {
    const machine = textSetMachine(TextSet.of(list), encoding);
    const out = new Int32Array(256);
    const states = new Set([machine.start]);
    for (const state of states) {
      machine.transitions!(state, out);
      for (let byte = 0; byte < 256; byte++) {
        assertEquals(out[byte], machine.step(state, byte), `${encoding} ${state} ${byte}`);
        if (out[byte]! >= 0) states.add(out[byte]!);
      }
    }
  }
});

Deno.test("an escape lives only as long as some text can go on with it", () => {
  const set = TextSet.of(["A", "\ue000", "😀"]);
  assertEquals(walk(set, "\\u0041"), true);
  assertEquals(walk(set, "\\u004"), false);
  assertEquals(walk(set, "\\u005"), null);
  assertEquals(walk(set, "\\ud"), false);
  assertEquals(walk(set, "\\ud7"), null);
  assertEquals(walk(set, "\\uD8"), false);
  assertEquals(walk(set, "\\uD83D\\uDE00"), true);
  assertEquals(walk(set, "\\uD83D\\uDE01"), null);
  assertEquals(walk(set, "\\uD83Dx"), null);
  assertEquals(walk(set, "\\n"), null);
  assertEquals(walk(TextSet.of(["\ue000", "é"]), "\\ud"), null);
});

Deno.test("a backslash is refused inside a character and after the last one", () => {
  const set = TextSet.of(["é"]);
  assert(set.step(0, 1, 0, 0, 0xc3));
  assertFalse(set.step(set.nextLow, set.nextHigh, set.nextDepth, set.nextPending, 0x5c));
  assertEquals(walk(set, "é\\"), null);
});

Deno.test("texts with lone surrogates are left out, indices outside are refused", () => {
  const set = TextSet.of(["\ud800", "a"]);
  assertEquals(set.size, 1);
  assertEquals(set.indexOf("\ud800"), -1);
  assertThrows(() => set.text(1), RangeError);
});

Deno.test("machines of equal sets have equal keys, others do not", () => {
  const many = Array.from({ length: 500 }, (_, i) => `text ${i}`);
  for (const list of [["a", "bc"], many]) {
    const key = textSetMachine(TextSet.of(list), "json").key;
    assertEquals(textSetMachine(TextSet.of([...list].reverse()), "json").key, key);
    assertFalse(textSetMachine(TextSet.of(list), "utf8").key === key);
    assertFalse(textSetMachine(TextSet.of([...list, "z"]), "json").key === key);
  }
  const ab = textSetMachine(TextSet.of(["ab", "c"]), "json").key;
  assertFalse(textSetMachine(TextSet.of(["a", "bc"]), "json").key === ab);
});
