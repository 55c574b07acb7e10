// deno-lint-ignore-file no-console -- an example shows its result

/**
 * Keeping transformers.js' own model and `generate()`, and holding them to a schema: a batch of two.
 *
 *     deno run -A examples/logits_processor.ts
 *
 * Instead of `@huggingface/transformers-structured-output`, where it was, for one text at a time:
 *
 *     import { StructuredOutputProcessor } from "@huggingface/transformers-structured-output";
 *     const logits_processor = new StructuredOutputProcessor(tokenizer, {
 *       type: "json_schema",
 *       json_schema: schema,
 *     });
 *
 * @module
 */

import { EspalierLogitsProcessor } from "@espalier/core/models";
import { AutoModelForCausalLM, AutoTokenizer, type Tensor } from "@huggingface/transformers";
import { ensureTinyModel } from "../tools/model_builder/mod.ts";

const id = Deno.env.get("ESPALIER_MODEL") || await ensureTinyModel();
const tokenizer = await AutoTokenizer.from_pretrained(id);
const model = await AutoModelForCausalLM.from_pretrained(id, { device: "cpu", dtype: "q4" });

const schema = {
  type: "object",
  properties: {
    name: { type: "string", pattern: "^[A-Z][a-z]{2,9}$" },
    sizes: { type: "array", items: { enum: ["S", "M", "XL"] }, minItems: 1, maxItems: 3 },
  },
  required: ["name", "sizes"],
  additionalProperties: false,
};
const logits_processor = EspalierLogitsProcessor.forJsonSchema(tokenizer, schema);

const products = ["shirt", "scarf"];
const inputs = tokenizer(products.map((product) => `A ${product} as JSON: `), { padding: true });
const output = await model.generate({ ...inputs, logits_processor, max_new_tokens: 100 }) as Tensor;

const promptTokenCount = inputs.input_ids.dims.at(-1);
for (const [index, ids] of (output.tolist() as bigint[][]).entries()) {
  const text = tokenizer.decode(ids.slice(promptTokenCount), { skip_special_tokens: true });
  console.log(`${text} for ${products[index]}`);
}
