import { assert, assertEquals, assertThrows } from "@std/assert";
import { UnknownVariantError } from "./errors.ts";
import { parseVariant } from "./variant.ts";

Deno.test("a variant is what its name says", () => {
  assertEquals(parseVariant("masks"), {
    name: "masks",
    masks: true,
    whitespace: undefined,
    prompt: "outline",
    reminder: false,
    order: "schema",
    uniqueItems: false,
    exampleCount: 0,
    frequencyPenalty: 0,
    repetitionPenalty: 1,
    choice: "auto",
    callThreshold: undefined,
  });
  const all = parseVariant(
    "no-masks+spaced+json-schema+any-order+examples=3+required+threshold=1e-3",
  );
  assertEquals(
    [all.masks, all.whitespace, all.prompt, all.order, all.exampleCount, all.choice],
    [false, "spaced", "json-schema", "any", 3, "required"],
  );
  assertEquals(all.callThreshold, 0.001);
  const penalties = parseVariant("masks+frequency=0.5+repetition=1.1");
  assert(parseVariant("masks+unique-items").uniqueItems);
  assertEquals([penalties.frequencyPenalty, penalties.repetitionPenalty], [0.5, 1.1]);
});

Deno.test("a part that is none is refused with those that there are", () => {
  for (
    const name of [
      "",
      "mask",
      "spaced",
      "masks+",
      "masks+fast",
      "masks+spaced+spaced",
      "masks+examples",
      "masks+examples=",
      "masks+examples=-1",
      "masks+examples=1.5",
      "masks+threshold=2",
      "masks+frequency=3",
      "masks+repetition=0",
      "masks+spaced=1",
      "masks+toString",
    ]
  ) {
    const error = assertThrows(() => parseVariant(name), UnknownVariantError);
    assertEquals([error.code, error.variant], ["unknown_variant", name]);
  }
  const { message } = assertThrows(() => parseVariant("masks+fast"), UnknownVariantError);
  assert(message.includes(`"fast"`) && message.includes("json-schema"), message);
});
