// deno-lint-ignore-file no-console -- an example shows its result

/**
 * Ending an extraction early: a signal, and what is known by then.
 *
 *     deno run -A examples/abort_with_a_signal.ts
 *
 * @module
 */

import { extract } from "@espalier/core";
import { z } from "zod";
import { exampleModel } from "./_model.ts";

// Far more than anybody would wait for.
const Votes = z.array(z.boolean()).min(1000).max(1000);

await using model = await exampleModel();
const controller = new AbortController();
let known: unknown[] = [];
try {
  await extract(model, {
    schema: Votes,
    text: "The members voted one after the other: yes, no, no, yes, yes, no …",
    maxTokens: 3000,
    signal: controller.signal, // AbortSignal.timeout(5000) would be another
    onPartial(votes) {
      known = votes;
      if (votes.length === 20) controller.abort(new DOMException("that will do", "AbortError"));
    },
  });
} catch (error) {
  if (!controller.signal.aborted) throw error;
  console.log(`${(error as Error).name}: ${(error as Error).message}`);
}

console.log(`${known.length} votes are known:`, known.slice(0, 5).join(", "), "…");
