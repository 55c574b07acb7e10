/**
 * Prompts that begin like earlier ones are continued as if they had been read whole, on real runtimes.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import * as z from "zod";
import { extract, loadModel } from "../mod.ts";
import { ensureTinyModel } from "../tools/model_builder/mod.ts";

const schema = z.object({
  customer: z.string().max(10),
  total: z.number().min(0).max(1e6),
  status: z.enum(["open", "paid"]),
});
const TEXTS = [
  "Invoice for Ada Lovelace over 30 pounds, paid.",
  "Invoice for Ada Lovelace over 31 pounds, open.",
  "Charles Babbage owes us 7 pounds.",
  "Invoice for Ada Lovelace over 30 pounds, paid.",
];

Deno.test("with and without the cache, a prompt is answered alike", async () => {
  const folder = await ensureTinyModel();
  for (const device of ["cpu", "wasm"] as const) {
    const options = { dtype: "fp32", device } as const;
    await using cached = await loadModel(folder, options);
    await using plain = await loadModel(folder, { ...options, promptCacheBytes: 0 });
    for (const [index, text] of TEXTS.entries()) {
      const sampling = { temperature: 1, seed: index };
      const one = await extract(cached, { schema, text, sampling, maxTokens: 120 });
      const other = await extract(plain, { schema, text, sampling, maxTokens: 120 });
      assertEquals(one.text, other.text);
      assertEquals(other.usage.cachedTokens, 0);
      if (index > 0) assert(one.usage.cachedTokens > 40, `${one.usage.cachedTokens} tokens`);
    }
  }
});
