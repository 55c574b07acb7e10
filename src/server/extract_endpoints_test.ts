/** Extraction, schemas by name, and validation over HTTP. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import * as z from "zod";
import { startTestServer } from "./_test_server.ts";

const person = {
  type: "object",
  properties: { name: { type: "string" }, born: { type: "integer" } },
  required: ["name", "born"],
};
const text = "Ada was born in 1815.";
const ada = '{"name":"Ada","born":1815}';

type Json = Record<string, unknown> & { error?: { code: string; param: string | null } };

Deno.test("extraction over HTTP", async (t) => {
  await using server = await startTestServer({
    schemas: {
      person: z.object({ name: z.string().transform((name) => name.toUpperCase()), born: z.int() }),
      even: z.object({ value: z.int().min(0).max(9).refine((value) => value % 2 === 0) }),
    },
    limits: { schemaBytes: 2000, storedSchemas: 3 },
  });
  const ask = async (method: string, path: string, body?: unknown): Promise<[number, Json]> => {
    const response = await fetch(`${server.baseURL}${path}`, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return [response.status, await response.json()];
  };
  const codeOf = async (method: string, path: string, body?: unknown) => {
    const [status, { error }] = await ask(method, path, body);
    return [status, error!.code, error!.param];
  };

  await t.step("with a schema in the body", async () => {
    server.script = ada;
    const [status, answer] = await ask("POST", "/extract", { text, schema: person });
    assertEquals(status, 200);
    assertEquals(answer.value, { name: "Ada", born: 1815 });
    assertEquals([answer.object, answer.schema, answer.finish_reason], [
      "extraction",
      null,
      "stop",
    ]);
    const usage = answer.usage as Record<string, number>;
    assertEquals(usage.total_tokens, usage.prompt_tokens! + usage.completion_tokens!);
  });

  await t.step(
    "with the places of the values in the text, and how sure the model was",
    async () => {
      server.script = ada;
      const body = { text, schema: person, confidence: true };
      const [, { leaves }] = await ask("POST", "/extract", body);
      const [name, born] = leaves as Record<string, Json>[];
      assertEquals([name!.pointer, name!.spans], ["/name", [{ start: 0, end: 3 }]]);
      assertEquals([born!.value, born!.spans], [1815, [{ start: 16, end: 20 }]]);
      assert(name!.confidence!.mean_probability as number > 0.5);
      const [, plain] = await ask("POST", "/extract", { ...body, confidence: false });
      assertEquals((plain.leaves as Json[])[0]!.confidence, null);
    },
  );

  await t.step("with a schema of the configuration, and its transforms", async () => {
    server.script = ada;
    const [, answer] = await ask("POST", "/extract/person", { text });
    assertEquals(answer.value, { name: "ADA", born: 1815 });
    assertEquals(answer.schema, { name: "person", version: null });
    server.script = '{"value":3}';
    assertEquals(await codeOf("POST", "/extract/even", { text }), [
      422,
      "validation_failed",
      "schema",
    ]);
  });

  await t.step("as a stream of values that grow", async () => {
    server.script = ada;
    const response = await fetch(`${server.baseURL}/extract`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ text, schema: person }),
    });
    assertMatch(response.headers.get("content-type")!, /^text\/event-stream/);
    const events = (await response.text()).trimEnd().split("\n\n").map((event) => {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event)!;
      return [name, JSON.parse(data!).value];
    });
    assertEquals(events.at(-1), ["result", { name: "Ada", born: 1815 }]);
    assert(events.slice(0, -1).every(([name]) => name === "partial"));
    assert(events.some(([, value]) => value.name === "Ad" && value.born === undefined));
  });

  await t.step("tells what is wrong", async () => {
    assertEquals(await codeOf("POST", "/extract", { text }), [
      400,
      "missing_required_parameter",
      "schema",
    ]);
    assertEquals(
      await codeOf("POST", "/extract", { text, schema: { type: "strin" } }),
      [400, "invalid_schema", "schema"],
    );
    assertEquals(
      await codeOf("POST", "/extract", { text, schema: { $ref: "http://evil.example/" } }),
      [400, "invalid_schema", "schema"],
    );
    assertEquals(
      await codeOf("POST", "/extract", { text, schema: { type: "string", pattern: "(a" } }),
      [400, "invalid_schema", "schema"],
    );
    assertEquals(
      await codeOf("POST", "/extract", { text, schema: { enum: [] } }),
      [400, "unsatisfiable_schema", "schema"],
    );
    assertEquals(await codeOf("POST", "/extract", { text: " ", schema: person }), [
      400,
      "empty_text",
      null,
    ]);
    assertEquals(await codeOf("POST", "/extract/nobody", { text }), [
      404,
      "schema_not_found",
      "name",
    ]);
  });

  await t.step("keeps schemas in versions", async () => {
    const [created, first] = await ask("PUT", "/schemas/stored", person);
    assertEquals([created, first.name, first.version], [201, "stored", 1]);
    assertEquals((await ask("PUT", "/schemas/stored", person))[0], 200);
    const other = { ...person, required: ["name"] };
    assertEquals((await ask("PUT", "/schemas/stored", other))[1].version, 2);
    assertEquals((await ask("GET", "/schemas/stored"))[1].schema, other);
    assertEquals((await ask("GET", "/schemas/stored?version=1"))[1].schema, person);
    assertEquals(
      ((await ask("GET", "/schemas/stored/versions"))[1].data as Json[]).map((v) => v.version),
      [1, 2],
    );
    assertEquals(
      ((await ask("GET", "/schemas"))[1].data as Json[]).map((
        { name, version },
      ) => [name, version]),
      [["person", null], ["even", null], ["stored", 2]],
    );
    server.script = ada;
    const [, answer] = await ask("POST", "/extract/stored?version=1", { text });
    assertEquals(answer.schema, { name: "stored", version: 1 });
    assertEquals(answer.value, { name: "Ada", born: 1815 });
    assertEquals((await ask("DELETE", "/schemas/stored"))[1].deleted, true);
    assertEquals(await codeOf("GET", "/schemas/stored"), [404, "schema_not_found", "name"]);
    assertEquals(await codeOf("DELETE", "/schemas/stored"), [404, "schema_not_found", "name"]);
  });

  await t.step("keeps no schema that it could not use, too many, or too large a one", async () => {
    assertEquals((await codeOf("PUT", "/schemas/bad", { type: "strin" })).slice(0, 2), [
      400,
      "invalid_schema",
    ]);
    assertEquals(await codeOf("GET", "/schemas/bad"), [404, "schema_not_found", "name"]);
    const large = { const: "x".repeat(3000) };
    assertEquals((await codeOf("PUT", "/schemas/large", large))[1], "body_too_large");
    for (const name of ["a", "b", "c"]) {
      assertEquals((await ask("PUT", `/schemas/${name}`, {}))[0], 201);
    }
    assertEquals((await codeOf("PUT", "/schemas/d", {})).slice(0, 2), [409, "too_many_schemas"]);
    assertEquals((await ask("PUT", "/schemas/a", { type: "null" }))[0], 201);
    assertEquals((await codeOf("PUT", "/schemas/person", {})).slice(0, 2), [
      409,
      "schema_is_fixed",
    ]);
    assertEquals((await codeOf("DELETE", "/schemas/person")).slice(0, 2), [409, "schema_is_fixed"]);
  });

  await t.step("has no name that leads elsewhere", async () => {
    for (
      const name of [
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e%2fx",
        ".hidden",
        "a%00b",
        "a%0ab",
        "a b",
        "%ff",
        "x".repeat(65),
        "%E2%80%AE",
        "__proto__.x/..",
      ]
    ) {
      for (
        const [method, body] of [["PUT", {}], ["GET", undefined], ["DELETE", undefined]] as const
      ) {
        const [status, { error }] = await ask(method, `/schemas/${name}`, body);
        assert(status === 400 || status === 404, `${method} ${name}: ${status}`);
        assert(["invalid_schema_name", "unknown_url"].includes(error!.code), error!.code);
      }
    }
    assertEquals((await codeOf("GET", "/schemas/__proto__"))[1], "schema_not_found");
    assertEquals((await codeOf("GET", "/schemas/constructor"))[1], "schema_not_found");
  });

  await t.step("validates schemas and values", async () => {
    const check = async (body: object) => (await ask("POST", "/validate", body))[1];
    assertEquals(await check({ schema: person }), { object: "validation", schema_is_valid: true });
    assertEquals(await check({ schema: person, value: { born: 1815, name: "Ada" } }), {
      object: "validation",
      schema_is_valid: true,
      value_is_valid: true,
    });
    const wrong = await check({ schema: person, value: { name: "Ada", born: "1815" } });
    assertEquals([wrong.value_is_valid, wrong.wrong_after], [false, '{"name":"Ada","born":']);
    const missing = await check({ schema: person, value: { name: "Ada" } });
    assertEquals([missing.value_is_valid, missing.wrong_after], [false, '{"name":"Ada"']);
    assertEquals((await check({ name: "even", value: { value: 3 } })).value_is_valid, true);
    assertEquals((await check({ schema: { type: "strin" } })).error!.code, "invalid_schema");
    assertEquals((await check({})).error!.param, "schema");
  });

  assertEquals(server.model.openSequenceCount, 0);
});
