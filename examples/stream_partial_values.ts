// deno-lint-ignore-file no-console -- an example shows its result

/**
 * A value that grows while the model writes it, for a form that fills itself in.
 *
 *     deno run -A examples/stream_partial_values.ts
 *
 * @module
 */

import { streamExtract } from "@espalier/core";
import { z } from "zod";
import { exampleModel } from "./_model.ts";

const Recipe = z.object({
  name: z.string().min(1).max(24),
  minutes: z.int().min(1).max(240),
  ingredients: z.array(z.string().min(1).max(16)).min(2).max(4),
});

await using model = await exampleModel();
const stream = streamExtract(model, {
  schema: Recipe,
  text: "Pancakes: whisk two eggs into 250 ml of milk, stir in 120 g of flour, fry. 20 minutes.",
});

let shown = "";
for await (const event of stream) {
  if (event.type === "prompt") {
    console.log(`read ${event.promptTokenCount} tokens`);
    continue;
  }
  // Strings grow; numbers appear when they are complete; any part may still be missing.
  const { name, ingredients } = event.partial ?? {};
  const line = `${name ?? "…"}: ${ingredients?.join(" + ") ?? "…"}`;
  if (line !== shown) console.log(shown = line);
}

const { value, timings } = await stream.result;
console.log(value);
console.log(`first token after ${timings.timeToFirstTokenMs.toFixed(0)} ms`);
