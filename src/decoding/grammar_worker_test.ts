import { assert, assertEquals, assertRejects } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { GrammarSyntaxError } from "../grammar/mod.ts";
import { compileJsonSchema, InvalidSchemaError, UnsatisfiableSchemaError } from "../matcher/mod.ts";
import { ContextLengthError, TokenLimitTooSmallError } from "./errors.ts";
import { generate } from "./generate.ts";
import { GrammarConnection, ThreadEndedError } from "./grammar_connection.ts";
import { GrammarWorker } from "./grammar_worker.ts";
import { scriptedModel } from "./testing.ts";

const messages = [{ role: "user", content: "Go on." }] as const;

const SCHEMA = {
  type: "object",
  properties: {
    title: { type: "string", minLength: 3 },
    tags: { type: "array", items: { enum: ["a", "b", "long one"] }, minItems: 2 },
    total: { type: "number", minimum: 100 },
  },
  required: ["title", "tags", "total"],
};

Deno.test("a grammar in a Worker guides a text as one on this thread does", async () => {
  for (const [seed, maxTokens] of [[1, 400], [2, 30], [3, 90]] as const) {
    await using model = scriptedModel({ isEndless: true, seed });
    await using grammars = await GrammarWorker.start(model.vocabulary);
    const sampling = { temperature: 2, seed };
    const options = { messages, maxTokens, sampling };
    const grammar = compileJsonSchema(SCHEMA, model.vocabulary);
    const here = await generate(model, { ...options, grammar }).result;
    const there = await generate(model, {
      ...options,
      grammar: await grammars.compileJsonSchema(SCHEMA),
    }).result;
    assertEquals(there.text, here.text);
    assertEquals(there.tokenIds, here.tokenIds);
    assertEquals(there.finishReason, here.finishReason);
    assertEquals(there.isComplete, here.isComplete);
    assert(there.timings.maskMs > 0);
  }
});

Deno.test("patterns and choices can be in a Worker, too, and several texts at once", async () => {
  await using model = scriptedModel({ script: "positive" });
  await using grammars = await GrammarWorker.start(model.vocabulary);
  const choice = await grammars.compileChoice(["positive", "negative"]);
  const pattern = await grammars.compileRegex("[a-z]{8}");
  const rules = await grammars.compileGrammar('root ::= "p" [a-z]* "e" | "n" [a-z]{7}');
  await assertRejects(() => grammars.compileGrammar("root ::= ("), GrammarSyntaxError, "expected");
  const texts = await Promise.all(
    [choice, pattern, choice, rules].map(async (grammar) =>
      (await generate(model, { messages, grammar }).result).text
    ),
  );
  assertEquals(texts, ["positive", "positive", "positive", "positive"]);
});

Deno.test("errors come back as what they were", async () => {
  await using model = scriptedModel({ script: "" });
  await using grammars = await GrammarWorker.start(model.vocabulary);
  const invalid = await assertRejects(
    () => grammars.compileJsonSchema({ properties: { a: { type: "text" } } }),
    InvalidSchemaError,
    "text",
  );
  assertEquals(
    [invalid.code, invalid.keyword, invalid.pointer],
    ["invalid_schema", "type", "/properties/a"],
  );
  await assertRejects(() => grammars.compileJsonSchema(false), UnsatisfiableSchemaError);
  await assertRejects(() => grammars.compileJsonSchema({ not: () => {} }), TypeError, "not JSON");
  const limit = await assertRejects(
    () => grammars.compileJsonSchema(SCHEMA, { limits: { schemaBytes: 10 } }),
    LimitExceededError,
  );
  assertEquals([limit.limit, limit.maximum], ["schemaBytes", 10]);
  await assertRejects(() => grammars.compileChoice([]), TypeError);
  const grammar = await grammars.compileJsonSchema(SCHEMA);
  await assertRejects(
    () => generate(model, { messages, grammar, maxTokens: 3 }).result,
    TokenLimitTooSmallError,
  );
  await assertRejects(
    () => generate(model, { messages, grammar, maxTokens: 1e6 }).result,
    ContextLengthError,
  );
});

Deno.test("a grammar is compiled again where its thread was ended, and texts go on from their tokens", async () => {
  await using model = scriptedModel({ isEndless: true, seed: 9 });
  await using grammars = await GrammarWorker.start(model.vocabulary);
  const grammar = await grammars.compileJsonSchema(SCHEMA);
  const options = { messages, maxTokens: 120, sampling: { temperature: 2, seed: 4 } };
  const whole = await generate(model, { ...options, grammar }).result;
  const stream = generate(model, { ...options, grammar });
  let count = 0;
  for await (const event of stream) {
    // As after a request of somebody else that took too long.
    if (event.type === "token" && ++count % 7 === 0) {
      grammars.connection.end(new ThreadEndedError());
    }
  }
  assert(count > 20);
  assertEquals((await stream.result).text, whole.text);
});

Deno.test("what takes too long fails alone, what waits behind it is asked again", async () => {
  const url = new URL(
    `data:text/javascript,${
      encodeURIComponent(`self.onmessage = ({ data }) => {
        if (data.type === "compile") for (;;);
        postMessage({ type: "done", requestId: data.requestId, answer: { maskMs: data.text } });
      };`)
    }`,
  );
  const connection = new GrammarConnection(300, url);
  assertEquals(await connection.request({ type: "close", text: 7 }), { maskMs: 7 });
  const source = { kind: "regex", pattern: "a" } as const;
  const stuck = assertRejects(
    () => connection.request({ type: "compile", grammar: 1, source }),
    LimitExceededError,
  );
  const behind = assertRejects(
    () => connection.request({ type: "close", text: 8 }),
    ThreadEndedError,
  );
  assertEquals((await stuck).limit, "timeoutMs");
  await behind;
  assert(connection.hasEnded);
});

Deno.test("an abort stops the waiting, and a closed Worker says so", async () => {
  await using model = scriptedModel({ script: "" });
  const grammars = await GrammarWorker.start(model.vocabulary);
  const controller = new AbortController();
  const compiling = grammars.compileJsonSchema(SCHEMA, { signal: controller.signal });
  controller.abort(new Error("changed my mind"));
  await assertRejects(() => compiling, Error, "changed my mind");
  const grammar = await grammars.compileJsonSchema(SCHEMA);
  await grammars.close();
  await grammars.close();
  await assertRejects(() => grammars.compileJsonSchema(SCHEMA), TypeError, "closed");
  await assertRejects(() => generate(model, { messages, grammar }).result, TypeError, "closed");
  await assertRejects(() => GrammarWorker.start(model.vocabulary, { timeoutMs: 0 }), RangeError);
});
