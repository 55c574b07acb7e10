/** What nobody should send: it costs its sender an error, and nobody else anything. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { startTestServer } from "./_test_server.ts";

const RUNS = 150;

const message = { role: "user", content: "Hi" };

/** Bodies that are nearly right: the fields that are read, with values of any kind. */
const anything = fc.jsonValue({ maxDepth: 3 });
const fields = [
  "model",
  "messages",
  "temperature",
  "top_p",
  "top_k",
  "n",
  "stop",
  "seed",
  "logit_bias",
  "logprobs",
  "top_logprobs",
  "max_tokens",
  "response_format",
  "tools",
  "tool_choice",
  "stream",
  "stream_options",
  "guided_json",
  "guided_regex",
  "guided_choice",
  "structured_outputs",
  "input",
  "prompt",
  "text",
  "schema",
  "value",
  "instructions",
  "examples",
];
const body = fc.record({
  ...Object.fromEntries(fields.map((name) => [name, anything])),
  messages: fc.oneof(fc.constant([message]), anything),
  input: fc.oneof(fc.constant("Hi"), anything),
  prompt: fc.oneof(fc.constant("Hi"), anything),
  text: fc.oneof(fc.constant("Hi"), anything),
  schema: fc.oneof(fc.constant({ type: "null" }), anything),
  max_tokens: fc.oneof(fc.constant(3), anything),
  guided_regex: fc.oneof(fc.string(), anything),
}, { requiredKeys: [] });

/** Schemas of known keywords with values that may be wrong. */
const { schema } = fc.letrec((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.boolean(),
    fc.record({
      type: fc.oneof(fc.constantFrom("object", "array", "string", "number", "null"), anything),
      properties: fc.oneof(fc.dictionary(fc.string(), tie("schema"), { maxKeys: 3 }), anything),
      required: fc.oneof(fc.array(fc.string(), { maxLength: 3 }), anything),
      items: fc.oneof(tie("schema"), anything),
      enum: fc.oneof(fc.array(anything, { maxLength: 4 }), anything),
      pattern: fc.string(),
      minLength: fc.oneof(fc.integer(), anything),
      maxItems: fc.oneof(fc.integer(), anything),
      minItems: fc.oneof(fc.integer(), anything),
      multipleOf: fc.oneof(fc.double(), anything),
      $ref: fc.oneof(fc.constantFrom("#", "#/a", "http://evil.example/", "file:///etc"), anything),
      not: tie("schema"),
      anyOf: fc.oneof(fc.array(tie("schema"), { maxLength: 3 }), anything),
    }, { requiredKeys: [] }),
  ),
}));

Deno.test("whatever comes as JSON is answered, and never with a failure of the server", async () => {
  const failures: string[] = [];
  await using server = await startTestServer({
    onFailure: (error) => failures.push(String((error as Error).stack)),
    limits: { requestMs: 20_000, completionTokens: 8, compileMs: 1000 },
  });
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${server.baseURL}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    assert(response.status < 500, `${path}: ${response.status} ${text} ${failures.at(-1)}`);
    if (response.status >= 400) {
      assertEquals(Object.keys(JSON.parse(text).error), ["message", "type", "param", "code"]);
    }
  };
  const paths = ["/chat/completions", "/completions", "/responses", "/extract", "/validate"];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, post),
    { numRuns: RUNS },
  );
  await fc.assert(
    fc.asyncProperty(schema, fc.constantFrom(0, 1, 2, 3), async (schema, kind) => {
      if (kind === 0) await post("/extract", { text: "Hi", schema });
      else if (kind === 1) {
        const response_format = { type: "json_schema", json_schema: { name: "x", schema } };
        await post("/chat/completions", { messages: [message], response_format });
      } else if (kind === 2) {
        const tool = { type: "function", function: { name: "f", parameters: schema } };
        const body = { messages: [message], tools: [tool], tool_choice: "required" };
        await post("/chat/completions", body);
      } else await post("/validate", { schema, value: { a: 1 } });
    }),
    { numRuns: RUNS },
  );
  assertEquals(failures, []);
  assertEquals(server.model.openSequenceCount, 0);
});

Deno.test("a schema that takes too long is an error for its sender, and others do not wait for it", async () => {
  await using server = await startTestServer({ limits: { compileMs: 700 } });
  const post = (path: string, body: unknown) =>
    fetch(`${server.baseURL}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  // One that has come to the main lane; on a busy machine even a small one may seem slow at first.
  let known = { text: "Hi", schema: { enum: [0] } };
  for (let index = 1;; index++) {
    known = { text: "Hi", schema: { enum: [index] } };
    for (let i = 0; i < 2; i++) await (await post("/extract", known)).json();
    const metrics = await (await fetch(`${server.origin}/metrics`)).text();
    if (metrics.includes('result="main"')) break;
    assert(index < 50, "some small schema is quick");
  }
  let isOver = false;
  // Its automaton doubles with every step.
  const hostile = post("/extract", {
    text: "Hi",
    schema: { type: "string", pattern: "^(a|b)*a(a|b){60}$", minLength: 500 },
  }).then(async (response) => {
    isOver = true;
    return [response.status, (await response.json()).error?.code];
  });
  let answered = 0;
  while (!isOver) {
    const response = await post("/extract", known);
    assertEquals(response.status, 200);
    await response.json();
    answered++;
  }
  const [status, code] = await hostile;
  assert(status === 200 || (status === 400 && code === "limit_exceeded"), `${status} ${code}`);
  assert(answered > 1, "others were answered meanwhile");
});
