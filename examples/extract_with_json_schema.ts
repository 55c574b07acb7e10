// deno-lint-ignore-file no-console -- an example shows its result

/**
 * The same with JSON Schema, as it comes from a file or another program; with an example for the model.
 *
 *     deno run -A examples/extract_with_json_schema.ts
 *
 * @module
 */

import { extract, jsonSchema } from "@espalier/core";
import { exampleModel } from "./_model.ts";

/** The compiler does not read JSON Schema: the type says what the schema says. */
interface Order {
  article: string;
  count: number;
  express?: boolean;
}

const schema = jsonSchema<Order[]>({
  type: "array",
  minItems: 1,
  maxItems: 3,
  items: {
    type: "object",
    properties: {
      article: { type: "string", pattern: "^[A-Z]{3}-[0-9]{2}$", description: "article number" },
      count: { type: "integer", minimum: 1, maximum: 500 },
      express: { type: "boolean" },
    },
    required: ["article", "count"],
  },
});

await using model = await exampleModel();
const { value: orders, text } = await extract(model, {
  schema,
  text: "Please send us twenty of KLM-07 and, by express, three of ABC-12.",
  instructions: "One entry for each article.",
  examples: [{
    text: "We need 5 pieces of article XYZ-99.",
    value: [{ article: "XYZ-99", count: 5 }],
  }],
});

for (const { article, count, express = false } of orders) {
  console.log(`${count} of ${article}${express ? ", express" : ""}`);
}
console.log(text); // the JSON as the model wrote it
