import { assertEquals } from "@std/assert";
import { closeObjects } from "./closed_objects.ts";

const open = () => ({ type: "object", properties: { a: { type: "string" } } });
const closed = () => ({ ...open(), additionalProperties: false });

Deno.test("declared objects are closed wherever a whole value is described", () => {
  assertEquals(
    closeObjects({
      type: "object",
      properties: { one: open(), list: { type: "array", items: open(), prefixItems: [open()] } },
      required: ["one"],
    }),
    {
      type: "object",
      properties: {
        one: closed(),
        list: { type: "array", items: closed(), prefixItems: [closed()] },
      },
      required: ["one"],
      additionalProperties: false,
    } as object,
  );
  assertEquals(closeObjects({ anyOf: [open(), { type: "null" }] }), {
    anyOf: [closed(), { type: "null" }],
  });
});

Deno.test("what the schema says about further properties stands", () => {
  for (const rest of [true, {}, { type: "number" }]) {
    const schema = { ...open(), additionalProperties: rest };
    assertEquals(closeObjects(structuredClone(schema)), schema);
  }
  const patterns = { ...open(), patternProperties: { "^x": true } };
  assertEquals(closeObjects(structuredClone(patterns)), patterns);
});

Deno.test("an object that could not be valid if closed stays open", () => {
  for (const more of [{ required: ["b"] }, { minProperties: 2 }]) {
    const schema = { ...open(), ...more };
    assertEquals(closeObjects(structuredClone(schema)), schema);
  }
});

Deno.test("nothing is closed where parts are combined", () => {
  for (
    const schema of [
      { allOf: [open(), { properties: { b: true } }] },
      { oneOf: [open(), open()] },
      { not: open() },
      { ...open(), anyOf: [open()] },
      { ...open(), if: open(), then: open() },
      { type: "object", properties: { deep: { allOf: [{ properties: { x: open() } }, true] } } },
    ]
  ) {
    const result = closeObjects(structuredClone(schema)) as Record<string, unknown>;
    if (!("deep" in ((schema as { properties?: object }).properties ?? {}))) {
      assertEquals(result, schema as object);
    } else {
      assertEquals(result.properties, (schema as { properties: object }).properties);
    }
  }
});

Deno.test("a definition is closed only if every reference to it stands alone", () => {
  const alone = { properties: { p: { $ref: "#/$defs/d" } }, $defs: { d: open() } };
  assertEquals(closeObjects(alone).$defs.d as object, closed());
  const combined = {
    properties: { p: { $ref: "#/$defs/d" }, q: { allOf: [{ $ref: "#/$defs/d" }, open()] } },
    $defs: { d: open() },
  };
  assertEquals(closeObjects(combined).$defs.d, open());
  const described = {
    properties: { p: { allOf: [{ $ref: "#/$defs/d" }], description: "x" } },
    $defs: { d: open() },
  };
  assertEquals(closeObjects(described).$defs.d as object, closed());
});

Deno.test("recursive schemas end", () => {
  const tree = {
    type: "object",
    properties: { children: { type: "array", items: { $ref: "#" } } },
  };
  assertEquals((closeObjects(tree) as Record<string, unknown>).additionalProperties, false);
});
