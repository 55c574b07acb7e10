import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as z from "zod";
import { startTestServer } from "./_test_server.ts";

Deno.test("the description has every route, and the schemas of the server", async () => {
  await using server = await startTestServer({ schemas: { fixed: z.object({ a: z.string() }) } });
  await fetch(`${server.baseURL}/schemas/stored`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ $defs: { b: { type: "number" } }, $ref: "#/$defs/b" }),
  }).then((response) => response.json());
  const response = await fetch(`${server.origin}/openapi.json`);
  assertEquals(response.status, 200);
  const document = await response.json();
  assertEquals(document.openapi, "3.1.1");
  for (const path of ["/v1/chat/completions", "/v1/extract/fixed", "/v1/extract/stored"]) {
    assert(document.paths[path].post, path);
  }
  const operations = Object.entries<Record<string, { operationId: string }>>(document.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => {
        return { path, method, operationId };
      })
    );
  assertEquals(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  for (const { path, method } of operations) {
    const url = server.origin + path.replace(/\{\w+\}/g, "x");
    const answer = await fetch(url, { method: method.toUpperCase() });
    const text = await answer.text();
    assert(!text.includes("unknown_url"), `${method} ${path} exists`);
  }
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const { ChatCompletionRequest } = document.components.schemas;
  const isRequest = ajv.compile(ChatCompletionRequest);
  assert(isRequest({ messages: [{ role: "user", content: "Hi" }], anything: 1 }));
  assert(!isRequest({ messages: [{ role: "king", content: "Hi" }] }));
});
