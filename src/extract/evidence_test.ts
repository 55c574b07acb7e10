import { assert, assertEquals, assertRejects } from "@std/assert";
import { GrammarWorker } from "../decoding/mod.ts";
import { scriptedModel } from "../decoding/testing.ts";
import { extract } from "./extract.ts";

const schema = {
  type: "object",
  properties: {
    name: { type: ["string", "null"], maxLength: 12 },
    total: { type: "number" },
    paid: { type: ["boolean", "null"] },
  },
  required: ["name", "total", "paid"],
  additionalProperties: false,
};
const text = "Ada owes 1,200.50 pounds.";
const script = '{"name":"Ada","total":1200.5,"paid":false}';

Deno.test("every value says where the text has it", async () => {
  await using model = scriptedModel({ script });
  const { leaves } = await extract(model, { schema, text });
  assertEquals(leaves, [
    {
      pointer: "/name",
      value: "Ada",
      spans: [{ start: 0, end: 3 }],
      confidence: null,
      isAbstained: false,
    },
    {
      pointer: "/total",
      value: 1200.5,
      spans: [{ start: 9, end: 17 }],
      confidence: null,
      isAbstained: false,
    },
    { pointer: "/paid", value: false, spans: null, confidence: null, isAbstained: false },
  ]);
});

Deno.test("confidence is that of the value's own tokens under the mask", async () => {
  await using model = scriptedModel({ script });
  const { leaves } = await extract(model, { schema, text, confidence: true });
  for (const { confidence } of leaves) {
    assert(confidence !== null);
    // The script can be cut into tokens in several ways, which share its probability.
    assert(confidence!.probability > 0.2 && confidence!.probability <= 1 + 1e-9);
    assert(confidence!.meanProbability >= confidence!.probability - 1e-9);
    assert(confidence!.removedMass >= 0 && confidence!.removedMass < 0.5);
  }
  // The script says no name that the schema takes: the mask overrules the model, and that shows.
  await using other = scriptedModel({ script: '{"name":12,"total":1,"paid":true}' });
  const unsure = await extract(other, { schema, text, confidence: true, maxTokens: 200 });
  const [name] = unsure.leaves;
  assert(name!.confidence === null || name!.confidence.removedMass > 0.9);
});

Deno.test("where the model is not sure, null takes the place of a value that may be null", async () => {
  // Noise: every token is about as likely as any other.
  await using model = scriptedModel({ isEndless: true });
  await using grammars = await GrammarWorker.start(model.vocabulary);
  const options = { schema, text, maxTokens: 60, confidence: true };
  const plain = await extract(model, options);
  assert(plain.leaves.some(({ confidence }) => confidence && confidence.meanProbability < 0.5));
  for (const where of [{}, { grammars }]) {
    const { value, leaves } = await extract(model, { ...options, ...where, abstainBelow: 0.99 });
    for (const leaf of leaves) {
      const mayBeNull = leaf.pointer !== "/total";
      const isUnsure = leaf.value !== null && leaf.confidence !== null &&
        leaf.confidence.meanProbability < 0.99;
      assertEquals(leaf.isAbstained, mayBeNull && isUnsure, leaf.pointer);
      const name = leaf.pointer.slice(1);
      assertEquals((value as Record<string, unknown>)[name], leaf.isAbstained ? null : leaf.value);
    }
  }
  await assertRejects(() => extract(model, { ...options, abstainBelow: 2 }), RangeError, "got 2");
});
