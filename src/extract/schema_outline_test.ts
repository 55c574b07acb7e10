import { assert, assertEquals } from "@std/assert";
import * as z from "zod";
import { outlineSchema } from "./schema_outline.ts";

const outline = (schema: z.ZodType) => outlineSchema(z.toJSONSchema(schema, { io: "input" }));

Deno.test("an outline looks like the JSON to write, with types for values", () => {
  assertEquals(
    outline(
      z.object({
        number: z.string().describe("as printed on the invoice"),
        due: z.iso.date().nullable(),
        paid: z.boolean().optional(),
        currency: z.enum(["EUR", "USD"]),
        lines: z.array(z.object({ text: z.string(), amount: z.number().min(0) })).max(20)
          .describe("one per row"),
        tags: z.array(z.union([z.literal("new"), z.int()])),
        pair: z.tuple([z.string(), z.number()]),
      }).describe("An invoice"),
    ),
    `// An invoice
{
  "number": string, // as printed on the invoice
  "due": string | null, // YYYY-MM-DD
  "paid"?: boolean,
  "currency": "EUR" | "USD",
  // one per row; at most 20
  "lines": {
    "text": string,
    "amount": number // at least 0
  }[],
  "tags": ("new" | integer)[],
  "pair": [string, number]
}`,
  );
});

Deno.test("a part that contains itself is named and written once", () => {
  const Node = z.object({
    label: z.string(),
    get children() {
      return z.array(Node);
    },
  });
  assertEquals(
    outline(Node),
    `Root = {
  "label": string,
  "children": Root[]
}`,
  );
  assertEquals(
    outlineSchema({
      type: "object",
      properties: { tree: { $ref: "#/$defs/node" } },
      required: ["tree"],
      $defs: {
        node: {
          title: "Tree",
          type: "object",
          properties: { children: { type: "array", items: { $ref: "#/$defs/node" } } },
        },
      },
    }),
    `{
  "tree": Tree
}
Tree = {
  "children"?: Tree[]
}`,
  );
});

Deno.test("a part that is used twice is written once", () => {
  const text = outlineSchema({
    type: "object",
    properties: { from: { $ref: "#/$defs/address" }, to: { $ref: "#/$defs/address" } },
    $defs: { address: { type: "object", properties: { city: { type: "string" } } } },
  });
  assertEquals(text.match(/"city"/g)?.length, 1);
  assert(text.includes('"from"?: Address'));
});

Deno.test("the size is bounded, and descriptions go before fields", () => {
  const schema = {
    type: "object",
    properties: Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`field${i}`, {
        type: "string",
        description: "a long description ".repeat(10),
      }]),
    ),
  };
  const text = outlineSchema(schema, 2000);
  assert(text.length <= 2000);
  assert(text.includes('"field59"') && !text.includes("description"));
  assert(outlineSchema(schema, 100).length <= 100);
});

Deno.test("hostile schemas end quickly: cycles, exponential references, odd types", () => {
  const bomb: Record<string, unknown> = {};
  for (let i = 0; i < 30; i++) {
    const next = { $ref: `#/$defs/d${i + 1}` };
    bomb[`d${i}`] = { anyOf: [{ allOf: [next, next] }, { not: next }] };
  }
  const started = performance.now();
  for (
    const schema of [
      { $ref: "#" },
      { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } },
      { anyOf: [{ $ref: "#/$defs/d0" }], $defs: bomb },
      { $ref: "#/nowhere" },
      { type: 3, properties: [1], enum: "x", items: [] },
      { enum: Array.from({ length: 100_000 }, (_, i) => `value ${i}`) },
    ]
  ) assert(outlineSchema(schema as Record<string, unknown>).length <= 4000);
  assert(performance.now() - started < 2000);
});
