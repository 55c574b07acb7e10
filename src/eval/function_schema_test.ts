import { assertEquals } from "@std/assert";
import { functionSchema } from "./function_schema.ts";

Deno.test("the types of Python become those of JSON at every depth", () => {
  assertEquals(
    functionSchema({
      type: "dict",
      properties: {
        ratio: { type: "float", optional: true, default: 0.5 },
        pair: { type: "tuple", items: { type: "integer" } },
        rows: { type: "array", items: { type: "dict", properties: { any: { type: "any" } } } },
        either: { type: ["int", "str"] },
      },
      required: ["ratio"],
    }),
    {
      type: "object",
      properties: {
        ratio: { type: "number", default: 0.5 },
        pair: { type: "array", items: { type: "integer" } },
        rows: { type: "array", items: { type: "object", properties: { any: {} } } },
        either: { type: ["integer", "string"] },
      },
      required: ["ratio"],
    },
  );
});

Deno.test("a property that is called like a keyword stays a property", () => {
  const parameters = {
    type: "dict",
    properties: { type: { type: "str" }, optional: { type: "bool" }, items: { type: "float" } },
  };
  assertEquals(functionSchema(parameters).properties, {
    type: { type: "string" },
    optional: { type: "boolean" },
    items: { type: "number" },
  });
});

Deno.test("data inside of a schema is not translated", () => {
  const enumeration = { type: "string", enum: ["dict", "float"], default: "dict" };
  assertEquals(
    functionSchema({ type: "dict", properties: { kind: enumeration } }).properties,
    { kind: enumeration },
  );
});
