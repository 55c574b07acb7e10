import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { drawExtraction, type Extraction } from "./document.ts";
import { drawExample, LESSONS } from "./example.ts";
import { heldOutItems } from "./evaluate.ts";
import { FAMILIES } from "./families.ts";
import { drawList } from "./lists.ts";
import { drawNews } from "./news.ts";
import { Draws } from "./random.ts";
import { drawToolRequest } from "./tool_calls.ts";

const EVERYTHING = LESSONS.at(-1)!;

function extractions(split: "trained" | "held_out", count: number): Extraction[] {
  const draws = new Draws(11);
  return Array.from(
    { length: count },
    (_, index) =>
      index % 5 === 0
        ? drawNews(draws, split, EVERYTHING)
        : index % 5 === 1
        ? drawList(draws, split)
        : drawExtraction(draws, split, EVERYTHING),
  );
}

Deno.test("the same seed draws the same examples, another seed others", () => {
  const draw = (seed: number) => {
    const draws = new Draws(seed);
    return Array.from({ length: 50 }, (_, index) => drawExample(draws, "trained", index % 3));
  };
  assertEquals(draw(5), draw(5));
  assertNotEquals(draw(5), draw(6));
});

Deno.test("every answer fits its schema", () => {
  for (const split of ["trained", "held_out"] as const) {
    for (const { schema, answer, text } of extractions(split, 400)) {
      const ajv = addFormats.default(new Ajv2020({ strict: false }));
      assert(
        ajv.validate(schema, answer),
        `${ajv.errorsText()}\n${text}\n${JSON.stringify(answer)}`,
      );
    }
  }
});

Deno.test("names and codes of an answer stand in the text as they are", () => {
  const copied = new Set([
    "name",
    "seller",
    "buyer",
    "company",
    "email",
    "phone",
    "sku",
    "orderNumber",
    "invoiceNumber",
  ]);
  let checked = 0;
  for (const { answer, text } of extractions("trained", 400)) {
    const flat = text.replaceAll(/\s+/g, " ");
    for (const [name, value] of Object.entries(answer as object)) {
      if (!copied.has(name) || typeof value !== "string") continue;
      checked++;
      assert(flat.includes(value), `${name}: ${value} is not in ${text}`);
    }
  }
  assert(checked > 20, `${checked} checked`);
});

Deno.test("what is asked for and not said is null, left out, false or an empty list", () => {
  const draws = new Draws(3);
  let nulls = 0, missing = 0;
  for (let left = 300; left > 0; left--) {
    const { schema, answer } = drawExtraction(draws, "trained", EVERYTHING);
    for (const name of Object.keys(schema.properties as object)) {
      const value = (answer as Record<string, unknown>)[name];
      if (value === null) nulls++;
      if (value === undefined) missing++;
    }
  }
  assert(nulls > 50 && missing > 50, `${nulls} nulls, ${missing} missing`);
});

Deno.test("families that are held out are drawn on the held-out side alone", () => {
  const heldOut = FAMILIES.filter(({ isHeldOut }) => isHeldOut).map(({ name }) => name);
  const familiesOf = (split: "trained" | "held_out") =>
    new Set(extractions(split, 400).map(({ family }) => family));
  const trained = familiesOf("trained"), measured = familiesOf("held_out");
  assert(heldOut.length > 0);
  for (const name of heldOut) assert(!trained.has(name) && measured.has(name), name);
});

Deno.test("a call names one of the tools at hand and has its required arguments; a refusal none", () => {
  const draws = new Draws(8);
  let calls = 0;
  for (let left = 300; left > 0; left--) {
    const { tools, call } = drawToolRequest(draws, "trained");
    const definitions = tools.map((tool) =>
      (tool as { function: { name: string; parameters: Record<string, unknown> } }).function
    );
    assertEquals(new Set(definitions.map(({ name }) => name)).size, definitions.length);
    if (call === null) continue;
    calls++;
    const tool = definitions.find(({ name }) => name === call.name)!;
    const ajv = new Ajv2020({ strict: false });
    assert(
      ajv.validate({ ...tool.parameters, additionalProperties: false }, call.arguments),
      JSON.stringify([tool, call]),
    );
  }
  assert(calls > 200);
});

Deno.test("the demo's texts and names are not in what is drawn", () => {
  const texts = extractions("trained", 500).map(({ text }) => text).join("\n");
  for (const name of ["Nordlicht", "Watercolour", "Okafor", "Ravenmoor", "Helen Marsh", "Aspen"]) {
    assert(!texts.includes(name), name);
  }
});

Deno.test("the measurement's items are the same each time, and of all kinds", () => {
  const items = heldOutItems(60, 4);
  assertEquals(items, heldOutItems(60, 4));
  const families = new Set(items.map(({ family }) => family));
  assert(families.has("news") && families.has("tool_call"));
});
