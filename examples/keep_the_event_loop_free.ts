// deno-lint-ignore-file no-console -- an example shows its result

/**
 * Compiling and masks on a thread of their own, with a time limit: what a server needs for the schemas of strangers.
 *
 *     deno run -A examples/keep_the_event_loop_free.ts
 *
 * @module
 */

import { extract, GrammarWorker, LimitExceededError } from "@espalier/core";
import { exampleModel } from "./_model.ts";

await using model = await exampleModel();
await using grammars = await GrammarWorker.start(model.vocabulary, { timeoutMs: 5000 });

// The longest time that nothing else could have run on this thread.
let longestMs = 0, last = performance.now();
const watch = setInterval(() => {
  longestMs = Math.max(longestMs, performance.now() - last);
  last = performance.now();
}, 1);

const schema = {
  type: "object",
  properties: Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`field${i}`, { type: "string", maxLength: i % 9 }]),
  ),
  required: ["field7"],
  additionalProperties: false,
};
const { text } = await extract(model, { schema, text: "Nothing much.", grammars, maxTokens: 40 });
console.log(
  `${Object.keys(JSON.parse(text)).length > 0 ? "written" : "empty"}: ${text.length > 0}`,
);

try {
  await grammars.compileJsonSchema(schema, { limits: { schemaBytes: 1000 } });
} catch (error) {
  if (!(error instanceof LimitExceededError)) throw error;
  console.log(`refused: ${error.limit}`);
}
clearInterval(watch);
console.log(`held up for at most ${Math.round(longestMs)} ms`);
