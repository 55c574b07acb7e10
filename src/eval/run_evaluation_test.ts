import { assert, assertEquals, assertRejects } from "@std/assert";
import { scriptedModel } from "../decoding/testing.ts";
import { CALLS, itemsOf, PEOPLE, PERSON, writtenOf } from "./_sets.ts";
import { makeReport } from "./report.ts";
import { runEvaluation } from "./run_evaluation.ts";
import { parseVariant } from "./variant.ts";

const variantsOf = (...names: string[]) => names.map(parseVariant);

/** Answers with the person that the prompt's last text is about. */
function person(prompt: string): string {
  const [, name, age] = [...prompt.matchAll(/(\w+) is (\d+)\./g)].at(-1)!;
  return `{"name":"${name}","age":${age}}`;
}

Deno.test("every item is run under every variant, the variants of an item in a row", async () => {
  await using model = scriptedModel({ script: person });
  const items = itemsOf(PEOPLE), variants = variantsOf("masks", "no-masks");
  const records = await Array.fromAsync(runEvaluation(model, { items, variants }));
  assertEquals(records.map(({ id, variant }) => `${id} ${variant}`), [
    "people-1 masks",
    "people-1 no-masks",
    "people-2 masks",
    "people-2 no-masks",
  ]);
  for (const record of records.map(writtenOf)) {
    assertEquals(record.finishReason, "stop");
    assert(record.usage.completionTokens > 0 && record.elapsedMs >= 0);
  }
  const run = { model: "", device: "", dtype: "", setDigest: "", maxTokens: 0 };
  const { variants: [masks] } = makeReport(items, records, ["masks"], {
    ...run,
    set: "",
    setItemCount: 2,
    selection: "",
    createdAt: "",
  });
  assertEquals([masks!.right, masks!.schemaValid, masks!.grounded], [1, 1, 1]);
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("masks hold the model to the schema where it would write something else", async () => {
  await using model = scriptedModel({ script: 'Sure! {"name": 5}' });
  const items = itemsOf(PEOPLE.slice(0, 1));
  const [masked, free] = await Array.fromAsync(
    runEvaluation(model, { items, variants: variantsOf("masks", "no-masks"), maxTokens: 40 }),
  );
  assertEquals(Object.keys(JSON.parse(writtenOf(masked).text)), ["name", "age"]);
  assertEquals(writtenOf(free).text, 'Sure! {"name": 5}');
});

Deno.test("variants change the prompt as their names say", async () => {
  const prompts: string[] = [];
  await using model = scriptedModel({
    script(prompt) {
      if (prompts.at(-1) !== prompt) prompts.push(prompt);
      return prompt.includes('"age": 7, "name"') ? '{"age": 36, "name": "Ada"}' : person(prompt);
    },
  });
  const [item] = itemsOf(PEOPLE), pool = itemsOf(PEOPLE);
  const names = [
    "masks",
    "masks+json-schema",
    "masks+reversed+examples=5+spaced",
    "masks+any-order+reminder",
  ];
  const records = await Array.fromAsync(
    runEvaluation(model, { items: [item!], variants: variantsOf(...names), examplePool: pool }),
  );
  assertEquals(records.map((record) => record.error ?? record.text), [
    '{"name":"Ada","age":36}',
    '{"name":"Ada","age":36}',
    '{"age": 36, "name": "Ada"}',
    '{"name":"Ada","age":36}',
  ]);
  assert(prompts[0]!.includes('"name": string') && !prompts[0]!.includes("Bo is 7."));
  assert(prompts[1]!.includes('"properties":{"name":{"type":"string"}'));
  assert(prompts[2]!.includes("Bo is 7.") && prompts[2]!.includes('{"age": 7, "name": "Bo"}'));
  assert(prompts[3]!.includes("with these keys: name, age."));
  assertEquals(prompts[2]!.split("Ada is 36.").length, 2, "the item itself is no example");
});

Deno.test("lists can be held to different items", async () => {
  const script = '{"tags":["a","a"]}';
  await using model = scriptedModel({ script });
  const tags = { type: "array", items: { enum: ["a", "b"] } };
  const schema = { type: "object", properties: { tags }, required: ["tags"] };
  const items = itemsOf([{ id: "x-1", text: "a a b", schema, expected: { tags: ["a", "b"] } }]);
  const variants = variantsOf("masks", "masks+unique-items");
  const records = await Array.fromAsync(runEvaluation(model, { items, variants, maxTokens: 60 }));
  const [free, unique] = records.map((record) => JSON.parse(writtenOf(record).text).tags);
  assertEquals(free, ["a", "a"]);
  assert(new Set(unique).size === unique.length && unique[0] === "a", JSON.stringify(unique));
});

Deno.test("an item that fails is a record, and the others are run", async () => {
  await using model = scriptedModel({ script: person, contextLength: 600 });
  const unsupported = { type: "object", properties: { a: { $ref: "http://x.test/y" } } };
  const items = itemsOf([
    { ...PEOPLE[0], id: "long", text: "word ".repeat(500) },
    { ...PEOPLE[0], id: "schema", schema: unsupported },
    PEOPLE[1]!,
  ]);
  const records = await Array.fromAsync(
    runEvaluation(model, { items, variants: variantsOf("masks"), maxTokens: 60 }),
  );
  assertEquals(records[0]!.error?.code, "context_length");
  assert(records[1]!.error !== undefined);
  assertEquals(records[2]!.error, undefined);
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("what has a record is not run again", async () => {
  await using model = scriptedModel({ script: person });
  const records = await Array.fromAsync(runEvaluation(model, {
    items: itemsOf(PEOPLE),
    variants: variantsOf("masks", "no-masks"),
    isDone: ({ id, variant }) => id === "people-1" || variant === "masks",
  }));
  assertEquals(records.map(({ id, variant }) => `${id} ${variant}`), ["people-2 no-masks"]);
});

Deno.test("an abort ends the run in the middle of an item, with its reason", async () => {
  const controller = new AbortController();
  await using model = scriptedModel({ script: person, passMs: 5 });
  const { signal } = controller;
  const run = runEvaluation(model, {
    items: itemsOf(PEOPLE),
    variants: variantsOf("masks"),
    signal,
  });
  assertEquals((await run.next()).value?.id, "people-1");
  const second = run.next();
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 20);
  assertEquals(await assertRejects(() => second), reason);
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("calls are made under masks, and read out of free text without", async () => {
  const call = '<tool_call>\n{"name": "weather.get", "arguments": {"city": "Oslo"}}\n</tool_call>';
  await using model = scriptedModel({
    script: (prompt) => prompt.includes("Oslo") ? call : "Knock, knock.",
  });
  const items = itemsOf(CALLS), variants = variantsOf("masks", "no-masks", "masks+required");
  const records = await Array.fromAsync(runEvaluation(model, { items, variants, maxTokens: 120 }));
  const texts = records.map((record) => record.error ?? record.text);
  assertEquals([texts[0], texts[1]], [call, call]);
  assertEquals([texts[3], texts[4]], ["Knock, knock.", "Knock, knock."]);
  assert(String(texts[5]).startsWith('<tool_call>\n{"name": "add", "arguments": {'));
  assert(writtenOf(records[0]).callProbability! > 0.9);
  assert(writtenOf(records[3]).callProbability! < 0.1);
});

Deno.test("examples are of the same schema", async () => {
  let prompt = "";
  await using model = scriptedModel({
    script(seen) {
      prompt = seen;
      return person(seen);
    },
  });
  const other = { ...PERSON, title: "Other" };
  const items = itemsOf([...PEOPLE, { ...PEOPLE[0], id: "x", schema: other, text: "Cy is 1." }]);
  const [first] = items;
  const variants = variantsOf("masks+examples=9");
  await Array.fromAsync(
    runEvaluation(model, { items: [first!], variants, examplePool: items }),
  );
  assert(prompt.includes("Bo is 7.") && !prompt.includes("Cy is 1."));
});
