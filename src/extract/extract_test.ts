import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as z from "zod";
import { z as z3 } from "zod/v3";
import { ContextLengthError, GrammarWorker, TokenLimitTooSmallError } from "../decoding/mod.ts";
import { scriptedModel } from "../decoding/testing.ts";
import { EmptyTextError, ValidationError } from "./errors.ts";
import { extract, streamExtract } from "./extract.ts";
import { jsonSchema } from "./schema_input.ts";

const Person = z.object({ name: z.string(), age: z.int().nullable() });
const script = '{"name":"Zoë 😀","age":36}';
const text = "Zoë is 36.";

Deno.test("extract gives the value, the JSON text and what it took", async () => {
  await using model = scriptedModel({ script });
  const result = await extract(model, { schema: Person, text });
  const name: string = result.value.name; // typed by the schema
  assertEquals(name, "Zoë 😀");
  assertEquals(result.value, { name: "Zoë 😀", age: 36 });
  assertEquals(result.text, script);
  assertEquals(result.finishReason, "stop");
  assert(result.usage.promptTokens > 0 && result.usage.completionTokens > 0);
  assert(result.timings.prefillMs <= result.timings.timeToFirstTokenMs);
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("every kind of schema gives a typed value", async () => {
  await using model = scriptedModel({ script });
  const age3 = (await extract(model, {
    schema: z3.object({ name: z3.string(), age: z3.number().transform((n) => n + 1) }),
    text,
  })).value.age;
  assertEquals(age3 satisfies number, 37);
  const plain = await extract(model, {
    schema: jsonSchema<{ age: number }>({
      type: "object",
      properties: { name: { type: "string" }, age: { type: "integer" } },
    }),
    text,
  });
  assertEquals(plain.value.age satisfies number, 36);
});

Deno.test("partial values grow while the text is written", async () => {
  await using model = scriptedModel({ script: '{"name":"Ada","age":null}' });
  const partials: unknown[] = [];
  const stream = streamExtract(model, { schema: Person, text });
  for await (const event of stream) {
    if (event.type !== "token") continue;
    const name: string | undefined = event.partial?.name;
    assert(name === undefined || "Ada".startsWith(name));
    partials.push(event.partial);
  }
  assertEquals(partials[0], {});
  assertEquals(partials.at(-1), { name: "Ada", age: null });
  assertEquals((await stream.result).value, { name: "Ada", age: null });

  const seen: unknown[] = [];
  await extract(model, { schema: Person, text, onPartial: (value) => seen.push(value) });
  assertEquals(seen.at(-1), { name: "Ada", age: null });
});

Deno.test("the prompt has the outline, the instructions, the examples and, last, the text", async () => {
  let prompt = "";
  await using model = scriptedModel({
    script(seen) {
      prompt = seen;
      return script;
    },
  });
  await extract(model, {
    schema: Person,
    text,
    instructions: "Ages in years.",
    examples: [{ text: "Bo, age unknown", value: { name: "Bo", age: null } }],
    whitespace: "compact",
  });
  const parts = ['"age": integer | null', "Ages in years.", "Bo, age", '{"name":"Bo",', text];
  const places = parts.map((part) => prompt.indexOf(part));
  assertEquals(places, places.toSorted((a, b) => a - b), prompt);
  assert(!places.includes(-1), prompt);
  assertEquals(prompt.includes("9007199254740991"), false);
});

Deno.test("a refused value comes with its issues, its text and the raw value", async () => {
  await using model = scriptedModel({ script: '{"name":"x","age":200}' });
  const schema = Person.refine(({ age }) => age === null || age < 150, {
    message: "too old",
    path: ["age"],
  });
  const error = await assertRejects(() => extract(model, { schema, text }), ValidationError);
  assertEquals(error.issues, [{ message: "too old", path: ["age"] }]);
  assertEquals(error.rawValue, { name: "x", age: 200 });
  assertEquals(error.text, '{"name":"x","age":200}');
  assertStringIncludes(error.message, "age: too old");
});

Deno.test("maxTokens closes the value, whatever the model still wanted to write", async () => {
  const Team = z.object({
    name: z.string(),
    members: z.array(z.object({ name: z.string(), born: z.iso.date() })).min(1),
  });
  await using model = scriptedModel({ isEndless: true });
  const lengths = new Set<number>();
  for (let maxTokens = 60; maxTokens < 160; maxTokens += 7) {
    const partials: unknown[] = [];
    const stream = streamExtract(model, {
      schema: Team,
      text,
      maxTokens,
      sampling: { temperature: 5, seed: maxTokens },
    });
    for await (const event of stream) if (event.type === "token") partials.push(event.partial);
    const { value, text: json, usage, finishReason } = await stream.result;
    assertEquals(Team.parse(JSON.parse(json)), value);
    assertEquals(partials.at(-1), value);
    assertEquals(partials.length, usage.completionTokens);
    assertEquals(finishReason, "length");
    assert(usage.completionTokens <= maxTokens);
    lengths.add(usage.completionTokens);
  }
  assert(lengths.size > 5, `${[...lengths]}`);
});

Deno.test("a limit that no value of the schema keeps is refused before any pass", async () => {
  await using model = scriptedModel({ script });
  const error = await assertRejects(
    () => extract(model, { schema: Person, text, maxTokens: 4 }),
    TokenLimitTooSmallError,
  );
  assert(error.needed > 4);
  assertEquals(model.passes.length, 0);
  const { finishReason, value } = await extract(model, {
    schema: Person,
    text,
    maxTokens: error.needed,
  });
  assertEquals([finishReason, value.name], ["length", ""]);
});

Deno.test("an empty text is refused", async () => {
  await using model = scriptedModel({ script });
  for (const text of ["", " \n\t "]) {
    await assertRejects(() => extract(model, { schema: Person, text }), EmptyTextError);
  }
  await assertRejects(
    // deno-lint-ignore no-explicit-any -- what an untyped caller may do
    () => extract(model, { schema: Person, text: undefined as any }),
    TypeError,
    "undefined",
  );
});

Deno.test("a megabyte of text is refused without being tokenised as a whole", async () => {
  await using model = scriptedModel({ script, contextLength: 2000 });
  let encoded = 0;
  const { encode } = model.tokenizer;
  model.tokenizer.encode = function (text, options) {
    encoded += text.length;
    return encode.call(this, text, options);
  };
  const error = await assertRejects(
    () => extract(model, { schema: Person, text: "word ".repeat(200_000) }),
    ContextLengthError,
  );
  assert(error.isLowerBound && error.given >= 2000);
  assert(encoded < 100_000, `${encoded} characters were encoded`);
  assertEquals(model.passes.length, 0);
});

Deno.test("an abort rejects with the signal's reason", async () => {
  await using model = scriptedModel({ script, passMs: 5 });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  const error = await assertRejects(
    () => extract(model, { schema: Person, text, signal: controller.signal }),
    DOMException,
  );
  assertEquals(error.name, "AbortError");
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("a Worker can do the compiling and the masks", async () => {
  await using model = scriptedModel({ script: '{"name":"Ada","born":1815}' });
  await using grammars = await GrammarWorker.start(model.vocabulary);
  const schema = z.object({ name: z.string(), born: z.int() });
  const { value } = await extract(model, { schema, text: "Ada was born in 1815.", grammars });
  assertEquals(value, { name: "Ada", born: 1815 });
});
