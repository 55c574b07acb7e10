// deno-lint-ignore-file no-console -- an example shows its result

/**
 * A text that a regular expression describes: an amount of money, a licence plate, a time of day.
 *
 *     deno run -A examples/write_a_pattern.ts
 *
 * @module
 */

import { compileRegex, generate } from "@espalier/core";
import { exampleModel } from "./_model.ts";

// ECMA-262 with the `u` flag. Without ^ and $ anything may stand before and after, as in a regex search.
const PRICE = "^(EUR|USD|GBP) (0|[1-9][0-9]{0,4})\\.[0-9]{2}$";

await using model = await exampleModel();
const { text, isComplete } = await generate(model, {
  messages: [
    { role: "system", content: "Answer with the total and nothing else, such as EUR 12.50." },
    { role: "user", content: "Two coffees at 3.20 euros and a slice of cake at 4.10." },
  ],
  grammar: compileRegex(PRICE, model.vocabulary),
  sampling: { temperature: 0.8, seed: 3 },
}).result;

if (!isComplete || !new RegExp(PRICE, "u").test(text)) throw new Error(`not a price: ${text}`);
console.log(text);
