import { assert, assertEquals, assertRejects } from "@std/assert";
import { compileChoice, compileJsonSchema, compileRegex, Matcher } from "../matcher/mod.ts";
import { judgeOf } from "../../tests/random_walk/judge.ts";
import { CompletionReserve } from "./completion_reserve.ts";
import type { Constraint } from "./constraint.ts";
import { ContextLengthError, TokenLimitTooSmallError } from "./errors.ts";
import { generate } from "./generate.ts";
import type { TokenEvent } from "./generation.ts";
import { scriptedModel } from "./testing.ts";

const messages = [{ role: "user", content: "Go on and on." }] as const;

const SCHEMAS = {
  object: {
    type: "object",
    properties: {
      title: { type: "string", minLength: 3 },
      status: { enum: ["open", "closed, at last"] },
      tags: { type: "array", items: { type: "string", pattern: "^[a-z]+-[0-9]{2}$" }, minItems: 2 },
      total: { type: "number", minimum: 100, multipleOf: 0.25 },
    },
    required: ["title", "status", "tags", "total"],
    additionalProperties: { type: "integer" },
  },
  tree: {
    $defs: {
      node: {
        type: "object",
        properties: {
          value: { type: ["string", "null"] },
          children: { type: "array", items: { $ref: "#/$defs/node" } },
        },
        required: ["value", "children"],
        additionalProperties: false,
      },
    },
    $ref: "#/$defs/node",
  },
  union: {
    anyOf: [
      { type: "array", items: { type: "boolean" }, minItems: 12, contains: { const: true } },
      { type: "object", minProperties: 3, additionalProperties: { type: "string", minLength: 4 } },
    ],
  },
  string: { type: "string" },
} as const;

Deno.test("whatever maxTokens is, a model that never stops leaves valid JSON within it", async () => {
  let closed = 0;
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    const judge = judgeOf(schema, false);
    for (const isEndless of [true, false]) {
      await using model = scriptedModel({ isEndless, seed: 5 });
      const grammar = compileJsonSchema(schema, model.vocabulary);
      const needed = new Matcher(grammar).completionTokens()!.length;
      for (let maxTokens = needed; maxTokens < needed + 70; maxTokens += maxTokens % 5 + 1) {
        const sampling = { temperature: isEndless ? 5 : 1, seed: maxTokens };
        const result = await generate(model, { messages, grammar, maxTokens, sampling }).result;
        const context = `${name}, maxTokens ${maxTokens}: ${result.text}`;
        assertEquals(judge(result.text), "valid", context);
        assert(result.isComplete, context);
        assert(result.usage.completionTokens <= maxTokens, context);
        assertEquals(result.tokenIds.length, result.usage.completionTokens);
        assert(result.usage.forwardPasses <= result.tokenIds.length + 1, context);
        if (result.usage.forwardPasses < result.tokenIds.length) closed++;
      }
    }
  }
  assert(closed > 100, `only ${closed} texts were closed`);
});

Deno.test("the closing tokens are told by events of their own, and cost no pass", async () => {
  await using model = scriptedModel({ isEndless: true });
  const grammar = compileJsonSchema(SCHEMAS.object, model.vocabulary);
  const heard: TokenEvent[] = [], seen: TokenEvent[] = [];
  const onToken = (event: TokenEvent) => heard.push(event);
  const stream = generate(model, { messages, grammar, maxTokens: 60, onToken });
  for await (const event of stream) if (event.type === "token") seen.push(event);
  const result = await stream.result;
  assertEquals(seen, heard);
  assertEquals(seen.map(({ tokenId }) => tokenId), result.tokenIds);
  assertEquals(seen.map(({ index }) => index), [...seen.keys()]);
  assertEquals(seen.map(({ text }) => text).join(""), result.text);
  assertEquals([result.finishReason, result.isComplete], ["length", true]);

  const origins = seen.map(({ origin }) => origin);
  const first = origins.indexOf("closing");
  assert(first > 0);
  assertEquals(new Set(origins.slice(first)), new Set(["closing"]));
  assertEquals(result.usage.forwardPasses, first + 1); // the last one's token was taken back
  assertEquals(model.passes.length, first + 1);
  assert(result.timings.completionMs > 0);
});

Deno.test("a limit that no text of the grammar keeps is refused before any pass", async () => {
  await using model = scriptedModel({ isEndless: true });
  const grammar = compileJsonSchema(SCHEMAS.object, model.vocabulary);
  const needed = new Matcher(grammar).completionTokens()!.length;
  for (const maxTokens of [1, 5, needed - 1]) {
    const error = await assertRejects(
      () => generate(model, { messages, grammar, maxTokens }).result,
      TokenLimitTooSmallError,
      `maxTokens is ${maxTokens}`,
    );
    assertEquals(
      [error.code, error.needed, error.maxTokens],
      ["token_limit_too_small", needed, maxTokens],
    );
  }
  const long = { type: "array", items: { const: 0 }, minItems: 2000 } as const;
  const error = await assertRejects(
    () => generate(model, { messages, grammar: compileJsonSchema(long, model.vocabulary) }).result,
    TokenLimitTooSmallError,
  );
  assertEquals(error.maxTokens, 1024);
  assertEquals([model.passes.length, model.openSequenceCount], [0, 0]);
});

Deno.test("where the context is what leaves no room, the error says so", async () => {
  await using model = scriptedModel({ contextLength: 80 });
  const schema = { type: "array", items: { const: 0 }, minItems: 50 };
  const error = await assertRejects(
    () =>
      generate(model, { messages, grammar: compileJsonSchema(schema, model.vocabulary) }).result,
    ContextLengthError,
  );
  assertEquals([error.maximum, error.given > 80], [80, true]);
  assertEquals(model.passes.length, 0);
});

Deno.test("a text that ends in time is as it would be without the limit", async () => {
  const script = '{"value":"a quite long text","children":[]}';
  await using model = scriptedModel({ script });
  const grammar = compileJsonSchema(SCHEMAS.tree, model.vocabulary);
  const free = await generate(model, { messages, grammar }).result;
  assertEquals([free.text, free.finishReason], [script, "stop"]);
  const exact = await generate(model, { messages, grammar, maxTokens: free.tokenIds.length })
    .result;
  assertEquals([exact.tokenIds, exact.finishReason], [free.tokenIds, "stop"]);
  const tight = await generate(model, { messages, grammar, maxTokens: free.tokenIds.length - 1 })
    .result;
  assertEquals([tight.text, tight.finishReason], [
    '{"value":"a quite long tex","children":[]}',
    "length",
  ]);
});

Deno.test("choices and patterns are completed, too", async () => {
  await using model = scriptedModel({ script: "abcdefzzz" });
  const { vocabulary } = model;
  const choice = compileChoice(["abc", "abcdef"], vocabulary);
  assertEquals(
    (await generate(model, { messages, grammar: choice, maxTokens: 5 }).result).text,
    "abc",
  );
  const pattern = compileRegex("[a-z]*[0-9]{3}", vocabulary);
  const { text } = await generate(model, { messages, grammar: pattern, maxTokens: 6 }).result;
  assert(/^[a-z]{3,}[0-9]{3}$/.test(text), text);
});

Deno.test("a constraint without completions is cut, as free text is", async () => {
  await using model = scriptedModel({ script: '{"value":"a quite long text","children":[]}' });
  const matcher = new Matcher(compileJsonSchema(SCHEMAS.tree, model.vocabulary));
  const constraint: Constraint = {
    fillMask: (out) => matcher.fillMask(out),
    acceptToken: (id) => matcher.acceptToken(id),
    isAccepting: () => matcher.isAccepting(),
    rollback: (tokenCount) => matcher.rollback(tokenCount),
  };
  for (const completionTokens of [undefined, () => null]) {
    matcher.reset();
    const result = await generate(model, {
      messages,
      constraint: { ...constraint, completionTokens },
      maxTokens: 10,
    }).result;
    assertEquals([result.tokenIds.length, result.isComplete], [10, false]);
    assertEquals(result.finishReason, "length");
  }
});

Deno.test("an abort while the text is being closed ends it", async () => {
  await using model = scriptedModel({ isEndless: true });
  const grammar = compileJsonSchema(SCHEMAS.object, model.vocabulary);
  const controller = new AbortController();
  const reason = new Error("enough");
  const onToken = ({ origin }: TokenEvent) => origin === "closing" && controller.abort(reason);
  const error = await assertRejects(
    () =>
      generate(model, { messages, grammar, maxTokens: 60, signal: controller.signal, onToken })
        .result,
  );
  assertEquals(error, reason);
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("a completion is asked for only where the text leaves the one that is known", () => {
  let asked = 0;
  const answers = [[1, 2, 3], [7], null];
  const reserve = new CompletionReserve({
    fillMask: () => true,
    acceptToken: () => true,
    isAccepting: () => false,
    rollback: () => {},
    completionTokens: () => answers[asked++]!,
  });
  assert(reserve.follow(1, 2));
  assertEquals([reserve.rest, asked], [[2, 3], 1]);
  assert(reserve.follow(5, 1));
  assertEquals([reserve.rest, asked], [[7], 2]);
  assert(!reserve.follow(6, 100)); // none was found from there
  assertEquals(reserve.rest, [7]);
});
