// deno-lint-ignore-file no-console -- an example shows its result

/**
 * Where the text has each value, how sure the model was, and null instead of a guess.
 *
 *     deno run -A examples/ground_values.ts
 *
 * @module
 */

import { extract } from "@espalier/core";
import { z } from "zod";
import { exampleModel } from "./_model.ts";

const Payment = z.object({
  payer: z.string().max(30).nullable(),
  amount: z.number().min(0).max(100_000).nullable(),
  due: z.iso.date().nullable(),
});
const text = "Ada Lovelace owes us $1,200.50, to be paid by March 4, 2025.";

await using model = await exampleModel();
const { value, leaves } = await extract(model, {
  schema: Payment,
  text,
  confidence: true,
  abstainBelow: 0.2,
  maxTokens: 120,
});
for (const { pointer, value, spans, confidence, isAbstained } of leaves) {
  const places = spans?.map(({ start, end }) => JSON.stringify(text.slice(start, end))) ?? [];
  const sure = confidence ? `${Math.round(100 * confidence.meanProbability)} %` : "unknown";
  console.log(
    `${pointer} ${JSON.stringify(value)}: ${
      places.join(", ") || "nowhere in the text"
    }, sure ${sure}` +
      (isAbstained ? ", left out" : ""),
  );
}
console.log(Object.keys(value).join());
