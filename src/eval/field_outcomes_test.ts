import { assertEquals } from "@std/assert";
import { compareFields } from "./field_outcomes.ts";

/** What matters of each field, by its name. */
function brief(expected: unknown, found: unknown): Record<string, unknown> {
  return Object.fromEntries(
    compareFields(expected, found).map((outcome) => [
      outcome.field,
      outcome.kind === "single"
        ? [outcome.isExact, outcome.isNormalized, outcome.f1]
        : [outcome.expected.length, outcome.found.length, outcome.matchedCount],
    ]),
  );
}

Deno.test("single fields are compared in three ways, nested ones too", () => {
  assertEquals(
    brief(
      { shop: "Tan & Co", total: "9.00", at: { city: "Oslo", country: null } },
      { shop: "tan co", total: "9", at: { city: "Bergen", country: null }, tip: 1 },
    ),
    {
      "shop": [false, true, 1],
      "total": [false, true, 1],
      "at.city": [false, false, 0],
      "at.country": [true, true, 1],
      "tip": [false, false, 0],
    },
  );
});

Deno.test("what was not written is wrong, unless nothing was expected", () => {
  assertEquals(brief({ a: "x", b: null, c: [] }, undefined), {
    "a": [false, false, 0],
    "b": [true, true, 1],
    "c[]": [0, 0, 0],
  });
});

Deno.test("plain lists are sets: order and repetition do not matter", () => {
  assertEquals(brief({ city: ["Oslo", "Bergen", "Oslo"] }, { city: ["bergen", "Rome", "Oslo"] }), {
    "city[]": [2, 3, 2],
  });
  const [outcome] = compareFields({ city: ["Oslo"] }, { city: ["Rome", "OSLO"] });
  assertEquals(outcome?.kind === "list" && outcome.isRight, [false, true]);
});

Deno.test("fields of the objects of a list are counted one by one", () => {
  const lines = [{ item: "tea", price: 2 }, { item: "bread", price: 2 }];
  assertEquals(
    brief({ lines }, { lines: [{ item: "Tea", price: 2 }, { item: "jam", price: 2 }] }),
    {
      "lines[].item": [2, 2, 1],
      "lines[].price": [2, 2, 2],
    },
  );
  assertEquals(brief({ lines }, { lines: [{ item: "tea", price: 2 }] }), {
    "lines[].item": [2, 1, 1],
    "lines[].price": [2, 1, 1],
  });
});

Deno.test("a value of another shape is missed there and too much here", () => {
  assertEquals(brief({ a: ["x"] }, { a: "x" }), { "a[]": [1, 0, 0], "a": [false, false, 0] });
  assertEquals(brief({ a: "x" }, ["x"]), { "a": [false, false, 0], "[]": [0, 1, 0] });
  assertEquals(brief(["x"], ["x", "y"]), { "[]": [1, 2, 1] });
  assertEquals(brief(5, "5"), { "": [false, true, 1] });
});
