// deno-lint-ignore-file no-console -- an example shows its result

/**
 * Typed data out of a text, with a zod schema.
 *
 *     deno run -A examples/extract_with_zod.ts
 *
 * @module
 */

import { extract } from "@espalier/core";
import { z } from "zod";
import { exampleModel } from "./_model.ts";

const Booking = z.object({
  guest: z.string().min(1).max(20),
  arrival: z.iso.date().describe("the first night"),
  nights: z.int().min(1).max(30),
  breakfast: z.boolean(),
  // What JSON Schema cannot say runs on the value afterwards.
  room: z.enum(["single", "double", "suite"]).transform((room) => room.toUpperCase()),
});

await using model = await exampleModel();
const { value, usage } = await extract(model, {
  schema: Booking,
  text: "Dear Sir or Madam, I would like a double room for two nights from 9 May 2025, with " +
    "breakfast. Kind regards, Olga Petrov",
});

const arrival: string = value.arrival; // typed by the schema
console.log(`${value.guest} arrives on ${arrival} and takes a ${value.room}`);
console.log(value, `${usage.completionTokens} tokens`);
