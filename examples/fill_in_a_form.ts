// deno-lint-ignore-file no-console -- an example shows its result

/**
 * Literal text with typed holes: the model is asked about the values only, the rest costs no pass.
 *
 *     deno run -A examples/fill_in_a_form.ts
 *
 * @module
 */

import { compileGrammar, generate } from "@espalier/core";
import { choice, integer, regex, string, template } from "@espalier/core/grammar";
import { exampleModel } from "./_model.ts";

const ticket = template`Customer: ${string("customer", { maxLength: 20 })}
Order: ${regex("order", /[A-Z]{2}-\d{4}/)}
Mood: ${choice("mood", ["happy", "neutral", "angry"])}, ${
  integer("stars", { minimum: 1, maximum: 5 })
} of 5 stars`;

await using model = await exampleModel();
const { text, usage } = await generate(model, {
  messages: [
    { role: "system", content: "Fill in the form for the mail." },
    { role: "user", content: "Where is my order DE-2041? This is the third time! Ines Marques" },
  ],
  grammar: compileGrammar(ticket.grammar, model.vocabulary),
}).result;

const { values, spans } = ticket.read(text)!; // typed: values.mood is one of the three
console.log(`${values.customer}, ${values.order}: ${values.mood}, ${values.stars} stars`);
console.log(`the order stands at ${spans.order.start}; ${usage.forcedTokens} tokens were forced`);
