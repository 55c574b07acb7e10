// deno-lint-ignore-file no-console -- an example shows its result

/**
 * One of several words, and nothing else: a classifier out of a language model.
 *
 *     deno run -A examples/choose_a_label.ts
 *
 * @module
 */

import { compileChoice, generate } from "@espalier/core";
import { exampleModel } from "./_model.ts";

const LABELS = ["billing", "delivery", "returns", "something else"];

await using model = await exampleModel();
const grammar = compileChoice(LABELS, model.vocabulary); // compiled once, used for every text

for (
  const mail of [
    "I was charged twice for my order in March.",
    "The parcel says delivered, but nothing is here.",
    "What are your opening hours?",
  ]
) {
  const { text: label, usage } = await generate(model, {
    messages: [
      { role: "system", content: `Which department? One of: ${LABELS.join(", ")}.` },
      { role: "user", content: mail },
    ],
    grammar,
  }).result;
  console.log(`${label}: ${mail} (${usage.completionTokens} tokens)`);
}
