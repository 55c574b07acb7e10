/** Tests of emptiness, a least fixed point, and of the values of small goals. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { isEmptySchema, rootOf } from "./_shape_fixtures.ts";
import { canonicalText } from "./json_value.ts";

const required = (...names: string[]) => ({ type: "object", required: names });

Deno.test("schemas that nothing fits are empty", () => {
  const empty: unknown[] = [
    false,
    { not: {} },
    { type: "string", minLength: 3, maxLength: 2 },
    { type: "string", pattern: "^a", enum: ["b", 1] },
    { type: "integer", exclusiveMinimum: 1, exclusiveMaximum: 2 },
    { type: "number", multipleOf: 3, enum: [1, 2, 4] },
    { const: { a: 1 }, required: ["b"] },
    { type: "object", required: ["a"], properties: { a: false } },
    { type: "object", minProperties: 2, propertyNames: { enum: ["a"] } },
    { type: "object", required: ["a", "b"], maxProperties: 1 },
    { type: "object", required: ["a"], propertyNames: { pattern: "^b" } },
    { type: "object", required: ["a"], dependentRequired: { a: ["b"] }, properties: { b: false } },
    { type: "array", contains: { const: 1 }, items: { type: "string" } },
    { type: "array", minItems: 2, prefixItems: [true], items: false },
    { type: "array", uniqueItems: true, minItems: 3, items: { type: "boolean" } },
    { type: "array", uniqueItems: true, contains: { const: null }, minContains: 2 },
    { type: "array", minContains: 2, maxContains: 1, contains: true },
    { oneOf: [{ type: "string" }, { type: "string" }] },
    { anyOf: [{ type: "null" }, { const: 1 }], type: "string" },
    { allOf: [{ type: "string" }, { type: "number" }] },
    { if: { type: "string" }, then: false, else: false },
    { type: "object", minProperties: 1, unevaluatedProperties: false },
  ];
  for (const schema of empty) assertEquals(isEmptySchema(schema), true, JSON.stringify(schema));
});

Deno.test("schemas that something fits are not empty, if only just", () => {
  const satisfiable: unknown[] = [
    true,
    { not: { type: ["null", "boolean", "number", "string", "object"] } },
    { type: "string", minLength: 3, maxLength: 3, pattern: "^ab" },
    { type: "integer", exclusiveMinimum: 1, exclusiveMaximum: 3 },
    { type: "object", required: ["a"], maxProperties: 1, propertyNames: { pattern: "a" } },
    { type: "object", minProperties: 2, propertyNames: { enum: ["a", "b"] } },
    { type: "array", uniqueItems: true, minItems: 2, items: { type: "boolean" } },
    { type: "array", uniqueItems: true, contains: { enum: [1, 2] }, minContains: 2 },
    { type: "array", contains: { const: 1 }, minContains: 0, items: { type: "string" } },
    { oneOf: [{ type: "string" }, { type: "string", minLength: 1 }] },
    { type: "object", not: { required: ["a", "b"] }, required: ["a"] },
    { type: "object", properties: { a: { type: "null" } }, unevaluatedProperties: false },
  ];
  for (const schema of satisfiable) {
    assertEquals(isEmptySchema(schema), false, JSON.stringify(schema));
  }
});

Deno.test("recursion without a way out is empty, with one it is not", () => {
  const list = (end: unknown[]) => ({
    $ref: "#/$defs/list",
    $defs: {
      list: {
        anyOf: [...end, { ...required("next"), properties: { next: { $ref: "#/$defs/list" } } }],
      },
    },
  });
  assertEquals(isEmptySchema(list([])), true);
  assertEquals(isEmptySchema(list([{ type: "null" }])), false);
  assertEquals(isEmptySchema({ type: "array", minItems: 1, items: { $ref: "#" } }), true);
  assertEquals(isEmptySchema({ type: "array", items: { $ref: "#" } }), false);
  assertEquals(isEmptySchema({ type: "array", contains: { $ref: "#" } }), true);
});

Deno.test("a goal found empty on a wrong assumption is decided anew", () => {
  // Deciding a asks b, which asks a: b counts as empty then, until a turns out to have a value of its own.
  const schema = (start: string) => ({
    $ref: `#/$defs/${start}`,
    $defs: {
      a: { anyOf: [{ ...required("b"), properties: { b: { $ref: "#/$defs/b" } } }, { const: 1 }] },
      b: { ...required("a"), properties: { a: { $ref: "#/$defs/a" } } },
      both: {
        ...required("a", "b"),
        properties: { a: { $ref: "#/$defs/a" }, b: { $ref: "#/$defs/b" } },
      },
    },
  });
  for (const start of ["a", "b", "both"]) assertEquals(isEmptySchema(schema(start)), false, start);
});

Deno.test("circles of many goals are decided in time", () => {
  const count = 200;
  const $defs = (wayOut: boolean) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`d${i}`, {
        anyOf: [
          ...[1, 7, 31].map((step) => ({
            ...required("x"),
            properties: { x: { $ref: `#/$defs/d${(i + step) % count}` } },
          })),
          ...wayOut && i === 150 ? [{ type: "null" }] : [],
        ],
      }]),
    );
  const startedAt = performance.now();
  assertEquals(isEmptySchema({ $ref: "#/$defs/d0", $defs: $defs(false) }), true);
  assertEquals(isEmptySchema({ $ref: "#/$defs/d0", $defs: $defs(true) }), false);
  assert(performance.now() - startedAt < 20_000);
});

Deno.test("values inside too many others are refused", () => {
  const $defs = Object.fromEntries(
    Array.from({ length: 2000 }, (_, i) => [
      `d${i}`,
      i === 1999 ? {} : { ...required("x"), properties: { x: { $ref: `#/$defs/d${i + 1}` } } },
    ]),
  );
  const error = assertThrows(
    () => isEmptySchema({ $ref: "#/$defs/d0", $defs }),
    LimitExceededError,
  );
  assertEquals(error.limit, "nestedGoals");
});

Deno.test("the values of small goals are listed, of large ones not", () => {
  const valuesOf = (schema: unknown, limit: number) => {
    const { shapes, goal } = rootOf(schema);
    return shapes.valuesOf(goal, limit)?.map(canonicalText).sort() ?? null;
  };
  assertEquals(valuesOf({ type: ["boolean", "null"] }, 3), ["false", "null", "true"]);
  assertEquals(valuesOf({ type: ["boolean", "null"] }, 2), null);
  assertEquals(valuesOf({ type: "integer", minimum: 2, maximum: 4 }, 5), ["2", "3", "4"]);
  assertEquals(valuesOf({ enum: ["a", 1, { b: [] }], not: { const: 1 } }, 5), [
    '"a"',
    '{"b":[]}',
  ]);
  assertEquals(valuesOf({ type: "string", pattern: "^[ab]$" }, 2), ['"a"', '"b"']);
  assertEquals(valuesOf({ type: "array", items: { type: "null" }, maxItems: 2 }, 5), [
    "[]",
    "[null,null]",
    "[null]",
  ]);
  assertEquals(
    valuesOf({
      type: "object",
      properties: { a: { type: "null" }, b: { const: 1 } },
      required: ["b"],
      additionalProperties: false,
    }, 5),
    ['{"a":null,"b":1}', '{"b":1}'],
  );
  assertEquals(valuesOf(true, 1000), null);
  assertEquals(valuesOf({ type: "string" }, 1000), null);
  assertEquals(valuesOf(false, 0), []);
});

Deno.test("the parts of a normal form are what the keywords say of each type", () => {
  const { shapes, goal } = rootOf({ type: ["string", "array"], minLength: 2, maxItems: 1 });
  const shape = shapes.shape(goal);
  assertEquals(shape.words, 0);
  assertEquals(shape.numbers.cells.length, 0);
  assertEquals(shape.mayBeObject, false);
  assertEquals(shape.arrays.map(({ max }) => max), [1]);
  assertEquals(shapes.languages.has(shape.strings, "ab"), true);
  assertEquals(shapes.languages.has(shape.strings, "a"), false);
});
