// deno-lint-ignore-file no-console -- an example shows its result

/**
 * A text beyond the model's context: read in overlapping parts, merged into one value with places in the whole text.
 *
 *     deno run -A examples/extract_from_a_long_text.ts
 *
 * @module
 */

import { extractLong } from "@espalier/core";
import { z } from "zod";
import { exampleModel } from "./_model.ts";

const GUESTS = [
  "Nora Quist",
  "Emil Tanaka",
  "Petra Holm",
  "Ivo Sandoval",
  "Mara Lind",
  "Theo Brandt",
];
const CITIES = ["Lisbon", "Oslo", "Bergen", "Turin", "Ghent", "Porto"];
const text = GUESTS.map((name, index) =>
  `Booking ${index + 1}\nName: ${name}\nCity: ${CITIES[index]}\nRoom: ${(index % 3) + 1} beds\n`
).join("\n");

await using model = await exampleModel();
const { value, leaves, chunks } = await extractLong(model, {
  schema: z.object({
    bookings: z.array(z.object({ name: z.string(), city: z.string() })),
  }),
  text,
  chunkTokens: 100, // far less than the context, so that this short text is long
  maxTokens: 200,
});

console.log(`${chunks.length} parts`);
for (const booking of value.bookings) console.log(`${booking.name} in ${booking.city}`);
const [first] = leaves;
const span = first?.spans?.[0];
if (first && span) {
  console.log(`${first.pointer}: "${text.slice(span.start, span.end)}" at ${span.start}`);
}
