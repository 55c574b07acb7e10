/**
 * One extraction, every device: the same prompt, schema and seed write the same text.
 *
 * With the tiny model in fp32, whose logits agree between devices to a few units in the last place, so that a draw
 * differs only if something other than rounding does. webgpu needs an adapter, a software one will do (Debian's
 * `mesa-vulkan-drivers`); where there is none the run says so.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- what is skipped is said

import { assert, assertEquals } from "@std/assert";
import * as z from "zod";
import { extract, loadModel, type LoadModelOptions } from "../mod.ts";
import { ensureTinyModel } from "../tools/model_builder/mod.ts";

const schema = z.object({
  customer: z.string().max(12),
  items: z.array(z.object({ name: z.string().max(8), count: z.int().min(1).max(99) })).min(1).max(
    3,
  ),
  due: z.iso.date().nullable(),
  status: z.enum(["open", "paid", "overdue"]),
});
const text = "Invoice 42 for Ada Lovelace: three apples and a pear, due on 3 March 2025.";

async function extractOn(options: LoadModelOptions): Promise<string> {
  await using model = await loadModel(await ensureTinyModel(), { dtype: "fp32", ...options });
  const result = await extract(model, {
    schema,
    text,
    maxTokens: 300,
    sampling: { temperature: 0.9, topK: 40, topP: 0.95, seed: 11 },
  });
  assertEquals(schema.parse(JSON.parse(result.text)), result.value);
  return result.text;
}

Deno.test("the same extraction is written on cpu, on wasm and, where there is an adapter, on webgpu", async () => {
  const onCpu = await extractOn({ device: "cpu" });
  assert(onCpu.length > 40, onCpu);
  assertEquals(await extractOn({ device: "cpu" }), onCpu);
  assertEquals(await extractOn({ device: "wasm", threads: 1 }), onCpu);
  assertEquals(await extractOn({ device: "wasm", threads: 2 }), onCpu);
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter) assertEquals(await extractOn({ device: "webgpu" }), onCpu);
  else {console.info(
      "webgpu is not tested: this machine offers no adapter, not even a software one",
    );}
});
