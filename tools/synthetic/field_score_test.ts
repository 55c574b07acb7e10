import { assertEquals } from "@std/assert";
import { scoreFields } from "./field_score.ts";

Deno.test("each leaf is a field, and a list of scalars is one", () => {
  const answer = { a: 1, b: { c: "x", d: null }, e: ["p", "q"], f: [{ g: 1 }, { g: 2 }] };
  assertEquals(scoreFields(answer, answer), { right: 6, all: 6, wrong: [] });
});

Deno.test("a wrong, a missing and an invented field are a mistake each", () => {
  const { right, all, wrong } = scoreFields({ a: 1, b: 2, c: 3 }, { a: 1, b: 9, d: 4 });
  assertEquals([right, all, wrong.sort()], [1, 4, ["/b", "/c", "/d"]]);
});

Deno.test("an answer that is no JSON has no field right", () => {
  assertEquals(scoreFields({ a: 1 }, undefined), { right: 0, all: 1, wrong: ["/a"] });
});
