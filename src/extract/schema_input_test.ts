import { assert, assertEquals, assertRejects } from "@std/assert";
import * as z from "zod";
import { z as z3 } from "zod/v3";
import { SchemaConversionError } from "./errors.ts";
import { type InferOutput, jsonSchema, readSchema, type StandardSchema } from "./schema_input.ts";

Deno.test("a zod 4 schema gives its input side and runs its transforms on the value", async () => {
  const schema = z.object({
    length: z.string().transform((text) => text.length),
    unit: z.string().default("cm"),
  });
  const { jsonSchema, validate } = await readSchema(schema);
  assertEquals(jsonSchema.properties, {
    length: { type: "string" },
    unit: { type: "string", default: "cm" },
  });
  assertEquals(jsonSchema.required, ["length"]);
  assertEquals(await validate({ length: "four" }), { value: { length: 4, unit: "cm" } });
});

Deno.test("a zod 3 schema does the same", async () => {
  const schema = z3.object({
    length: z3.string().transform((text) => text.length),
    pair: z3.tuple([z3.string(), z3.number()]),
    mail: z3.string().email().optional(),
  });
  const { jsonSchema, validate } = await readSchema(schema);
  assertEquals(jsonSchema.properties, {
    length: { type: "string" },
    pair: {
      type: "array",
      prefixItems: [{ type: "string" }, { type: "number" }],
      minItems: 2,
      maxItems: 2,
    },
    mail: { type: "string", format: "email" },
  });
  assertEquals(jsonSchema.additionalProperties, false);
  assertEquals(await validate({ length: "four", pair: ["a", 1] }), {
    value: { length: 4, pair: ["a", 1] },
  });
});

Deno.test("issues carry the path, refinements included, asynchronous ones too", async () => {
  const isEven = (value: number) => Promise.resolve(value % 2 === 0);
  for (
    const schema of [
      z.object({ items: z.array(z.number().refine(isEven, "odd")) }),
      z3.object({ items: z3.array(z3.number().refine(isEven, "odd")) }),
    ]
  ) {
    const { validate } = await readSchema(schema);
    assertEquals(await validate({ items: [2, 3] }), {
      issues: [{ message: "odd", path: ["items", 1] }],
    });
  }
});

Deno.test("a discriminated union becomes anyOf, a record's names are not constrained", async () => {
  const { jsonSchema } = await readSchema(z.object({
    shape: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("circle"), radius: z.number() }),
      z.object({ kind: z.literal("square"), side: z.number() }),
    ]),
    counts: z.record(z.string(), z.int()),
  }));
  const { shape, counts } = jsonSchema.properties as Record<string, Record<string, unknown>>;
  assertEquals([shape!.oneOf, (shape!.anyOf as unknown[]).length], [undefined, 2]);
  assertEquals("propertyNames" in counts!, false);
});

Deno.test("a Standard Schema is read through its own JSON Schema", async () => {
  const schema: StandardSchema<string, number> = {
    "~standard": {
      version: 1,
      vendor: "acme",
      validate: (value) => ({ value: Number(value) }),
      jsonSchema: { input: ({ target }) => ({ type: "string", $comment: target }) },
    },
  };
  const { jsonSchema, validate } = await readSchema(schema);
  assertEquals(jsonSchema, { type: "string", $comment: "draft-2020-12" });
  assertEquals(await validate("3"), { value: 3 });
  const silent = { "~standard": { version: 1, vendor: "acme", validate: () => ({ value: 1 }) } };
  const error = await assertRejects(() => readSchema(silent), SchemaConversionError);
  assertEquals(error.vendor, "acme");
});

Deno.test("what JSON Schema cannot express is refused", async () => {
  const error = await assertRejects(
    () => readSchema(z.object({ when: z.date() })),
    SchemaConversionError,
    "z.iso.date()",
  );
  assert(error.cause instanceof Error);
});

Deno.test("a plain JSON Schema is copied", async () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };
  const { jsonSchema, validate } = await readSchema(schema);
  assertEquals(jsonSchema, schema);
  assert(jsonSchema !== schema && jsonSchema.properties !== schema.properties);
  assertEquals(await validate(1), { value: 1 });
});

Deno.test("what is no schema is refused with the value", async () => {
  for (const schema of [null, undefined, "object", 3, []]) {
    await assertRejects(() => readSchema(schema), TypeError, "must be an object");
  }
  const cyclic: Record<string, unknown> = {};
  cyclic.items = cyclic;
  await assertRejects(() => readSchema(cyclic), TypeError, "plain JSON");
});

Deno.test("the compiler knows the value's type", () => {
  const four = z.object({ n: z.string().transform(Number) });
  const three = z3.object({ n: z3.string().nullable() });
  const typed = jsonSchema<{ n: boolean }>({ type: "object" });
  const a: InferOutput<typeof four> = { n: 1 };
  const b: InferOutput<typeof three> = { n: null };
  const c: InferOutput<typeof typed> = { n: true };
  // @ts-expect-error a number is not a boolean
  const d: InferOutput<typeof typed> = { n: 1 };
  assert(a && b && c && d);
});
