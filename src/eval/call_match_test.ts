import { assert, assertEquals } from "@std/assert";
import { callMismatch } from "./call_match.ts";
import type { AcceptedArguments } from "./evaluation_set.ts";

const FUNCTIONS = [
  {
    name: "f",
    parameters: {
      type: "dict",
      properties: {
        text: { type: "string" },
        count: { type: "integer" },
        ratio: { type: "float" },
        flag: { type: "boolean" },
        names: { type: "array", items: { type: "string" } },
        sizes: { type: "array", items: { type: "float" } },
        table: { type: "array", items: { type: "array" } },
        filter: { type: "dict" },
        rules: { type: "array", items: { type: "dict" } },
        free: { type: "any" },
      },
      required: [] as string[],
    },
  },
  {
    name: "g",
    parameters: { type: "dict", properties: { a: { type: "integer" } }, required: ["a"] },
  },
];

const matches = (given: Record<string, unknown>, accepted: AcceptedArguments) =>
  callMismatch([{ name: "f", arguments: given }], [{ name: "f", accepted }], FUNCTIONS) === null;

Deno.test("texts agree up to case, spaces and some punctuation, with one quote for the other", () => {
  const accepted = { text: ["New York, NY", "it's"] };
  for (const text of ["new york ny", "New-York/NY.", "NEWYORK_N^Y*", 'It"s']) {
    assert(matches({ text }, accepted), text);
  }
  for (const text of ["New York", "New York; NY", 5, null, ["New York, NY"]]) {
    assert(!matches({ text }, accepted), String(text));
  }
});

Deno.test("numbers have the described type and one of the values", () => {
  assert(matches({ count: 5 }, { count: [5, 6] }));
  assert(!matches({ count: 7 }, { count: [5, 6] }));
  assert(!matches({ count: 5.5 }, { count: [5] }));
  assert(!matches({ count: "5" }, { count: [5] }));
  assert(!matches({ count: true }, { count: [1] }));
  assert(matches({ ratio: 5 }, { ratio: [5.0] }));
  assert(matches({ ratio: 0.5 }, { ratio: [0.5] }));
  assert(matches({ flag: true }, { flag: [true] }));
  assert(!matches({ flag: "true" }, { flag: [true] }));
});

Deno.test("a value of the type of the accepted ones is right where the description says another", () => {
  assert(matches({ count: "all" }, { count: ["all"] }));
  assert(!matches({ count: "All" }, { count: ["all"] }), "compared as it is");
  assert(matches({ free: "x" }, { free: ["X"] }));
});

Deno.test("lists are compared in order, their texts as texts", () => {
  const accepted = { names: [["Santa Barbara", "Monterey"], ["x"]] };
  assert(matches({ names: ["santa barbara", "Monterey."] }, accepted));
  assert(matches({ names: ["X"] }, accepted));
  assert(!matches({ names: ["Monterey", "Santa Barbara"] }, accepted));
  assert(!matches({ names: [5] }, accepted));
  assert(matches({ sizes: [1, 2.5] }, { sizes: [[1.0, 2.5]] }));
  assert(matches({ table: [[1, 2], [3]] }, { table: [[[1, 2], [3]]] }));
});

Deno.test("objects have accepted values by key, and those that accept nothing may be missing", () => {
  const accepted = { filter: [{ dept: ["Science"], school: ["BHS", "Bluebird"], year: ["", 3] }] };
  assert(matches({ filter: { dept: "science", school: "bluebird" } }, accepted));
  assert(matches({ filter: { dept: "science", school: "bhs", year: 3 } }, accepted));
  assert(!matches({ filter: { dept: "science" } }, accepted));
  assert(!matches({ filter: { dept: "science", school: "bhs", room: 1 } }, accepted));
  assert(!matches({ filter: { dept: "science", school: "bhs", toString: 1 } }, accepted));
  const rules = { rules: [[{ op: [">"] }, { op: ["="] }]] };
  assert(matches({ rules: [{ op: ">" }, { op: "=" }] }, rules));
  assert(!matches({ rules: [{ op: "=" }, { op: ">" }] }, rules));
  assert(!matches({ rules: [{ op: ">" }] }, rules));
});

Deno.test("optional arguments may be missing where the answer accepts that, and only there", () => {
  assert(matches({ text: "a" }, { text: ["a"], count: ["", 1] }));
  assert(matches({ text: "a", count: 1 }, { text: ["a"], count: ["", 1] }));
  assert(!matches({ text: "a", count: 2 }, { text: ["a"], count: ["", 1] }));
  assert(!matches({ text: "a" }, { text: ["a"], count: [1] }));
  assert(!matches({ text: "a", flag: true }, { text: ["a"] }), "not in the answer");
  assert(!matches({ text: "a", other: 1 }, { text: ["a"], other: [1] }), "not in the description");
});

Deno.test("each expected call has a call of its own, in any order, and there are no others", () => {
  const g = (a: unknown) => ({ name: "g", arguments: { a } });
  const wanted = (a: number) => ({ name: "g", accepted: { a: [a] } });
  assertEquals(callMismatch([g(2), g(1)], [wanted(1), wanted(2)], FUNCTIONS), null);
  assertEquals(callMismatch([], [], FUNCTIONS), null);
  assertEquals(callMismatch([g(1)], [], FUNCTIONS), "1 calls, expected 0");
  assertEquals(callMismatch([g(1)], [wanted(1), wanted(1)], FUNCTIONS), "1 calls, expected 2");
  assertEquals(
    callMismatch([g(1), g(1)], [wanted(1), wanted(2)], FUNCTIONS),
    "argument a: 1 is not among [2]",
  );
  assertEquals(
    callMismatch([{ name: "f", arguments: {} }], [wanted(1)], FUNCTIONS),
    "calls f, expected g",
  );
  assertEquals(
    callMismatch([{ name: "g", arguments: {} }], [wanted(1)], FUNCTIONS),
    "lacks the required argument a",
  );
});
